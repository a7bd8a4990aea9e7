/* SPDX-License-Identifier: Apache-2.0 */

/* Every answer that the gateway gives is made here: a status, headers, a body, and what all answers have in common.
 * Cache-Control is no-store unless the answer says something else; one with an ETag may be kept, by its client alone, and
 * has to be asked for again each time.
 *
 * Errors are problem details (RFC 9457): {"title", "status", "detail"?, "errors"?: [{"location", "detail"}]}.
 * A response is plain data until it is queued. Not thread-safe.
 */

#pragma once

#include "tw-buffer.h"
#include "tw-flow.h"
#include "tw-problems.h"

#include <microhttpd.h>

G_BEGIN_DECLS

typedef struct _TwResponse TwResponse;

/* What of a request an answer may depend on, beside its target. */
typedef enum
{
  TW_VARY_ACCEPT_ENCODING = 1 << 0,
  TW_VARY_ORIGIN = 1 << 1,
} TwVary;

/* An answer without a body. */
TwResponse *tw_response_new (guint status);

/* An answer with a JSON body (application/json); takes what @json holds. */
TwResponse *tw_response_new_json (guint status, TwBuffer *json);

/* A problem. @detail is one sentence for a person, NULL to leave it out; @problems what is wrong with each part of the
 * input, or NULL. 401 gets WWW-Authenticate, 429 and 503 get Retry-After. */
TwResponse *tw_response_new_problem (guint status, const char *detail);
TwResponse *tw_response_new_problem_of (const char *type, guint status, const char *detail,
                                        const TwProblems *problems);

/* A 429 for whoever has used up what @policy (its name in RateLimit-Policy) gives: the problem type "quota-exceeded" of
 * draft-ietf-httpapi-ratelimit-headers. */
TwResponse *tw_response_new_quota_problem (const char *policy, const char *detail, guint retry_after_s);

/* The problem that @error means to a client: its status and public message. */
TwResponse *tw_response_new_error (const GError *error);

/* What tw_target_parse() and its like refused: a 400 after which the connection is closed. */
TwResponse *tw_response_new_refusal (const GError *error);

/* What a path that takes @allow (the value of an Allow header) answers to another @verb: a 204 to OPTIONS, a 405 to one that
 * HTTP knows (RFC 9110, section 9; RFC 5789; QUERY, as OpenAPI 3.2 has it), and a 501 to one that it does not. */
TwResponse *tw_response_new_for_verb (const char *verb, const char *allow);

/* @bytes (referenced) as they are; @content_type is static. */
TwResponse *tw_response_new_bytes (guint status, const char *content_type, GBytes *bytes);

/* A body that comes bit by bit, by @flow (taken). @content_type is static. */
TwResponse *tw_response_new_flow (guint status, const char *content_type, TwFlow *flow);

/* What its body comes by; NULL where that is there as a whole. */
TwFlow *tw_response_flow (const TwResponse *response);

void tw_response_free (TwResponse *response);

/* Adds a header; one whose value could not stand in a head (control characters) is left out. @name must outlive the
 * response: a literal, or the schema's. */
void tw_response_add_header (TwResponse *response, const char *name, const char *value);

/* The same, and takes the value, which was allocated. */
void tw_response_take_header (TwResponse *response, const char *name, char *value);

/* Replaces a header, or adds it. */
void tw_response_set_header (TwResponse *response, const char *name, const char *value);

/* Adds RateLimit-Policy and RateLimit, with these values, which outlive the response. */
void tw_response_tell_rate (TwResponse *response, const char *policy, const char *state);

/* The policy for what a browser may run and load; for answers that are pages. API answers allow nothing. */
void tw_response_allow_page (TwResponse *response);

/* Says in Vary that another request might have got another answer. */
void tw_response_vary (TwResponse *response, TwVary vary);

/* Says that the answer may hold a secret, or tell something of one: it is not compressed, and nobody may store it. */
void tw_response_keep_secret (TwResponse *response);

/* Whether the answer is worth compressing: its own bytes, neither too few nor too many, no secret, and in no coding yet. */
gboolean tw_response_is_compressible (const TwResponse *response);

/* Compresses a body that is, unless that does not make it shorter. A strong ETag becomes the one in gzip. */
void tw_response_compress (TwResponse *response);

/* Has the connection closed behind the answer. */
void tw_response_close (TwResponse *response);

guint tw_response_status (const TwResponse *response);
const char *tw_response_header (const TwResponse *response, const char *name); /* the first; NULL where absent */

/* The body; *@length is 0 where there is none, or it was queued. */
const guint8 *tw_response_body (const TwResponse *response, gsize *length);

/* Hands the answer to libmicrohttpd, its body's bytes with it, adding X-Request-Id; @last has the connection closed
 * behind it. FALSE: the connection can't be answered and is to be closed. */
gboolean tw_response_queue (TwResponse *response, struct MHD_Connection *connection, const char *request_id,
                            gboolean last);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwResponse, tw_response_free)

G_END_DECLS
