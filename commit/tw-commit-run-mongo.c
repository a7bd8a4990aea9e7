/* SPDX-License-Identifier: Apache-2.0 */

/* docs/experiments/write.md has the scheme, and why it holds. */

#include "tw-commit-run-mongo.h"

#include "tw-error.h"
#include "tw-id.h"
#include "tw-commit-claim-mongo.h"
#include "tw-commit-settle-mongo.h"
#include "tw-commit-step-mongo.h"
#include "tw-record-document.h"
#include "tw-store-error.h"

#include <string.h>

typedef enum
{
  DONE,
  FAILED,
  GO_ON, /* with what comes next, or from the beginning */
} Outcome;

/* Who came before with the same key. What it did may lie in the head alone. */
static Outcome
repeat (TwMongoSession *session, TwMongoCommit *commit, const TwMongoKeyed *keyed, GError **error)
{
  const TwMongoEntry *entry = keyed->entry;

  if (memcmp (entry->fingerprint, commit->fingerprint, sizeof entry->fingerprint) != 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_REUSED, "The key was used for another request");
      return FAILED;
    }
  if (keyed->head != NULL && !tw_mongo_settle (session, keyed->head->entries, keyed->head->settled, NULL, error))
    return FAILED;
  commit->parts = g_array_new (FALSE, FALSE, sizeof (TwCommittedPart));
  for (guint i = 0; i < entry->parts->len; i++)
    {
      const TwMongoPart *done = entry->parts->pdata[i];
      TwCommittedPart part = { .type = done->type };

      tw_id_from_bytes (done->id.bytes, part.id);
      g_array_append_val (commit->parts, part);
    }
  commit->committed = (TwCommitted) { .number = entry->number, .is_repeat = TRUE,
                                      .first = g_array_index (commit->parts, TwCommittedPart, 0),
                                      .parts = (gconstpointer) commit->parts->data,
                                      .n_parts = commit->parts->len };
  if (entry->note != NULL)
    {
      commit->note = g_bytes_ref (entry->note);
      commit->committed.note = g_bytes_get_data (commit->note, &commit->committed.note_length);
    }
  return DONE;
}

/* Makes *@head known, and a full one ready to begin anew. DONE: the commit is a repeat. */
static Outcome
get_ready (TwMongoSession *session, TwMongoCommit *commit, TwMongoHead **head, GError **error)
{
  g_auto (TwMongoKeyed) keyed = { NULL, NULL };

  if (*head != NULL && !tw_mongo_head_is_full (*head))
    return GO_ON;
  g_clear_pointer (head, tw_mongo_head_free);
  if (!tw_mongo_head_look (session, commit->types, commit->partition, commit->has_key ? commit->key : NULL, head,
                           &keyed, error))
    return FAILED;
  if (keyed.entry != NULL)
    return repeat (session, commit, &keyed, error);
  if (!tw_mongo_head_is_full (*head))
    return GO_ON;
  if (!tw_mongo_settle (session, (*head)->entries, (*head)->settled, NULL, error)
      || !tw_mongo_head_copy (session, commit->partition, *head, error))
    return FAILED;
  (*head)->settled = (*head)->n;
  return GO_ON;
}

/* Of several records what the function has seen was so at one time only if the head is still the same. */
static Outcome
end_unchanged (TwMongoSession *session, TwMongoCommit *commit, TwMongoHead **head, gboolean saw_several, GError *why,
               GError **error)
{
  g_autoptr (GError) refusal = why;
  g_autoptr (TwMongoHead) before = g_steal_pointer (head);

  if (before->n > 0 && before->settled == before->n)
    tw_mongo_lanes_remember (commit->lanes, commit->partition, before, TRUE);
  if (saw_several && !tw_mongo_head_look (session, commit->types, commit->partition, NULL, head, NULL, error))
    return FAILED;
  if (saw_several && (*head)->n != before->n)
    {
      if (commit->has_key)
        g_clear_pointer (head, tw_mongo_head_free);
      return GO_ON;
    }
  if (refusal == NULL)
    return DONE;
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FAILED;
}

