/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo-bulk.h"

#include "tw-mongo-session-private.h"

struct _TwMongoBulk
{
  TwMongoSession *session;
  mongoc_collection_t *collection;
  mongoc_bulk_operation_t *operation;
  guint n;
};

TwMongoBulk *
tw_mongo_bulk_new (TwMongoSession *session, const char *collection)
{
  TwMongoBulk *bulk = g_new0 (TwMongoBulk, 1);

  bulk->session = session;
  bulk->collection = tw_mongo_session_collection (session, collection);
  bulk->operation = mongoc_collection_create_bulk_operation_with_opts (bulk->collection, NULL);
  return bulk;
}

void
tw_mongo_bulk_free (TwMongoBulk *bulk)
{
  mongoc_bulk_operation_destroy (bulk->operation);
  mongoc_collection_destroy (bulk->collection);
  g_free (bulk);
}

/* libmongoc looks at what it is given before it sends anything, and finds no fault in what we make. */
void
tw_mongo_bulk_update (TwMongoBulk *bulk, const bson_t *filter, const bson_t *update, gboolean upsert)
{
  g_autoptr (TwBson) options = BCON_NEW ("upsert", BCON_BOOL (upsert));
  bson_error_t why;

  if (!mongoc_bulk_operation_update_one_with_opts (bulk->operation, filter, update, options, &why))
    g_error ("%s", why.message);
  bulk->n++;
}

void
tw_mongo_bulk_replace (TwMongoBulk *bulk, const bson_t *filter, const bson_t *document)
{
  bson_error_t why;

  if (!mongoc_bulk_operation_replace_one_with_opts (bulk->operation, filter, document, NULL, &why))
    g_error ("%s", why.message);
  bulk->n++;
}

void
tw_mongo_bulk_remove (TwMongoBulk *bulk, const bson_t *filter)
{
  bson_error_t why;

  if (!mongoc_bulk_operation_remove_one_with_opts (bulk->operation, filter, NULL, &why))
    g_error ("%s", why.message);
  bulk->n++;
}

guint
tw_mongo_bulk_count (const TwMongoBulk *bulk)
{
  return bulk->n;
}

/* FerretDB counts only those that made something: so their indexes are of no use. */
static GArray *
upserted_in (const bson_t *reply)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (bson_oid_t));
  bson_iter_t list, each, id;

  if (!bson_iter_init_find (&list, reply, "upserted") || !BSON_ITER_HOLDS_ARRAY (&list)
      || !bson_iter_recurse (&list, &each))
    return ids;
  while (bson_iter_next (&each))
    if (BSON_ITER_HOLDS_DOCUMENT (&each) && bson_iter_recurse (&each, &id) && bson_iter_find (&id, "_id")
        && BSON_ITER_HOLDS_OID (&id))
      g_array_append_vals (ids, bson_iter_oid (&id), 1);
  return ids;
}

gboolean
tw_mongo_bulk_run (TwMongoBulk *bulk, GArray **upserted, GError **error)
{
  g_auto (TwBsonReply) reply;
  bson_error_t why;

  if (bulk->n == 0)
    {
      bson_init (&reply);
      if (upserted != NULL)
        *upserted = upserted_in (&reply);
      return TRUE;
    }
  if (mongoc_bulk_operation_execute (bulk->operation, &reply, &why) == 0)
    return tw_mongo_fail (bulk->session, TRUE, &why, &reply, error);
  bulk->session->unknown = FALSE;
  if (upserted != NULL)
    *upserted = upserted_in (&reply);
  return TRUE;
}
