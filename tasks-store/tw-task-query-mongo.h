/* SPDX-License-Identifier: Apache-2.0 */

/* What the store in MongoDB asks for: filters, orders, and the indexes that make both a walk over neighbours. */

#pragma once

#include "tw-commits-mongo.h"
#include "tw-mongo.h"
#include "tw-task-page.h"

G_BEGIN_DECLS

#define TW_TASK_INDEXES (19 + TW_COMMITS_MONGO_INDEXES)

/* With those of commits. */
extern const TwMongoIndex tw_task_query_indexes[TW_TASK_INDEXES];

/* The task @id of @user_id, if it is one. What these functions return is freed with bson_destroy(). */
bson_t *tw_task_query_one (const bson_oid_t *id, const char *user_id);

/* The tasks of @query's, which is of one user or of several lists, that @walk is along, or at least those: where labels or words are asked for, others too. Other
 * documents of the user may be among them. */
bson_t *tw_task_query_walk (const TwTaskQuery *query, const TwTaskWalk *walk);

/* The walk's order, for tw_mongo_find(): behind the first @skip, @limit of them; 0: all. */
bson_t *tw_task_query_page (const TwTaskWalk *walk, guint skip, guint limit);

G_END_DECLS
