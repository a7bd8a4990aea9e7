/* SPDX-License-Identifier: Apache-2.0 */

/* A GET that depends on what is there (RFC 9110, section 13): If-Match, which a tag has to meet strongly, else it is a 412,
 * and If-None-Match, which makes a 304 of what the client has already. What changes something is told such headers by
 * arguments of its method: see tw.if_match.
 *
 * A client may hold an answer in gzip, with the tag that it has then, or as it is; both are the same state. A 304 has the
 * tag that the client holds, so that it knows which of its answers is meant.
 */

#pragma once

#include "tw-request.h"

G_BEGIN_DECLS

/* What @request, a GET or HEAD, is answered with where it would be @response (taken): that itself, unless it is a success
 * with an ETag and @request says something else. */
TwResponse *tw_conditions_apply (const TwRequest *request, TwResponse *response);

G_END_DECLS
