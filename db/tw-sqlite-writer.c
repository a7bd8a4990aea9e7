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
 * A mutation of one statement does without the savepoint, since a statement that fails undoes itself.
 *
 * SQLite ends a transaction on its own where it can't go on (disk full, I/O error). What had been done in it is
 * undone then and told so; the mutations behind the one that met it get a new transaction. So no error is the
 * writer's end. */

#include "tw-sqlite-writer.h"

#include "tw-error.h"
#include "tw-mailbox.h"
#include "tw-monotonic.h"
#include "tw-sqlite-connection.h"
#include "tw-sqlite-wal.h"
#include "tw-store-error.h"

#include <pthread.h>

/* Pages that have changed stay in memory until the commit. Where they go to the log earlier, change once more, and are
 * undone by ROLLBACK TO, SQLite (3.40.1, and 3.49) writes the rest of the transaction's frames without checksums: a crash
 * later loses that commit and those that follow it. A batch changes some thousand pages at most. */
#define SETUP "PRAGMA cache_spill = OFF"

#define MAX_WAITING 4096
#define MAX_BATCH 512 /* bounds how long the first of a batch waits for its callback */

typedef struct _Job Job;

struct _Job
{
  TwSqliteMutation mutation;
  gboolean once; /* it is one statement */
  gint64 deadline_ms;
  TwSqliteDone done;
  gpointer user_data;
  GError *error;
  Job *next;
};

struct _TwSqliteWriter
{
  TwSqliteConnection *connection; /* the thread's, as the next two */
  TwSqliteCheckpoint *checkpoint;
  guint in_log; /* frames, once something has been committed */
  pthread_t thread;

  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t changed;
  Job *first, *last;
  guint waiting;
  gboolean closing;
};

/* Waits for work; NULL when there will be none any more. */
static Job *
take_batch (TwSqliteWriter *writer)
{
  Job *batch, *end;
  guint n = 1;

  pthread_mutex_lock (&writer->mutex);
  while (writer->first == NULL && !writer->closing)
    pthread_cond_wait (&writer->changed, &writer->mutex);
  batch = end = writer->first;
  if (batch != NULL)
    {
      for (; end->next != NULL && n < MAX_BATCH; n++)
        end = end->next;
      writer->first = end->next;
      if (writer->first == NULL)
        writer->last = NULL;
      writer->waiting -= n;
      end->next = NULL;
    }
  pthread_mutex_unlock (&writer->mutex);
  return batch;
}

static void
finish (Job *job)
{
  if (job->done != NULL)
    job->done (job->user_data, job->error);
  g_clear_error (&job->error);
  g_free (job);
}

/* Whoever is told by a mailbox that changes are durable is told of all of them at once. */
static void
finish_all (Job *batch)
{
  tw_mailbox_hold ();
  while (batch != NULL)
    {
      Job *job = batch;

      batch = job->next;
      finish (job);
    }
  tw_mailbox_release ();
}

/* Whether the job's time is over, which is then its error. */
static gboolean
is_overdue (Job *job, gint64 now_ms)
{
  if (!tw_deadline_is_over (job->deadline_ms, now_ms))
    return FALSE;
  g_set_error (&job->error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_NOTHING_DONE);
  return TRUE;
}

/* Tells those of @batch whose time is over; the others, in their order, or NULL. */
static Job *
drop_overdue (Job *batch)
{
  gint64 now_ms = tw_monotonic_ms ();
  Job *kept = NULL, *overdue = NULL, **kept_end = &kept, **overdue_end = &overdue;

  for (Job *job = batch; job != NULL; job = job->next)
    {
      Job ***end = is_overdue (job, now_ms) ? &overdue_end : &kept_end;

      **end = job;
      *end = &job->next;
    }
  *kept_end = *overdue_end = NULL;
  finish_all (overdue);
  return kept;
}

static gboolean
transaction_is_gone (const TwSqliteWriter *writer)
{
  return sqlite3_get_autocommit (tw_sqlite_handle (writer->connection)) != 0;
}

