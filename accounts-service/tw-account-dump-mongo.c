/* SPDX-License-Identifier: Apache-2.0 */

/* Each batch is an operation of its own, with the time that one has. What MongoDB orders by _id (strings and binaries
 * byte by byte, numbers) comes in the order that SQLite has for the same. */

#include "tw-account-dump.h"

#include "tw-account-documents.h"
#include "tw-account-records-mongo.h"
#include "tw-account-store-mongo.h"
#include "tw-error.h"
#include "tw-mongo-call.h"
#include "tw-mongo-dump.h"

/* Documents that are read, or written, in one operation. */
#define BATCH 1000

typedef struct
{
  TwDump parent;
  TwMongo *mongo;
} MongoDump;

static TwMongo *
mongo_of (TwDump *dump)
{
  return ((MongoDump *) dump)->mongo;
}

/* A part of a collection, in the order of its keys or, for the last record alone, the other way round. */
typedef struct
{
  const TwAccountRecordKind *kind;
  bson_t *filter;
  gboolean backwards;
  guint limit;
  GPtrArray *documents; /* bson_t */
  GPtrArray *records;   /* GVariant, of those that are to be seen */
} Batch;

static void
batch_free (gpointer job)
{
  Batch *batch = job;

  if (batch == NULL)
    return;
  bson_destroy (batch->filter);
  g_ptr_array_unref (batch->documents);
  g_ptr_array_unref (batch->records);
  g_free (batch);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Batch, batch_free)

static gboolean
keep_document (const bson_t *document, gpointer user_data)
{
  Batch *batch = user_data;

  g_ptr_array_add (batch->documents, bson_copy (document));
  return TRUE;
}

static gboolean
run_batch (TwMongoSession *session, gpointer job, GError **error)
{
  Batch *batch = job;
  g_autoptr (TwBson) options = BCON_NEW ("sort", "{", "_id", BCON_INT32 (batch->backwards ? -1 : 1), "}", "limit",
                                         BCON_INT64 (batch->limit), "batchSize", BCON_INT64 (batch->limit));

  return tw_mongo_find (session, batch->kind->collection, batch->filter, options, keep_document, batch, error)
         && batch->kind->pack (session, batch->documents, batch->records, error);
}

/* Takes @filter. NULL on error. */
static Batch *
batch_read (TwDump *dump, const TwAccountRecordKind *kind, bson_t *filter, gboolean backwards, guint limit,
            GError **error)
{
  Batch *batch = g_new (Batch, 1);
  gpointer job = batch;

  *batch = (Batch) { .kind = kind, .filter = filter, .backwards = backwards, .limit = limit };
  batch->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);
  batch->records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  return tw_mongo_call (mongo_of (dump), TW_DEADLINE_NONE, TW_MONGO_CHANGING, run_batch, &job, batch_free, error)
           ? job
           : NULL;
}

/* { _id: { $gt: the key of @record } } */
static bson_t *
behind_record (const TwAccountRecordKind *kind, GVariant *record)
{
  bson_t *filter = bson_new ();
  bson_t bound;

  if (record == NULL)
    return filter;
  bson_append_document_begin (filter, "_id", -1, &bound);
  kind->append_key (&bound, "$gt", record);
  bson_append_document_end (filter, &bound);
  return filter;
}

/* The same for the last document of a batch, which may be one that has no record. */
static bson_t *
behind_batch (const Batch *batch)
{
  bson_iter_t id;

  if (!bson_iter_init_find (&id, g_ptr_array_index (batch->documents, batch->documents->len - 1), "_id"))
    g_assert_not_reached ();
  return BCON_NEW ("_id", "{", "$gt", BCON_ITER (&id), "}");
}

static GPtrArray *
read_records (TwDump *dump, const TwAccountRecordKind *kind, GVariant *after, guint limit, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  bson_t *filter = behind_record (kind, after);

  for (;;)
    {
      guint wanted = MIN (limit - records->len, BATCH);
      g_autoptr (Batch) batch = batch_read (dump, kind, filter, FALSE, wanted, error);

      if (batch == NULL)
        return NULL;
      for (guint i = 0; i < batch->records->len; i++)
        g_ptr_array_add (records, g_variant_ref (g_ptr_array_index (batch->records, i)));
      if (batch->documents->len < wanted || records->len == limit)
        return g_steal_pointer (&records);
      filter = behind_batch (batch);
    }
}

