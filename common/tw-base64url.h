/* SPDX-License-Identifier: Apache-2.0 */

/* Base64url without padding (RFC 4648, section 5): what secrets and tokens are written in. Thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Free with g_free(). */
char *tw_base64url_encode (const void *bytes, gsize n);

/* The reverse, strict: no padding, no white space, no stray bits. NULL if @text is not such; else *@n bytes to be
 * freed with g_free(). */
guint8 *tw_base64url_decode (const char *text, gsize length, gsize *n);

G_END_DECLS
