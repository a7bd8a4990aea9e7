/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-log-sqlite.h"

#include "tw-commit-changed.h"
#include "tw-commit-former.h"
#include "tw-error.h"
#include "tw-sqlite-hash.h"

#include <string.h>

#define COLUMNS                                                                                                       \
  "seq, user_id, number, previous, mark, time_ms, by_id, kind, id, version, gone, changed, key, fingerprint, note, key_hash"
#define PLACES "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16"

/* Most parts keep nothing of what was. */
#define APPEND "INSERT INTO log (" COLUMNS ") VALUES (" PLACES ")"
#define APPEND_FORMER "INSERT INTO log (" COLUMNS ", former) VALUES (" PLACES ", ?17)"

/* Whose doing it is, in a row: with a key always, since that is looked for by it. */
static const char *
by_of_row (const TwCommitSpec *spec)
{
  const char *by = spec->by != NULL ? spec->by : spec->partition;

  return spec->key != NULL || strcmp (by, spec->partition) != 0 ? by : NULL;
}

gint64
tw_commit_log_sqlite_hash_key (const TwCommitSpec *spec)
{
  return tw_sqlite_hash ((const char *const[]) { by_of_row (spec), spec->key }, 2);
}

static void
bind_bytes (sqlite3_stmt *statement, int parameter, GBytes *bytes)
{
  gsize n;
  gconstpointer data = g_bytes_get_data (bytes, &n);

  sqlite3_bind_blob (statement, parameter, data, (int) n, SQLITE_STATIC);
}

gboolean
tw_commit_log_sqlite_append (TwSqliteConnection *connection, const TwCommitEntryHead *head, const TwCommitPart *part,
                             GError **error)
{
  const TwCommitSpec *spec = head->spec;
  g_autoptr (TwSqliteStatement) statement
    = tw_sqlite_statement (connection, part->former != NULL ? APPEND_FORMER : APPEND, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, part->seq);
  tw_sqlite_bind_text (statement, 2, spec->partition);
  sqlite3_bind_int64 (statement, 3, head->number);
  sqlite3_bind_int64 (statement, 4, part->previous);
  sqlite3_bind_blob (statement, 5, head->mark, TW_COMMIT_MARK_BYTES, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 6, spec->now_ms);
  tw_sqlite_bind_text (statement, 7, by_of_row (spec));
  tw_sqlite_bind_text (statement, 8, part->type->collection);
  sqlite3_bind_blob (statement, 9, part->id, TW_ID_BYTES, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 10, part->version);
  sqlite3_bind_int (statement, 11, part->is_gone ? 1 : 0);
  sqlite3_bind_int64 (statement, 12, (gint64) tw_commit_changed_to_ids (part->type, part->changed));
  if (part->is_first && spec->key != NULL)
    {
      tw_sqlite_bind_text (statement, 13, spec->key);
      sqlite3_bind_blob (statement, 14, spec->fingerprint, TW_COMMIT_FINGERPRINT_BYTES, SQLITE_STATIC);
      if (head->note != NULL)
        bind_bytes (statement, 15, head->note);
      sqlite3_bind_int64 (statement, 16, head->key_hash);
    }
  if (part->former != NULL)
    bind_bytes (statement, 17, part->former);
  return tw_sqlite_step (connection, statement, error) >= 0;
}

/* The type whose records @kind is the name of, in a row's @column. */
static const TwRecordType *
read_kind (const TwCommitKinds *kinds, sqlite3_stmt *statement, int column, GError **error)
{
  const char *kind = (const char *) sqlite3_column_text (statement, column);

  for (guint i = 0; kind != NULL && i < kinds->n; i++)
    if (strcmp (kinds->types[i]->collection, kind) == 0)
      return kinds->types[i];
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "the log speaks of '%s', which nobody knows", kind);
  return NULL;
}

/* A column of @n bytes. */
static gboolean
read_bytes (sqlite3_stmt *statement, int column, gpointer bytes, gsize n)
{
  if (sqlite3_column_bytes (statement, column) != (int) n)
    return FALSE;
  memcpy (bytes, sqlite3_column_blob (statement, column), n);
  return TRUE;
}

static void
read_id (sqlite3_stmt *statement, int column, char id[TW_ID_SIZE])
{
  guint8 bytes[TW_ID_BYTES] = { 0 };

  read_bytes (statement, column, bytes, sizeof bytes);
  tw_id_from_bytes (bytes, id);
}

/* The parts of the entry whose first one is the row @seq: the rows from there on up to the next one of another entry,
 * since none of another lies between them. */
