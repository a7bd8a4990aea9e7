/* SPDX-License-Identifier: Apache-2.0 */

/* The method page: looks up which lists somebody is in, and answers with what they may see. */

#pragma once

#include "tw-call.h"
#include "tw-task-service.h"

G_BEGIN_DECLS

/* A TwCallPoolFunc; @service is a TwTaskService. */
gboolean tw_tasks_answer_a_page (TwCall *call, gboolean may_wait, gpointer service);

G_END_DECLS
