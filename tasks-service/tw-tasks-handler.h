/* SPDX-License-Identifier: Apache-2.0 */

/* The generated Tasks handler, for the methods that tw-tasks-methods.h does not have: how the service is. */

#pragma once

#include "tw-call-context.h"
#include "tw-task-service.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* A generated TwTasksProcessor that answers from @service, which must outlive it. Free with g_object_unref(). */
GObject *tw_tasks_processor_for (TwTaskService *service, const TwCallContext *const *context);

G_END_DECLS
