/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-store-mongo.h"

#include "tw-commits-mongo.h"
#include "tw-record-query-mongo.h"
#include "tw-records.h"
#include "tw-task-query-mongo.h"
#include "tw-task-reads-mongo.h"
#include "tw-task-store-query.h"

const TwMongoSpec tw_task_store_mongo_spec = {
  .data = "tasks",
  .database = "tasks-db",
  .indexes = tw_task_query_indexes,
  .n_indexes = TW_TASK_INDEXES,
  .records = tw_tasks_records,
  .n_records = TW_TASKS_RECORDS,
  .check_source = tw_commits_mongo_check_source,
};

typedef struct
{
  TwTaskStore parent;
  TwMongo *mongo;
  TwTaskReadsMongo *reads;
} Store;

static Store *
mongo_store (TwTaskStore *store)
{
  return (Store *) store;
}

static gboolean
store_check (TwTaskStore *store, gint64 deadline_ms, GError **error)
{
  return tw_mongo_check (mongo_store (store)->mongo, deadline_ms, error);
}

/* TRUE: it never has to wait. */
static gboolean
store_read (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading)
{
  tw_task_reads_mongo_read (mongo_store (store)->reads, deadline_ms, query, reading);
  return TRUE;
}

static gboolean
store_query (TwTaskStore *store, gint64 deadline_ms, const TwRecordQuery *query, const TwRecordReading *reading)
{
  tw_record_query_mongo_run (mongo_store (store)->mongo, deadline_ms, query, reading);
  return TRUE;
}

static void
store_free (TwTaskStore *store)
{
  tw_task_reads_mongo_end (mongo_store (store)->reads);
  tw_mongo_close (mongo_store (store)->mongo);
  tw_task_reads_mongo_free (mongo_store (store)->reads);
  tw_commits_mongo_free (store->commits);
  g_free (store);
}

TwTaskStore *
tw_task_store_mongo_open (const char *uri, gint64 deadline_ms, GError **error)
{
  static const TwTaskStoreClass klass = {
    .free = store_free,
    .check = store_check,
    .read = store_read,
    .query = store_query,
  };
  TwMongo *mongo = tw_mongo_open (uri, &tw_task_store_mongo_spec, TW_MONGO_SERVE, deadline_ms, error);
  Store *store;

  if (mongo == NULL)
    return NULL;
  store = g_new0 (Store, 1);
  store->parent.klass = &klass;
  store->parent.commits = tw_commits_mongo_new (mongo, tw_tasks_records, TW_TASKS_RECORDS);
  store->mongo = mongo;
  store->reads = tw_task_reads_mongo_new (mongo);
  return &store->parent;
}
