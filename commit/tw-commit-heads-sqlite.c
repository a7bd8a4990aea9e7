/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-heads-sqlite.h"

#include "tw-error.h"

/* Rows that may be ahead of the table: who reads a log looks at all of them. */
#define MAX_AHEAD 512

/* Heads that are remembered; more, until those that are ahead have been written. */
#define MAX_REMEMBERED 4096

typedef enum
{
  UNREAD, /* nothing is remembered */
  READ,   /* the log's end is, and each head that is ahead */
} State;

typedef enum
{
  WRITTEN, /* the table has it so */
  AHEAD,   /* the log goes on behind it */
} Standing;

typedef struct
{
  TwCommitHead head;
  Standing standing;
} Remembered;

struct _TwCommitHeadsSqlite
{
  State state;
  gint64 last_seq;   /* of the log, or the last one that has been dropped */
  gint64 written_to; /* up to this one the table is complete */
  GHashTable *remembered; /* by partition */
};

TwCommitHeadsSqlite *
tw_commit_heads_sqlite_new (void)
{
  TwCommitHeadsSqlite *heads = g_new0 (TwCommitHeadsSqlite, 1);

  heads->remembered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return heads;
}

void
tw_commit_heads_sqlite_free (TwCommitHeadsSqlite *heads)
{
  if (heads == NULL)
    return;
  g_hash_table_unref (heads->remembered);
  g_free (heads);
}

void
tw_commit_heads_sqlite_forget (TwCommitHeadsSqlite *heads)
{
  g_hash_table_remove_all (heads->remembered);
  heads->state = UNREAD;
}

static Remembered *
remember (TwCommitHeadsSqlite *heads, const char *partition)
{
  Remembered *remembered = g_hash_table_lookup (heads->remembered, partition);

  if (remembered == NULL)
    {
      remembered = g_new0 (Remembered, 1);
      g_hash_table_insert (heads->remembered, g_strdup (partition), remembered);
    }
  return remembered;
}

static void
set (TwCommitHeadsSqlite *heads, const char *partition, const TwCommitHead *head)
{
  Remembered *remembered = remember (heads, partition);

  g_assert (head->seq > heads->last_seq && head->number >= remembered->head.number);
  *remembered = (Remembered) { *head, AHEAD };
  heads->last_seq = head->seq;
}

static gboolean
read_state (TwCommitHeadsSqlite *heads, TwSqliteConnection *connection, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "SELECT heads_to, dropped_to FROM log_state", error);

  int result;

  if (statement == NULL || (result = tw_sqlite_step (connection, statement, error)) < 0)
    return FALSE;
  if (result != SQLITE_ROW)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "the log has no state");
      return FALSE;
    }
  heads->written_to = sqlite3_column_int64 (statement, 0);
  heads->last_seq = MAX (heads->written_to, sqlite3_column_int64 (statement, 1));
  return TRUE;
}

/* Rows that have been dropped need no look: before any is, the table is brought up to the log. */
static gboolean
read_ahead (TwCommitHeadsSqlite *heads, TwSqliteConnection *connection, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "SELECT user_id, number, seq FROM log WHERE seq > ?1 ORDER BY seq", error);
  int result;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, heads->written_to);
  while ((result = tw_sqlite_step (connection, statement, error)) == SQLITE_ROW)
    {
      const TwCommitHead head = { sqlite3_column_int64 (statement, 1), sqlite3_column_int64 (statement, 2) };

      set (heads, (const char *) sqlite3_column_text (statement, 0), &head);
    }
  return result == SQLITE_DONE;
}

/* Has the log's end be known. */
static gboolean
be_read (TwCommitHeadsSqlite *heads, TwSqliteConnection *connection, GError **error)
{
  if (heads->state == READ)
    return TRUE;
  if (read_state (heads, connection, error) && read_ahead (heads, connection, error))
    heads->state = READ;
  else
    tw_commit_heads_sqlite_forget (heads);
  return heads->state == READ;
}

static gboolean
read_head (TwSqliteConnection *connection, const char *partition, TwCommitHead *head, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "SELECT number, seq FROM log_heads WHERE user_id = ?1", error);
  int result;

  *head = (TwCommitHead) { 0 };
  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, partition);
  result = tw_sqlite_step (connection, statement, error);
  if (result == SQLITE_ROW)
    *head = (TwCommitHead) { sqlite3_column_int64 (statement, 0), sqlite3_column_int64 (statement, 1) };
  return result >= 0;
}

gboolean
tw_commit_heads_sqlite_get (TwCommitHeadsSqlite *heads, TwSqliteConnection *connection, const char *partition,
                            TwCommitHead *head, gint64 *last_seq, GError **error)
{
  const Remembered *known;

  if (!be_read (heads, connection, error))
    return FALSE;
  *last_seq = heads->last_seq;
  known = g_hash_table_lookup (heads->remembered, partition);
  if (known != NULL)
    *head = known->head;
  else if (!read_head (connection, partition, head, error))
    return FALSE;
  else
    *remember (heads, partition) = (Remembered) { *head, WRITTEN };
  return TRUE;
}

void
tw_commit_heads_sqlite_set (TwCommitHeadsSqlite *heads, const char *partition, const TwCommitHead *head)
{
  g_assert (heads->state == READ);
  set (heads, partition, head);
}

gboolean
tw_commit_heads_sqlite_are_due (const TwCommitHeadsSqlite *heads)
{
  return heads->state == READ && heads->last_seq - heads->written_to >= MAX_AHEAD;
}

static gboolean
write_head (TwSqliteConnection *connection, const char *partition, const TwCommitHead *head, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection,
                             "INSERT INTO log_heads (user_id, number, seq) VALUES (?1, ?2, ?3)"
                             " ON CONFLICT DO UPDATE SET number = ?2, seq = ?3",
                             error);

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, partition);
  sqlite3_bind_int64 (statement, 2, head->number);
  sqlite3_bind_int64 (statement, 3, head->seq);
  return tw_sqlite_step (connection, statement, error) >= 0;
}

static gboolean
write_heads (TwCommitHeadsSqlite *heads, TwSqliteConnection *connection, GError **error)
{
  GHashTableIter iter;
  gpointer partition, value;

  g_hash_table_iter_init (&iter, heads->remembered);
  while (g_hash_table_iter_next (&iter, &partition, &value))
    {
      Remembered *remembered = value;

      if (remembered->standing == AHEAD && !write_head (connection, partition, &remembered->head, error))
        return FALSE;
      remembered->standing = WRITTEN;
    }
  return TRUE;
}

static gboolean
write_state (TwCommitHeadsSqlite *heads, TwSqliteConnection *connection, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "UPDATE log_state SET heads_to = ?1", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, heads->last_seq);
  if (tw_sqlite_step (connection, statement, error) < 0)
    return FALSE;
  heads->written_to = heads->last_seq;
  return TRUE;
}

gboolean
tw_commit_heads_sqlite_write (TwCommitHeadsSqlite *heads, TwSqliteConnection *connection, GError **error)
{
  if (!be_read (heads, connection, error))
    return FALSE;
  if (heads->written_to == heads->last_seq)
    return TRUE;
  if (!write_heads (heads, connection, error) || !write_state (heads, connection, error))
    {
      tw_commit_heads_sqlite_forget (heads);
      return FALSE;
    }
  if (g_hash_table_size (heads->remembered) > MAX_REMEMBERED)
    g_hash_table_remove_all (heads->remembered);
  return TRUE;
}
