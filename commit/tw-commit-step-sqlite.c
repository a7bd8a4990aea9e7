/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-step-sqlite.h"

#include "tw-commit-changed.h"
#include "tw-commit-former.h"
#include "tw-commit-record.h"
#include "tw-error.h"

#include <string.h>

/* What the step knows of a record, and does to it. */
typedef enum
{
  MISSING, /* it has looked, and there is none */
  FOUND,
  INSERTED,
  UPDATED,
  REMOVED,
  GIVEN, /* to another partition */
} Standing;

struct _TwCommitTouched
{
  guint kind;
  guint8 id[TW_ID_BYTES];
  Standing standing;
  gpointer before; /* as it was found; NULL: not, or there was none */
  gpointer after;  /* as it is put */
  gint64 version;  /* as the step leaves it, where it changes it */
  TwCommitTouched *next, *next_changed;
};

static TwCommitStepSqlite *
sqlite_step (TwCommit *commit)
{
  return (TwCommitStepSqlite *) commit;
}

void
tw_commit_step_sqlite_init (TwCommitStepSqlite *step, TwCommits *commits, TwCommitTables *tables,
                            TwSqliteConnection *connection, const TwCommitSpec *spec, gint64 key_hash)
{
  *step = (TwCommitStepSqlite) {
    .parent = { commits },
    .tables = tables,
    .connection = connection,
    .spec = spec,
    .key_hash = key_hash,
  };
  step->changed_end = &step->changed;
}

void
tw_commit_step_sqlite_clear (TwCommitStepSqlite *step)
{
  while (step->touched != NULL)
    {
      TwCommitTouched *touched = step->touched;

      step->touched = touched->next;
      g_free (touched->before);
      g_free (touched->after);
      g_free (touched);
    }
  g_clear_pointer (&step->note, g_bytes_unref);
  g_clear_error (&step->error);
}

static guint
kind_of (const TwCommitStepSqlite *step, const TwRecordType *type)
{
  const TwCommitKinds *kinds = &step->tables->kinds;
  guint i = 0;

  while (i < kinds->n && kinds->types[i] != type)
    i++;
  g_assert (i < kinds->n);
  return i;
}

static TwCommitTouched *
look_up (const TwCommitStepSqlite *step, guint kind, const guint8 id[TW_ID_BYTES])
{
  TwCommitTouched *touched = step->touched;

  while (touched != NULL && (touched->kind != kind || memcmp (touched->id, id, TW_ID_BYTES) != 0))
    touched = touched->next;
  return touched;
}

static TwCommitTouched *
touch (TwCommitStepSqlite *step, guint kind, const guint8 id[TW_ID_BYTES])
{
  TwCommitTouched *touched = g_new0 (TwCommitTouched, 1);

  touched->kind = kind;
  memcpy (touched->id, id, TW_ID_BYTES);
  touched->next = step->touched;
  step->touched = touched;
  return touched;
}

gconstpointer
tw_commit_step_sqlite_find (TwCommit *commit, const TwRecordType *type, const char *id, GError **error)
{
  TwCommitStepSqlite *step = sqlite_step (commit);
  const guint kind = kind_of (step, type);
  guint8 bytes[TW_ID_BYTES];
  TwCommitTouched *touched;
  gpointer before;

  if (!tw_id_to_bytes (id, bytes))
    return NULL;
  touched = look_up (step, kind, bytes);
  if (touched != NULL)
    return touched->standing == FOUND ? touched->before : touched->standing == GIVEN ? NULL : touched->after;
  if (!tw_record_rows_find (step->tables->rows[kind], step->connection, step->spec->partition, bytes, &before, error))
    return NULL;
  touched = touch (step, kind, bytes);
  touched->standing = before != NULL ? FOUND : MISSING;
  touched->before = before;
  return before;
}

/* What the function can't be told, fails the step. */
static void
fail (TwCommitStepSqlite *step, const TwRecordType *type, const char *what)
{
  if (step->error == NULL)
    g_set_error (&step->error, TW_ERROR, TW_ERROR_INTERNAL, "a record of '%s' %s", type->collection, what);
}

