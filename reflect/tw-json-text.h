/* SPDX-License-Identifier: Apache-2.0 */

/* What JSON is written of (RFC 8259): strings and numbers. Each is appended. Thread-safe. */

#pragma once

#include "tw-buffer.h"

G_BEGIN_DECLS

/* A string, quoted and escaped; with U+FFFD for each byte that is not UTF-8. */
void tw_json_write_string (TwBuffer *out, const char *data, gsize length);

/* A whole number in decimal. */
void tw_json_write_integer (TwBuffer *out, gint64 value);

/* The shortest text that reads as the same number; null for what is none. */
void tw_json_write_double (TwBuffer *out, double value);

/* How many bytes behind a piece are read when it is copied sixteen at a time. */
#define TW_JSON_SLACK 16

G_END_DECLS
