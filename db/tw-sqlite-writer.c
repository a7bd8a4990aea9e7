/* SPDX-License-Identifier: Apache-2.0 */

/* A commit that reaches the disk costs the same for one change as for a hundred. So while one batch is being
 * committed the next gathers, and the busier it gets the more share a commit. A batch is
 *
 *     BEGIN IMMEDIATE; for each: SAVEPOINT, the mutation, RELEASE or ROLLBACK TO; COMMIT; the callbacks; the log.
 *
 * A mutation whose time is over is dropped before that: nothing waits longer for a transaction than its caller waits
 * for the answer, so that what was told not to have been done is not done later. Those in the transaction that the disk
 * is busy with are the only ones of which that can't be known.
 *
 * Mutations may be large. What would make the transaction change too many rows goes back to the others that wait, and has
 * its turn, or its deadline, there: nobody is told late because of what came behind.
 *
 * A mutation that undoes itself where it fails does without the savepoint; where it can't, it gives the transaction up.
 *
 * SQLite ends a transaction on its own where it can't go on (disk full, I/O error). What had been done in it is
 * undone then and told so; the mutations behind the one that met it go back, too. So no error is the writer's end. */

#include "tw-sqlite-writer.h"

#include "tw-error.h"
#include "tw-sqlite-connection.h"
#include "tw-sqlite-queue.h"
#include "tw-sqlite-wal.h"
#include "tw-store-error.h"

#include <pthread.h>

/* Pages that have changed stay in memory until the commit. Where they go to the log earlier, change once more, and are
 * undone by ROLLBACK TO, SQLite (3.40.1, and 3.49) writes the rest of the transaction's frames without checksums: a crash
 * later loses that commit and those that follow it. A batch changes some thousand pages at most. */
#define SETUP "PRAGMA cache_spill = OFF"

/* Rows that a transaction changes before it takes no more mutations: those of 512 small ones, or of some large ones. */
#define MAX_ROWS 2048

struct _TwSqliteWriter
{
  TwSqliteConnection *connection; /* the thread's, as those before the queue */
  TwSqliteCheckpoint *checkpoint;
  guint in_log; /* frames, once something has been committed */
  void (*undone) (gpointer user_data); /* set before the first job is pushed */
  gpointer undone_data;
  TwSqliteQueue *queue;
  pthread_t thread;
};

static gboolean
transaction_is_gone (const TwSqliteWriter *writer)
{
  return sqlite3_get_autocommit (tw_sqlite_handle (writer->connection)) != 0;
}

static gboolean
run_mutation (TwSqliteWriter *writer, TwSqliteJob *job)
{
  if (job->mutation (writer->connection, job->user_data, &job->error))
    return TRUE;
  if (job->error == NULL)
    g_set_error (&job->error, TW_ERROR, TW_ERROR_INTERNAL, "a mutation failed without saying why");
  return FALSE;
}

/* Runs one mutation inside the transaction; what is wrong ends up in its job. A savepoint that can be neither kept nor
 * undone takes the transaction with it: half a mutation must not be committed. */
static void
run_job (TwSqliteWriter *writer, TwSqliteJob *job)
{
  TwSqliteConnection *connection = writer->connection;
  gboolean ended;

  /* A lock, or those before it, may have taken long. */
  if (tw_sqlite_job_is_overdue (job))
    return;
  if (job->once)
    {
      run_mutation (writer, job);
      return;
    }
  if (tw_sqlite_run (connection, "SAVEPOINT mutation", &job->error) && run_mutation (writer, job))
    ended = tw_sqlite_run (connection, "RELEASE mutation", &job->error);
  else
    {
      ended = !transaction_is_gone (writer)
              && tw_sqlite_run (connection, "ROLLBACK TO mutation", NULL)
              && tw_sqlite_run (connection, "RELEASE mutation", NULL);
    }
  if (!ended)
    tw_sqlite_give_up (connection);
}

static void
set_error_where_none_is (TwSqliteJob *first, const TwSqliteJob *end, const GError *error)
{
  for (TwSqliteJob *job = first; job != end; job = job->next)
    if (job->error == NULL)
      job->error = g_error_copy (error);
}

static gboolean
commit (TwSqliteWriter *writer, GError **error)
{
  gboolean committed;

  tw_sqlite_wal_begin ();
  committed = tw_sqlite_run (writer->connection, "COMMIT", error);
  tw_sqlite_wal_end (committed);
  return committed;
}

