/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo-dump.h"

#include "tw-error.h"
#include "tw-mongo-call.h"
#include "tw-mongo-dump-database.h"
#include "tw-mongo-dump-walk.h"

/* Documents that are read, or written, in one operation; that are counted in one, where little of them is read; and
 * that are looked at for the last record. */
#define BATCH 1000
#define COUNT_BATCH 10000
#define LAST_BATCH 10

typedef struct
{
  TwDump parent;
  const TwMongoSpec *spec;
  TwMongo *mongo;
  TwMongoDumpKind *kinds;
  TwDumpSection *sections;
  atomic_flag warned; /* of a document that was passed over */
} MongoDump;

static MongoDump *
mongo_dump (TwDump *dump)
{
  return (MongoDump *) dump;
}

static TwMongoDumpWalk
walk_from (TwDump *dump, const TwDumpSection *section)
{
  return tw_mongo_dump_walk_from (mongo_dump (dump)->mongo, section->kind, &mongo_dump (dump)->warned);
}

static GPtrArray *
records_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
}

static gboolean
dump_count (TwDump *dump, const TwDumpSection *section, guint64 *n, GError **error)
{
  g_auto (TwMongoDumpWalk) walk = walk_from (dump, section);
  guint limit = walk.kind->projection != NULL ? COUNT_BATCH : BATCH;

  walk.is_counted = walk.kind->projection != NULL;
  *n = 0;
  while (walk.filter != NULL)
    {
      g_autoptr (GPtrArray) records = records_new ();

      if (!tw_mongo_dump_walk_on (&walk, limit, records, error))
        return FALSE;
      *n += records->len;
    }
  return TRUE;
}

static bson_t *
unpack (const TwMongoDumpKind *kind, GVariant *record, GVariant *before, GError **error)
{
  bson_t *document = kind->unpack (kind, record, before);

  if (document == NULL)
    g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "a record of the %s is none that could be", kind->name);
  return document;
}

static GPtrArray *
dump_read (TwDump *dump, const TwDumpSection *section, GVariant *after, guint limit, GError **error)
{
  g_auto (TwMongoDumpWalk) walk = walk_from (dump, section);
  g_autoptr (GPtrArray) records = records_new ();

  if (after != NULL)
    {
      g_autoptr (TwBson) document = unpack (walk.kind, after, NULL, error);

      if (document == NULL)
        return NULL;
      tw_mongo_dump_walk_behind (&walk, document);
    }
  while (walk.filter != NULL && records->len < limit)
    if (!tw_mongo_dump_walk_on (&walk, MIN (limit - records->len, BATCH), records, error))
      return NULL;
  return g_steal_pointer (&records);
}

static gboolean
dump_last (TwDump *dump, const TwDumpSection *section, GVariant **last, GError **error)
{
  g_auto (TwMongoDumpWalk) walk = walk_from (dump, section);
  g_autoptr (GPtrArray) records = records_new ();

  walk.backwards = TRUE;
  while (walk.filter != NULL && records->len == 0)
    if (!tw_mongo_dump_walk_on (&walk, LAST_BATCH, records, error))
      return FALSE;
  *last = records->len > 0 ? g_variant_ref (g_ptr_array_index (records, 0)) : NULL;
  return TRUE;
}

static GPtrArray *
documents_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);
}

typedef struct
{
  const char *collection;
  GPtrArray *documents; /* bson_t */
  bson_t *instead;      /* a filter for what goes before they come; or NULL */
} Insertion;

static void
insertion_free (gpointer job)
{
  Insertion *insertion = job;

  g_ptr_array_unref (insertion->documents);
  g_clear_pointer (&insertion->instead, bson_destroy);
  g_free (insertion);
}

static gboolean
insert_all (TwMongoSession *session, const Insertion *insertion, GError **error)
{
  g_autoptr (TwMongoCollection) collection = tw_mongo_session_collection (session, insertion->collection);
  gpointer documents = insertion->documents->pdata;
  g_auto (TwBsonReply) reply;
  bson_error_t why;

  return mongoc_collection_insert_many (collection, documents, insertion->documents->len, NULL, &reply, &why)
         || tw_mongo_fail (session, TRUE, &why, &reply, error);
}

static gboolean
run_insertion (TwMongoSession *session, gpointer job, GError **error)
{
  const Insertion *insertion = job;

  return (insertion->instead == NULL
          || tw_mongo_delete (session, insertion->collection, insertion->instead, NULL, error))
         && insert_all (session, insertion, error);
}

