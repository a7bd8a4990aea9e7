/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-query-mongo.h"

#include "tw-id.h"
#include "tw-record-document.h"

#include <string.h>

/* Documents that are asked for at a time. */
#define AT_ONCE 1000

/* Records are shown when the operation has ended: where it takes too long some might be on their way when it has been
 * told so. */
typedef struct
{
  const TwRecordType *type;
  bson_t *filter, *options;
  GPtrArray *records;
  TwRecordReading reading;
} Query;

static void
query_free (gpointer data)
{
  Query *query = data;

  bson_destroy (query->filter);
  bson_destroy (query->options);
  g_ptr_array_unref (query->records);
  g_free (query);
}

static gboolean
keep (const bson_t *document, gpointer data)
{
  Query *query = data;
  g_autofree char *why = NULL;
  gpointer record = tw_record_document_read (query->type, document, &why);

  if (record != NULL)
    g_ptr_array_add (query->records, record);
  return TRUE;
}

static gboolean
run (TwMongoSession *session, gpointer data, GError **error)
{
  Query *query = data;

  return tw_mongo_find (session, query->type->collection, query->filter, query->options, keep, query, error);
}

static void
finish (gpointer data, const GError *error)
{
  const Query *query = data;

  for (guint i = 0; error == NULL && i < query->records->len; i++)
    if (!query->reading.row (query->records->pdata[i], query->reading.user_data))
      break;
  query->reading.end (error, query->reading.user_data);
}

static void
append_values (bson_t *filter, const TwRecordQuery *asked)
{
  const TwRecordField *field = &asked->type->fields[tw_record_query_field (asked)];
  g_autoptr (TwBson) values = bson_new ();
  g_autoptr (TwBson) among = NULL;
  guint n = 0;

  for (guint i = 0; i < asked->n_values; i++)
    {
      char place[16];
      bson_oid_t id;

      g_snprintf (place, sizeof place, "%u", n);
      if (field->kind == TW_RECORD_TEXT)
        n += bson_append_utf8 (values, place, -1, asked->values[i], -1);
      else if (tw_id_to_bytes (asked->values[i], id.bytes))
        n += bson_append_oid (values, place, -1, &id);
    }
  among = BCON_NEW ("$in", BCON_ARRAY (values));
  bson_append_document (filter, field->role == TW_RECORD_KEY ? "_id" : field->name, -1, among);
}

/* Behind what can't be an id there is nothing. */
static void
append_after (bson_t *filter, const TwRecordQuery *asked)
{
  bson_oid_t id;

  if (asked->after == NULL)
    return;
  if (!tw_id_to_bytes (asked->after, id.bytes))
    memset (id.bytes, 0, sizeof id.bytes);
  BCON_APPEND (filter, "_id", "{", "$lt", BCON_OID (&id), "}");
}

/* What is no record has no time of creation. */
static bson_t *
filter_of (const TwRecordQuery *asked)
{
  const TwRecordType *type = asked->type;
  bson_t *filter = bson_new ();

  if (asked->field != 0)
    append_values (filter, asked);
  append_after (filter, asked);
  BCON_APPEND (filter, type->fields[tw_record_find_role (type, TW_RECORD_CREATED)].name, "{", "$type",
               BCON_UTF8 ("date"), "}");
  return filter;
}

static bson_t *
options_of (const TwRecordQuery *asked)
{
  bson_t *options
      = BCON_NEW ("limit", BCON_INT64 (asked->limit), "batchSize", BCON_INT64 (MIN (asked->limit, AT_ONCE)));

  if (asked->newest_first)
    BCON_APPEND (options, "sort", "{", "_id", BCON_INT32 (-1), "}");
  return options;
}

void
tw_record_query_mongo_run (TwMongo *mongo, gint64 deadline_ms, const TwRecordQuery *asked,
                           const TwRecordReading *reading)
{
  Query *query = g_new (Query, 1);

  *query = (Query) {
    .type = asked->type,
    .filter = filter_of (asked),
    .options = options_of (asked),
    .records = g_ptr_array_new_with_free_func (g_free),
    .reading = *reading,
  };
  tw_mongo_run (mongo, deadline_ms, TW_MONGO_READING, run, finish, query, query_free);
}
