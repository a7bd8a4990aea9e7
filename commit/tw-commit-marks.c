/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-marks.h"

#include "tw-random.h"

#include <string.h>

void
tw_commit_marks_next (TwCommitMarks *marks, guint8 mark[TW_COMMIT_MARK_BYTES])
{
  if (marks->left < TW_COMMIT_MARK_BYTES)
    {
      tw_random_bytes (marks->bytes, sizeof marks->bytes);
      marks->left = sizeof marks->bytes;
    }
  marks->left -= TW_COMMIT_MARK_BYTES;
  memcpy (mark, marks->bytes + marks->left, TW_COMMIT_MARK_BYTES);
}
