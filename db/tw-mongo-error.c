/* SPDX-License-Identifier: Apache-2.0 */

/* Codes: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml, and which of them say that
 * another attempt may succeed: the specifications of retryable writes and of server discovery. */

#include "tw-mongo-error.h"

#define AUTHENTICATION_FAILED 18
#define UNAUTHORIZED 13

static const struct
{
  int code;
  TwMongoMeaning meaning;
} codes[] = {
  { 11000, TW_MONGO_ERROR_CONFLICT },             /* DuplicateKey */
  { 11001, TW_MONGO_ERROR_CONFLICT },             /* the same, of an update, by old servers */
  { 12582, TW_MONGO_ERROR_CONFLICT },             /* the same, through an old mongos */
  { 6, TW_MONGO_ERROR_AWAY },                     /* HostUnreachable */
  { 7, TW_MONGO_ERROR_AWAY },                     /* HostNotFound */
  { 89, TW_MONGO_ERROR_AWAY },                    /* NetworkTimeout */
  { 91, TW_MONGO_ERROR_AWAY },                    /* ShutdownInProgress */
  { 133, TW_MONGO_ERROR_AWAY },                   /* FailedToSatisfyReadPreference: mongos finds no primary */
  { 189, TW_MONGO_ERROR_AWAY },                   /* PrimarySteppedDown */
  { 9001, TW_MONGO_ERROR_AWAY },                  /* SocketException */
  { 10058, TW_MONGO_ERROR_AWAY },                 /* LegacyNotPrimary */
  { 10107, TW_MONGO_ERROR_AWAY },                 /* NotWritablePrimary */
  { 11600, TW_MONGO_ERROR_AWAY },                 /* InterruptedAtShutdown */
  { 11602, TW_MONGO_ERROR_AWAY },                 /* InterruptedDueToReplStateChange */
  { 13435, TW_MONGO_ERROR_AWAY },                 /* NotPrimaryNoSecondaryOk */
  { 13436, TW_MONGO_ERROR_AWAY },                 /* NotPrimaryOrSecondary */
  { AUTHENTICATION_FAILED, TW_MONGO_ERROR_AWAY }, /* AuthenticationFailed */
  { 24, TW_MONGO_ERROR_BUSY },                    /* LockTimeout */
  { 43, TW_MONGO_ERROR_BUSY },                    /* CursorNotFound */
  { 46, TW_MONGO_ERROR_BUSY },                    /* LockBusy */
  { 50, TW_MONGO_ERROR_BUSY },                    /* MaxTimeMSExpired */
  { 63, TW_MONGO_ERROR_BUSY },                    /* StaleShardVersion */
  { 64, TW_MONGO_ERROR_BUSY },                    /* WriteConcernFailed */
  { 100, TW_MONGO_ERROR_BUSY },                   /* UnsatisfiableWriteConcern */
  { 112, TW_MONGO_ERROR_BUSY },                   /* WriteConflict */
  { 134, TW_MONGO_ERROR_BUSY },                   /* ReadConcernMajorityNotAvailableYet */
  { 202, TW_MONGO_ERROR_BUSY },                   /* NetworkInterfaceExceededTimeLimit */
  { 262, TW_MONGO_ERROR_BUSY },                   /* ExceededTimeLimit */
  { 11601, TW_MONGO_ERROR_BUSY },                 /* Interrupted */
  { 14031, TW_MONGO_ERROR_BUSY },                 /* OutOfDiskSpace */
  { UNAUTHORIZED, TW_MONGO_ERROR_DENIED },        /* Unauthorized */
};

static TwMongoMeaning
meaning_of_code (guint32 code, TwMongoMeaning otherwise)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if ((guint32) codes[i].code == code)
      return codes[i].meaning;
  return otherwise;
}

static gboolean
is_about_signing_in (const bson_error_t *why)
{
  return why->domain == MONGOC_ERROR_SCRAM || why->domain == MONGOC_ERROR_SASL
         || (why->domain == MONGOC_ERROR_CLIENT && why->code == MONGOC_ERROR_CLIENT_AUTHENTICATE)
         || (why->domain == MONGOC_ERROR_SERVER && why->code == AUTHENTICATION_FAILED);
}

TwMongoMeaning
tw_mongo_error_meaning (const bson_error_t *why, const bson_t *reply)
{
  gboolean may_be_sent_again = reply != NULL && mongoc_error_has_label (reply, "RetryableWriteError");
  TwMongoMeaning otherwise = may_be_sent_again ? TW_MONGO_ERROR_BUSY : TW_MONGO_ERROR_OTHER;

  if (is_about_signing_in (why))
    return TW_MONGO_ERROR_AWAY;
  switch (why->domain)
    {
    case MONGOC_ERROR_STREAM:
    case MONGOC_ERROR_SERVER_SELECTION:
      return TW_MONGO_ERROR_AWAY;
    case MONGOC_ERROR_WRITE_CONCERN:
      return meaning_of_code (why->code, TW_MONGO_ERROR_BUSY);
    case MONGOC_ERROR_SERVER:
      return meaning_of_code (why->code, otherwise);
    default:
      return otherwise;
    }
}

gboolean
tw_mongo_error_leaves_doubt (const bson_error_t *why, TwMongoMeaning meaning)
{
  static const guint32 refused_at_once[] = { 10058, 10107, 13435, 13436, AUTHENTICATION_FAILED };

  if (meaning != TW_MONGO_ERROR_AWAY && meaning != TW_MONGO_ERROR_BUSY)
    return FALSE;
  if (why->domain == MONGOC_ERROR_SERVER)
    for (guint i = 0; i < G_N_ELEMENTS (refused_at_once); i++)
      if (why->code == refused_at_once[i])
        return FALSE;
  return why->domain != MONGOC_ERROR_SERVER_SELECTION && !is_about_signing_in (why);
}

/* What a server says of a duplicate key or a forbidden command has parts of documents in it. */
char *
tw_mongo_error_reason (const bson_error_t *why)
{
  if (is_about_signing_in (why))
    return g_strdup ("authentication failed");
  if (why->domain == MONGOC_ERROR_SERVER && why->code == UNAUTHORIZED)
    return g_strdup ("the user of the connection string may not do what is needed");
  if (tw_mongo_error_meaning (why, NULL) == TW_MONGO_ERROR_CONFLICT)
    return g_strdup ("what must be unique is there more than once");
  return g_strdup (why->message);
}
