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

/* Whether @there, which listIndexes gave, orders by @keys and is unique where that is needed. Servers write the
 * directions as they like: 1, 1.0, NumberLong(1). */
static gboolean
serves (const bson_t *there, const TwMongoIndex *index, const bson_t *keys)
{
  bson_iter_t iter, theirs, ours;

  if (index->unique && !(bson_iter_init_find (&iter, there, "unique") && bson_iter_as_bool (&iter)))
    return FALSE;
  if (bson_has_field (there, "partialFilterExpression") || bson_has_field (there, "sparse"))
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

static gboolean
make_index (TwMongoSession *session, const TwMongoIndex *index, const bson_t *keys)
{
  g_autoptr (TwBson) command =
    BCON_NEW ("createIndexes", BCON_UTF8 (index->collection), "indexes", "[", "{", "key", BCON_DOCUMENT (keys), "name",
              BCON_UTF8 (index->name), "unique", BCON_BOOL (index->unique), "}", "]");
  g_autofree char *reason = NULL;
  g_auto (TwBsonReply) reply;
  bson_error_t why;

  if (mongoc_client_write_command_with_opts (session->client, session->database, command, NULL, &reply, &why))
    return TRUE;
  tw_mongo_fail (session, FALSE, &why, &reply, NULL);
  reason = g_steal_pointer (&session->reason);
  session->reason = g_strdup_printf ("index %s of %s: %s", index->name, index->collection, reason);
  return FALSE;
}

gboolean
tw_mongo_indexes_make (TwMongoSession *session, const TwMongoSpec *spec)
{
  for (gsize i = 0; i < spec->n_indexes; i++)
    {
      g_autoptr (TwBson) keys = keys_of (&spec->indexes[i]);

      if (!is_there (session, &spec->indexes[i], keys) && !make_index (session, &spec->indexes[i], keys))
        return FALSE;
    }
  return TRUE;
}