static gboolean
read_parts (TwSqliteConnection *connection, const TwCommitKinds *kinds, gint64 seq, gint64 number, GArray *parts,
            GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection,
      "SELECT kind, id, number = ?2 AND user_id = (SELECT user_id FROM log WHERE seq = ?1) FROM log WHERE seq >= ?1"
      " ORDER BY seq",
      error);
  int result;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, seq);
  sqlite3_bind_int64 (statement, 2, number);
  while ((result = tw_sqlite_step (connection, statement, error)) == SQLITE_ROW
         && sqlite3_column_int (statement, 2) != 0)
    {
      TwCommittedPart part = { .type = read_kind (kinds, statement, 0, error) };

      if (part.type == NULL)
        return FALSE;
      read_id (statement, 1, part.id);
      g_array_append_val (parts, part);
    }
  return result >= 0;
}

/* Whether there may be such a key: the index alone says that of nearly all that are new. */
static gboolean
may_be_there (TwSqliteConnection *connection, gint64 key_hash, gboolean *may_be, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "SELECT 1 FROM log WHERE key_hash = ?1", error);
  int result;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, key_hash);
  result = tw_sqlite_step (connection, statement, error);
  *may_be = result == SQLITE_ROW;
  return result >= 0;
}

static gboolean
find_key (TwSqliteConnection *connection, const TwCommitKinds *kinds, const TwCommitSpec *spec, gint64 key_hash,
          TwCommitted *committed, GArray **parts, GBytes **note, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "SELECT seq, number, fingerprint, note FROM log WHERE key_hash = ?1 AND by_id = ?2 AND key = ?3", error);
  guint8 fingerprint[TW_COMMIT_FINGERPRINT_BYTES];
  int result;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, key_hash);
  tw_sqlite_bind_text (statement, 2, by_of_row (spec));
  tw_sqlite_bind_text (statement, 3, spec->key);
  result = tw_sqlite_step (connection, statement, error);
  if (result != SQLITE_ROW)
    return result == SQLITE_DONE;
  if (!read_bytes (statement, 2, fingerprint, sizeof fingerprint)
      || memcmp (fingerprint, spec->fingerprint, sizeof fingerprint) != 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_REUSED, "This Idempotency-Key has been used for another request");
      return FALSE;
    }
  *parts = g_array_new (FALSE, FALSE, sizeof (TwCommittedPart));
  if (sqlite3_column_bytes (statement, 3) > 0)
    {
      *note = g_bytes_new (sqlite3_column_blob (statement, 3), (gsize) sqlite3_column_bytes (statement, 3));
      committed->note = g_bytes_get_data (*note, &committed->note_length);
    }
  committed->number = sqlite3_column_int64 (statement, 1);
  if (!read_parts (connection, kinds, sqlite3_column_int64 (statement, 0), committed->number, *parts, error))
    return FALSE;
  committed->is_repeat = TRUE;
  committed->first = g_array_index (*parts, TwCommittedPart, 0);
  committed->parts = (gconstpointer) (*parts)->data;
  committed->n_parts = (*parts)->len;
  return TRUE;
}

gboolean
tw_commit_log_sqlite_look_for_key (TwSqliteConnection *connection, const TwCommitKinds *kinds,
                                   const TwCommitSpec *spec, gint64 key_hash, TwCommitted *committed, GArray **parts,
                                   GBytes **note, GError **error)
{
  gboolean may_be;

  return may_be_there (connection, key_hash, &may_be, error)
         && (!may_be || find_key (connection, kinds, spec, key_hash, committed, parts, note, error));
}

gboolean
tw_commit_log_sqlite_read_head (TwSqliteConnection *connection, const char *partition, TwCommitLog *log, gint64 *seq,
                                GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "SELECT number, seq, dropped, dropped_mark FROM log_heads WHERE user_id = ?1", error);
  int result;

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, partition);
  result = tw_sqlite_step (connection, statement, error);
  if (result != SQLITE_ROW)
    return result == SQLITE_DONE;
  log->newest = sqlite3_column_int64 (statement, 0);
  *seq = sqlite3_column_int64 (statement, 1);
  log->dropped = sqlite3_column_int64 (statement, 2);
  read_bytes (statement, 3, log->dropped_mark, sizeof log->dropped_mark);
  return TRUE;
}

/* What the log has of it that the table of heads does not know of. */
static gboolean
look_ahead (TwSqliteConnection *connection, const char *partition, TwCommitLog *log, gint64 *seq, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "SELECT number, seq FROM log WHERE seq > (SELECT heads_to FROM log_state) AND user_id = ?1"
      " ORDER BY seq DESC LIMIT 1", error);
  int result;

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, partition);
  result = tw_sqlite_step (connection, statement, error);
  if (result == SQLITE_ROW)
    {
      log->newest = sqlite3_column_int64 (statement, 0);
      *seq = sqlite3_column_int64 (statement, 1);
    }
  return result >= 0;
}

