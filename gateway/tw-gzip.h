/* SPDX-License-Identifier: Apache-2.0 */

/* Bodies that are made shorter for the way: the content coding gzip (RFC 9110, section 8.4.1.3; RFC 1952). */

#pragma once

#include "tw-buffer.h"

G_BEGIN_DECLS

/* What is no longer than this is sent as it is: it fits one packet anyway. */
#define TW_GZIP_THRESHOLD 1024

/* What is longer than this is sent as it is where it would have to be compressed while others wait: some 3 ms. */
#define TW_GZIP_MAX_WHILE_OTHERS_WAIT (256 * 1024)

typedef enum
{
  TW_GZIP_QUICK,    /* for what is sent once */
  TW_GZIP_THOROUGH, /* for what is kept: three times as long for a tenth less */
} TwGzipEffort;

/* Makes @out, which is empty, @length bytes at @bytes in gzip, with no room left over. FALSE where that would not be
 * shorter: @out is empty then. Thread-safe. */
gboolean tw_gzip (TwGzipEffort effort, const guint8 *bytes, gsize length, TwBuffer *out);

G_END_DECLS
