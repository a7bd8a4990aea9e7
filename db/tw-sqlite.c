/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite.h"

#include "tw-error.h"
#include "tw-outcome.h"
#include "tw-monotonic.h"
#include "tw-sqlite-connection.h"
#include "tw-sqlite-nowait.h"
#include "tw-sqlite-schema.h"
#include "tw-sqlite-writer.h"
#include "tw-store-error.h"

#include <pthread.h>

struct _TwSqlite
{
  TwSqliteWriter *writer;
  TwSqliteCheckpoint *checkpoint;
  TwSqliteConnection *main; /* the thread's that reads most */
  guint n_readers;
  TwPlain plain;

  pthread_mutex_t mutex; /* guards idle and n_idle */
  pthread_cond_t returned;
  TwSqliteConnection **idle; /* the readers that are not lent, as a stack: the one used last has the warmest cache */
  guint n_idle;
};

static gboolean
open_connections (TwSqlite *db, const char *path, gint32 application_id, const TwSqliteMigration *migrations,
                  guint n_migrations, GError **error)
{
  g_autoptr (TwSqliteConnection) writer = tw_sqlite_connection_open (path, TW_SQLITE_WRITER, error);
  g_autoptr (TwSqliteConnection) copier = NULL;

  if (writer == NULL
      || !tw_sqlite_schema_prepare (writer, path, application_id, migrations, n_migrations, error))
    return FALSE;
  db->main = tw_sqlite_connection_open (path, TW_SQLITE_MAIN_READER, error);
  if (db->main == NULL)
    return FALSE;
  while (db->n_idle < db->n_readers)
    {
      TwSqliteConnection *reader = tw_sqlite_connection_open (path, TW_SQLITE_READER, error);

      if (reader == NULL)
        return FALSE;
      db->idle[db->n_idle++] = reader;
    }
  copier = tw_sqlite_connection_open (path, TW_SQLITE_COPIER, error);
  if (copier == NULL)
    return FALSE;
  db->checkpoint = tw_sqlite_checkpoint_new (g_steal_pointer (&copier), TW_SQLITE_CHECKPOINT_FRAMES);
  db->writer = tw_sqlite_writer_new (g_steal_pointer (&writer), db->checkpoint, error);
  return db->writer != NULL;
}

TwSqlite *
tw_sqlite_open (const char *path, gint32 application_id, const TwSqliteMigration *migrations, guint n_migrations,
                guint readers, GError **error)
{
  g_autoptr (TwSqlite) db = g_new0 (TwSqlite, 1);
  /* An absolute path is never taken for a URI or ":memory:". */
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);

  g_assert (application_id != 0 && readers > 0);
  pthread_mutex_init (&db->mutex, NULL);
  tw_monotonic_cond_init (&db->returned);
  db->n_readers = readers;
  db->idle = g_new0 (TwSqliteConnection *, readers);
  if (!open_connections (db, absolute, application_id, migrations, n_migrations, error))
    return NULL;
  return g_steal_pointer (&db);
}

void
tw_sqlite_be_plain (TwSqlite *db, TwPlain plain)
{
  db->plain = plain;
}

TwPlain
tw_sqlite_plain (const TwSqlite *db)
{
  return db->plain;
}

void
tw_sqlite_close (TwSqlite *db)
{
  if (db == NULL)
    return;
  g_assert (db->writer == NULL || db->n_idle == db->n_readers);
  /* The readers go last: the callbacks of what is still waiting may read. */
  if (db->writer != NULL)
    tw_sqlite_writer_free (db->writer);
  if (db->checkpoint != NULL)
    tw_sqlite_checkpoint_free (db->checkpoint);
  tw_sqlite_connection_close (db->main);
  while (db->n_idle > 0)
    tw_sqlite_connection_close (db->idle[--db->n_idle]);
  pthread_cond_destroy (&db->returned);
  pthread_mutex_destroy (&db->mutex);
  g_free (db->idle);
  g_free (db);
}

/* What tw_sqlite_reads_begin() got for this thread. */
static _Thread_local struct
{
  TwSqlite *db;
  TwSqliteConnection *connection;
} kept;

/* The idle reader that was used last; NULL where all are lent. */
static TwSqliteConnection *
take_idle (TwSqlite *db)
{
  return db->n_idle > 0 ? db->idle[--db->n_idle] : NULL;
}

