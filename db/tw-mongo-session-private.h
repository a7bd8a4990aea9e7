/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: a session, as whoever lends it a client makes it. */

#pragma once

#include "tw-mongo-error.h"
#include "tw-mongo-gate.h"
#include "tw-mongo-session.h"

G_BEGIN_DECLS

struct _TwMongoSession
{
  mongoc_client_t *client;
  const char *database;
  gint64 max_time_ms; /* that the server may take for one command */
  gint64 deadline_ms; /* monotonic */

  TwMongoGate *gate; /* closed where the server is found to be gone; or NULL */
  guint opening;

  gboolean unknown;
  TwMongoMeaning meaning; /* of the last failure */
  char *reason;           /* of the last failure, for the operator; or NULL */
};

/* Whether a primary answers and lets us in. */
gboolean tw_mongo_ask (TwMongoSession *session, GError **error);

/* Frees what it holds; the client stays. */
void tw_mongo_session_end (TwMongoSession *session);

G_END_DECLS
