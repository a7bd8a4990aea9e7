/* SPDX-License-Identifier: Apache-2.0 */

/* How tasks are read from MongoDB. */

#pragma once

#include "tw-mongo.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

typedef struct _TwTaskReadsMongo TwTaskReadsMongo;

/* @mongo must outlive it, and be closed before it is freed, and after its end has been said: then it begins nothing by
 * itself any more. */
TwTaskReadsMongo *tw_task_reads_mongo_new (TwMongo *mongo);
void tw_task_reads_mongo_end (TwTaskReadsMongo *reads);
void tw_task_reads_mongo_free (TwTaskReadsMongo *reads);

/* See tw_task_store_read(). It ends later. */
void tw_task_reads_mongo_read (TwTaskReadsMongo *reads, gint64 deadline_ms, const TwTaskQuery *query,
                               const TwTaskReading *reading);

G_END_DECLS
