/* SPDX-License-Identifier: Apache-2.0 */

/* Each batch is an operation of its own, with the time that one has. What MongoDB orders by _id comes in the order of
 * the bytes of ObjectIds, which is the one that SQLite has for its blobs. An _id of another type never fits a bound
 * that is an ObjectId; what else is not a task is passed over. */

#include "tw-task-dump.h"

#include "tw-error.h"
#include "tw-mongo-call.h"
#include "tw-mongo-dump.h"
#include "tw-random.h"
#include "tw-task-document.h"
#include "tw-task-store-mongo.h"

/* Documents counted, or written, in one operation. */
#define COUNT_BATCH 10000
#define WRITE_BATCH 1000

typedef struct
{
  TwDump parent;
  TwMongo *mongo;
  atomic_flag warned; /* of a document that is not a task */
} Dump;

static Dump *
mongo_dump (TwDump *dump)
{
  return (Dump *) dump;
}

static GVariant *
pack (const TwTaskRecord *task)
{
  guint8 id[TW_ID_BYTES];
  gboolean valid = tw_id_to_bytes (task->id, id);

  g_assert (valid);
  return g_variant_ref_sink (g_variant_new (
      "(@ayssxxxb)", g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, id, sizeof id, 1), task->user_id, task->name,
      task->created_ms, task->updated_ms, task->version, task->done));
}

/* FALSE where @record is not one that pack() makes. */
static gboolean
record_id (GVariant *record, bson_oid_t *oid)
{
  g_autoptr (GVariant) id = g_variant_get_child_value (record, 0);
  gsize length;
  gconstpointer bytes = g_variant_get_fixed_array (id, &length, 1);

  if (length != sizeof oid->bytes)
    return FALSE;
  memcpy (oid->bytes, bytes, length);
  return TRUE;
}

/* NULL where @record is not one that pack() makes. */
static bson_t *
unpack (GVariant *record)
{
  char id[TW_ID_SIZE];
  TwTaskRecord task = { .id = id };
  bson_oid_t oid;

  if (!record_id (record, &oid))
    return NULL;
  tw_id_from_bytes (oid.bytes, id);
  g_variant_get (record, "(@ay&s&sxxxb)", NULL, &task.user_id, &task.name, &task.created_ms, &task.updated_ms,
                 &task.version, &task.done);
  return tw_task_document_new (&task);
}

/* A walk in the order of ids: each step an operation, and goes on where the last one ended. */
typedef struct
{
  Dump *dump;
  bson_oid_t id;      /* the first one, or … */
  gboolean is_behind; /* … the one before the first */
  guint limit;        /* documents of a step */
  guint seen;         /* documents in the last step */
  guint64 tasks;      /* tasks among them, in all steps */
  GPtrArray *records; /* their GVariants; NULL: they are counted alone */
} Walk;

static void
walk_free (gpointer data)
{
  Walk *walk = data;

  if (walk == NULL)
    return;
  g_clear_pointer (&walk->records, g_ptr_array_unref);
  g_free (walk);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Walk, walk_free)

static gboolean
keep_record (const bson_t *document, gpointer data)
{
  Walk *walk = data;
  g_autoptr (TwTaskRecord) task = tw_task_document_read (document, &walk->dump->warned);
  bson_iter_t id;

  walk->seen++;
  walk->is_behind = TRUE;
  if (bson_iter_init_find (&id, document, "_id") && BSON_ITER_HOLDS_OID (&id))
    bson_oid_copy (bson_iter_oid (&id), &walk->id);
  if (task == NULL)
    return TRUE;
  walk->tasks++;
  if (walk->records != NULL)
    g_ptr_array_add (walk->records, pack (task));
  return TRUE;
}

static gboolean
run_step (TwMongoSession *session, gpointer data, GError **error)
{
  Walk *walk = data;
  g_autoptr (TwBson) filter = BCON_NEW ("_id", "{", walk->is_behind ? "$gt" : "$gte", BCON_OID (&walk->id), "}");
  g_autoptr (TwBson) options = BCON_NEW ("sort", "{", "_id", BCON_INT32 (1), "}", "limit", BCON_INT64 (walk->limit),
                                         "batchSize", BCON_INT64 (walk->limit));

  if (walk->records == NULL)
    BCON_APPEND (options, "projection", "{", "userId", BCON_INT32 (1), "createdOn", BCON_INT32 (1), "}");
  walk->seen = 0;
  return tw_mongo_find (session, TW_TASK_COLLECTION, filter, options, keep_record, walk, error);
}