/* Whether @there, a record, is what @made has made, which later changes may have followed. */
static gboolean
is_ours (const TwMongoCommit *commit, const TwMongoPart *made, gconstpointer there)
{
  const TwRecordType *type = made->type;
  const guint owner = tw_record_find_role (type, TW_RECORD_OWNER);
  const guint created = tw_record_find_role (type, TW_RECORD_CREATED);
  g_autoptr (TwBson) document = bson_copy (made->set);
  g_autofree gpointer ours = NULL;
  g_autofree char *why = NULL;

  BSON_APPEND_OID (document, "_id", &made->id);
  ours = tw_record_document_read (type, document, &why);
  return ours != NULL && there != NULL && strcmp (*tw_record_text (type, there, owner), commit->partition) == 0
         && (created == type->n_fields
             || *tw_record_number (type, there, created) == *tw_record_number (type, ours, created));
}

static const TwMongoPart *
part_about (const TwMongoEntry *entry, const TwMongoPart *made)
{
  for (guint i = 0; i < entry->parts->len; i++)
    {
      const TwMongoPart *part = entry->parts->pdata[i];

      if (bson_oid_equal (&part->id, &made->id) && strcmp (part->collection, made->collection) == 0)
        return part;
    }
  return NULL;
}

/* What the partition's log knows of a record beside the entry that was to make it. */
typedef struct
{
  gboolean before; /* that it was there */
  gboolean given;  /* that it was given away since */
} Known;

/* A look for that. */
typedef struct
{
  const TwMongoCommit *commit;
  const TwMongoEntry *entry;
  const TwMongoPart *made;
  Known known;
  gboolean is_broken;
} Look;

static void
look_in_entries (Look *look, const GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const TwMongoEntry *other = entries->pdata[i];
      const TwMongoPart *part = part_about (other, look->made);

      if (part == NULL)
        continue;
      look->known.before = look->known.before || other->number < look->entry->number;
      look->known.given = look->known.given
                          || (other->number > look->entry->number && part->deed == TW_MONGO_GIVEN);
    }
}

static gboolean
look_in_bucket (const bson_t *document, gpointer data)
{
  Look *look = data;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_mongo_entry_free);

  look->is_broken = !tw_mongo_entries_read (look->commit->types, document, entries);
  look_in_entries (look, entries);
  return !look->is_broken;
}

/* Those that have the record's id somewhere: which of their entries has it, and what that says, not every server can be
 * asked at once. */
static gboolean
look_in_buckets (TwMongoSession *session, Look *look, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("partition", BCON_UTF8 (look->commit->partition), "entries.parts.id",
                                        BCON_OID (&look->made->id));

  return tw_mongo_find (session, TW_MONGO_COMMITS, filter, NULL, look_in_bucket, look, error)
         && (!look->is_broken || tw_mongo_head_is_broken (look->commit->partition, error));
}

static gboolean
look_in_log (TwMongoSession *session, Look *look, GError **error)
{
  g_autoptr (TwMongoHead) head = NULL;

  if (!tw_mongo_head_look (session, look->commit->types, look->commit->partition, NULL, &head, NULL, error))
    return FALSE;
  look_in_entries (look, head->entries);
  return look_in_buckets (session, look, error);
}

/* What was to be made was there: somebody else has settled it first, or its id was taken; or it took the place of a
 * tombstone, which may just have been dropped. */
