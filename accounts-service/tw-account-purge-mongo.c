/* SPDX-License-Identifier: Apache-2.0 */

/* Each kind in two steps: the keys of what has expired, then their deletion. In between something else must go first
 * where it would come to life again otherwise: a used token before its use, a session before its revocation. */

#include "tw-account-purge-mongo.h"

#include "tw-account-revocations-mongo.h"
#include "tw-account-store-mongo.h"

#define MAX_OF_A_KIND 64

/* The values of one field of many documents: [ … ]. */
typedef struct
{
  const char *field;
  bson_t *values;
} Column;

static gboolean
keep_value (const bson_t *document, gpointer user_data)
{
  const Column *column = user_data;
  bson_iter_t iter;
  char buffer[16];
  const char *index;

  bson_uint32_to_string (bson_count_keys (column->values), &index, buffer, sizeof buffer);
  if (bson_iter_init_find (&iter, document, column->field))
    bson_append_iter (column->values, index, -1, &iter);
  return TRUE;
}

/* The @field of up to MAX_OF_A_KIND documents that @filter fits, in the order of @sort, but for the first @skip. Free
 * with bson_destroy(); NULL on error. */
static bson_t *
find_values (TwMongoSession *session, const char *collection, const bson_t *filter, const bson_t *sort, guint skip,
             const char *field, GError **error)
{
  g_autoptr (TwBson) options
      = BCON_NEW ("sort", BCON_DOCUMENT (sort), "skip", BCON_INT64 (skip), "limit", BCON_INT64 (MAX_OF_A_KIND),
                  "projection", "{", field, BCON_INT32 (1), "}");
  g_autoptr (TwBson) values = bson_new ();
  Column column = { .field = field, .values = values };

  if (!tw_mongo_find (session, collection, filter, options, keep_value, &column, error))
    return NULL;
  return g_steal_pointer (&values);
}

static gboolean
delete_values (TwMongoSession *session, const char *collection, const char *field, const bson_t *values, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW (field, "{", "$in", BCON_ARRAY (values), "}");

  return bson_empty (values) || tw_mongo_delete (session, collection, filter, NULL, error);
}

gboolean
tw_account_purge_mongo_some (TwMongoSession *session, const char *collection, const bson_t *filter, const bson_t *sort,
                             guint skip, GError **error)
{
  g_autoptr (TwBson) ids = find_values (session, collection, filter, sort, skip, "_id", error);

  return ids != NULL && delete_values (session, collection, "_id", ids, error);
}

static gboolean
purge_dated (TwMongoSession *session, const char *collection, const char *first, gint64 until_ms, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("expiresOn", "{", "$lte", BCON_DATE_TIME (until_ms), "}");
  g_autoptr (TwBson) sort = BCON_NEW ("expiresOn", BCON_INT32 (1));
  g_autoptr (TwBson) ids = find_values (session, collection, filter, sort, 0, "_id", error);

  return ids != NULL && (first == NULL || delete_values (session, first, "_id", ids, error))
         && delete_values (session, collection, "_id", ids, error);
}

/* All but the newest: the next one comes behind it. */
static gboolean
purge_revocations (TwMongoSession *session, gint64 until_s, GError **error)
{
  g_autoptr (TwBson) filter = NULL, ended = NULL;
  g_autoptr (TwBson) sort = BCON_NEW ("expiresS", BCON_INT32 (1));
  gint64 newest;

  if (!tw_account_revocations_mongo_newest (session, &newest, error))
    return FALSE;
  filter = BCON_NEW ("expiresS", "{", "$lte", BCON_INT64 (until_s), "}", "_id", "{", "$lt", BCON_INT64 (newest), "}");
  ended = find_values (session, TW_STORED_REVOCATION_COLLECTION, filter, sort, 0, "sessionId", error);
  return ended != NULL && delete_values (session, TW_STORED_SESSION_COLLECTION, "_id", ended, error)
         && delete_values (session, TW_STORED_REVOCATION_COLLECTION, "sessionId", ended, error);
}

gboolean
tw_account_purge_mongo (TwMongoSession *session, gint64 now_ms, GError **error)
{
  return purge_dated (session, TW_STORED_TOKEN_COLLECTION, NULL, now_ms, error)
         && purge_dated (session, TW_USE_COLLECTION, TW_STORED_TOKEN_COLLECTION, now_ms, error)
         && purge_dated (session, TW_STORED_SESSION_COLLECTION, NULL,
                         now_ms - TW_ACCESS_TOKEN_MAX_S * G_GINT64_CONSTANT (1000), error)
         && purge_revocations (session, now_ms / 1000, error);
}
