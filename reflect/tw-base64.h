/* SPDX-License-Identifier: Apache-2.0 */

/* Base64 (RFC 4648, section 4) as JSON carries binary: with padding, strict when read. Thread-safe. */

#pragma once

#include "tw-buffer.h"

G_BEGIN_DECLS

void tw_base64_append (TwBuffer *out, const void *bytes, gsize n);

/* NULL unless @text is exactly what tw_base64_append() writes for some bytes: no white space, no missing padding, no
 * stray bits. Else *@n bytes to be freed with g_free(). */
guint8 *tw_base64_decode (const char *text, gsize length, gsize *n);

G_END_DECLS
