/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-store-query.h"

#include "tw-latch.h"

gboolean
tw_task_store_query (TwTaskStore *store, gint64 deadline_ms, const TwRecordQuery *query,
                     const TwRecordReading *reading)
{
  return store->klass->query (store, deadline_ms, query, reading);
}

/* A query that is waited for. */
typedef struct
{
  const TwRecordType *type;
  GPtrArray *records;
  GError *error;
  TwLatch ended;
} Gathering;

static gboolean
gather_row (gconstpointer record, gpointer data)
{
  Gathering *gathering = data;

  g_ptr_array_add (gathering->records, tw_record_copy (gathering->type, record));
  return TRUE;
}

static void
gather_end (const GError *error, gpointer data)
{
  Gathering *gathering = data;

  gathering->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&gathering->ended);
}

GPtrArray *
tw_task_store_gather (TwTaskStore *store, gint64 deadline_ms, const TwRecordQuery *query, GError **error)
{
  Gathering gathering = { .type = query->type, .records = g_ptr_array_new_with_free_func (g_free) };
  const TwRecordReading reading = { gather_row, gather_end, &gathering, TRUE };

  tw_latch_init (&gathering.ended);
  tw_task_store_query (store, deadline_ms, query, &reading);
  tw_latch_wait (&gathering.ended);
  if (gathering.error == NULL)
    return gathering.records;
  g_propagate_error (error, gathering.error);
  g_ptr_array_unref (gathering.records);
  return NULL;
}
