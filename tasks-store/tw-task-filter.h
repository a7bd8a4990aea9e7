/* SPDX-License-Identifier: Apache-2.0 */

/* Whether a task is one of those that a query asks for: the same on every store. */

#pragma once

#include "tw-task-query.h"

G_BEGIN_DECLS

/* Whether @filter asks for more than walks are made for: done, and the list. */
gboolean tw_task_filter_looks (const TwTaskFilter *filter);

/* Thread-safe. */
gboolean tw_task_filter_fits (const TwTaskFilter *filter, const TwTaskRecord *task);

/* @filter with texts that are in *@space, to be freed with g_free(), and conditions to be freed with
 * tw_record_conditions_unref(). */
TwTaskFilter tw_task_filter_copy (const TwTaskFilter *filter, char **space);

/* A number that nearly no two different questions have in common, whoever asks: what part of the filter says nothing
 * leaves it as it is, so that new parts leave older numbers as they were. */
guint64 tw_task_filter_stamp (const TwTaskFilter *filter, const TwTaskOrder *order);

G_END_DECLS
