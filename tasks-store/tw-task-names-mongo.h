/* SPDX-License-Identifier: Apache-2.0 */

/* Names of tasks in MongoDB, folded, so that an index has their order. Whoever writes a task here writes that key with
 * the name (tw-record-document.h). What others have written may be without it, or have that of a name before: then all
 * tasks are looked at, and the key is written in the background. Thread-safe. */

#pragma once

#include "tw-mongo.h"
#include "tw-task-query.h"

#include <stdatomic.h>

G_BEGIN_DECLS

typedef struct _TwTaskNamesMongo TwTaskNamesMongo;

/* What is given must outlive it. @warned: tw-task-document.h. */
TwTaskNamesMongo *tw_task_names_mongo_new (TwMongo *mongo, atomic_flag *warned);

/* Before @mongo is closed: no more is begun. */
void tw_task_names_mongo_end (TwTaskNamesMongo *names);

/* When it has been closed. */
void tw_task_names_mongo_free (TwTaskNamesMongo *names);

/* Whether all tasks that @query is about have a key. */
gboolean tw_task_names_mongo_are_there (TwMongoSession *session, const TwTaskQuery *query, gboolean *there,
                                        GError **error);

/* Whether the document's key is that of its @name. */
gboolean tw_task_names_mongo_is_right (const bson_t *document, const char *name);

/* Writes the keys of those that have none, and of @wrong, whose key is another name's; or NULL. Never blocks; does
 * nothing while it is at it. What fails is left to the next one who asks. */
void tw_task_names_mongo_make (TwTaskNamesMongo *names, const TwTaskQuery *query, const bson_t *wrong);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskNamesMongo, tw_task_names_mongo_free)

G_END_DECLS
