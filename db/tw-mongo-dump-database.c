/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo-dump-database.h"

#include "tw-error.h"
#include "tw-mongo-call.h"
#include "tw-mongo-holders.h"

#define PATIENCE_MS 10000

/* Documents that are deleted in one operation. */
#define CLEAR_BATCH 10000

/* That somebody else holds the data is CONFLICT to tw_mongo_wait(), and to whoever copies it a matter of what was asked
 * for. */
static TwMongo *
open_and_wait (const char *uri, const TwMongoSpec *spec, TwMongoRole role, GError **error)
{
  g_autoptr (TwMongo) mongo = tw_mongo_open (uri, spec, role, TW_MONGO_PATIENT_DEADLINE_MS, error);
  g_autoptr (GError) why = NULL;

  if (mongo == NULL)
    return NULL;
  if (tw_mongo_wait (mongo, PATIENCE_MS, &why))
    return g_steal_pointer (&mongo);
  if (g_error_matches (why, TW_ERROR, TW_ERROR_CONFLICT))
    why->code = TW_ERROR_CONFIGURATION;
  g_propagate_error (error, g_steal_pointer (&why));
  return NULL;
}

/* Collections in which something of the data may be: of records, and those that have an index, some more than once. */
static gsize
count_collections (const TwMongoSpec *spec)
{
  return spec->n_records + spec->n_indexes;
}

static const char *
collection (const TwMongoSpec *spec, gsize i)
{
  return i < spec->n_records ? spec->records[i]->collection : spec->indexes[i - spec->n_records].collection;
}

static gboolean
has_documents (TwMongoSession *session, const TwMongoSpec *spec, gboolean *has, GError **error)
{
  g_autoptr (TwBson) all = bson_new ();

  *has = FALSE;
  for (gsize i = 0; i < count_collections (spec) && !*has; i++)
    {
      g_autoptr (TwBson) found = NULL;

      if (!tw_mongo_find_one (session, collection (spec, i), all, NULL, &found, error))
        return FALSE;
      *has = found != NULL;
    }
  return TRUE;
}

static gboolean
run_check_target (TwMongoSession *session, gpointer job, GError **error)
{
  const TwMongoSpec *spec = job;
  gboolean unfinished, has;

  if (!tw_mongo_holders_unfinished (session, spec->data, &unfinished, error)
      || !has_documents (session, spec, &has, error))
    return FALSE;
  if (unfinished || !has)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
               "the target has %s already, which no unfinished copy has left: give an empty database", spec->data);
  return FALSE;
}

static gboolean
run_check_source (TwMongoSession *session, gpointer job, GError **error)
{
  const TwMongoSpec *spec = job;
  gboolean unfinished;

  if (!tw_mongo_holders_unfinished (session, spec->data, &unfinished, error))
    return FALSE;
  if (!unfinished)
    return spec->check_source == NULL || spec->check_source (session, error);
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
               "the source holds an unfinished copy of the %s: run that one again first", spec->data);
  return FALSE;
}

static void
keep (gpointer job)
{
}

/* Opens it to be read and looks at it, without touching anything, which opening it to be filled would. */
static TwMongo *
open_and_check (const char *uri, const TwMongoSpec *spec, TwMongoFunc check, GError **error)
{
  g_autoptr (TwMongo) mongo = open_and_wait (uri, spec, TW_MONGO_READ, error);
  TwMongoSpec copy = *spec;
  gpointer job = &copy;

  if (mongo == NULL || !tw_mongo_call (mongo, TW_DEADLINE_NONE, TW_MONGO_READING, check, &job, keep, error))
    return NULL;
  return g_steal_pointer (&mongo);
}

TwMongo *
tw_mongo_dump_database_open (const char *uri, const TwMongoSpec *spec, TwDumpRole role, GError **error)
{
  g_autoptr (TwMongo) target = NULL;

  if (role == TW_DUMP_SOURCE)
    return open_and_check (uri, spec, run_check_source, error);
  target = open_and_check (uri, spec, run_check_target, error);
  return target != NULL ? open_and_wait (uri, spec, TW_MONGO_FILL, error) : NULL;
}

/* Deletes a batch of a collection, up to its last document. */
typedef struct
{
  const char *collection;
  bson_t *until; /* the filter for them; NULL afterwards: there were none */
} Clearing;

static void
clearing_free (gpointer job)
{
  Clearing *clearing = job;

  g_clear_pointer (&clearing->until, bson_destroy);
  g_free (clearing);
}

static gboolean
keep_bound (const bson_t *document, gpointer user_data)
{
  Clearing *clearing = user_data;
  bson_iter_t id;

  g_clear_pointer (&clearing->until, bson_destroy);
  if (bson_iter_init_find (&id, document, "_id"))
    clearing->until = BCON_NEW ("_id", "{", "$lte", BCON_ITER (&id), "}");
  return TRUE;
}

static gboolean
run_clear (TwMongoSession *session, gpointer job, GError **error)
{
  Clearing *clearing = job;
  g_autoptr (TwBson) all = bson_new ();
  g_autoptr (TwBson) options
      = BCON_NEW ("sort", "{", "_id", BCON_INT32 (1), "}", "limit", BCON_INT64 (CLEAR_BATCH), "projection", "{", "_id",
                  BCON_INT32 (1), "}");

  return tw_mongo_find (session, clearing->collection, all, options, keep_bound, clearing, error)
         && (clearing->until == NULL || tw_mongo_delete (session, clearing->collection, clearing->until, NULL, error));
}

static gboolean
clear_batch (TwMongo *mongo, const char *collection, gboolean *more, GError **error)
{
  Clearing *clearing = g_new0 (Clearing, 1);
  gpointer job = clearing;

  clearing->collection = collection;
  if (!tw_mongo_call (mongo, TW_DEADLINE_NONE, TW_MONGO_CHANGING, run_clear, &job, clearing_free, error))
    return FALSE;
  clearing = job;
  *more = clearing->until != NULL;
  clearing_free (clearing);
  return TRUE;
}

gboolean
tw_mongo_dump_database_clear (TwMongo *mongo, const TwMongoSpec *spec, GError **error)
{
  for (gsize i = 0; i < count_collections (spec); i++)
    for (gboolean more = TRUE; more;)
      if (!clear_batch (mongo, collection (spec, i), &more, error))
        return FALSE;
  return TRUE;
}
