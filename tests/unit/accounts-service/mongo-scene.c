/* SPDX-License-Identifier: Apache-2.0 */

#include "mongo-scene.h"

#include "mongo-account-store.h"
#include "tw-mongo-place.h"

Scene *
scene_new (guint n_instances)
{
  Scene *scene = g_new0 (Scene, 1);

  scene->uri = tw_mongo_place_new ();
  scene->client = tw_mongo_place_client (scene->uri);
  scene->n_instances = n_instances;
  for (guint i = 0; i < n_instances; i++)
    scene->instances[i].store = mongo_account_store_open (scene->uri);
  return scene;
}

void
scene_close (Scene *scene)
{
  for (guint i = 0; i < scene->n_instances; i++)
    g_clear_pointer (&scene->instances[i].store, tw_account_store_free);
}

void
scene_free (Scene *scene)
{
  scene_close (scene);
  mongoc_client_destroy (scene->client);
  tw_mongo_place_clear (&scene->uri);
  g_free (scene);
}

static mongoc_collection_t *
collection_of (Scene *scene, const char *name)
{
  const mongoc_uri_t *uri = mongoc_client_get_uri (scene->client);

  return mongoc_client_get_collection (scene->client, mongoc_uri_get_database (uri), name);
}

static bson_t *
parse (const char *json)
{
  bson_error_t why;
  bson_t *document = bson_new_from_json ((const guint8 *) json, -1, &why);

  if (document == NULL)
    g_error ("%s: %s", json, why.message);
  return document;
}

static bson_t *
parse_format (const char *format, va_list arguments) G_GNUC_PRINTF (1, 0);

static bson_t *
parse_format (const char *format, va_list arguments)
{
  g_autofree char *json = g_strdup_vprintf (format, arguments);

  return parse (json);
}

#define PARSE(document, json)                                                                                         \
  G_STMT_START                                                                                                        \
  {                                                                                                                   \
    va_list arguments_;                                                                                               \
    va_start (arguments_, json);                                                                                      \
    document = parse_format (json, arguments_);                                                                       \
    va_end (arguments_);                                                                                              \
  }                                                                                                                   \
  G_STMT_END

void
scene_put (Scene *scene, const char *collection, const char *json, ...)
{
  mongoc_collection_t *into = collection_of (scene, collection);
  bson_t *document;
  bson_error_t why;

  PARSE (document, json);
  if (!mongoc_collection_insert_one (into, document, NULL, NULL, &why))
    g_error ("%s: %s", collection, why.message);
  bson_destroy (document);
  mongoc_collection_destroy (into);
}

void
scene_remove (Scene *scene, const char *collection, const char *json, ...)
{
  mongoc_collection_t *from = collection_of (scene, collection);
  bson_t *filter;
  bson_error_t why;

  PARSE (filter, json);
  if (!mongoc_collection_delete_many (from, filter, NULL, NULL, &why))
    g_error ("%s: %s", collection, why.message);
  bson_destroy (filter);
  mongoc_collection_destroy (from);
}

void
scene_set (Scene *scene, const char *collection, const char *filter, const char *update)
{
  mongoc_collection_t *in = collection_of (scene, collection);
  bson_t *which = parse (filter), *what = parse (update);
  bson_error_t why;

  if (!mongoc_collection_update_one (in, which, what, NULL, NULL, &why))
    g_error ("%s: %s", collection, why.message);
  bson_destroy (which);
  bson_destroy (what);
  mongoc_collection_destroy (in);
}

gint64
scene_count (Scene *scene, const char *collection, const char *json, ...)
{
  mongoc_collection_t *in = collection_of (scene, collection);
  bson_t *filter;
  bson_error_t why;
  gint64 n;

  PARSE (filter, json);
  n = mongoc_collection_count_documents (in, filter, NULL, NULL, NULL, &why);
  if (n < 0)
    g_error ("%s: %s", collection, why.message);
  bson_destroy (filter);
  mongoc_collection_destroy (in);
  return n;
}

char *
hash_json (guint8 number)
{
  TwRefreshRecord record = token (number, 0);
  g_autofree char *base64 = g_base64_encode (record.hash, sizeof record.hash);

  return g_strdup_printf ("{\"$binary\": {\"base64\": \"%s\", \"subType\": \"00\"}}", base64);
}
