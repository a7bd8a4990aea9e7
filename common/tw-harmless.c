/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-harmless.h"

#include "tw-visible.h"

#define ZERO_WIDTH_NON_JOINER 0x200c
#define ZERO_WIDTH_JOINER 0x200d

gboolean
tw_harmless_is (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  if (type == G_UNICODE_FORMAT)
    return c == ZERO_WIDTH_NON_JOINER || c == ZERO_WIDTH_JOINER || tw_visible_is (c);
  return type != G_UNICODE_CONTROL && type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR;
}
