/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-dump.h"

#include "tw-account-revocations-mongo.h"
#include "tw-account-store-mongo.h"
#include "tw-mongo-dump.h"
#include "tw-record-document.h"
#include "tw-record-dump.h"
#include "tw-stored-mongo.h"

/* Functions of TwMongoDumpKind, whose data is a TwRecordType. None passes over what can't be read: nobody but the
 * service writes these. */

static GVariant *
pack (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned, GError **error)
{
  g_autofree gpointer record = tw_stored_read (kind->data, document, error);

  return record != NULL ? tw_record_dump_pack (kind->data, record) : NULL;
}

/* Not those of a signing up that came to nothing, nor those that have ended. */
enum
{
  SESSION_HAS_ACCOUNT,
  SESSION_HAS_ENDED,
};

static GVariant *
pack_session (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned,
              GError **error)
{
  return peers[SESSION_HAS_ACCOUNT] && !peers[SESSION_HAS_ENDED] ? pack (kind, document, peers, warned, error) : NULL;
}

enum
{
  TOKEN_HAS_USE,
};

/* That a token has been used stands aside. */
static GVariant *
pack_token (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned,
            GError **error)
{
  g_autofree gpointer record = tw_stored_read (kind->data, document, error);

  if (record == NULL)
    return NULL;
  ((TwStoredTokenRecord *) record)->used = peers[TOKEN_HAS_USE];
  return tw_record_dump_pack (kind->data, record);
}

static bson_t *
unpack_token (const TwMongoDumpKind *kind, GVariant *packed, GVariant *before)
{
  g_autofree gpointer record = tw_record_dump_unpack (kind->data, packed);

  if (record == NULL)
    return NULL;
  *tw_record_has (record) &= ~TW_STORED_TOKEN_HAS_USED;
  return tw_record_document_new (kind->data, record);
}

static bson_t *
unpack_use (const TwMongoDumpKind *kind, GVariant *packed)
{
  g_autofree gpointer record = tw_record_dump_unpack (kind->data, packed);
  const TwStoredTokenRecord *token = record;

  if (token == NULL || !token->used)
    return NULL;
  return BCON_NEW ("_id", BCON_BIN (BSON_SUBTYPE_BINARY, token->hash.bytes, (guint32) token->hash.length),
                   "expiresOn", BCON_DATE_TIME (token->expires_ms));
}

static bson_t *
unpack_revocation (const TwMongoDumpKind *kind, GVariant *packed, GVariant *before)
{
  g_autofree gpointer record = tw_record_dump_unpack (kind->data, packed);
  gint64 after = 0;

  if (before != NULL)
    g_variant_get_child (before, 0, "x", &after);
  return record != NULL ? tw_account_revocations_mongo_document (record, after) : NULL;
}

#define KIND(NAME, record)                                                                                            \
  .name = TW_STORED_##NAME##_COLLECTION, .type = TW_STORED_##NAME##_PACKED,                                           \
  .collection = TW_STORED_##NAME##_COLLECTION, .data = &tw_stored_##record##_type

/* The sections are those of SQLite's dump, in its order. */
static const TwMongoDumpKind kinds[] = {
  { KIND (ACCOUNT, account), .pack = pack, .unpack = tw_mongo_dump_unpack_record },
  { KIND (KEY, key), .pack = pack, .unpack = tw_mongo_dump_unpack_record },
  { KIND (SESSION, session), .pack = pack_session, .unpack = tw_mongo_dump_unpack_record,
    .peers = { [SESSION_HAS_ACCOUNT] = { "userId", TW_STORED_ACCOUNT_COLLECTION, "_id" },
               [SESSION_HAS_ENDED] = { "_id", TW_STORED_REVOCATION_COLLECTION, "sessionId" } } },
  { KIND (TOKEN, token), .pack = pack_token, .unpack = unpack_token,
    .peers = { [TOKEN_HAS_USE] = { "_id", TW_USE_COLLECTION, "_id" } },
    .unpack_aside = unpack_use, .aside = TW_USE_COLLECTION },
  { KIND (FAILURE, failure), .pack = pack, .unpack = tw_mongo_dump_unpack_record },
  { KIND (ORIGIN, origin), .pack = pack, .unpack = tw_mongo_dump_unpack_record },
  { KIND (REVOCATION, revocation), .pack = pack, .unpack = unpack_revocation, .is_chain = TRUE },
};

G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == TW_ACCOUNTS_STORE_RECORDS);

TwDump *
tw_account_dump_mongo_open (const char *uri, TwDumpRole role, GError **error)
{
  return tw_mongo_dump_open (uri, role, &tw_account_store_mongo_spec, kinds, G_N_ELEMENTS (kinds), error);
}
