/* SPDX-License-Identifier: Apache-2.0 */

/* Values that travel as cookies: those of api.cookie always, those of tw.cookie where a request asks for it.
 *
 * Browsers add cookies to requests by themselves, also to such as another site has made them send. So a cookie counts only
 * in a request with the header Use-Cookies, which no form can send, and which no page of another origin may, unless that is
 * named (--cors-origin): it has to ask first (CORS), and is not allowed. Browsers that say where a request comes from (Fetch Metadata) are
 * believed beside that, and each cookie is SameSite=Strict.
 */

#pragma once

#include "tw-problems.h"
#include "tw-request.h"
#include "tw-response.h"
#include "tw-schema.h"

G_BEGIN_DECLS

/* Whether @request, for @method, asks for cookies. FALSE and *@refusal where it may not, or asks for something else.
 * @from_friend says that it is from a page of another origin that is allowed to, if its site is the same. */
gboolean tw_cookies_wanted (const TwRequest *request, const TwMethod *method, gboolean from_friend, TwResponse **refusal);

/* Whether @value can be a cookie's (RFC 6265, section 4.1.1). */
gboolean tw_cookies_is_value (const char *value);

/* Sets a cookie, or has the browser drop it. Where @secure, it only comes back over HTTPS. */
void tw_cookies_set (TwResponse *response, const TwCookie *cookie, const char *value, gboolean secure);
void tw_cookies_drop (TwResponse *response, const TwCookie *cookie, gboolean secure);

/* Drops all that @method takes: they were refused. */
void tw_cookies_drop_taken (TwResponse *response, const TwMethod *method, gboolean secure);

/* Whether @problems name a cookie that stands in for a member of @method's body. */
gboolean tw_cookies_are_bad (const TwMethod *method, const TwProblems *problems);

G_END_DECLS
