/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-dump.h"

#include "tw-mongo-dump.h"
#include "tw-records.h"
#include "tw-task-store-mongo.h"

TwDump *
tw_task_dump_mongo_open (const char *uri, TwDumpRole role, GError **error)
{
  TwMongoDumpKind kinds[TW_TASKS_RECORDS];

  for (guint i = 0; i < TW_TASKS_RECORDS; i++)
    kinds[i] = tw_mongo_dump_kind_of (tw_tasks_records[i]);
  return tw_mongo_dump_open (uri, role, &tw_task_store_mongo_spec, kinds, TW_TASKS_RECORDS, error);
}
