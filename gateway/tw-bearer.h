/* SPDX-License-Identifier: Apache-2.0 */

/* Who asks: the bearer token of a request (RFC 6750), verified, and its session not ended. */

#pragma once

#include "tw-request.h"
#include "tw-revocations.h"
#include "tw-schema.h"
#include "tw-token.h"

G_BEGIN_DECLS

/* One a worker: not thread-safe. */
typedef struct _TwBearer TwBearer;

/* The claims that name sessions are those that some method of @schema revokes. References @keys; @revocations and
 * @schema must outlive it. */
TwBearer *tw_bearer_new (const TwSchema *schema, TwTokenKeys *keys, TwRevocations *revocations);
void tw_bearer_free (TwBearer *bearer);

/* The claims (owned by the caller) of somebody who may call @method as far as the token goes: it names a session, and
 * each claim that the method takes is there and keeps its limits. Or NULL and *@refusal: a 401, or
 * a 503 where it is not known which sessions have ended. */
TwClaims *tw_bearer_authenticate (TwBearer *bearer, const TwMethod *method, const TwRequest *request,
                                  TwResponse **refusal);

/* A 401 where the session of @claims has ended by now, else NULL. */
TwResponse *tw_bearer_check_session (const TwBearer *bearer, const TwClaims *claims);

/* Where the token begins in the value of an Authorization header: behind "Bearer", in any case, and one blank or more (RFC
 * 9110, section 11.4; tabs are none). NULL where the scheme is another one. What follows the blanks is not judged. */
const char *tw_bearer_token (const char *authorization, gsize length, gsize *token_length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwBearer, tw_bearer_free)

G_END_DECLS
