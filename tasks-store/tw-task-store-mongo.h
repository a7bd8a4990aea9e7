/* SPDX-License-Identifier: Apache-2.0 */

/* Tasks in MongoDB: database tasks-db unless the URI names another, collection tasks.
 *
 * A document has the fields that idl/tasks.thrift says are kept (tw-record-document.h). Documents that an older service
 * left, with the first five fields alone, are served as they stand: no version means 1, no updatedOn means createdOn,
 * no done means false. The first change sets all three. */

#pragma once

#include "tw-mongo.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

/* The database as this store needs it: for whoever opens it without the store. */
extern const TwMongoSpec tw_task_store_mongo_spec;

/* Returns at once, whether the server is there or not: until it is, everything is UNAVAILABLE. What is asked for has
 * @deadline_ms at most. Fails with TW_ERROR_CONFIGURATION: see tw_mongo_open(). */
TwTaskStore *tw_task_store_mongo_open (const char *uri, gint64 deadline_ms, GError **error);

G_END_DECLS
