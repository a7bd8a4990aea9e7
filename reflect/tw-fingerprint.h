/* SPDX-License-Identifier: Apache-2.0 */

/* What a call asks for, in a few bytes (tw.fingerprint): whoever sends a request with a key again is held to the same one
 * (draft-ietf-httpapi-idempotency-key-header, section 2.4).
 *
 * It is a hash (BLAKE2b) of the method's name and of its arguments as they are once decoded: how the JSON was spelled
 * does not count, nor the order of members, of a map's entries or of a set's elements. Not in it are what the same request
 * may have another time (claims, cookies, the key itself, If-Match and If-None-Match) and secrets that could be guessed.
 */

#pragma once

#include "tw-schema.h"

G_BEGIN_DECLS

/* Writes the fingerprint of the arguments' struct in @bytes, which is @method's, to @out. Thread-safe. */
void tw_fingerprint_make (const TwMethod *method, TwProtocol protocol, const guint8 *bytes, gsize length,
                          guint8 out[TW_FINGERPRINT_SIZE]);

G_END_DECLS