/* The seqs of the rows behind @after, from the newest one at @seq on backwards. What has been dropped ends it. */
static GArray *
walk_back (TwSqliteConnection *connection, gint64 seq, gint64 after, GError **error)
{
  g_autoptr (GArray) seqs = g_array_new (FALSE, FALSE, sizeof (gint64));
  int result = SQLITE_ROW;

  while (seq != 0 && result == SQLITE_ROW)
    {
      g_autoptr (TwSqliteStatement) statement
          = tw_sqlite_statement (connection, "SELECT previous FROM log WHERE seq = ?1 AND number > ?2", error);

      if (statement == NULL)
        return NULL;
      sqlite3_bind_int64 (statement, 1, seq);
      sqlite3_bind_int64 (statement, 2, after);
      result = tw_sqlite_step (connection, statement, error);
      if (result == SQLITE_ROW)
        {
          g_array_append_val (seqs, seq);
          seq = sqlite3_column_int64 (statement, 0);
        }
    }
  return result >= 0 ? g_steal_pointer (&seqs) : NULL;
}

#define SHOW "SELECT " TW_COMMIT_LOG_SHOWN " FROM log WHERE seq = ?1"

gboolean
tw_commit_log_sqlite_read_entry (const TwCommitKinds *kinds, sqlite3_stmt *statement, const char *partition,
                                 TwCommitEntry *entry, GError **error)
{
  const char *by = (const char *) sqlite3_column_text (statement, 3);

  *entry = (TwCommitEntry) {
    .number = sqlite3_column_int64 (statement, 0),
    .time_ms = sqlite3_column_int64 (statement, 2),
    .by = by != NULL ? by : partition,
    .type = read_kind (kinds, statement, 4, error),
    .version = sqlite3_column_int64 (statement, 6),
    .is_gone = sqlite3_column_int (statement, 7) != 0,
  };
  if (entry->type == NULL)
    return FALSE;
  read_bytes (statement, 1, entry->mark, sizeof entry->mark);
  read_id (statement, 5, entry->id);
  entry->changed = tw_commit_changed_from_ids (entry->type, (guint64) sqlite3_column_int64 (statement, 8));
  if (sqlite3_column_bytes (statement, 9) > 0)
    tw_commit_former_read (sqlite3_column_blob (statement, 9), (gsize) sqlite3_column_bytes (statement, 9), entry);
  return TRUE;
}

typedef enum
{
  FAILED,
  NO_MORE, /* are wanted */
  GO_ON,
} Shown;

static Shown
show (TwSqliteConnection *connection, const TwCommitKinds *kinds, const char *partition, gint64 seq,
      TwCommitEntryFunc func, gpointer user_data, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, SHOW, error);
  TwCommitEntry entry;

  if (statement == NULL)
    return FAILED;
  sqlite3_bind_int64 (statement, 1, seq);
  if (tw_sqlite_step (connection, statement, error) < 0 || !tw_commit_log_sqlite_read_entry (kinds, statement, partition, &entry, error))
    return FAILED;
  return func (&entry, user_data) ? GO_ON : NO_MORE;
}

gboolean
tw_commit_log_sqlite_find_head (TwSqliteConnection *connection, const char *partition, TwCommitLog *log, gint64 *seq,
                                GError **error)
{
  *seq = 0;
  return tw_commit_log_sqlite_read_head (connection, partition, log, seq, error)
         && look_ahead (connection, partition, log, seq, error);
}

static gboolean
read_all (TwSqliteConnection *connection, const TwCommitKinds *kinds, const char *partition, gint64 after,
          TwCommitLog *log, TwCommitEntryFunc entry, gpointer user_data, GError **error)
{
  g_autoptr (GArray) seqs = NULL;
  gint64 seq = 0;
  Shown shown = GO_ON;

  if (!tw_commit_log_sqlite_find_head (connection, partition, log, &seq, error)
      || (seqs = walk_back (connection, seq, after, error)) == NULL)
    return FALSE;
  for (guint i = seqs->len; i > 0 && shown == GO_ON; i--)
    shown = show (connection, kinds, partition, g_array_index (seqs, gint64, i - 1), entry, user_data, error);
  return shown != FAILED;
}

/* All that is read is of one moment: where there is no transaction yet, it takes one. */
gboolean
tw_commit_log_sqlite_read (TwSqliteConnection *connection, const TwCommitKinds *kinds, const char *partition,
                           gint64 after, TwCommitLog *log, TwCommitEntryFunc entry, gpointer user_data, GError **error)
{
  sqlite3 *handle = tw_sqlite_handle (connection);
  const gboolean begin = sqlite3_get_autocommit (handle) != 0;
  gboolean was_read;

  *log = (TwCommitLog) { 0 };
  if (begin && !tw_sqlite_run (connection, "BEGIN", error))
    return FALSE;
  was_read = read_all (connection, kinds, partition, after, log, entry, user_data, error);
  if (begin && sqlite3_get_autocommit (handle) == 0)
    tw_sqlite_run (connection, "COMMIT", NULL);
  return was_read;
}