static TwSqliteConnection *
wait_for_idle (TwSqlite *db, gint64 deadline_ms)
{
  TwSqliteConnection *connection = NULL;

  pthread_mutex_lock (&db->mutex);
  while (!tw_deadline_is_over (deadline_ms, tw_monotonic_ms ()) && (connection = take_idle (db)) == NULL)
    tw_monotonic_cond_wait (&db->returned, &db->mutex, deadline_ms);
  pthread_mutex_unlock (&db->mutex);
  return connection;
}

static TwSqliteConnection *
try_idle (TwSqlite *db)
{
  TwSqliteConnection *connection;

  pthread_mutex_lock (&db->mutex);
  connection = take_idle (db);
  pthread_mutex_unlock (&db->mutex);
  return connection;
}

TwSqliteConnection *
tw_sqlite_reader_borrow (TwSqlite *db, gint64 deadline_ms, GError **error)
{
  TwSqliteConnection *connection;

  if (kept.db == db)
    return kept.connection;
  connection = wait_for_idle (db, deadline_ms);
  if (connection != NULL)
    tw_sqlite_connection_be_patient (connection, deadline_ms);
  else
    g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_BUSY);
  return connection;
}

void
tw_sqlite_reader_return (TwSqlite *db, TwSqliteConnection *connection)
{
  if (connection == NULL || connection == kept.connection)
    return;
  pthread_mutex_lock (&db->mutex);
  db->idle[db->n_idle++] = connection;
  pthread_cond_signal (&db->returned);
  pthread_mutex_unlock (&db->mutex);
}

/* Where a transaction can't be begun or ended, the reads are transactions of their own, or fail and say why. */
gboolean
tw_sqlite_reads_begin (TwSqlite *db, gboolean foremost)
{
  TwSqliteConnection *connection;

  g_assert (kept.db == NULL);
  if ((db->plain & TW_PLAIN_NOWAIT) != 0 || !tw_sqlite_nowait_works ())
    return FALSE;
  connection = foremost ? db->main : try_idle (db);
  if (connection == NULL)
    return FALSE;
  tw_sqlite_connection_be_prompt (connection);
  tw_sqlite_nowait_begin ();
  kept.connection = connection;
  kept.db = db;
  tw_sqlite_run (connection, "BEGIN", NULL);
  return TRUE;
}

void
tw_sqlite_reads_end (TwSqlite *db)
{
  TwSqliteConnection *connection = kept.connection;

  g_assert (kept.db == db);
  /* An error on reading has ended it already. */
  if (sqlite3_get_autocommit (tw_sqlite_handle (connection)) == 0)
    tw_sqlite_run (connection, "COMMIT", NULL);
  kept.db = NULL;
  kept.connection = NULL;
  tw_sqlite_nowait_end ();
  if (connection != db->main)
    tw_sqlite_reader_return (db, connection);
}

void
tw_sqlite_mutate (TwSqlite *db, gint64 deadline_ms, TwSqliteMutation mutation, TwSqliteDone done, gpointer user_data)
{
  tw_sqlite_writer_push (db->writer, deadline_ms, mutation, FALSE, done, user_data);
}

void
tw_sqlite_mutate_once (TwSqlite *db, gint64 deadline_ms, TwSqliteMutation mutation, TwSqliteDone done,
                       gpointer user_data)
{
  tw_sqlite_writer_push (db->writer, deadline_ms, mutation, TRUE, done, user_data);
}

void
tw_sqlite_give_up (TwSqliteConnection *connection)
{
  if (sqlite3_get_autocommit (tw_sqlite_handle (connection)) == 0)
    tw_sqlite_run (connection, "ROLLBACK", NULL);
}

void
tw_sqlite_set_undone (TwSqlite *db, void (*undone) (gpointer user_data), gpointer user_data)
{
  tw_sqlite_writer_set_undone (db->writer, undone, user_data);
}

typedef struct
{
  TwOutcome outcome;
  TwSqliteMutation mutation;
  gpointer user_data;
} Wait;

static gboolean
wait_mutation (TwSqliteConnection *connection, gpointer data, GError **error)
{
  Wait *wait = data;

  return wait->mutation (connection, wait->user_data, error);
}

static void
wait_done (gpointer data, const GError *error)
{
  Wait *wait = data;

  tw_outcome_set (error, &wait->outcome);
}

gboolean
tw_sqlite_mutate_wait (TwSqlite *db, gint64 deadline_ms, TwSqliteMutation mutation, gpointer user_data, GError **error)
{
  Wait wait = { .mutation = mutation, .user_data = user_data };

  tw_outcome_init (&wait.outcome);
  tw_sqlite_mutate (db, deadline_ms, wait_mutation, wait_done, &wait);
  return tw_outcome_wait (&wait.outcome, error);
}
