/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: what must be there before a database is used. */

#pragma once

#include "tw-mongo-session-private.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

/* Makes those of @spec's indexes that are not there. Several may do so at the same time. FALSE: the session knows
 * why. */
gboolean tw_mongo_indexes_make (TwMongoSession *session, const TwMongoSpec *spec);

G_END_DECLS