static gboolean
check_made (TwMongoSession *session, const TwMongoCommit *commit, const TwMongoEntry *entry, const TwMongoPart *made,
            GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_OID (&made->id));
  g_autoptr (TwBson) document = NULL;
  g_autofree gpointer there = NULL;
  g_autofree char *why = NULL;
  Look look = { .commit = commit, .entry = entry, .made = made };
  gboolean is_there;

  if (!tw_mongo_find_one (session, made->collection, filter, NULL, &document, error))
    return FALSE;
  if (document != NULL)
    there = tw_record_document_read (made->type, document, &why);
  is_there = tw_mongo_document_version (document) >= made->version
             && (is_ours (commit, made, there) || tw_record_document_is_tombstone (document));
  if (is_there && made->version > 1)
    return TRUE;
  if (!look_in_log (session, &look, error))
    return FALSE;
  if ((!look.known.before || made->version > 1) && (look.known.given || is_there))
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, "It is there already");
  return FALSE;
}

/* It has happened: now it is written down in the records. */
static Outcome
finish (TwMongoSession *session, TwMongoCommit *commit, TwMongoHead *head, TwMongoEntry *entry, GError **error)
{
  const TwMongoPart *doubtful = NULL;

  tw_mongo_head_add (head, entry);
  if (!tw_mongo_settle (session, head->entries, head->settled, &doubtful, error))
    {
      tw_mongo_lanes_remember (commit->lanes, commit->partition, NULL, FALSE);
      return FAILED;
    }
  head->settled = head->n;
  tw_mongo_lanes_remember (commit->lanes, commit->partition, head, FALSE);
  if (doubtful != NULL && !check_made (session, commit, entry, doubtful, error))
    return FAILED;
  commit->committed.number = entry->number;
  return DONE;
}

static Outcome
change (TwMongoSession *session, TwMongoCommit *commit, TwMongoHead **head, TwMongoEntry *decided, GError **error)
{
  g_autoptr (TwMongoEntry) entry = decided;

  memcpy (entry->mark, commit->mark, sizeof entry->mark);
  entry->time_ms = commit->now_ms;
  entry->by = g_strdup (commit->by);
  entry->has_key = commit->has_key;
  memcpy (entry->key, commit->key, sizeof entry->key);
  memcpy (entry->fingerprint, commit->fingerprint, sizeof entry->fingerprint);
  switch (tw_mongo_claim (session, commit->types, commit->partition, *head, entry, error))
    {
    case TW_MONGO_WON:
      return finish (session, commit, *head, g_steal_pointer (&entry), error);
    case TW_MONGO_LOST:
      g_clear_pointer (head, tw_mongo_head_free);
      return GO_ON;
    case TW_MONGO_FAILED:
    default:
      return FAILED;
    }
}

static Outcome
attempt (TwMongoSession *session, TwMongoCommit *commit, TwMongoHead **head, GError **error)
{
  g_autoptr (TwMongoStep) step = NULL;
  g_autoptr (GError) why = NULL;
  const Outcome ready = get_ready (session, commit, head, error);

  if (ready != GO_ON)
    return ready;
  g_ptr_array_set_size (commit->records, 0);
  step = tw_mongo_step_new (commit->commits, session, commit->partition, commit->now_ms, *head, commit->records);
  if (!commit->decide (&step->parent, commit->data, &why) && why == NULL)
    g_set_error (&why, TW_ERROR, TW_ERROR_INTERNAL, "a commit was refused without saying why");
  if (step->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&step->error));
      return FAILED;
    }
  if (why != NULL || step->entry->parts->len == 0)
    return end_unchanged (session, commit, head, step->found->len > 1, g_steal_pointer (&why), error);
  return change (session, commit, head, g_steal_pointer (&step->entry), error);
}

gboolean
tw_mongo_commit (TwMongoSession *session, TwMongoCommit *commit, GError **error)
{
  g_autoptr (TwMongoHead) head
      = commit->has_key ? NULL : tw_mongo_lanes_recall (commit->lanes, commit->partition);

  while (tw_mongo_session_left_ms (session) > 0)
    switch (attempt (session, commit, &head, error))
      {
      case DONE:
        return TRUE;
      case FAILED:
        return FALSE;
      case GO_ON:
      default:
        break;
      }
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_UNAVAILABLE);
  return FALSE;
}
