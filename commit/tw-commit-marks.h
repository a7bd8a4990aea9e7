/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: random marks for entries, many at a time, since asking the kernel for each costs as much as a row. */

#pragma once

#include "tw-commit.h"

G_BEGIN_DECLS

/* Zeroed it is ready. Of one thread, which is why no mark is given twice: a child of fork() has the parent's bytes, but
 * not the thread that hands them out. */
typedef struct
{
  guint8 bytes[4096];
  gsize left;
} TwCommitMarks;

void tw_commit_marks_next (TwCommitMarks *marks, guint8 mark[TW_COMMIT_MARK_BYTES]);

G_END_DECLS