static gboolean
count_records (TwDump *dump, const TwAccountRecordKind *kind, guint64 *n, GError **error)
{
  g_autoptr (GVariant) last = NULL;

  for (*n = 0;;)
    {
      g_autoptr (GPtrArray) records = read_records (dump, kind, last, BATCH, error);

      if (records == NULL)
        return FALSE;
      *n += records->len;
      if (records->len < BATCH)
        return TRUE;
      g_clear_pointer (&last, g_variant_unref);
      last = g_variant_ref (g_ptr_array_index (records, BATCH - 1));
    }
}

/* Of a target: what was copied into it has nothing that is not to be seen. */
static gboolean
last_record (TwDump *dump, const TwAccountRecordKind *kind, GVariant **last, GError **error)
{
  g_autoptr (Batch) batch = batch_read (dump, kind, bson_new (), TRUE, 1, error);

  if (batch == NULL)
    return FALSE;
  *last = batch->records->len > 0 ? g_variant_ref (g_ptr_array_index (batch->records, 0)) : NULL;
  return TRUE;
}

static GPtrArray *
documents_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);
}

/* One of those below: writes @n records, the first of which is @records, into their collection. */
typedef gboolean (*WriteFunc) (TwDump *dump, gpointer *records, guint n, GError **error);

static gboolean
write_records (TwDump *dump, const TwAccountRecordKind *kind, WriteFunc write, GPtrArray *records, GError **error)
{
  for (guint i = 0; i < records->len; i++)
    {
      g_autoptr (TwBson) key = bson_new ();

      if (!kind->append_key (key, "_id", g_ptr_array_index (records, i)))
        {
          g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "a record of the %s has no key that could be",
                       kind->collection);
          return FALSE;
        }
    }
  for (guint i = 0; i < records->len; i += BATCH)
    if (!write (dump, records->pdata + i, MIN (records->len - i, BATCH), error))
      return FALSE;
  return TRUE;
}

static gboolean
write_accounts (TwDump *dump, gpointer *records, guint n, GError **error)
{
  GPtrArray *documents = documents_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (documents, tw_account_records_account_document (records[i]));
  return tw_mongo_dump_insert (mongo_of (dump), TW_ACCOUNT_COLLECTION, documents, error);
}

static gboolean
write_keys (TwDump *dump, gpointer *records, guint n, GError **error)
{
  GPtrArray *documents = documents_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (documents, tw_account_records_key_document (records[i]));
  return tw_mongo_dump_insert (mongo_of (dump), TW_KEY_COLLECTION, documents, error);
}

static gboolean
write_sessions (TwDump *dump, gpointer *records, guint n, GError **error)
{
  GPtrArray *documents = documents_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (documents, tw_account_records_session_document (records[i]));
  return tw_mongo_dump_insert (mongo_of (dump), TW_SESSION_COLLECTION, documents, error);
}

static gboolean
run_delete_uses (TwMongoSession *session, gpointer job, GError **error)
{
  return tw_mongo_delete (session, TW_USE_COLLECTION, job, NULL, error);
}

static void
filter_free (gpointer job)
{
  bson_destroy (job);
}

/* An attempt that was broken off may have left uses of tokens that it did not come to write. */
static gboolean
delete_uses (TwDump *dump, const GPtrArray *uses, GError **error)
{
  g_autoptr (TwBson) hashes = bson_new ();
  gpointer job;

  for (guint i = 0; i < uses->len; i++)
    tw_document_collect (g_ptr_array_index (uses, i), "_id", hashes);
  if (bson_empty (hashes))
    return TRUE;
  job = tw_document_with_any ("_id", hashes);
  if (!tw_mongo_call (mongo_of (dump), TW_DEADLINE_NONE, TW_MONGO_CHANGING, run_delete_uses, &job, filter_free, error))
    return FALSE;
  filter_free (job);
  return TRUE;
}

/* Uses first: a token that is there has all that is known of it. */
static gboolean
write_tokens (TwDump *dump, gpointer *records, guint n, GError **error)
{
  g_autoptr (GPtrArray) tokens = documents_new ();
  g_autoptr (GPtrArray) uses = documents_new ();

  for (guint i = 0; i < n; i++)
    {
      bson_t *use = tw_account_records_use_document (records[i]);

      g_ptr_array_add (tokens, tw_account_records_token_document (records[i]));
      if (use != NULL)
        g_ptr_array_add (uses, use);
    }
  return delete_uses (dump, uses, error)
         && tw_mongo_dump_insert (mongo_of (dump), TW_USE_COLLECTION, g_steal_pointer (&uses), error)
         && tw_mongo_dump_insert (mongo_of (dump), TW_TOKEN_COLLECTION, g_steal_pointer (&tokens), error);
}

