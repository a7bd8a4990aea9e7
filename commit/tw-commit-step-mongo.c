/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-step-mongo.h"

#include "tw-commit-changed.h"
#include "tw-commit-former.h"
#include "tw-commit-record.h"
#include "tw-error.h"
#include "tw-id.h"
#include "tw-record-document.h"

#include <string.h>

/* A record that the function has asked for, or put. */
typedef struct
{
  const TwRecordType *type;
  bson_oid_t id;
  bson_t *document;      /* what is there; NULL: nothing, or it is not known */
  gint64 version;        /* of what is there, be it the partition's, another's or a removed one's; 0: nothing is */
  gboolean is_tombstone;
  gpointer before;       /* the partition's; NULL: none */
  gconstpointer now;     /* the same, or as it was put, or NULL */
  gboolean is_changed;
} Found;

static void
found_free (gpointer data)
{
  Found *found = data;

  g_clear_pointer (&found->document, bson_destroy);
  g_free (found->before);
  g_free (found);
}

TwMongoStep *
tw_mongo_step_new (TwCommits *commits, TwMongoSession *session, const char *partition, gint64 now_ms,
                   const TwMongoHead *head, GPtrArray *records)
{
  TwMongoStep *step = g_new0 (TwMongoStep, 1);

  step->parent.commits = commits;
  step->session = session;
  step->partition = partition;
  step->now_ms = now_ms;
  step->head = head;
  step->records = records;
  step->found = g_ptr_array_new_with_free_func (found_free);
  step->entry = tw_mongo_entry_new ();
  return step;
}

void
tw_mongo_step_free (TwMongoStep *step)
{
  g_ptr_array_unref (step->found);
  g_clear_pointer (&step->entry, tw_mongo_entry_free);
  g_clear_error (&step->error);
  g_free (step);
}

static TwMongoStep *
step_of (TwCommit *commit)
{
  return (TwMongoStep *) commit;
}

static Found *
look_up (const TwMongoStep *step, const TwRecordType *type, const bson_oid_t *id)
{
  for (guint i = 0; i < step->found->len; i++)
    {
      Found *found = step->found->pdata[i];

      if (found->type == type && bson_oid_equal (&found->id, id))
        return found;
    }
  return NULL;
}

static Found *
add_found (TwMongoStep *step, const TwRecordType *type, const bson_oid_t *id)
{
  Found *found = g_new0 (Found, 1);

  found->type = type;
  bson_oid_copy (id, &found->id);
  g_ptr_array_add (step->found, found);
  return found;
}

/* What *@document becomes by the head's entries. Those that are settled are for versions that it no longer has. */
static void
bring_up_to_date (const TwMongoStep *step, const TwRecordType *type, const bson_oid_t *id, bson_t **document)
{
  for (guint i = 0; i < step->head->entries->len; i++)
    {
      const TwMongoEntry *entry = step->head->entries->pdata[i];

      for (guint k = 0; entry->number > step->head->settled && k < entry->parts->len; k++)
        {
          const TwMongoPart *part = entry->parts->pdata[k];
          bson_t *after;

          if (part->type != type || !bson_oid_equal (&part->id, id)
              || (after = tw_mongo_part_apply (part, entry->time_ms, *document)) == NULL)
            continue;
          g_clear_pointer (document, bson_destroy);
          *document = after;
        }
    }
}

/* Notes that the record's document is @document, or that there is none (NULL), but for the head's entries. Takes it. */
static Found *
note_found (TwMongoStep *step, const TwRecordType *type, const bson_oid_t *id, bson_t *document)
{
  const guint owner = tw_record_find_role (type, TW_RECORD_OWNER);
  Found *found = add_found (step, type, id);
  g_autofree gpointer record = NULL;
  g_autofree char *why = NULL;

  bring_up_to_date (step, type, id, &document);
  found->document = document;
  found->version = tw_mongo_document_version (document);
  if (document == NULL)
    return found;
  found->is_tombstone = tw_record_document_is_tombstone (document);
  record = tw_record_document_read (type, document, &why);
  if (record != NULL && strcmp (*tw_record_text (type, record, owner), step->partition) == 0)
    found->now = found->before = g_steal_pointer (&record);
  return found;
}

/* NULL with the step's error. */
static Found *
read_found (TwMongoStep *step, const TwRecordType *type, const bson_oid_t *id)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_OID (id));
  bson_t *document = NULL;

  return step->error == NULL
                 && tw_mongo_find_one (step->session, type->collection, filter, NULL, &document, &step->error)
             ? note_found (step, type, id, document)
             : NULL;
}

