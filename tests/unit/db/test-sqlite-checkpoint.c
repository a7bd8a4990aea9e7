/* SPDX-License-Identifier: Apache-2.0 */

/* The log is taken over beside the writer. What SQLite writes to the database's file, and when it syncs it, is seen and
 * held up by functions in the place of its system calls. */

#include "tw-sqlite-checkpoint.h"

#include "tw-sqlite-connection.h"
#include "tw-sqlite-writer.h"

#include "tw-crash-copy.h"
#include "tw-latch.h"
#include "tw-temporary-folder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FRAMES 1000

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* held: the database's file can't be synced */
static atomic_bool answered, copied_unanswered;
static _Atomic guint copied, synced, waiting;

static gboolean
is_database (int fd)
{
  char link[64], path[4096];
  gssize n;

  g_snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  n = readlink (link, path, sizeof path);
  return n > 3 && memcmp (path + n - 3, ".db", 3) == 0;
}

static ssize_t
seen_write (int fd, const void *bytes, size_t n, off_t offset)
{
  if (is_database (fd))
    {
      if (!atomic_load (&answered))
        atomic_store (&copied_unanswered, true);
      atomic_fetch_add (&copied, 1);
    }
  return pwrite (fd, bytes, n, offset);
}

/* Stands before the C library's, for SQLite too. */
int
fdatasync (int fd)
{
  if (is_database (fd))
    {
      atomic_fetch_add (&waiting, 1);
      pthread_mutex_lock (&gate);
      pthread_mutex_unlock (&gate);
      atomic_fetch_sub (&waiting, 1);
      atomic_fetch_add (&synced, 1);
    }
  return (int) syscall (SYS_fdatasync, fd);
}

typedef struct
{
  char *folder;
  char *path;
  TwSqliteCheckpoint *checkpoint;
  TwSqliteWriter *writer;
} Fixture;

static TwSqliteConnection *
open_connection (Fixture *f, TwSqliteRole role)
{
  g_autoptr (GError) error = NULL;
  TwSqliteConnection *connection = tw_sqlite_connection_open (f->path, role, &error);

  g_assert_no_error (error);
  return connection;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find ("unix");
  TwSqliteConnection *writer;
  g_autoptr (GError) error = NULL;

  f->folder = tw_temporary_folder_new ();
  f->path = g_build_filename (f->folder, "test.db", NULL);
  writer = open_connection (f, TW_SQLITE_WRITER);
  tw_sqlite_connection_setup (writer, "PRAGMA journal_mode = WAL; CREATE TABLE things (id INTEGER PRIMARY KEY, data BLOB)"
                              " STRICT; PRAGMA wal_checkpoint (TRUNCATE)", &error);
  g_assert_no_error (error);
  g_assert_cmpint (vfs->xSetSystemCall (vfs, "pwrite", (sqlite3_syscall_ptr) seen_write), ==, SQLITE_OK);
  g_assert_cmpint (vfs->xSetSystemCall (vfs, "pwrite64", (sqlite3_syscall_ptr) seen_write), ==, SQLITE_OK);
  atomic_store (&answered, false);
  atomic_store (&copied_unanswered, false);
  atomic_store (&copied, 0);
  atomic_store (&synced, 0);
  f->checkpoint = tw_sqlite_checkpoint_new (open_connection (f, TW_SQLITE_COPIER), FRAMES);
  f->writer = tw_sqlite_writer_new (writer, f->checkpoint, &error);
  g_assert_no_error (error);
}

static void
close_database (Fixture *f)
{
  g_clear_pointer (&f->writer, tw_sqlite_writer_free);
  g_clear_pointer (&f->checkpoint, tw_sqlite_checkpoint_free);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  close_database (f);
  tw_temporary_folder_clear (&f->folder);
  g_free (f->path);
}

typedef struct
{
  int n; /* rows, each of a page or more in the log */
  TwLatch done;
} Insert;

static gboolean
insert (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const Insert *it = data;
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection,
      "WITH RECURSIVE ids (id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM ids WHERE id < ?1)"
      " INSERT INTO things (data) SELECT zeroblob (3000) FROM ids",
      error);

  g_assert_nonnull (statement);
  sqlite3_bind_int (statement, 1, it->n);
  return tw_sqlite_step (connection, statement, error) >= 0;
}

static void
insert_ended (gpointer data, const GError *error)
{
  Insert *it = data;

  g_assert_no_error (error);
  atomic_store (&answered, true);
  tw_latch_open (&it->done);
}

static void
insert_and_wait (Fixture *f, int n)
{
  Insert it = { .n = n };

  tw_latch_init (&it.done);
  tw_sqlite_writer_push (f->writer, TW_DEADLINE_NONE, insert, TRUE, insert_ended, &it);
  tw_latch_wait (&it.done);
}

