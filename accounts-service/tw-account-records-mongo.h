/* SPDX-License-Identifier: Apache-2.0 */

/* The records of tw-account-dump.h and the documents of tw-account-documents.h, one made from the other. */

#pragma once

#include "tw-account-dump.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

/* One kind of record. */
typedef struct
{
  const char *collection;

  /* The key of @record, as the _id of a document is, under @name. FALSE where @record has none that could be. */
  gboolean (*append_key) (bson_t *document, const char *name, GVariant *record);

  /* Appends the records that @documents (bson_t) are to @records, in their order, leaving out what is not to be seen;
   * asks the database for what they do not say themselves. */
  gboolean (*pack) (TwMongoSession *session, const GPtrArray *documents, GPtrArray *records, GError **error);
} TwAccountRecordKind;

extern const TwAccountRecordKind tw_account_records_accounts;
extern const TwAccountRecordKind tw_account_records_keys;
extern const TwAccountRecordKind tw_account_records_sessions;
extern const TwAccountRecordKind tw_account_records_tokens;
extern const TwAccountRecordKind tw_account_records_failures;
extern const TwAccountRecordKind tw_account_records_origins;
extern const TwAccountRecordKind tw_account_records_revocations;

/* The document of a record, whose key can be one. Free with bson_destroy(). */
bson_t *tw_account_records_account_document (GVariant *record);
bson_t *tw_account_records_key_document (GVariant *record);
bson_t *tw_account_records_session_document (GVariant *record);
bson_t *tw_account_records_token_document (GVariant *record);
bson_t *tw_account_records_use_document (GVariant *record); /* of a token; NULL where it was not used */
bson_t *tw_account_records_failure_document (GVariant *record);
bson_t *tw_account_records_origin_document (GVariant *record);
bson_t *tw_account_records_revocation_document (GVariant *record, gint64 after);

/* The position of a revocation's record. */
gint64 tw_account_records_position (GVariant *record);

G_END_DECLS