/* Takes @documents and @instead. */
static gboolean
insert (MongoDump *dump, const char *collection, GPtrArray *documents, bson_t *instead, GError **error)
{
  Insertion *insertion = g_new (Insertion, 1);
  gpointer job = insertion;
  gboolean ok;

  *insertion = (Insertion) { .collection = collection, .documents = documents, .instead = instead };
  ok = documents->len == 0
       || tw_mongo_call (dump->mongo, TW_DEADLINE_NONE, TW_MONGO_CHANGING, run_insertion, &job, insertion_free, error);
  g_clear_pointer (&job, insertion_free);
  return ok;
}

/* What @kind keeps aside of @n records, the first of which is @records. */
static gboolean
write_aside (MongoDump *dump, const TwMongoDumpKind *kind, gpointer *records, guint n, GError **error)
{
  GPtrArray *documents = documents_new ();
  g_autoptr (TwBson) ids = bson_new ();

  for (guint i = 0; i < n; i++)
    {
      bson_t *document = kind->unpack_aside (kind, records[i]);
      bson_iter_t id;
      char buffer[16];
      const char *index;

      if (document == NULL)
        continue;
      bson_uint32_to_string (documents->len, &index, buffer, sizeof buffer);
      if (bson_iter_init_find (&id, document, "_id"))
        bson_append_iter (ids, index, -1, &id);
      g_ptr_array_add (documents, document);
    }
  return insert (dump, kind->aside, documents, BCON_NEW ("_id", "{", "$in", BCON_ARRAY (ids), "}"), error);
}

/* Behind @before, where that matters. */
static gboolean
write_batch (MongoDump *dump, const TwMongoDumpKind *kind, GVariant *before, gpointer *records, guint n, GError **error)
{
  g_autoptr (GPtrArray) documents = documents_new ();

  for (guint i = 0; i < n; i++)
    {
      bson_t *document = unpack (kind, records[i], i > 0 ? records[i - 1] : before, error);

      if (document == NULL)
        return FALSE;
      g_ptr_array_add (documents, document);
    }
  return (kind->unpack_aside == NULL || write_aside (dump, kind, records, n, error))
         && insert (dump, kind->collection, g_steal_pointer (&documents), NULL, error);
}

static gboolean
dump_write (TwDump *dump, const TwDumpSection *section, GPtrArray *records, GError **error)
{
  const TwMongoDumpKind *kind = section->kind;
  g_autoptr (GVariant) last = NULL;

  if (kind->is_chain && !dump_last (dump, section, &last, error))
    return FALSE;
  for (guint i = 0; i < records->len; i += BATCH)
    if (!write_batch (mongo_dump (dump), kind, i > 0 ? records->pdata[i - 1] : last, records->pdata + i,
                      MIN (records->len - i, BATCH), error))
      return FALSE;
  return TRUE;
}

static gboolean
dump_clear (TwDump *dump, GError **error)
{
  return tw_mongo_dump_database_clear (mongo_dump (dump)->mongo, mongo_dump (dump)->spec, error);
}

static gboolean
dump_finish (TwDump *dump, GError **error)
{
  return tw_mongo_fill_done (mongo_dump (dump)->mongo, error);
}

static void
dump_free (TwDump *dump)
{
  tw_mongo_close (mongo_dump (dump)->mongo);
  g_free (mongo_dump (dump)->sections);
  g_free (mongo_dump (dump)->kinds);
  g_free (dump);
}

TwDump *
tw_mongo_dump_open (const char *uri, TwDumpRole role, const TwMongoSpec *spec, const TwMongoDumpKind *kinds,
                    guint n_kinds, GError **error)
{
  static const TwDumpClass klass = {
    dump_count, dump_read, dump_last, dump_write, dump_clear, dump_finish, dump_free,
  };
  TwMongo *mongo = tw_mongo_dump_database_open (uri, spec, role, error);
  MongoDump *dump;

  if (mongo == NULL)
    return NULL;
  dump = g_new0 (MongoDump, 1);
  dump->spec = spec;
  dump->mongo = mongo;
  dump->kinds = g_memdup2 (kinds, n_kinds * sizeof *kinds);
  dump->sections = g_new (TwDumpSection, n_kinds);
  for (guint i = 0; i < n_kinds; i++)
    dump->sections[i] = (TwDumpSection) { kinds[i].name, kinds[i].type, &dump->kinds[i] };
  dump->parent = (TwDump) { &klass, dump->sections, n_kinds };
  atomic_flag_clear (&dump->warned);
  return &dump->parent;
}
