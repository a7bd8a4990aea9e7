/* SPDX-License-Identifier: Apache-2.0 */

/* A request's body: which types are taken, and JSON read strictly (RFC 8259). */

#pragma once

#include "tw-buffer.h"

#include <jansson.h>

G_BEGIN_DECLS

/* Objects and arrays inside each other. */
#define TW_BODY_MAX_DEPTH 16

/* What a request with @verb may send, as an Accept header says it. */
const char *tw_body_accepted (const char *verb);

/* Whether @type (a Content-Type's value of @length bytes) is one of those: application/json, and on PATCH
 * application/merge-patch+json (RFC 7396), in UTF-8. Parameters other than charset mean nothing to us. */
gboolean tw_body_accepts (const char *verb, const char *type, gsize length);

/* Reads one JSON object; refuses names that stand twice, NUL, bad UTF-8 and what nests deeper than TW_BODY_MAX_DEPTH.
 * Fails with TW_ERROR_INVALID, which says what and where but never repeats what was sent. Free with json_decref(). */
json_t *tw_body_parse (const TwBuffer *body, GError **error);

G_END_DECLS