/* From now on the step changes it. */
static void
change (TwCommitStepSqlite *step, TwCommitTouched *touched, const TwRecordType *type, Standing standing)
{
  const gint64 version
      = touched->before != NULL
          ? *tw_record_number (type, touched->before, tw_record_find_role (type, TW_RECORD_VERSION)) : 0;

  if (touched->standing > FOUND)
    {
      fail (step, type, "is changed twice in one step");
      return;
    }
  if (version == G_MAXINT64)
    fail (step, type, "has the highest version that there is");
  touched->version = version == G_MAXINT64 ? version : version + 1;
  touched->standing = standing;
  *step->changed_end = touched;
  step->changed_end = &touched->next_changed;
}

gconstpointer
tw_commit_step_sqlite_put (TwCommit *commit, const TwRecordType *type, gconstpointer record)
{
  TwCommitStepSqlite *step = sqlite_step (commit);
  const guint kind = kind_of (step, type);
  const char *id = *tw_record_text (type, record, tw_record_find_role (type, TW_RECORD_KEY));
  guint8 bytes[TW_ID_BYTES] = { 0 };
  TwCommitTouched *touched;

  if (!tw_id_to_bytes (id, bytes))
    fail (step, type, "has an id that is none");
  touched = look_up (step, kind, bytes);
  if (touched == NULL)
    touched = touch (step, kind, bytes);
  change (step, touched, type, touched->before != NULL ? UPDATED : INSERTED);
  if (touched->after == NULL)
    touched->after = tw_commit_record_new (type, record, step->spec->partition, touched->version);
  return touched->after;
}

void
tw_commit_step_sqlite_remove (TwCommit *commit, const TwRecordType *type, const char *id)
{
  TwCommitStepSqlite *step = sqlite_step (commit);
  guint8 bytes[TW_ID_BYTES];
  TwCommitTouched *touched
      = tw_id_to_bytes (id, bytes) ? look_up (step, kind_of (step, type), bytes) : NULL;

  if (touched == NULL || touched->before == NULL)
    fail (step, type, "is to be removed, and has not been found");
  else
    change (step, touched, type, REMOVED);
}

void
tw_commit_step_sqlite_note (TwCommit *commit, gconstpointer bytes, gsize n)
{
  TwCommitStepSqlite *step = sqlite_step (commit);

  g_assert (step->note == NULL);
  step->note = step->spec->key != NULL ? g_bytes_new (bytes, n) : NULL;
}

gconstpointer
tw_commit_step_sqlite_give (TwCommit *commit, const TwRecordType *type, gconstpointer record, const char *partition)
{
  TwCommitStepSqlite *step = sqlite_step (commit);
  const char *id = *tw_record_text (type, record, tw_record_find_role (type, TW_RECORD_KEY));
  guint8 bytes[TW_ID_BYTES];
  TwCommitTouched *touched = tw_id_to_bytes (id, bytes) ? look_up (step, kind_of (step, type), bytes) : NULL;

  if (touched == NULL || touched->before == NULL || strcmp (partition, step->spec->partition) == 0)
    {
      fail (step, type, "is to be given, and has not been found, or is there already");
      return record;
    }
  change (step, touched, type, GIVEN);
  if (touched->after == NULL)
    touched->after = tw_commit_record_new (type, record, partition, touched->version);
  return touched->after;
}

static gboolean
write_record (const TwCommitStepSqlite *step, const TwCommitTouched *touched, GError **error)
{
  const TwRecordRows *rows = step->tables->rows[touched->kind];

  switch (touched->standing)
    {
    case INSERTED:
      return tw_record_rows_insert (rows, step->connection, touched->after, error);
    case UPDATED:
      return tw_record_rows_update (rows, step->connection, touched->after, error);
    case REMOVED:
      return tw_record_rows_remove (rows, step->connection, step->spec->partition, touched->id, error);
    case GIVEN: /* its row lies elsewhere, and may have other columns there */
      return tw_record_rows_remove (rows, step->connection, step->spec->partition, touched->id, error)
             && tw_record_rows_insert (rows, step->connection, touched->after, error);
    case MISSING:
    case FOUND:
    default:
      g_assert_not_reached ();
    }
}

