/* SPDX-License-Identifier: Apache-2.0 */

/* sqlite-insert DATABASE SYNCHRONOUS SECONDS: how fast SQLite alone takes new tasks, one thread, each a transaction of
 * its own, for one user after the other, with tasks-service's statement. SYNCHRONOUS is NORMAL or FULL. The database
 * grows: hand it a copy. Prints one line of JSON. */

#include "sqlite-loop.h"
#include "tw-output.h"

#include <string.h>

#define ID_BYTES 12
#define NAME "A task like any other, of about fifty characters"

typedef struct
{
  GPtrArray *users;
  sqlite3_stmt *insert;
  guint64 first_ms;
} Inserts;

/* Seconds, what is the same in a process, a counter: ids ascend as a service's do. */
static void
make_id (guint64 created_ms, guint64 round, guint8 id[ID_BYTES])
{
  guint32 seconds = GUINT32_TO_BE ((guint32) (created_ms / 1000));
  guint64 rest = GUINT64_TO_BE (round);

  memcpy (id, &seconds, sizeof seconds);
  memcpy (id + sizeof seconds, &rest, sizeof rest);
}

static void
insert (guint64 round, gpointer user_data)
{
  Inserts *inserts = user_data;
  sqlite3_stmt *statement = inserts->insert;
  guint64 created_ms = inserts->first_ms + round / 16;
  guint8 id[ID_BYTES];

  make_id (created_ms, round, id);
  sqlite3_bind_blob (statement, 1, id, ID_BYTES, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 2, (gint64) created_ms);
  sqlite3_bind_int64 (statement, 3, (gint64) created_ms);
  sqlite3_bind_int64 (statement, 4, 1);
  sqlite3_bind_int (statement, 5, 0);
  sqlite3_bind_text (statement, 6, NAME, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 7, g_ptr_array_index (inserts->users, round % inserts->users->len), -1, SQLITE_STATIC);
  while (sqlite_loop_step (statement))
    ;
}

int
main (int argc, char **argv)
{
  Inserts inserts = { .first_ms = (guint64) g_get_real_time () / 1000 };
  g_autoptr (GString) line = g_string_new (NULL);
  double seconds;
  sqlite3 *db;

  tw_output_init ();
  g_set_prgname ("sqlite-insert");
  if (argc != 4)
    {
      g_printerr ("usage: sqlite-insert DATABASE SYNCHRONOUS SECONDS\n");
      return 1;
    }
  seconds = sqlite_loop_seconds (argv[3]);
  db = sqlite_loop_open (argv[1], argv[2]);
  inserts.users = sqlite_loop_users (db);
  inserts.insert = sqlite_loop_prepare (
      db, "INSERT INTO tasks (id, created_ms, updated_ms, version, done, name, user_id)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");

  g_string_printf (line, "{\"program\": \"sqlite-insert\", \"synchronous\": \"%s\", ", argv[2]);
  sqlite_loop_run (line, "insert", seconds, insert, &inserts);
  g_string_append (line, "}\n");

  sqlite3_finalize (inserts.insert);
  sqlite3_close (db);
  g_ptr_array_unref (inserts.users);
  return tw_output_print_and_end ("sqlite-insert", line->str);
}