/* *@walk is NULL where it failed; *@more tells whether there may be more. */
static gboolean
walk_on (Walk **walk, gboolean *more, GError **error)
{
  TwMongo *mongo = (*walk)->dump->mongo;
  gpointer job = g_steal_pointer (walk);

  if (!tw_mongo_call (mongo, TW_DEADLINE_NONE, TW_MONGO_READING, run_step, &job, walk_free, error))
    return FALSE;
  *walk = job;
  *more = (*walk)->seen == (*walk)->limit;
  return TRUE;
}

static gboolean
dump_count (TwDump *dump, guint64 *n, GError **error)
{
  g_autoptr (Walk) walk = g_new0 (Walk, 1);
  gboolean more = TRUE;

  walk->dump = mongo_dump (dump);
  walk->limit = COUNT_BATCH;
  while (more)
    if (!walk_on (&walk, &more, error))
      return FALSE;
  *n = walk->tasks;
  return TRUE;
}

static GPtrArray *
dump_read (TwDump *dump, GVariant *after, guint limit, GError **error)
{
  g_autoptr (Walk) walk = g_new0 (Walk, 1);
  gboolean more = TRUE;

  walk->dump = mongo_dump (dump);
  walk->records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  walk->is_behind = after != NULL && record_id (after, &walk->id);
  while (more && walk->records->len < limit)
    {
      walk->limit = limit - walk->records->len;
      if (!walk_on (&walk, &more, error))
        return NULL;
    }
  return g_steal_pointer (&walk->records);
}

/* The walk from the other end, up to the first task. */
static gboolean
keep_last (const bson_t *document, gpointer data)
{
  Walk *walk = data;

  keep_record (document, walk);
  return walk->tasks == 0;
}

static gboolean
run_last (TwMongoSession *session, gpointer data, GError **error)
{
  g_autoptr (TwBson) all = bson_new ();
  g_autoptr (TwBson) options = BCON_NEW ("sort", "{", "_id", BCON_INT32 (-1), "}", "batchSize", BCON_INT64 (10));

  return tw_mongo_find (session, TW_TASK_COLLECTION, all, options, keep_last, data, error);
}

static gboolean
dump_last (TwDump *dump, GVariant **last, GError **error)
{
  Walk *walk = g_new0 (Walk, 1);
  gpointer job = walk;

  walk->dump = mongo_dump (dump);
  walk->records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  if (!tw_mongo_call (mongo_dump (dump)->mongo, TW_DEADLINE_NONE, TW_MONGO_READING, run_last, &job, walk_free, error))
    return FALSE;
  walk = job;
  *last = walk->tasks > 0 ? g_variant_ref (walk->records->pdata[0]) : NULL;
  walk_free (walk);
  return TRUE;
}

static gboolean
write_batch (TwMongo *mongo, GPtrArray *records, guint first, guint n, GError **error)
{
  g_autoptr (GPtrArray) documents = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);

  for (guint i = first; i < first + n; i++)
    {
      bson_t *document = unpack (records->pdata[i]);

      if (document == NULL)
        {
          g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "a record is not a task's");
          return FALSE;
        }
      g_ptr_array_add (documents, document);
    }
  return tw_mongo_dump_insert (mongo, TW_TASK_COLLECTION, g_steal_pointer (&documents), error);
}

static gboolean
dump_write (TwDump *dump, GPtrArray *records, GError **error)
{
  for (guint first = 0; first < records->len; first += WRITE_BATCH)
    if (!write_batch (mongo_dump (dump)->mongo, records, first, MIN (records->len - first, WRITE_BATCH), error))
      return FALSE;
  return TRUE;
}

static gboolean
dump_clear (TwDump *dump, GError **error)
{
  return tw_mongo_dump_clear (mongo_dump (dump)->mongo, &tw_task_store_mongo_spec, error);
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
  g_free (dump);
}

TwDump *
tw_task_dump_mongo_open (const char *uri, TwDumpRole role, GError **error)
{
  static const TwDumpSection sections[] = {
    { "tasks", TW_TASK_DUMP_TYPE, dump_count, dump_read, dump_last, dump_write },
  };
  static const TwDumpClass klass = {
    .sections = sections,
    .n_sections = G_N_ELEMENTS (sections),
    .clear = dump_clear,
    .finish = dump_finish,
    .free = dump_free,
  };
  TwMongo *mongo = tw_mongo_dump_open (uri, &tw_task_store_mongo_spec, role, error);
  Dump *dump;

  if (mongo == NULL)
    return NULL;
  dump = g_new0 (Dump, 1);
  dump->parent.klass = &klass;
  dump->mongo = mongo;
  atomic_flag_clear (&dump->warned);
  return &dump->parent;
}
