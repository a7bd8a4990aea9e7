/* SPDX-License-Identifier: Apache-2.0 */

/* The method that changes several tasks at once: what is asked for, and its answer. */

#pragma once

#include "tw-call.h"
#include "tw-task-service.h"

G_BEGIN_DECLS

/* Answers @call, which is one of `batch`, in the end. @changes: what becomes of TaskChanges. */
void tw_tasks_batch (TwCall *call, TwTaskService *service, const TwRecordMap *changes);

G_END_DECLS