static gboolean
write_failures (TwDump *dump, gpointer *records, guint n, GError **error)
{
  GPtrArray *documents = documents_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (documents, tw_account_records_failure_document (records[i]));
  return tw_mongo_dump_insert (mongo_of (dump), TW_FAILURE_COLLECTION, documents, error);
}

static gboolean
write_origins (TwDump *dump, gpointer *records, guint n, GError **error)
{
  GPtrArray *documents = documents_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (documents, tw_account_records_origin_document (records[i]));
  return tw_mongo_dump_insert (mongo_of (dump), TW_ORIGIN_COLLECTION, documents, error);
}

static gboolean
write_revocations (TwDump *dump, gpointer *records, guint n, GError **error)
{
  g_autoptr (GVariant) last = NULL;
  GPtrArray *documents;
  gint64 after;

  if (!last_record (dump, &tw_account_records_revocations, &last, error))
    return FALSE;
  after = last != NULL ? tw_account_records_position (last) : 0;
  documents = documents_new ();
  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (documents, tw_account_records_revocation_document (records[i], after));
      after = tw_account_records_position (records[i]);
    }
  return tw_mongo_dump_insert (mongo_of (dump), TW_REVOCATION_COLLECTION, documents, error);
}

/* What TwDumpSection asks for has no place for the kind: four functions for each. */
#define DEFINE_SECTION(kind)                                                                                          \
  static gboolean kind##_count (TwDump *dump, guint64 *n, GError **error)                                             \
  {                                                                                                                   \
    return count_records (dump, &tw_account_records_##kind, n, error);                                                \
  }                                                                                                                   \
  static GPtrArray *kind##_read (TwDump *dump, GVariant *after, guint limit, GError **error)                          \
  {                                                                                                                   \
    return read_records (dump, &tw_account_records_##kind, after, limit, error);                                      \
  }                                                                                                                   \
  static gboolean kind##_last (TwDump *dump, GVariant **last, GError **error)                                         \
  {                                                                                                                   \
    return last_record (dump, &tw_account_records_##kind, last, error);                                               \
  }                                                                                                                   \
  static gboolean kind##_write (TwDump *dump, GPtrArray *records, GError **error)                                     \
  {                                                                                                                   \
    return write_records (dump, &tw_account_records_##kind, write_##kind, records, error);                            \
  }

DEFINE_SECTION (accounts)
DEFINE_SECTION (keys)
DEFINE_SECTION (sessions)
DEFINE_SECTION (tokens)
DEFINE_SECTION (failures)
DEFINE_SECTION (origins)
DEFINE_SECTION (revocations)

static gboolean
dump_clear (TwDump *dump, GError **error)
{
  return tw_mongo_dump_clear (mongo_of (dump), &tw_account_store_mongo_spec, error);
}

static gboolean
dump_finish (TwDump *dump, GError **error)
{
  return tw_mongo_fill_done (mongo_of (dump), error);
}

static void
dump_free (TwDump *dump)
{
  tw_mongo_close (mongo_of (dump));
  g_free (dump);
}

TwDump *
tw_account_dump_mongo_open (const char *uri, TwDumpRole role, GError **error)
{
#define SECTION(kind, type) { #kind, type, kind##_count, kind##_read, kind##_last, kind##_write }
  static const TwDumpSection sections[] = {
    SECTION (accounts, TW_ACCOUNT_DUMP_ACCOUNT),       SECTION (keys, TW_ACCOUNT_DUMP_KEY),
    SECTION (sessions, TW_ACCOUNT_DUMP_SESSION),       SECTION (tokens, TW_ACCOUNT_DUMP_TOKEN),
    SECTION (failures, TW_ACCOUNT_DUMP_FAILURE),       SECTION (origins, TW_ACCOUNT_DUMP_ORIGIN),
    SECTION (revocations, TW_ACCOUNT_DUMP_REVOCATION),
  };
#undef SECTION
  static const TwDumpClass klass = {
    .sections = sections,
    .n_sections = G_N_ELEMENTS (sections),
    .clear = dump_clear,
    .finish = dump_finish,
    .free = dump_free,
  };
  TwMongo *mongo = tw_mongo_dump_open (uri, &tw_account_store_mongo_spec, role, error);
  MongoDump *dump;

  if (mongo == NULL)
    return NULL;
  dump = g_new (MongoDump, 1);
  *dump = (MongoDump) { .parent.klass = &klass, .mongo = mongo };
  return &dump->parent;
}
