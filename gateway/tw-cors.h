/* SPDX-License-Identifier: Apache-2.0 */

/* Which pages of other origins may use the API from a browser (CORS: https://fetch.spec.whatwg.org/#http-cors-protocol).
 *
 * An origin is named, or everybody may come ("*"). Only the pages of an origin that is named may use cookies, and only
 * where a method has any: see tw-cookies.h. The origin "null", which every page without one of its own shares, is nobody's,
 * not even everybody's.
 */

#pragma once

#include "tw-request.h"
#include "tw-response.h"
#include "tw-schema.h"

G_BEGIN_DECLS

/* Immutable: any thread may use it. */
typedef struct _TwCors TwCors;

/* @origins (NULL-terminated; NULL: none) are "*" or SCHEME://HOST[:PORT] each. The headers that @schema (not kept) has
 * for requests and answers are allowed and exposed beside those that every API has. Fails with TW_ERROR_CONFIGURATION. */
TwCors *tw_cors_new (const char *const *origins, const TwSchema *schema, GError **error);
void tw_cors_free (TwCors *cors);

/* Adds to the head of an answer what a browser has to know of who may read it, and of a preflight what may be sent then.
 * @method is whose answer it is, or that asks to be allowed; NULL: none's, or tw_cors_names() does not hold. Nothing while
 * there are no origins. */
void tw_cors_add (const TwCors *cors, const TwRequest *request, const TwMethod *method, TwResponse *response);

/* Whether @request asks for a page that may read answers what else it may do. */
gboolean tw_cors_is_preflight (const TwCors *cors, const TwRequest *request);

/* The verb that a preflight asks to be allowed; NULL where @request is none. Not NUL-terminated. */
const char *tw_cors_asked_verb (const TwRequest *request, gsize *length);

/* Whether @request says that it is from a page of an origin that is named. */
gboolean tw_cors_names (const TwCors *cors, const TwRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwCors, tw_cors_free)

G_END_DECLS