static gboolean
run_mutation (TwSqliteWriter *writer, Job *job)
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
run_job (TwSqliteWriter *writer, Job *job)
{
  TwSqliteConnection *connection = writer->connection;
  gboolean ended;

  /* A lock, or those before it, may have taken long. */
  if (is_overdue (job, tw_monotonic_ms ()))
    return;
  if (job->once)
    {
      run_mutation (writer, job);
      return;
    }
  if (tw_sqlite_connection_run (connection, "SAVEPOINT mutation", &job->error) && run_mutation (writer, job))
    ended = tw_sqlite_connection_run (connection, "RELEASE mutation", &job->error);
  else
    {
      ended = !transaction_is_gone (writer)
              && tw_sqlite_connection_run (connection, "ROLLBACK TO mutation", NULL)
              && tw_sqlite_connection_run (connection, "RELEASE mutation", NULL);
    }
  if (!ended && !transaction_is_gone (writer))
    tw_sqlite_connection_run (connection, "ROLLBACK", NULL);
}

static void
set_error_where_none_is (Job *first, const Job *end, const GError *error)
{
  for (Job *job = first; job != end; job = job->next)
    if (job->error == NULL)
      job->error = g_error_copy (error);
}

static gboolean
commit (TwSqliteWriter *writer, GError **error)
{
  gboolean committed;

  tw_sqlite_wal_begin ();
  committed = tw_sqlite_connection_run (writer->connection, "COMMIT", error);
  tw_sqlite_wal_end (committed);
  return committed;
}

/* For how long somebody waits for one of these. */
static gint64
last_deadline_ms (const Job *first)
{
  gint64 last_ms = 0;

  for (const Job *job = first; job != NULL; job = job->next)
    last_ms = MAX (last_ms, job->deadline_ms);
  return last_ms;
}

/* Runs the jobs from @first on in one transaction. Returns the first one that has not been run: NULL unless the
 * transaction ended early. */
static Job *
run_transaction (TwSqliteWriter *writer, Job *first)
{
  g_autoptr (GError) error = NULL;
  Job *next = first;

  tw_sqlite_connection_be_patient (writer->connection, last_deadline_ms (first));
  if (!tw_sqlite_connection_run (writer->connection, "BEGIN IMMEDIATE", &error))
    {
      set_error_where_none_is (first, NULL, error);
      return NULL;
    }
  while (next != NULL && !transaction_is_gone (writer))
    {
      run_job (writer, next);
      next = next->next;
    }
  if (transaction_is_gone (writer))
    g_set_error (&error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_UNAVAILABLE);
  else if (!commit (writer, &error) && !transaction_is_gone (writer))
    tw_sqlite_connection_run (writer->connection, "ROLLBACK", NULL);
  if (error != NULL)
    set_error_where_none_is (first, next, error);
  return next;
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
  Job *batch;

  while ((batch = take_batch (writer)) != NULL)
    {
      batch = drop_overdue (batch);
      for (Job *rest = batch; rest != NULL;)
        rest = run_transaction (writer, rest);
      finish_all (batch);
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
  pthread_mutex_init (&writer->mutex, NULL);
  pthread_cond_init (&writer->changed, NULL);
  if (pthread_create (&writer->thread, NULL, run, writer) != 0)
    g_error ("can't start a thread");
  pthread_setname_np (writer->thread, "sqlite-writer");
  return writer;
}

void
tw_sqlite_writer_push (TwSqliteWriter *writer, gint64 deadline_ms, TwSqliteMutation mutation, gboolean once,
                       TwSqliteDone done, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);
  gboolean accepted;

  *job = (Job) { .mutation = mutation, .once = once, .deadline_ms = deadline_ms, .done = done, .user_data = user_data };
  pthread_mutex_lock (&writer->mutex);
  accepted = writer->waiting < MAX_WAITING;
  if (accepted)
    {
      if (writer->last != NULL)
        writer->last->next = job;
      else
        writer->first = job;
      writer->last = job;
      writer->waiting++;
      pthread_cond_signal (&writer->changed);
    }
  pthread_mutex_unlock (&writer->mutex);
  if (!accepted)
    {
      g_set_error (&job->error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_BUSY);
      finish (job);
    }
}

void
tw_sqlite_writer_free (TwSqliteWriter *writer)
{
  pthread_mutex_lock (&writer->mutex);
  writer->closing = TRUE;
  pthread_cond_signal (&writer->changed);
  pthread_mutex_unlock (&writer->mutex);
  pthread_join (writer->thread, NULL);
  pthread_cond_destroy (&writer->changed);
  pthread_mutex_destroy (&writer->mutex);
  tw_sqlite_connection_close (writer->connection);
  g_free (writer);
}
