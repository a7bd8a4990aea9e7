/* SPDX-License-Identifier: Apache-2.0 */

/* What a service's reply means to the REST client: the value as JSON with its status and headers, a declared exception
 * as a problem, anything else as 500, 503 or 504. Sessions begin and end here: a method that issues one gets its access
 * token added, one that revokes enters the table before the answer goes out. */

#pragma once

#include "tw-client.h"
#include "tw-response.h"
#include "tw-revocations.h"
#include "tw-schema.h"
#include "tw-target.h"
#include "tw-token.h"

G_BEGIN_DECLS

/* What all answers need; outlives them. Any thread may use the parts. */
typedef struct
{
  TwTokenKeys *keys;
  TwRevocations *revocations;
  const TwClock *clock;
  gint64 token_lifetime_s;
  gboolean secure_cookies; /* cookies come back over HTTPS alone */
} TwAnswerContext;

/* What is answered. */
typedef struct
{
  const TwMethod *method;
  const TwClaims *claims; /* of the caller; NULL: nobody in particular */
  gboolean cookies;       /* the request asked for them: see tw-cookies.h */
  const TwTarget *target; /* the request's, for links to other parts of the answer */
} TwAnswerCall;

TwResponse *tw_answer_new (const TwAnswerContext *context, const TwAnswerCall *call, const TwClientReply *reply);

G_END_DECLS