/* *@head is its partition's, before and after it. */
static gboolean
write_part (TwCommitStepSqlite *step, const TwCommitTouched *touched, const TwCommitEntryHead *entry, gint64 seq,
            TwCommitHead *head, GError **error)
{
  const TwRecordType *type = step->tables->kinds.types[touched->kind];
  const gboolean is_gone = touched->standing == REMOVED || touched->standing == GIVEN;
  g_autoptr (GBytes) former = tw_commit_former (type, touched->before, is_gone ? NULL : touched->after);
  const TwCommitPart part = {
    .type = type,
    .id = touched->id,
    .version = touched->version,
    .is_gone = is_gone,
    .changed = is_gone ? 0 : tw_commit_changed (type, touched->before, touched->after),
    .former = former,
    .seq = seq,
    .previous = head->seq,
    .is_first = head->number != entry->number,
  };

  *head = (TwCommitHead) { entry->number, seq };
  return tw_commit_log_sqlite_append (step->connection, entry, &part, error);
}

/* What the parts of an entry are written with. */
typedef struct
{
  TwCommitStepSqlite *step;
  TwCommitEntryHead entry;
  TwCommitHead head; /* of the partition, as the parts leave it */
  gint64 last_seq;   /* of all rows */
} Writing;

static gboolean
write_next_part (Writing *writing, const TwCommitTouched *touched, GError **error)
{
  return write_part (writing->step, touched, &writing->entry, ++writing->last_seq, &writing->head, error);
}

/* The record first, which may be refused: the part behind it is so only where the disk is in trouble, which is no matter
 * of this step alone. */
static gboolean
write_one (Writing *writing, const TwCommitTouched *touched, GError **error)
{
  if (!write_record (writing->step, touched, error))
    return FALSE;
  if (write_next_part (writing, touched, error))
    return TRUE;
  tw_sqlite_give_up (writing->step->connection);
  return FALSE;
}

static gboolean
write_each (Writing *writing, GError **error)
{
  const TwCommitTouched *touched = writing->step->changed;

  while (touched != NULL && write_record (writing->step, touched, error) && write_next_part (writing, touched, error))
    touched = touched->next_changed;
  return touched == NULL;
}

/* What is written of them is undone together. */
static gboolean
write_several (Writing *writing, GError **error)
{
  TwSqliteConnection *connection = writing->step->connection;

  if (!tw_sqlite_run (connection, "SAVEPOINT step", error))
    return FALSE;
  if (write_each (writing, error) && tw_sqlite_run (connection, "RELEASE step", error))
    return TRUE;
  if (!tw_sqlite_run (connection, "ROLLBACK TO step", NULL) || !tw_sqlite_run (connection, "RELEASE step", NULL))
    tw_sqlite_give_up (connection);
  return FALSE;
}

static gboolean
is_one_statement (const TwCommitStepSqlite *step)
{
  return step->changed->next_changed == NULL && step->changed->standing != GIVEN;
}

gboolean
tw_commit_step_sqlite_write (TwCommitStepSqlite *step, gint64 *number, GError **error)
{
  const char *partition = step->spec->partition;
  TwCommitHeadsSqlite *heads = step->tables->heads;
  guint8 mark[TW_COMMIT_MARK_BYTES];
  Writing writing = { .step = step };

  *number = 0;
  if (step->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&step->error));
      return FALSE;
    }
  if (step->changed == NULL)
    return TRUE;
  if (!tw_commit_heads_sqlite_get (heads, step->connection, partition, &writing.head, &writing.last_seq, error))
    return FALSE;
  tw_commit_marks_next (&step->tables->marks, mark);
  writing.entry = (TwCommitEntryHead) { step->spec, step->key_hash, writing.head.number + 1, mark, step->note };
  if (!(is_one_statement (step) ? write_one (&writing, step->changed, error) : write_several (&writing, error)))
    return FALSE;
  tw_commit_heads_sqlite_set (heads, partition, &writing.head);
  *number = writing.head.number;
  return TRUE;
}
