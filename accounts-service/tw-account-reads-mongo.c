/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-reads-mongo.h"

#include "tw-account-documents.h"
#include "tw-account-revocations-mongo.h"
#include "tw-error.h"
#include "tw-mongo-call.h"
#include "tw-store-error.h"

#include <string.h>

static gboolean
find_key (TwMongoSession *session, TwAccountKey *key, gboolean *found, GError **error)
{
  g_autoptr (TwBson) filter = tw_document_with_text ("_id", TW_ACCOUNT_KEY_NAME);
  g_autoptr (TwBson) document = NULL;

  if (!tw_mongo_find_one (session, TW_KEY_COLLECTION, filter, NULL, &document, error))
    return FALSE;
  *found = document != NULL;
  return document == NULL || tw_key_document_read (document, key, error);
}

/* Of several instances that make one at once, one is first; the others take that. */
static gboolean
key_run (TwMongoSession *session, gpointer job, GError **error)
{
  TwAccountKey *key = job;
  g_autoptr (TwBson) document = NULL;
  g_autoptr (GError) failure = NULL;
  gboolean found;

  if (!find_key (session, key, &found, error))
    return FALSE;
  if (found)
    return TRUE;
  tw_account_key_new (key);
  document = tw_key_document_new (key);
  if (tw_mongo_insert (session, TW_KEY_COLLECTION, document, &failure))
    return TRUE;
  if (!g_error_matches (failure, TW_ERROR, TW_ERROR_CONFLICT))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (!find_key (session, key, &found, error))
    return FALSE;
  /* Another primary by now, to which the first one's has not come: what is in @key is nobody's. */
  if (!found)
    g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_UNAVAILABLE);
  return found;
}

gboolean
tw_account_reads_mongo_key (TwMongo *mongo, gint64 deadline_ms, TwAccountKey *key, GError **error)
{
  gpointer job = g_new (TwAccountKey, 1);

  if (!tw_mongo_call (mongo, deadline_ms, TW_MONGO_CHANGING, key_run, &job, g_free, error))
    return FALSE;
  memcpy (key, job, sizeof *key);
  g_free (job);
  return TRUE;
}

/* One account, by one of its keys. */
typedef struct
{
  const char *field; /* static */
  char *value;
  TwAccountRecord *account;
} Lookup;

static gboolean
lookup_run (TwMongoSession *session, gpointer job, GError **error)
{
  Lookup *lookup = job;
  g_autoptr (TwBson) filter = tw_document_with_text (lookup->field, lookup->value);
  g_autoptr (TwBson) found = NULL;

  if (!tw_mongo_find_one (session, TW_ACCOUNT_COLLECTION, filter, NULL, &found, error))
    return FALSE;
  if (found == NULL)
    {
      g_set_error_literal (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Account not found");
      return FALSE;
    }
  lookup->account = tw_account_document_read (found, error);
  return lookup->account != NULL;
}

static void
lookup_free (gpointer job)
{
  Lookup *lookup = job;

  tw_account_record_free (lookup->account);
  g_free (lookup->value);
  g_free (lookup);
}

TwAccountRecord *
tw_account_reads_mongo_account (TwMongo *mongo, gint64 deadline_ms, const char *field, const char *value,
                                GError **error)
{
  Lookup *lookup = g_new (Lookup, 1);
  gpointer job = lookup;
  TwAccountRecord *account;

  *lookup = (Lookup) { .field = field, .value = g_strdup (value) };
  if (!tw_mongo_call (mongo, deadline_ms, TW_MONGO_READING, lookup_run, &job, lookup_free, error))
    return NULL;
  lookup = job;
  account = g_steal_pointer (&lookup->account);
  lookup_free (lookup);
  return account;
}

typedef struct
{
  gint64 since;
  gint64 now_ms;
  guint limit;
  GArray *entries; /* TwRevocationDocument */
} Listing;

static gboolean
listing_run (TwMongoSession *session, gpointer job, GError **error)
{
  const Listing *listing = job;

  return tw_account_revocations_mongo_list (session, listing->since, listing->now_ms, listing->limit, listing->entries,
                                            error);
}

static void
listing_free (gpointer job)
{
  Listing *listing = job;

  g_array_unref (listing->entries);
  g_free (listing);
}

gboolean
tw_account_reads_mongo_revocations (TwMongo *mongo, gint64 deadline_ms, gint64 since, gint64 now_ms, guint limit,
                                    TwRevocationFunc row, gpointer user_data, gint64 *position, GError **error)
{
  Listing *listing = g_new (Listing, 1);
  gpointer job = listing;

  *position = since;
  *listing = (Listing) { .since = since, .now_ms = now_ms, .limit = limit };
  listing->entries = g_array_new (FALSE, FALSE, sizeof (TwRevocationDocument));
  if (!tw_mongo_call (mongo, deadline_ms, TW_MONGO_READING, listing_run, &job, listing_free, error))
    return FALSE;
  listing = job;
  for (guint i = 0; i < listing->entries->len; i++)
    {
      const TwRevocationDocument *entry = &g_array_index (listing->entries, TwRevocationDocument, i);

      *position = entry->position;
      row (entry->session_id, entry->expires_s, user_data);
    }
  listing_free (listing);
  return TRUE;
}
