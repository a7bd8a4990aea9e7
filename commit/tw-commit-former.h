/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: what fields with tw.former were, as a log has it: the text of each in the order of their table, with a
 * NUL behind it; "" for what was not there. */

#pragma once

#include "tw-commit.h"

G_BEGIN_DECLS

/* What an entry that makes @after (NULL: the record is gone) of @before (NULL: it is new) keeps; NULL: nothing. Free with
 * g_bytes_unref(). */
GBytes *tw_commit_former (const TwRecordType *type, gconstpointer before, gconstpointer after);

/* Sets what @entry says of it; the @n bytes must outlive that. A field that was not there when they were written was
 * none. */
void tw_commit_former_read (gconstpointer bytes, gsize n, TwCommitEntry *entry);

G_END_DECLS
