/* SPDX-License-Identifier: Apache-2.0 */

/* What the store in MongoDB asks for: filters, orders, and the indexes that make both a walk over neighbours. */

#pragma once

#include "tw-mongo.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

#define TW_TASK_INDEXES 2

extern const TwMongoIndex tw_task_query_indexes[TW_TASK_INDEXES];

/* The task @id of @user_id, if it is one. What these functions return is freed with bson_destroy(). */
bson_t *tw_task_query_one (const bson_oid_t *id, const char *user_id);

/* A user's tasks of @done; those behind @after, or, where that is NULL, all. Other documents of theirs may be among
 * them. */
bson_t *tw_task_query_list (const char *user_id, TwDoneFilter done, const TwTaskPosition *after);

/* Newest first; @limit of them, behind the first @skip. */
bson_t *tw_task_query_page (guint skip, guint limit);

G_END_DECLS