gconstpointer
tw_mongo_step_find (TwCommit *commit, const TwRecordType *type, const char *id, GError **error)
{
  TwMongoStep *step = step_of (commit);
  const Found *found;
  bson_oid_t oid;

  if (!tw_id_to_bytes (id, oid.bytes))
    return NULL;
  found = look_up (step, type, &oid);
  if (found == NULL && (found = read_found (step, type, &oid)) == NULL)
    {
      if (error != NULL)
        *error = g_error_copy (step->error);
      return NULL;
    }
  return found->now;
}

/* Those of the ids that nothing is known of, each once: bson_oid_t. */
static GArray *
unknown_ids (const TwMongoStep *step, const TwRecordType *type, const char *const *ids, guint n)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GArray *unknown = g_array_new (FALSE, FALSE, sizeof (bson_oid_t));
  bson_oid_t oid;

  for (guint i = 0; i < n; i++)
    if (g_hash_table_add (seen, (gpointer) (guintptr) ids[i]) && tw_id_to_bytes (ids[i], oid.bytes)
        && look_up (step, type, &oid) == NULL)
      g_array_append_val (unknown, oid);
  return unknown;
}

static bson_t *
filter_of (const GArray *ids)
{
  bson_t *filter = bson_new ();
  bson_t among, array;

  BSON_APPEND_DOCUMENT_BEGIN (filter, "_id", &among);
  BSON_APPEND_ARRAY_BEGIN (&among, "$in", &array);
  for (guint i = 0; i < ids->len; i++)
    {
      char space[16];
      const char *index;

      bson_uint32_to_string (i, &index, space, sizeof space);
      BSON_APPEND_OID (&array, index, &g_array_index (ids, bson_oid_t, i));
    }
  bson_append_array_end (&among, &array);
  bson_append_document_end (filter, &among);
  return filter;
}

/* What a look for several records goes with. */
typedef struct
{
  TwMongoStep *step;
  const TwRecordType *type;
} Expected;

static gboolean
take_expected (const bson_t *document, gpointer data)
{
  const Expected *expected = data;
  bson_iter_t id;

  if (bson_iter_init_find (&id, document, "_id") && BSON_ITER_HOLDS_OID (&id)
      && look_up (expected->step, expected->type, bson_iter_oid (&id)) == NULL)
    note_found (expected->step, expected->type, bson_iter_oid (&id), bson_copy (document));
  return TRUE;
}

void
tw_mongo_step_expect (TwCommit *commit, const TwRecordType *type, const char *const *ids, guint n)
{
  TwMongoStep *step = step_of (commit);
  g_autoptr (GArray) unknown = NULL;
  g_autoptr (TwBson) filter = NULL, options = NULL;
  Expected expected = { step, type };

  /* One is looked for when it is asked for, if it is. */
  if (n < 2 || step->error != NULL)
    return;
  unknown = unknown_ids (step, type, ids, n);
  filter = filter_of (unknown);
  options = BCON_NEW ("batchSize", BCON_INT64 (unknown->len + 1));
  if (unknown->len < 2
      || !tw_mongo_find (step->session, type->collection, filter, options, take_expected, &expected, &step->error))
    return;
  for (guint i = 0; i < unknown->len; i++)
    {
      const bson_oid_t *id = &g_array_index (unknown, bson_oid_t, i);

      if (look_up (step, type, id) == NULL)
        note_found (step, type, id, NULL);
    }
}

/* Bits of the fields that @document has not, though every record has them: an older service left it. */
static guint64
missing_in (const TwRecordType *type, const bson_t *document)
{
  guint64 missing = 0;

  for (guint i = 0; document != NULL && i < type->n_fields; i++)
    if (tw_record_field_is_kept (&type->fields[i]) && type->fields[i].always
        && !bson_has_field (document, type->fields[i].name))
      missing |= TW_RECORD_BIT (i);
  return missing;
}

/* Says in @part what makes @now of what was found. */
static void
say_change (TwMongoPart *part, const Found *found, gpointer now)
{
  const TwRecordType *type = part->type;
  const guint64 key = TW_RECORD_BIT (tw_record_find_role (type, TW_RECORD_KEY)), has = *tw_record_has (now);
  const guint64 had = found->before != NULL ? *tw_record_has (found->before) : 0;

  part->changed = tw_commit_changed (type, found->before, now);
  *tw_record_has (now) = has & (part->changed | missing_in (type, found->document)) & ~key;
  tw_record_document_change (type, now, had & ~has, part->set, part->unset);
  *tw_record_has (now) = has;
}

