/* SPDX-License-Identifier: Apache-2.0 */

/* The claims of a token (RFC 7519, section 4): a JSON object that says who its bearer is and how long that holds.
 *
 * Immutable once read; reference-counted; thread-safe.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwClaims TwClaims;

/* Reads the middle part of a token: base64url (RFC 4648, section 5, without padding) of a JSON object whose `exp` and
 * `iat` are integers, `sub` and `sid` strings that are not empty, if they are there, and in which no name stands twice.
 * NULL where @part is not such. */
TwClaims *tw_claims_parse (const char *part, gsize length);

/* The same who and how long, without what makes it large: for who keeps it for long. Free with tw_claims_unref(). */
TwClaims *tw_claims_slim (const TwClaims *claims);

TwClaims *tw_claims_ref (TwClaims *claims);
void tw_claims_unref (TwClaims *claims);

/* A claim that is a string; NULL where it is absent. Valid as long as @claims. */
const char *tw_claims_get (const TwClaims *claims, const char *name);

gint64 tw_claims_expiry_s (const TwClaims *claims);    /* `exp`, seconds since 1970 */
gint64 tw_claims_issued_at_s (const TwClaims *claims); /* `iat`, seconds since 1970 */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwClaims, tw_claims_unref)

G_END_DECLS
