/* SPDX-License-Identifier: Apache-2.0 */

/* Inside tasks/: what the step of a write is going to look for, said before it does (tw_commit_expect()), so that a task
 * with all that decides about it, and a batch of any length, take a store that is waited for a few commands. What it
 * leaves out is looked for by itself. */

#pragma once

#include "tw-task-write.h"

G_BEGIN_DECLS

void tw_task_expect (TwCommit *commit, const TwTaskWrite *write);

G_END_DECLS
