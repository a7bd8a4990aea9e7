/* SPDX-License-Identifier: Apache-2.0 */

/* One HTTP request: what came, checked, and the one answer that it gets.
 *
 * TwHttpd fills it as bytes come in; the handlers look into it and answer, at once or later on the same thread. Not
 * thread-safe.
 */

#pragma once

#include "tw-buffer.h"
#include "tw-cidr.h"
#include "tw-head.h"
#include "tw-response.h"
#include "tw-target.h"

G_BEGIN_DECLS

typedef struct _TwRequest TwRequest;

/* --- For handlers. --- */

const char *tw_request_method (const TwRequest *request);
const TwTarget *tw_request_target (const TwRequest *request); /* until the head is forgotten */

/* As it was sent, without the query; NULL where the target has none. */
const char *tw_request_path (const TwRequest *request);

/* The address of whom it is from, as text without port or brackets: the peer's, or the one that a trusted proxy names. */
const char *tw_request_client (const TwRequest *request);

/* The same address, to be counted. */
const TwIp *tw_request_ip (const TwRequest *request);

/* Whether it comes from this machine, as far as that is known: from loopback, where no trusted proxy is. */
gboolean tw_request_is_local (const TwRequest *request);

/* Whether it is from somebody behind a trusted proxy whose name can't be believed: the address is the proxy's then, as it
 * is for the proxy's own requests. */
gboolean tw_request_is_unclear (const TwRequest *request);

/* The client's X-Request-Id where it is 1 to 128 characters of [A-Za-z0-9._-], else one made here. */
const char *tw_request_id (const TwRequest *request);

/* A header's value by its name in lower case, or a cookie's (RFC 6265, section 5.4); NULL where there is none. Not
 * NUL-terminated. The second function gives the @n-th one (from 0) of those that may be repeated. */
const char *tw_request_header (const TwRequest *request, const char *name, gsize *length);
const char *tw_request_nth_header (const TwRequest *request, const char *name, guint n, gsize *length);
const char *tw_request_cookie (const TwRequest *request, const char *name, gsize *length);

/* Whether the header or the cookie of that name is there more than once; then tw_request_header() and tw_request_cookie() give the first. */
gboolean tw_request_is_header_repeated (const TwRequest *request, const char *name);
gboolean tw_request_is_cookie_repeated (const TwRequest *request, const char *name);

/* What the head says of a body. An empty one is none, and so nobody knows before its end whether there is one that comes
 * in chunks. */
typedef enum
{
  TW_BODY_ABSENT,
  TW_BODY_PRESENT,
  TW_BODY_UNKNOWN,
} TwBodyPresence;
TwBodyPresence tw_request_body_presence (const TwRequest *request);

/* What a body is answered with, if one comes after all; takes @response. For TW_BODY_UNKNOWN, at most once. */
void tw_request_refuse_body (TwRequest *request, TwResponse *response);

/* How many bytes of body are taken; 0 at first. */
void tw_request_set_body_limit (TwRequest *request, gsize limit);

/* The body; whole when the handler is called. */
const TwBuffer *tw_request_body (const TwRequest *request);

/* What the handler keeps with the request; freed with it. */
void tw_request_set_data (TwRequest *request, gpointer data, GDestroyNotify free_data);
gpointer tw_request_data (const TwRequest *request);

/* Has the answer, whichever it is, say in RateLimit-Policy and RateLimit how often its client may ask; once a policy. @policies
 * (the header's whole value, with those before) outlives the request; @state, of @length bytes, is the policy's item in
 * RateLimit: what does not fit in TW_REQUEST_RATE_SIZE with those before is left out. */
#define TW_REQUEST_RATE_SIZE 96
void tw_request_tell_rate (TwRequest *request, const char *policies, const char *state, gsize length);

/* Says that the request deals in secrets, and so whatever it is answered with. */
void tw_request_set_confidential (TwRequest *request);
gboolean tw_request_is_confidential (const TwRequest *request);

/* Answers; takes @response. Exactly once a request. */
void tw_request_answer (TwRequest *request, TwResponse *response);

/* --- For TwHttpd. --- */

/* What the requests of one loop share: their memory, which is used again, and the numbers for their ids. To be freed
 * after all of them. */
typedef struct _TwRequestPool TwRequestPool;
TwRequestPool *tw_request_pool_new (void);
void tw_request_pool_free (TwRequestPool *pool);

/* A request for @raw_target (as it came; NULL where none did) from the peer with the address @ip (@client is its text).
 * @answered is called when it is answered. */
TwRequest *tw_request_new (TwRequestPool *pool, const char *raw_target, const TwIp *ip, const char *client,
                           void (*answered) (gpointer user_data), gpointer user_data);
void tw_request_free (TwRequest *request);

/* The head, to be filled in before tw_request_check(). */
TwHead *tw_request_head (TwRequest *request);

/* The peer is one of the proxies @trusted: takes over whom it says that the request is from. */
void tw_request_believe (TwRequest *request, const TwCidrs *trusted);

/* Judges target and head, in this order. NULL if they keep all rules, else the answer: also to OPTIONS *, which asks of
 * the server and of nothing on it. */
TwResponse *tw_request_check (TwRequest *request);

/* The answer to a body that is known to be larger than the limit, from its announcement or since it came, or that has
 * come although it was refused; else NULL. */
TwResponse *tw_request_check_body (TwRequest *request);

/* The bytes of body that were announced; 0 where their number is not known. */
gint64 tw_request_announced (const TwRequest *request);

/* The bytes of head and body; -1 where their number is not known. */
gint64 tw_request_size (const TwRequest *request);

/* Adds to the body. What is over the limit is dropped; FALSE when so much was dropped that the connection is to be
 * closed. */
gboolean tw_request_append_body (TwRequest *request, const char *bytes, gsize n);

/* Drops what the head says but for method and path, which is most of a request's memory: for one whose answer takes long. */
void tw_request_forget_head (TwRequest *request);

/* The answer; NULL as long as there is none. */
TwResponse *tw_request_response (const TwRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwRequest, tw_request_free)

G_END_DECLS
