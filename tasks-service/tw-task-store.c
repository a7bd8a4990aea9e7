/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-store.h"

#include "tw-latch.h"

/* Rows of a remote store that are in memory at a time. */
#define PAGE 1000

TwTaskRecord *
tw_task_record_copy (const TwTaskRecord *record)
{
  TwTaskRecord *copy = g_new (TwTaskRecord, 1);

  *copy = *record;
  copy->id = g_strdup (record->id);
  copy->user_id = g_strdup (record->user_id);
  copy->name = g_strdup (record->name);
  return copy;
}

void
tw_task_record_free (TwTaskRecord *record)
{
  if (record == NULL)
    return;
  g_free (record->id);
  g_free (record->user_id);
  g_free (record->name);
  g_free (record);
}

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
tw_task_store_is_remote (const TwTaskStore *store)
{
  return store->klass->start_get != NULL;
}

gboolean
tw_task_store_reads_begin (TwTaskStore *store, gboolean foremost)
{
  return store->klass->reads_begin (store, foremost);
}

void
tw_task_store_reads_end (TwTaskStore *store)
{
  store->klass->reads_end (store);
}

void
tw_task_store_start_get (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id,
                         TwTaskRowsDone done, gpointer user_data)
{
  store->klass->start_get (store, deadline_ms, user_id, id, done, user_data);
}

void
tw_task_store_start_list (TwTaskStore *store, gint64 deadline_ms, const char *user_id, TwDoneFilter filter,
                          const TwTaskPosition *after, guint limit, TwTaskRowsDone done, gpointer user_data)
{
  store->klass->start_list (store, deadline_ms, user_id, filter, after, limit, done, user_data);
}

/* A read that was started, and is waited for. */
typedef struct
{
  TwLatch ended;
  gpointer *rows; /* of TwTaskRecord */
  gsize n_rows;
  GError *error;
} Reading;

static void
keep_rows (GPtrArray *rows, const GError *error, gpointer user_data)
{
  Reading *reading = user_data;

  if (error == NULL)
    reading->rows = g_ptr_array_steal (rows, &reading->n_rows);
  else
    reading->error = g_error_copy (error);
  tw_latch_open (&reading->ended);
}

/* Waits for the rows, and shows them until no more are @wanted; the last one is copied to *@last, if there is any. */
static gboolean
show_rows (Reading *reading, TwTaskRowFunc row, gpointer user_data, gboolean *wanted, TwTaskPosition *last,
           GError **error)
{
  tw_latch_wait (&reading->ended);
  if (reading->error != NULL)
    {
      g_propagate_error (error, reading->error);
      return FALSE;
    }
  for (gsize i = 0; i < reading->n_rows; i++)
    {
      TwTaskRecord *task = reading->rows[i];

      *wanted = *wanted && row (task, user_data);
      last->created_ms = task->created_ms;
      g_strlcpy (last->id, task->id, sizeof last->id);
      tw_task_record_free (task);
    }
  g_free (reading->rows);
  return TRUE;
}

gboolean
tw_task_store_view (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, TwTaskRowFunc row,
                    gpointer user_data, GError **error)
{
  Reading reading = { 0 };
  TwTaskPosition last;
  gboolean wanted = TRUE;

  if (!tw_task_store_is_remote (store))
    return store->klass->view (store, deadline_ms, user_id, id, row, user_data, error);
  tw_latch_init (&reading.ended);
  store->klass->start_get (store, deadline_ms, user_id, id, keep_rows, &reading);
  return show_rows (&reading, row, user_data, &wanted, &last, error);
}

static gboolean
copy_row (const TwTaskRecord *row, gpointer data)
{
  TwTaskRecord **copy = data;

  *copy = tw_task_record_copy (row);
  return TRUE;
}

TwTaskRecord *
tw_task_store_get (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, GError **error)
{
  TwTaskRecord *task = NULL;

  return tw_task_store_view (store, deadline_ms, user_id, id, copy_row, &task, error) ? task : NULL;
}

/* Page after page, so that what nobody wants any more is not there, either. */
static gboolean
list_remote (TwTaskStore *store, gint64 deadline_ms, const char *user_id, TwDoneFilter filter,
             const TwTaskPosition *after, guint limit, TwTaskRowFunc row, gpointer user_data, GError **error)
{
  TwTaskPosition last = { 0 };
  gboolean wanted = TRUE;
  guint page, got;

  do
    {
      Reading reading = { 0 };

      page = MIN (limit, PAGE);

      tw_latch_init (&reading.ended);
      store->klass->start_list (store, deadline_ms, user_id, filter, after, page, keep_rows, &reading);
      if (!show_rows (&reading, row, user_data, &wanted, &last, error))
        return FALSE;
      after = &last;
      got = (guint) reading.n_rows;
      limit -= got;
    }
  while (wanted && got == page && limit > 0);
  return TRUE;
}

gboolean
tw_task_store_list (TwTaskStore *store, gint64 deadline_ms, const char *user_id, TwDoneFilter filter,
                    const TwTaskPosition *after, guint limit, TwTaskRowFunc row, gpointer user_data, GError **error)
{
  if (tw_task_store_is_remote (store))
    return list_remote (store, deadline_ms, user_id, filter, after, limit == 0 ? G_MAXUINT : limit, row, user_data,
                        error);
  return store->klass->list (store, deadline_ms, user_id, filter, after, limit, row, user_data, error);
}

void
tw_task_store_insert (TwTaskStore *store, gint64 deadline_ms, const TwTaskRecord *task, TwTaskDone done,
                      gpointer user_data)
{
  store->klass->insert (store, deadline_ms, task, done, user_data);
}

void
tw_task_store_change (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id,
                      const TwTaskChange *change, TwTaskDone done, gpointer user_data)
{
  store->klass->change (store, deadline_ms, user_id, id, change, done, user_data);
}

void
tw_task_store_remove (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, TwTaskDone done,
                      gpointer user_data)
{
  store->klass->remove (store, deadline_ms, user_id, id, done, user_data);
}
