/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: the one command that is the change. */

#pragma once

#include "tw-commit-head-mongo.h"

G_BEGIN_DECLS

typedef enum
{
  TW_MONGO_WON,
  TW_MONGO_LOST,   /* somebody else has made another change meanwhile; of this one nothing has happened, nor will */
  TW_MONGO_FAILED, /* with an error; where it is UNAVAILABLE the change may have happened */
} TwMongoClaim;

/* Puts @entry behind what @partition's @head has, if that is still so: in a bucket of its own where that is full. Where
 * the answer gets lost it looks for the entry's mark, and asks again where it was not done. */
TwMongoClaim tw_mongo_claim (TwMongoSession *session, const TwMongoTypes *types, const char *partition,
                             const TwMongoHead *head, TwMongoEntry *entry, GError **error);

G_END_DECLS
