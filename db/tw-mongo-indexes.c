/* SPDX-License-Identifier: Apache-2.0 */

/* An index that is there may have another name, because somebody else made it: the server would refuse to make one that
 * does the same. One that appears meanwhile, made by another service like us, is no error to createIndexes. */

#include "tw-mongo-indexes.h"

static bson_t *
keys_of (const TwMongoIndex *index)
{
  bson_error_t why;
  bson_t *keys = bson_new_from_json ((const uint8_t *) index->keys, -1, &why);

  if (keys == NULL)
    g_error ("index %s: %s", index->name, why.message);
  return keys;
}

/* What a document has to be to be in it. */
static bson_t *
condition_of (const TwMongoIndex *index)
{
  return BCON_NEW (index->partial, "{", "$exists", BCON_BOOL (true), "}");
}

/* Whether @there has all documents that the index has to have. */
static gboolean
has_all (const bson_t *there, const TwMongoIndex *index)
{
  g_autoptr (TwBson) ours = NULL;
  const guint8 *data;
  bson_iter_t iter;
  guint32 length;
  bson_t theirs;

  if (bson_has_field (there, "sparse"))
    return FALSE;
  if (!bson_iter_init_find (&iter, there, "partialFilterExpression"))
    return TRUE;
  if (index->partial == NULL || !BSON_ITER_HOLDS_DOCUMENT (&iter))
    return FALSE;
  ours = condition_of (index);
  bson_iter_document (&iter, &length, &data);
  return bson_init_static (&theirs, data, length) && bson_equal (&theirs, ours);
}

/* Whether @there, which listIndexes gave, orders by @keys and is unique where that is needed. Servers write the
 * directions as they like: 1, 1.0, NumberLong(1). */
static gboolean
serves (const bson_t *there, const TwMongoIndex *index, const bson_t *keys)
{
  bson_iter_t iter, theirs, ours;

  if (index->unique && !(bson_iter_init_find (&iter, there, "unique") && bson_iter_as_bool (&iter)))
    return FALSE;
  if (!has_all (there, index))
    return FALSE;
  if (!bson_iter_init_find (&iter, there, "key") || !BSON_ITER_HOLDS_DOCUMENT (&iter)
      || !bson_iter_recurse (&iter, &theirs) || !bson_iter_init (&ours, keys))
    return FALSE;
  while (bson_iter_next (&ours))
    if (!bson_iter_next (&theirs) || !g_str_equal (bson_iter_key (&ours), bson_iter_key (&theirs))
        || bson_iter_as_int64 (&ours) != bson_iter_as_int64 (&theirs))
      return FALSE;
  return !bson_iter_next (&theirs);
}

static gboolean
is_there (TwMongoSession *session, const TwMongoIndex *index, const bson_t *keys)
{
  g_autoptr (TwMongoCollection) collection = tw_mongo_session_collection (session, index->collection);
  g_autoptr (TwMongoCursor) cursor = mongoc_collection_find_indexes_with_opts (collection, NULL);
  const bson_t *there;
  gboolean served = FALSE;

  while (!served && mongoc_cursor_next (cursor, &there))
    served = serves (there, index, keys);
  return served;
}

static bson_t *
new_command (const TwMongoIndex *index, const bson_t *keys, gboolean whole)
{
  g_autoptr (TwBson) options = BCON_NEW ("key", BCON_DOCUMENT (keys), "name", BCON_UTF8 (index->name), "unique",
                                         BCON_BOOL (index->unique));

  if (!whole)
    {
      g_autoptr (TwBson) condition = condition_of (index);

      bson_append_document (options, "partialFilterExpression", -1, condition);
    }
  return BCON_NEW ("createIndexes", BCON_UTF8 (index->collection), "indexes", "[", BCON_DOCUMENT (options), "]");
}

/* MongoDB has partial indexes since 3.2; FerretDB 1 does not know the option. */
static gboolean
make_partial (TwMongoSession *session, const TwMongoIndex *index, const bson_t *keys)
{
  g_autoptr (TwBson) command = new_command (index, keys, FALSE);

  return mongoc_client_write_command_with_opts (session->client, session->database, command, NULL, NULL, NULL);
}

static gboolean
make_index (TwMongoSession *session, const TwMongoIndex *index, const bson_t *keys)
{
  g_autoptr (TwBson) command = new_command (index, keys, TRUE);
  g_autofree char *reason = NULL;
  g_auto (TwBsonReply) reply;
  bson_error_t why;

  if (index->partial != NULL && make_partial (session, index, keys))
    {
      bson_init (&reply);
      return TRUE;
    }
  if (mongoc_client_write_command_with_opts (session->client, session->database, command, NULL, &reply, &why))
    return TRUE;
  tw_mongo_fail (session, FALSE, &why, &reply, NULL);
  reason = g_steal_pointer (&session->reason);
  session->reason = g_strdup_printf ("index %s of %s: %s", index->name, index->collection, reason);
  return FALSE;
}

static gboolean
have_index (TwMongoSession *session, const TwMongoIndex *index)
{
  g_autoptr (TwBson) keys = keys_of (index);

  return is_there (session, index, keys) || make_index (session, index, keys);
}

/* Of each owner's records of @type, in the order in which they are listed. */
static gboolean
have_index_of_owners (TwMongoSession *session, const TwRecordType *type)
{
  const char *owner = type->fields[tw_record_find_role (type, TW_RECORD_OWNER)].name;
  g_autofree char *name = g_strdup_printf ("%s_by_owner", type->collection);
  g_autofree char *keys = g_strdup_printf ("{\"%s\": 1, \"_id\": -1}", owner);

  return have_index (session, &(TwMongoIndex) { .collection = type->collection, .name = name, .keys = keys });
}

gboolean
tw_mongo_indexes_make (TwMongoSession *session, const TwMongoSpec *spec)
{
  for (gsize i = 0; i < spec->n_indexes; i++)
    if (!have_index (session, &spec->indexes[i]))
      return FALSE;
  for (gsize i = 0; i < spec->n_records; i++)
    if (spec->records[i]->is_listed && !have_index_of_owners (session, spec->records[i]))
      return FALSE;
  return TRUE;
}
