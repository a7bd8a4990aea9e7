/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo-dump-walk.h"

#include "tw-mongo-call.h"

/* A literal of a kind's. */
static bson_t *
parse (const char *json)
{
  bson_error_t why;
  bson_t *document = bson_new_from_json ((const guint8 *) json, -1, &why);

  if (document == NULL)
    g_error ("%s: %s", json, why.message);
  return document;
}

/* A part of a collection, in the order of its keys or the other way round. */
typedef struct
{
  const TwMongoDumpKind *kind;
  bson_t *filter, *options;
  GPtrArray *documents;                    /* bson_t */
  GHashTable *there[TW_MONGO_DUMP_PEERS]; /* GBytes: the values that peers have */
} Batch;

static void
batch_free (gpointer job)
{
  Batch *batch = job;

  if (batch == NULL)
    return;
  bson_destroy (batch->filter);
  bson_destroy (batch->options);
  g_ptr_array_unref (batch->documents);
  for (guint i = 0; i < TW_MONGO_DUMP_PEERS; i++)
    g_hash_table_unref (batch->there[i]);
  g_free (batch);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Batch, batch_free)

/* Takes @filter. */
static Batch *
batch_new (const TwMongoDumpKind *kind, bson_t *filter, gboolean backwards, gboolean is_counted, guint limit)
{
  Batch *batch = g_new (Batch, 1);

  *batch = (Batch) { .kind = kind, .filter = filter };
  batch->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);
  batch->options = BCON_NEW ("sort", "{", "_id", BCON_INT32 (backwards ? -1 : 1), "}", "limit", BCON_INT64 (limit),
                             "batchSize", BCON_INT64 (limit));
  if (is_counted)
    {
      g_autoptr (TwBson) fields = kind->projection (kind);

      BSON_APPEND_DOCUMENT (batch->options, "projection", fields);
    }
  for (guint i = 0; i < TW_MONGO_DUMP_PEERS; i++)
    batch->there[i] = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  return batch;
}

/* The type and bytes of @field; NULL where @document has none. */
static GBytes *
value_of (const bson_t *document, const char *field)
{
  g_autoptr (TwBson) alone = bson_new ();
  bson_iter_t iter;

  if (!bson_iter_init_find (&iter, document, field))
    return NULL;
  bson_append_iter (alone, "", 0, &iter);
  return g_bytes_new (bson_get_data (alone), alone->len);
}

typedef struct
{
  const char *key;
  GHashTable *there;
} Search;

static gboolean
keep_value (const bson_t *document, gpointer data)
{
  Search *search = data;
  GBytes *value = value_of (document, search->key);

  if (value != NULL)
    g_hash_table_add (search->there, value);
  return TRUE;
}

/* One question for all documents of the batch. */
static gboolean
find_peer (TwMongoSession *session, const Batch *batch, guint i, GError **error)
{
  const TwMongoDumpPeer *peer = &batch->kind->peers[i];
  Search search = { peer->key, batch->there[i] };
  g_autoptr (TwBson) values = bson_new (), filter = NULL, options = NULL;

  if (peer->collection == NULL)
    return TRUE;
  for (guint k = 0; k < batch->documents->len; k++)
    {
      bson_iter_t iter;
      char buffer[16];
      const char *index;

      bson_uint32_to_string (k, &index, buffer, sizeof buffer);
      if (bson_iter_init_find (&iter, g_ptr_array_index (batch->documents, k), peer->field))
        bson_append_iter (values, index, -1, &iter);
    }
  filter = BCON_NEW (peer->key, "{", "$in", BCON_ARRAY (values), "}");
  options = BCON_NEW ("projection", "{", peer->key, BCON_INT32 (1), "}");
  return bson_empty (values)
         || tw_mongo_find (session, peer->collection, filter, options, keep_value, &search, error);
}

static gboolean
keep_document (const bson_t *document, gpointer data)
{
  Batch *batch = data;

  g_ptr_array_add (batch->documents, bson_copy (document));
  return TRUE;
}

static gboolean
run_batch (TwMongoSession *session, gpointer job, GError **error)
{
  Batch *batch = job;

  if (!tw_mongo_find (session, batch->kind->collection, batch->filter, batch->options, keep_document, batch, error))
    return FALSE;
  for (guint i = 0; i < TW_MONGO_DUMP_PEERS; i++)
    if (!find_peer (session, batch, i, error))
      return FALSE;
  return TRUE;
}

/* *@record becomes NULL where @document is to be passed over. */
static gboolean
pack (const Batch *batch, const bson_t *document, atomic_flag *warned, GVariant **record,
      GError **error)
{
  gboolean peers[TW_MONGO_DUMP_PEERS];
  g_autoptr (GError) why = NULL;
  GVariant *packed;

  for (guint i = 0; i < TW_MONGO_DUMP_PEERS; i++)
    {
      const char *field = batch->kind->peers[i].field;
      GBytes *value = field != NULL ? value_of (document, field) : NULL;

      peers[i] = value != NULL && g_hash_table_contains (batch->there[i], value);
      g_clear_pointer (&value, g_bytes_unref);
    }
  packed = batch->kind->pack (batch->kind, document, peers, warned, &why);
  *record = packed != NULL ? g_variant_ref_sink (packed) : NULL;
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

TwMongoDumpWalk
tw_mongo_dump_walk_from (TwMongo *mongo, const TwMongoDumpKind *kind, atomic_flag *warned)
{
  return (TwMongoDumpWalk) {
    .mongo = mongo,
    .kind = kind,
    .warned = warned,
    .filter = kind->filter != NULL ? parse (kind->filter) : bson_new (),
  };
}

void
tw_mongo_dump_walk_clear (TwMongoDumpWalk *walk)
{
  g_clear_pointer (&walk->filter, bson_destroy);
}

/* { _id: { @relation: that of @document } } */
static bson_t *
related_to (const bson_t *document, const char *relation)
{
  bson_iter_t id;

  if (!bson_iter_init_find (&id, document, "_id"))
    g_assert_not_reached ();
  return BCON_NEW ("_id", "{", relation, BCON_ITER (&id), "}");
}

void
tw_mongo_dump_walk_behind (TwMongoDumpWalk *walk, const bson_t *document)
{
  g_clear_pointer (&walk->filter, bson_destroy);
  walk->filter = related_to (document, walk->backwards ? "$lt" : "$gt");
}

gboolean
tw_mongo_dump_walk_on (TwMongoDumpWalk *walk, guint limit, GPtrArray *records, GError **error)
{
  gpointer job = batch_new (walk->kind, g_steal_pointer (&walk->filter), walk->backwards, walk->is_counted, limit);
  g_autoptr (Batch) batch = NULL;

  if (!tw_mongo_call (walk->mongo, TW_DEADLINE_NONE, TW_MONGO_READING, run_batch, &job, batch_free, error))
    return FALSE;
  batch = job;
  for (guint i = 0; i < batch->documents->len; i++)
    {
      GVariant *record;

      if (!pack (batch, g_ptr_array_index (batch->documents, i), walk->warned, &record, error))
        return FALSE;
      if (record != NULL)
        g_ptr_array_add (records, record);
    }
  if (batch->documents->len == limit)
    tw_mongo_dump_walk_behind (walk, g_ptr_array_index (batch->documents, limit - 1));
  return TRUE;
}