static void
wait_for (const _Atomic guint *counter, guint n)
{
  while (atomic_load (counter) < n)
    g_usleep (1000);
}

static gint64
log_frames (const Fixture *f)
{
  g_autofree char *path = g_strconcat (f->path, "-wal", NULL);
  struct stat about;

  g_assert_cmpint (stat (path, &about), ==, 0);
  return about.st_size / (4096 + 24);
}

static gint64
count (Fixture *f, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSqliteConnection) reader = tw_sqlite_connection_open (path, TW_SQLITE_READER, &error);
  g_autofree char *check = NULL, *n = NULL;

  g_assert_no_error (error);
  check = tw_sqlite_connection_query (reader, "PRAGMA integrity_check", &error);
  g_assert_cmpstr (check, ==, "ok");
  n = tw_sqlite_connection_query (reader, "SELECT count (*) FROM things", &error);
  return g_ascii_strtoll (n, NULL, 10);
}

static void
test_answers_come_before_the_database_is_written (Fixture *f, gconstpointer data)
{
  insert_and_wait (f, 2 * FRAMES);
  wait_for (&copied, FRAMES);
  g_assert_false (atomic_load (&copied_unanswered));
  wait_for (&synced, 1);
}

static void
test_disk_that_hangs_holds_up_nobody (Fixture *f, gconstpointer data)
{
  pthread_mutex_lock (&gate);
  insert_and_wait (f, 2 * FRAMES);
  wait_for (&waiting, 1);
  /* The database's file is being synced, for as long as we like. */
  for (int i = 0; i < 50; i++)
    insert_and_wait (f, 1);
  g_assert_cmpuint (atomic_load (&synced), ==, 0);
  pthread_mutex_unlock (&gate);
  g_assert_cmpint (count (f, f->path), ==, 2 * FRAMES + 50);
}

static void
test_log_stays_short_while_somebody_always_writes (Fixture *f, gconstpointer data)
{
  static Insert inserts[2000];
  g_autofree char *copy = g_strconcat (f->path, "-copy.db", NULL);
  gint64 n = 0;

  for (int round = 0; round < 10; round++)
    {
      /* Never without a next batch. */
      for (gsize i = 0; i < G_N_ELEMENTS (inserts); i++)
        {
          inserts[i].n = 1;
          n++;
          tw_latch_init (&inserts[i].done);
          tw_sqlite_writer_push (f->writer, TW_DEADLINE_NONE, insert, TRUE, insert_ended, &inserts[i]);
        }
      for (gsize i = 0; i < G_N_ELEMENTS (inserts); i++)
        tw_latch_wait (&inserts[i].done);
      /* 8 times what it should be, and what a batch and the last round add. */
      g_assert_cmpint (log_frames (f), <=, 8 * FRAMES + 2 * 600);
    }
  g_test_message ("%" G_GINT64_FORMAT " frames after 20,000 rows", log_frames (f));
  g_assert_cmpuint (atomic_load (&synced), >=, 1);
  g_assert_cmpint (count (f, f->path), ==, n);
  tw_crash_copy (f->path, copy);
  g_assert_cmpint (count (f, copy), ==, n);
}

/* A reader holds the log as long as it likes; once it has gone the log is begun anew. */
static void
test_log_gets_short_again_after_a_long_read (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSqliteConnection) reader = open_connection (f, TW_SQLITE_READER);
  gint64 long_log, n = 0;

  tw_sqlite_connection_setup (reader, "BEGIN; SELECT count (*) FROM things", &error);
  g_assert_no_error (error);
  for (int i = 0; i < 10; i++, n += FRAMES)
    insert_and_wait (f, FRAMES);
  long_log = log_frames (f);
  g_assert_cmpint (long_log, >=, 10 * FRAMES);
  tw_sqlite_connection_setup (reader, "COMMIT", &error);
  g_assert_no_error (error);
  /* Short writes alone, each of which may find that it is time. */
  for (int i = 0; i < 2 * FRAMES; i++, n++)
    insert_and_wait (f, 1);
  g_assert_cmpint (log_frames (f), <=, long_log + FRAMES);
  g_assert_cmpint (count (f, f->path), ==, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/sqlite-checkpoint/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("answers-come-before-the-database-is-written", test_answers_come_before_the_database_is_written);
  ADD ("disk-that-hangs-holds-up-nobody", test_disk_that_hangs_holds_up_nobody);
  ADD ("log-stays-short-while-somebody-always-writes", test_log_stays_short_while_somebody_always_writes);
  ADD ("log-gets-short-again-after-a-long-read", test_log_gets_short_again_after_a_long_read);
  return g_test_run ();
}
