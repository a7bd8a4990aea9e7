/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-store.h"

#include "tw-error.h"

void
tw_task_store_free (TwTaskStore *store)
{
  if (store != NULL)
    store->klass->free (store);
}

gboolean
tw_task_store_check (TwTaskStore *store, gint64 deadline_ms, GError **error)
{
  return store->klass->check (store, deadline_ms, error);
}

gboolean
tw_task_store_reads_begin (TwTaskStore *store, gboolean foremost)
{
  return store->klass->reads_begin == NULL || store->klass->reads_begin (store, foremost);
}

void
tw_task_store_reads_end (TwTaskStore *store)
{
  if (store->klass->reads_end != NULL)
    store->klass->reads_end (store);
}

gboolean
tw_task_store_read (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading)
{
  return store->klass->read (store, deadline_ms, query, reading);
}

gboolean
tw_task_not_found (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Task not found");
  return FALSE;
}
