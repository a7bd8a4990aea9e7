/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-reads-mongo.h"

#include "tw-record-document.h"
#include "tw-account-revocations-mongo.h"
#include "tw-error.h"
#include "tw-mongo-call.h"
#include "tw-store-error.h"
#include "tw-stored-mongo.h"

#include <string.h>

static gboolean
find_key (TwMongoSession *session, TwAccountKey *key, gboolean *found, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (TW_ACCOUNT_KEY_NAME));
  g_autofree gpointer stored = NULL;

  if (!tw_stored_find (session, &tw_stored_key_type, filter, NULL, &stored, error))
    return FALSE;
  *found = stored != NULL;
  return stored == NULL || tw_stored_key_read (stored, key, error);
}

/* Of several instances that make one at once, one is first; the others take that. */
static gboolean
key_run (TwMongoSession *session, gpointer job, GError **error)
{
  TwAccountKey *key = job;
  TwStoredKeyRecord stored;
  g_autoptr (TwBson) document = NULL;
  g_autoptr (GError) failure = NULL;
  gboolean found;

  if (!find_key (session, key, &found, error))
    return FALSE;
  if (found)
    return TRUE;
  tw_account_key_new (key);
  stored = tw_stored_key_of (key);
  document = tw_record_document_new (&tw_stored_key_type, &stored);
  if (tw_mongo_insert (session, TW_STORED_KEY_COLLECTION, document, &failure))
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
  gpointer account; /* TwStoredAccountRecord */
} Lookup;

static gboolean
lookup_run (TwMongoSession *session, gpointer job, GError **error)
{
  Lookup *lookup = job;
  g_autoptr (TwBson) filter = BCON_NEW (lookup->field, BCON_UTF8 (lookup->value));

  if (!tw_stored_find (session, &tw_stored_account_type, filter, NULL, &lookup->account, error))
    return FALSE;
  if (lookup->account == NULL)
    g_set_error_literal (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Account not found");
  return lookup->account != NULL;
}

static void
lookup_free (gpointer job)
{
  Lookup *lookup = job;

  g_free (lookup->account);
  g_free (lookup->value);
  g_free (lookup);
}

TwStoredAccountRecord *
tw_account_reads_mongo_account (TwMongo *mongo, gint64 deadline_ms, const char *field, const char *value,
                                GError **error)
{
  Lookup *lookup = g_new (Lookup, 1);
  gpointer job = lookup;
  TwStoredAccountRecord *account;

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
  GPtrArray *entries; /* TwStoredRevocationRecord */
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

  g_ptr_array_unref (listing->entries);
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
  listing->entries = g_ptr_array_new_with_free_func (g_free);
  if (!tw_mongo_call (mongo, deadline_ms, TW_MONGO_READING, listing_run, &job, listing_free, error))
    return FALSE;
  listing = job;
  for (guint i = 0; i < listing->entries->len; i++)
    {
      const TwStoredRevocationRecord *entry = listing->entries->pdata[i];

      *position = entry->position;
      row (entry->session_id, entry->expires_s, user_data);
    }
  listing_free (listing);
  return TRUE;
}
