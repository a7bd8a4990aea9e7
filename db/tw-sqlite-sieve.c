/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-sieve.h"

#include "tw-error.h"
#include "tw-log.h"

#include <stdatomic.h>

/* Bits, of which those of a page are memory once one of them is set. Where there are as many texts they rule out less. */
#define BITS (G_GUINT64_CONSTANT (1) << 18)

/* Of those that could be ruled out one in so many is looked for. */
#define LOOK 64

struct _TwSqliteSieve
{
  char *table, *column;
  _Atomic guint asked;
  _Atomic gboolean is_plain; /* it rules out nothing any more */
  _Atomic guint64 bits[BITS / 64];
};

static _Atomic guint64 *
word_of (TwSqliteSieve *sieve, const char *text, guint64 *bit)
{
  /* Fibonacci hashing: the highest bits depend on all. */
  const guint64 mixed = g_str_hash (text) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  const guint64 place = (mixed >> 32) % BITS;

  *bit = G_GUINT64_CONSTANT (1) << place % 64;
  return &sieve->bits[place / 64];
}

static gboolean
may_have (TwSqliteSieve *sieve, const char *text)
{
  guint64 bit;
  const _Atomic guint64 *word = word_of (sieve, text, &bit);

  return (atomic_load_explicit (word, memory_order_acquire) & bit) != 0;
}

static void
note (sqlite3_context *context, int n, sqlite3_value **values)
{
  const char *text = (const char *) sqlite3_value_text (values[0]);
  _Atomic guint64 *word;
  guint64 bit;

  if (text == NULL)
    return;
  word = word_of (sqlite3_user_data (context), text, &bit);
  atomic_fetch_or (word, bit);
}

static gboolean
run (TwSqliteConnection *connection, const char *sql, GError **error)
{
  if (sqlite3_exec (tw_sqlite_handle (connection), sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "a column can't be watched: %s",
               sqlite3_errmsg (tw_sqlite_handle (connection)));
  return FALSE;
}

/* A TwSqliteMutation: between the trigger and the look at what is there nobody writes. */
static gboolean
watch (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const TwSqliteSieve *sieve = data;
  g_autofree char *name = g_strdup_printf ("note_%s_%s", sieve->table, sieve->column);
  g_autoptr (GString) sql = g_string_new (
    "CREATE TEMP TRIGGER NOTE_new AFTER INSERT ON main.TABLE_ BEGIN SELECT NOTE (new.COLUMN_); END;"
    "CREATE TEMP TRIGGER NOTE_other AFTER UPDATE OF COLUMN_ ON main.TABLE_ BEGIN SELECT NOTE (new.COLUMN_); END;"
    "SELECT count (NOTE (COLUMN_)) FROM TABLE_ WHERE COLUMN_ IS NOT NULL");

  g_string_replace (sql, "NOTE", name, 0);
  g_string_replace (sql, "TABLE_", sieve->table, 0);
  g_string_replace (sql, "COLUMN_", sieve->column, 0);
  return sqlite3_create_function (tw_sqlite_handle (connection), name, 1, SQLITE_UTF8 | SQLITE_INNOCUOUS, data, note,
                                  NULL, NULL)
           == SQLITE_OK
         && run (connection, sql->str, error);
}

TwSqliteSieve *
tw_sqlite_sieve_new (TwSqlite *db, const char *table, const char *column, GError **error)
{
  g_autoptr (TwSqliteSieve) sieve = g_new0 (TwSqliteSieve, 1);

  sieve->table = g_strdup (table);
  sieve->column = g_strdup (column);
  return tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, watch, sieve, error) ? g_steal_pointer (&sieve) : NULL;
}

void
tw_sqlite_sieve_free (TwSqliteSieve *sieve)
{
  if (sieve == NULL)
    return;
  g_free (sieve->table);
  g_free (sieve->column);
  g_free (sieve);
}

gboolean
tw_sqlite_sieve_rules_out (TwSqliteSieve *sieve, const char *text)
{
  return !may_have (sieve, text) && !sieve->is_plain
         && atomic_fetch_add_explicit (&sieve->asked, 1, memory_order_relaxed) % LOOK != 0;
}

void
tw_sqlite_sieve_was_found (TwSqliteSieve *sieve, const char *text)
{
  if (may_have (sieve, text) || atomic_exchange (&sieve->is_plain, TRUE))
    return;
  tw_log_warning ("Another process has written to '%s': its column '%s' is asked each time from now on", sieve->table,
                  sieve->column);
}
