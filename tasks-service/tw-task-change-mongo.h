/* SPDX-License-Identifier: Apache-2.0 */

/* How a change is made to a task in MongoDB. */

#pragma once

#include "tw-mongo-session.h"
#include "tw-task-store.h"

#include <stdatomic.h>

G_BEGIN_DECLS

/* Applies @change to the task @id of @user_id. *@task becomes the task afterwards; NULL where there is none. @warned:
 * as for tw_task_document_read(). */
gboolean tw_task_change_mongo (TwMongoSession *session, const bson_oid_t *id, const char *user_id,
                               const TwTaskChange *change, atomic_flag *warned, TwTaskRecord **task, GError **error);

G_END_DECLS
