/* SPDX-License-Identifier: Apache-2.0 */

/* Numbers as JSON writes them (RFC 8259, section 6), by their value: "10", "10.0" and "1e1" are one whole number, as
 * JSON Schema's integer has it (2020-12, section 6.1.1). Nothing goes through a double, so all of it is exact. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TW_NUMBER_NONE,       /* no number */
  TW_NUMBER_WHOLE,      /* a whole one that fits in 64 bits */
  TW_NUMBER_TOO_LARGE,  /* a whole one that does not */
  TW_NUMBER_FRACTIONAL, /* has a fraction, however small */
} TwNumberKind;

/* What @text of @length bytes is, all of it; *@value is set to a WHOLE one. -0 and 0 are the same. Thread-safe. */
TwNumberKind tw_number_read (const char *text, gsize length, gint64 *value);

/* Whether @text is a whole number in its one plain spelling: as many digits as it takes, with a minus where it is below
 * zero. It may have more than 64 bits. Thread-safe. */
gboolean tw_number_is_plain (const char *text, gsize length);

G_END_DECLS
