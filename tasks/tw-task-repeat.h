/* SPDX-License-Identifier: Apache-2.0 */

/* Inside tasks/: what becomes of a write that was done before, by its key. An entry of the log says which tasks
 * were changed; which operation each of them was of, and how the others failed, lies beside the key where it can't be
 * told otherwise: of each operation two bytes, big-endian, 0 where it was done, or else the HTTP status of its error. */

#pragma once

#include "tw-task-write.h"

G_BEGIN_DECLS

/* Notes how each operation has ended, in the step that has just done them. */
void tw_task_repeat_note (TwCommit *commit, const TwTaskWrite *write);

/* How each of the write's operations ended when they were done first, which @committed tells; to be freed with g_free().
 * CONFLICT for one of which nothing is known, of entries without a note. */
TwTaskBefore *tw_task_repeat_read (const TwTaskWrite *write, const TwCommitted *committed);

G_END_DECLS
