/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-names-sqlite.h"

#include "tw-id.h"

#include <pthread.h>
#include <string.h>

/* At a time: a millisecond, and others may write in between. */
#define STEP 200

struct _TwTaskNamesSqlite
{
  TwSqlite *db;
  pthread_mutex_t mutex;
  GHashTable *making; /* whose they are: for however many ask, one is at it */
};

/* Where it is. */
typedef struct
{
  TwTaskNamesSqlite *names;
  gint64 created_ms;
  guint8 id[TW_ID_BYTES];
  gboolean ended;
  char user_id[];
} Making;

gboolean
tw_task_names_sqlite_are_there (TwSqliteConnection *connection, const char *user_id, gboolean *there, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "SELECT 1 FROM tasks_folded WHERE owner = ?1", error);
  int result;

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, user_id);
  result = tw_sqlite_step (connection, statement, error);
  *there = result == SQLITE_ROW;
  return result >= 0;
}

/* The names of the next tasks; in @n how many there were. */
static gboolean
fold_some (TwSqliteConnection *connection, Making *making, guint *n, GError **error)
{
  g_autoptr (TwSqliteStatement) next
      = tw_sqlite_statement (connection,
                             "SELECT created_ms, id FROM tasks WHERE user_id = ?1 AND (created_ms, id) > (?2, ?3)"
                             " ORDER BY created_ms, id LIMIT ?4",
                             error);
  g_autoptr (TwSqliteStatement) change
      = next == NULL ? NULL
                     : tw_sqlite_statement (connection,
                                            "UPDATE tasks SET name_folded = fold (name) WHERE user_id = ?1"
                                            " AND (created_ms, id) > (?2, ?3) AND (created_ms, id) <= (?4, ?5)"
                                            " AND name_folded IS NULL",
                                            error);
  const gint64 from_ms = making->created_ms;
  guint8 from_id[TW_ID_BYTES];
  int result;

  if (change == NULL)
    return FALSE;
  memcpy (from_id, making->id, sizeof from_id);
  tw_sqlite_bind_text (next, 1, making->user_id);
  sqlite3_bind_int64 (next, 2, from_ms);
  sqlite3_bind_blob (next, 3, from_id, sizeof from_id, SQLITE_STATIC);
  sqlite3_bind_int (next, 4, STEP);
  for (*n = 0; (result = tw_sqlite_step (connection, next, error)) == SQLITE_ROW; ++*n)
    {
      making->created_ms = sqlite3_column_int64 (next, 0);
      memcpy (making->id, sqlite3_column_blob (next, 1), sizeof making->id);
    }
  if (result < 0 || *n == 0)
    return result >= 0;
  tw_sqlite_bind_text (change, 1, making->user_id);
  sqlite3_bind_int64 (change, 2, from_ms);
  sqlite3_bind_blob (change, 3, from_id, sizeof from_id, SQLITE_STATIC);
  sqlite3_bind_int64 (change, 4, making->created_ms);
  sqlite3_bind_blob (change, 5, making->id, sizeof making->id, SQLITE_STATIC);
  return tw_sqlite_step (connection, change, error) >= 0;
}

/* Those that have come meanwhile are behind the last one, but where a clock was put back, or a task was made elsewhere:
 * nothing is said before all are looked at once more. */
static gboolean
note_named (TwSqliteConnection *connection, const Making *making, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection,
                             "INSERT OR IGNORE INTO tasks_folded (owner) SELECT ?1 WHERE NOT EXISTS"
                             " (SELECT 1 FROM tasks WHERE user_id = ?1 AND name_folded IS NULL)",
                             error);

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, making->user_id);
  return tw_sqlite_step (connection, statement, error) >= 0;
}

static gboolean
make_some (TwSqliteConnection *connection, gpointer data, GError **error)
{
  Making *making = data;
  guint n = 0;
  gboolean there;

  if (!tw_task_names_sqlite_are_there (connection, making->user_id, &there, error))
    return FALSE;
  making->ended = there;
  if (there)
    return TRUE;
  if (!fold_some (connection, making, &n, error))
    return FALSE;
  making->ended = n < STEP;
  return !making->ended || note_named (connection, making, error);
}

static gboolean
begin (TwTaskNamesSqlite *names, const char *user_id)
{
  gboolean begins;

  pthread_mutex_lock (&names->mutex);
  begins = !g_hash_table_contains (names->making, user_id);
  if (begins)
    g_hash_table_add (names->making, g_strdup (user_id));
  pthread_mutex_unlock (&names->mutex);
  return begins;
}

static void
end (TwTaskNamesSqlite *names, const char *user_id)
{
  pthread_mutex_lock (&names->mutex);
  g_hash_table_remove (names->making, user_id);
  pthread_mutex_unlock (&names->mutex);
}

/* What fails is left to the next one who asks. */
static void
made_some (gpointer data, const GError *error)
{
  Making *making = data;

  if (error == NULL && !making->ended)
    {
      tw_sqlite_mutate (making->names->db, TW_DEADLINE_NONE, make_some, made_some, making);
      return;
    }
  end (making->names, making->user_id);
  g_free (making);
}

gboolean
tw_task_names_sqlite_make (TwTaskNamesSqlite *names, const char *user_id)
{
  const gsize size = strlen (user_id) + 1;
  Making *making;

  if (!begin (names, user_id))
    return FALSE;
  making = g_malloc0 (sizeof *making + size);
  making->names = names;
  making->created_ms = G_MININT64;
  memcpy (making->user_id, user_id, size);
  tw_sqlite_mutate (names->db, TW_DEADLINE_NONE, make_some, made_some, making);
  return TRUE;
}

TwTaskNamesSqlite *
tw_task_names_sqlite_new (TwSqlite *db)
{
  TwTaskNamesSqlite *names = g_new0 (TwTaskNamesSqlite, 1);

  names->db = db;
  pthread_mutex_init (&names->mutex, NULL);
  names->making = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return names;
}

void
tw_task_names_sqlite_free (TwTaskNamesSqlite *names)
{
  g_hash_table_unref (names->making);
  pthread_mutex_destroy (&names->mutex);
  g_free (names);
}