/* For how long somebody waits for one of these. */
static gint64
last_deadline_ms (const TwSqliteJob *first)
{
  gint64 last_ms = 0;

  for (const TwSqliteJob *job = first; job != NULL; job = job->next)
    last_ms = MAX (last_ms, job->deadline_ms);
  return last_ms;
}

static gint64
rows_changed (const TwSqliteWriter *writer)
{
  return sqlite3_total_changes64 (tw_sqlite_handle (writer->connection));
}

/* Runs the jobs from @first on in one transaction. Returns the first one that has not been run: NULL where all have
 * been. */
static TwSqliteJob *
run_transaction (TwSqliteWriter *writer, TwSqliteJob *first)
{
  const gint64 enough = rows_changed (writer) + MAX_ROWS;
  g_autoptr (GError) error = NULL;
  TwSqliteJob *next = first;

  tw_sqlite_connection_be_patient (writer->connection, last_deadline_ms (first));
  if (!tw_sqlite_run (writer->connection, "BEGIN IMMEDIATE", &error))
    {
      set_error_where_none_is (first, NULL, error);
      return NULL;
    }
  while (next != NULL && !transaction_is_gone (writer) && rows_changed (writer) < enough)
    {
      run_job (writer, next);
      next = next->next;
    }
  if (transaction_is_gone (writer))
    g_set_error (&error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_UNAVAILABLE);
  else if (!commit (writer, &error))
    tw_sqlite_give_up (writer->connection);
  if (error != NULL)
    {
      set_error_where_none_is (first, next, error);
      if (writer->undone != NULL)
        writer->undone (writer->undone_data);
    }
  return next;
}

/* Takes those from @end on out of the list. */
static void
cut_off (TwSqliteJob *first, const TwSqliteJob *end)
{
  while (first->next != end)
    first = first->next;
  first->next = NULL;
}

/* SQLite's hook on what a commit leaves in the log. */
static int
note_log (void *data, sqlite3 *handle, const char *schema, int frames)
{
  TwSqliteWriter *writer = data;

  (void) handle;
  (void) schema;
  writer->in_log = (guint) frames;
  return SQLITE_OK;
}

static void *
run (void *data)
{
  TwSqliteWriter *writer = data;
  TwSqliteJob *batch;

  while ((batch = tw_sqlite_queue_take (writer->queue)) != NULL)
    {
      TwSqliteJob *rest = run_transaction (writer, batch);

      if (rest != NULL)
        cut_off (batch, rest);
      tw_sqlite_queue_put_back (writer->queue, rest);
      tw_sqlite_jobs_finish (batch);
      if (writer->in_log > 0)
        tw_sqlite_checkpoint_committed (writer->checkpoint, writer->connection, writer->in_log);
      writer->in_log = 0;
    }
  return NULL;
}

TwSqliteWriter *
tw_sqlite_writer_new (TwSqliteConnection *connection, TwSqliteCheckpoint *checkpoint, GError **error)
{
  TwSqliteWriter *writer;

  if (!tw_sqlite_connection_setup (connection, SETUP, error))
    {
      tw_sqlite_connection_close (connection);
      return NULL;
    }
  writer = g_new0 (TwSqliteWriter, 1);
  writer->connection = connection;
  writer->checkpoint = checkpoint;
  sqlite3_wal_hook (tw_sqlite_handle (connection), note_log, writer);
  writer->queue = tw_sqlite_queue_new ();
  if (pthread_create (&writer->thread, NULL, run, writer) != 0)
    g_error ("can't start a thread");
  pthread_setname_np (writer->thread, "sqlite-writer");
  return writer;
}

void
tw_sqlite_writer_push (TwSqliteWriter *writer, gint64 deadline_ms, TwSqliteMutation mutation, gboolean once,
                       TwSqliteDone done, gpointer user_data)
{
  TwSqliteJob *job = g_new0 (TwSqliteJob, 1);

  *job = (TwSqliteJob) {
    .mutation = mutation, .once = once, .deadline_ms = deadline_ms, .done = done, .user_data = user_data
  };
  tw_sqlite_queue_push (writer->queue, job);
}

void
tw_sqlite_writer_set_undone (TwSqliteWriter *writer, void (*undone) (gpointer user_data), gpointer user_data)
{
  writer->undone = undone;
  writer->undone_data = user_data;
}

void
tw_sqlite_writer_free (TwSqliteWriter *writer)
{
  tw_sqlite_queue_close (writer->queue);
  pthread_join (writer->thread, NULL);
  tw_sqlite_queue_free (writer->queue);
  tw_sqlite_connection_close (writer->connection);
  g_free (writer);
}
