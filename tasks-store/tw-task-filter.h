/* SPDX-License-Identifier: Apache-2.0 */

/* Whether a task is one of those that a query asks for: the same on every store. */

#pragma once

#include "tw-task-query.h"
#include "tw-words.h"

G_BEGIN_DECLS

/* Whether @filter asks for more than walks are made for: done, and the list. */
gboolean tw_task_filter_looks (const TwTaskFilter *filter);

/* The same but for when tasks are due. */
gboolean tw_task_filter_looks_beside_due (const TwTaskFilter *filter);

/* The moments that tasks may be due at, as numbers of theirs (tw-record-when.h): from @low on, and before @high; FALSE
 * where they need not be due. */
gboolean tw_task_filter_due (const TwTaskFilter *filter, gint64 *low, gint64 *high);

/* @words: the query's, or NULL. Thread-safe. */
gboolean tw_task_filter_fits (const TwTaskFilter *filter, const TwWords *words, const TwTaskRecord *task);

/* @filter with texts that are in *@space, to be freed with g_free(). */
TwTaskFilter tw_task_filter_copy (const TwTaskFilter *filter, char **space);

/* A number that nearly no two different questions have in common, whoever asks: what part of the filter says nothing
 * leaves it as it is, so that new parts leave older numbers as they were. */
guint64 tw_task_filter_stamp (const TwTaskFilter *filter, const TwTaskOrder *order);

G_END_DECLS
