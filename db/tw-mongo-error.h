/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: what an error of libmongoc (error API version 2) means to us. */

#pragma once

#include <glib.h>
#include <mongoc/mongoc.h>

G_BEGIN_DECLS

typedef enum
{
  TW_MONGO_ERROR_OTHER,    /* ours to mend */
  TW_MONGO_ERROR_CONFLICT, /* a key is taken */
  TW_MONGO_ERROR_AWAY,     /* the server is gone, going, or not primary; or does not let us in */
  TW_MONGO_ERROR_BUSY,     /* it is there, but did not manage, or not durably in time */
  TW_MONGO_ERROR_DENIED,   /* we may not do that */
} TwMongoMeaning;

/* @reply: of the command that failed, or NULL. */
TwMongoMeaning tw_mongo_error_meaning (const bson_error_t *why, const bson_t *reply);

/* Whether a write that ended so may have happened all the same. */
gboolean tw_mongo_error_leaves_doubt (const bson_error_t *why, TwMongoMeaning meaning);

/* For the operator, without anything that a person stored, and without credentials. Free with g_free(). */
char *tw_mongo_error_reason (const bson_error_t *why);

G_END_DECLS
