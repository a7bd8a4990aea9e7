/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: who holds which data, so that nothing is copied into what is being served, nor served while it is being
 * copied. Not thread-safe, but for tw_mongo_holders_finish(). */

#pragma once

#include "tw-mongo-session-private.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

typedef struct _TwMongoHolders TwMongoHolders;

typedef enum
{
  TW_MONGO_HELD,       /* the data is ours to use */
  TW_MONGO_NOT_HELD,   /* the server did not do it: see the session */
  TW_MONGO_HELD_OFF,   /* a copy into it is unfinished, or is not ours any more; *@why is for the operator */
  TW_MONGO_TAKEN,      /* a service holds what was to be filled, or another copy fills it; *@why is for the operator */
} TwMongoHold;

/* @data and @program must outlive it. */
TwMongoHolders *tw_mongo_holders_new (const char *data, TwMongoRole role, const char *program);
void tw_mongo_holders_free (TwMongoHolders *holders);

/* Enters us, or says that we are still there. */
TwMongoHold tw_mongo_holders_enter (TwMongoHolders *holders, TwMongoSession *session, char **why);

/* Takes us out again. */
void tw_mongo_holders_leave (TwMongoHolders *holders, TwMongoSession *session);

/* What was to be filled is complete. CONFLICT where another copy has taken it over. */
gboolean tw_mongo_holders_finish (const TwMongoHolders *holders, TwMongoSession *session, GError **error);

/* Whether a copy of @data was begun and not finished, be it still under way or broken off. */
gboolean tw_mongo_holders_unfinished (TwMongoSession *session, const char *data, gboolean *unfinished, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoHolders, tw_mongo_holders_free)

G_END_DECLS
