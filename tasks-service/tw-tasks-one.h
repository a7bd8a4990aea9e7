/* SPDX-License-Identifier: Apache-2.0 */

/* The reply that holds one task of the caller's own. */

#pragma once

#include "tw-call.h"
#include "tw-task-service.h"

G_BEGIN_DECLS

/* Consumes @call, whose task is not with the caller. */
typedef void (*TwTasksMiss) (TwCall *call, TwTaskService *service);

/* Answers @call with the task @id of @user_id, unless it is in a list that is gone, or has @missed (NULL: NOT_FOUND) do
 * so. A TwCallPoolFunc's result. */
gboolean tw_tasks_answer_one (TwCall *call, gboolean may_wait, TwTaskService *service, const char *user_id,
                              const char *id, TwTasksMiss missed);

G_END_DECLS