/* What is new must not be there, as far as that is known; where it is not, whoever settles it finds out. */
static gboolean
is_taken (const TwMongoStep *step, const TwRecordType *type, const bson_oid_t *id, const Found *found)
{
  gboolean taken = found != NULL && found->version > 0 && !found->is_tombstone;

  for (guint i = 0; found == NULL && i < step->head->entries->len; i++)
    {
      const TwMongoEntry *entry = step->head->entries->pdata[i];

      for (guint k = 0; k < entry->parts->len; k++)
        {
          const TwMongoPart *part = entry->parts->pdata[k];

          taken = taken || (part->type == type && bson_oid_equal (&part->id, id));
        }
    }
  return taken;
}

/* The first of what is wrong. */
static void
fail (TwMongoStep *step, TwErrorCode code, const char *what)
{
  if (step->error == NULL)
    g_set_error_literal (&step->error, TW_ERROR, (int) code, what);
}

static gconstpointer
put_found (TwMongoStep *step, Found *found, TwMongoDeed deed, gconstpointer record, const char *partition)
{
  const gint64 version = found->version + 1;
  TwMongoPart *part = tw_mongo_part_new (found->type, &found->id, deed, version);
  gpointer now = tw_commit_record_new (found->type, record, partition, version);

  g_ptr_array_add (step->records, now);
  say_change (part, found, now);
  part->former = tw_commit_former (found->type, found->before, deed == TW_MONGO_GIVEN ? NULL : now);
  if (found->is_tombstone)
    BSON_APPEND_UTF8 (part->unset, TW_RECORD_TOMBSTONE, "");
  g_ptr_array_add (step->entry->parts, part);
  found->now = now;
  found->is_changed = TRUE;
  return now;
}

gconstpointer
tw_mongo_step_put (TwCommit *commit, const TwRecordType *type, gconstpointer record)
{
  TwMongoStep *step = step_of (commit);
  const guint key = tw_record_find_role (type, TW_RECORD_KEY);
  bson_oid_t oid = { { 0 } };
  Found *found;

  if (!tw_id_to_bytes (*tw_record_text (type, record, key), oid.bytes))
    fail (step, TW_ERROR_INTERNAL, "a record's id is none");
  found = look_up (step, type, &oid);
  if (found != NULL && found->is_changed)
    fail (step, TW_ERROR_INTERNAL, "a commit changes a record twice");
  else if ((found == NULL || found->before == NULL) && is_taken (step, type, &oid, found))
    fail (step, TW_ERROR_CONFLICT, "It is there already");
  if (found == NULL)
    found = add_found (step, type, &oid);
  return put_found (step, found, found->before == NULL ? TW_MONGO_MADE : TW_MONGO_CHANGED, record, step->partition);
}

/* What is set has it be the other's; of this partition it is gone, and an entry of its says no more of it. */
gconstpointer
tw_mongo_step_give (TwCommit *commit, const TwRecordType *type, gconstpointer record, const char *partition)
{
  TwMongoStep *step = step_of (commit);
  const guint key = tw_record_find_role (type, TW_RECORD_KEY);
  bson_oid_t oid;
  Found *found = NULL;
  gconstpointer given;

  if (tw_id_to_bytes (*tw_record_text (type, record, key), oid.bytes))
    found = look_up (step, type, &oid);
  if (found == NULL || found->before == NULL || found->is_changed || strcmp (partition, step->partition) == 0)
    {
      fail (step, TW_ERROR_INTERNAL, "a commit gives what it has not found, or what is there already");
      return record;
    }
  given = put_found (step, found, TW_MONGO_GIVEN, record, partition);
  ((TwMongoPart *) g_ptr_array_index (step->entry->parts, step->entry->parts->len - 1))->changed = 0;
  found->now = NULL;
  return given;
}

void
tw_mongo_step_remove (TwCommit *commit, const TwRecordType *type, const char *id)
{
  TwMongoStep *step = step_of (commit);
  bson_oid_t oid;
  Found *found = NULL;
  TwMongoPart *part;

  if (tw_id_to_bytes (id, oid.bytes))
    found = look_up (step, type, &oid);
  if (found == NULL || found->before == NULL || found->is_changed)
    {
      fail (step, TW_ERROR_INTERNAL, "a commit removes what it has not found");
      return;
    }
  part = tw_mongo_part_new (type, &oid, TW_MONGO_REMOVED, found->version + 1);
  part->former = tw_commit_former (type, found->before, NULL);
  g_ptr_array_add (step->entry->parts, part);
  found->now = NULL;
  found->is_changed = TRUE;
}

void
tw_mongo_step_note (TwCommit *commit, gconstpointer bytes, gsize n)
{
  TwMongoEntry *entry = step_of (commit)->entry;

  g_assert (entry->note == NULL);
  entry->note = g_bytes_new (bytes, n);
}
