/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-visible.h"

typedef struct
{
  gunichar first, last;
} Range;

/* What can't be seen, ascending. Of Unicode's default ignorable characters (DerivedCoreProperties.txt), its White_Space
 * (PropList.txt) and its general categories Cc, Cf, Zs, Zl and Zp; the rest is named. A table of our own, so that edge,
 * service and OpenAPI document say the same, whatever Unicode a library is made for. */
static const Range HIDDEN[] = {
  { 0x0000, 0x0020 },
  { 0x007f, 0x00a0 },
  { 0x00ad, 0x00ad },
  { 0x034f, 0x034f },
  { 0x061c, 0x061c },
  { 0x115f, 0x1160 },   /* Hangul fillers */
  { 0x1680, 0x1680 },
  { 0x17b4, 0x17b5 },   /* Khmer vowels that are inherent */
  { 0x180b, 0x180f },
  { 0x2000, 0x200f },
  { 0x2028, 0x202f },
  { 0x205f, 0x206f },
  { 0x2800, 0x2800 },   /* braille pattern blank */
  { 0x3000, 0x3000 },
  { 0x3164, 0x3164 },   /* Hangul filler */
  { 0xfe00, 0xfe0f },   /* variation selectors */
  { 0xfeff, 0xfeff },
  { 0xffa0, 0xffa0 },   /* halfwidth Hangul filler */
  { 0xfff0, 0xfffc },   /* with the object replacement character */
  /* Where the pattern ends. */
  { 0x13430, 0x13442 }, /* Egyptian hieroglyphs: format controls, and blanks */
  { 0x16fe4, 0x16fe4 }, /* Khitan small script filler */
  { 0x1bca0, 0x1bca3 },
  { 0x1d159, 0x1d159 }, /* musical symbol null notehead */
  { 0x1d173, 0x1d17a },
  { 0xe0000, 0xe0fff }, /* tags, and more variation selectors */
};

gboolean
tw_visible_is (gunichar c)
{
  gsize low = 0, high = G_N_ELEMENTS (HIDDEN);

  while (low < high)
    {
      gsize middle = (low + high) / 2;

      if (c > HIDDEN[middle].last)
        low = middle + 1;
      else
        high = middle;
    }
  return low == G_N_ELEMENTS (HIDDEN) || c < HIDDEN[low].first;
}

gboolean
tw_visible_in (const char *text, gsize length)
{
  for (gsize at = 0; at < length; at += g_utf8_skip[(guchar) text[at]])
    if (tw_visible_is (g_utf8_get_char (text + at)))
      return TRUE;
  return FALSE;
}

/* As itself from U+0100 on, where each reader has an escape of its own; escaped below, so that no control stands in a
 * pattern. */
static void
append_character (GString *pattern, gunichar c)
{
  if (c < 0x100)
    g_string_append_printf (pattern, "\\x%02x", (guint) c);
  else
    g_string_append_unichar (pattern, c);
}

char *
tw_visible_pattern (void)
{
  GString *pattern = g_string_new ("[^");

  for (gsize i = 0; HIDDEN[i].last <= 0xffff; i++)
    {
      append_character (pattern, HIDDEN[i].first);
      if (HIDDEN[i].last > HIDDEN[i].first)
        g_string_append_c (pattern, '-');
      if (HIDDEN[i].last > HIDDEN[i].first)
        append_character (pattern, HIDDEN[i].last);
    }
  g_string_append_c (pattern, ']');
  return g_string_free (pattern, FALSE);
}
