/* SPDX-License-Identifier: Apache-2.0 */

/* Columns are counted by what is drawn as one: of UAX #29 (grapheme clusters) and UTS #51 (emoji) as much as makes a
 * difference in columns. Everything else is as wide as its character (UAX #11). */

#include "tw-terminal-text.h"

#include "tw-visible.h"

#define ZERO_WIDTH_JOINER 0x200d
#define EMOJI_SELECTOR 0xfe0f

typedef struct
{
  gunichar first, last;
} Range;

/* Extended_Pictographic (emoji-data.txt): what is an emoji, or may become one. The property does not change any more, but
 * for new ones. */
/* clang-format off: as many as fit */
static const Range PICTOGRAPHS[] = {
  { 0x00a9, 0x00a9 }, { 0x00ae, 0x00ae }, { 0x203c, 0x203c }, { 0x2049, 0x2049 }, { 0x2122, 0x2122 },
  { 0x2139, 0x2139 }, { 0x2194, 0x2199 }, { 0x21a9, 0x21aa }, { 0x231a, 0x231b }, { 0x2328, 0x2328 },
  { 0x2388, 0x2388 }, { 0x23cf, 0x23cf }, { 0x23e9, 0x23f3 }, { 0x23f8, 0x23fa }, { 0x24c2, 0x24c2 },
  { 0x25aa, 0x25ab }, { 0x25b6, 0x25b6 }, { 0x25c0, 0x25c0 }, { 0x25fb, 0x25fe }, { 0x2600, 0x2605 },
  { 0x2607, 0x2612 }, { 0x2614, 0x2685 }, { 0x2690, 0x2705 }, { 0x2708, 0x2712 }, { 0x2714, 0x2714 },
  { 0x2716, 0x2716 }, { 0x271d, 0x271d }, { 0x2721, 0x2721 }, { 0x2728, 0x2728 }, { 0x2733, 0x2734 },
  { 0x2744, 0x2744 }, { 0x2747, 0x2747 }, { 0x274c, 0x274c }, { 0x274e, 0x274e }, { 0x2753, 0x2755 },
  { 0x2757, 0x2757 }, { 0x2763, 0x2767 }, { 0x2795, 0x2797 }, { 0x27a1, 0x27a1 }, { 0x27b0, 0x27b0 },
  { 0x27bf, 0x27bf }, { 0x2934, 0x2935 }, { 0x2b05, 0x2b07 }, { 0x2b1b, 0x2b1c }, { 0x2b50, 0x2b50 },
  { 0x2b55, 0x2b55 }, { 0x3030, 0x3030 }, { 0x303d, 0x303d }, { 0x3297, 0x3297 }, { 0x3299, 0x3299 },
  { 0x1f000, 0x1f0ff }, { 0x1f10d, 0x1f10f }, { 0x1f12f, 0x1f12f }, { 0x1f16c, 0x1f171 }, { 0x1f17e, 0x1f17f },
  { 0x1f18e, 0x1f18e }, { 0x1f191, 0x1f19a }, { 0x1f1ad, 0x1f1e5 }, { 0x1f201, 0x1f20f }, { 0x1f21a, 0x1f21a },
  { 0x1f22f, 0x1f22f }, { 0x1f232, 0x1f23a }, { 0x1f23c, 0x1f23f }, { 0x1f249, 0x1f3fa }, { 0x1f400, 0x1f53d },
  { 0x1f546, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f774, 0x1f77f }, { 0x1f7d5, 0x1f7ff }, { 0x1f80c, 0x1f80f },
  { 0x1f848, 0x1f84f }, { 0x1f85a, 0x1f85f }, { 0x1f888, 0x1f88f }, { 0x1f8ae, 0x1f8ff }, { 0x1f90c, 0x1f93a },
  { 0x1f93c, 0x1f945 }, { 0x1f947, 0x1faff }, { 0x1fc00, 0x1fffd },
};
/* clang-format on */

static gboolean
is_pictograph (gunichar c)
{
  for (gsize i = 0; i < G_N_ELEMENTS (PICTOGRAPHS) && c >= PICTOGRAPHS[i].first; i++)
    if (c <= PICTOGRAPHS[i].last)
      return TRUE;
  return FALSE;
}

static gboolean
is_regional_indicator (gunichar c)
{
  return c >= 0x1f1e6 && c <= 0x1f1ff;
}

static gboolean
is_skin_tone (gunichar c)
{
  return c >= 0x1f3fb && c <= 0x1f3ff;
}

static gboolean
is_keycap (gunichar c)
{
  return (c >= '0' && c <= '9') || c == '#' || c == '*';
}

/* Vowels and final consonants of Hangul beside the first block of them, which GLib knows. */
static gboolean
is_later_jamo (gunichar c)
{
  return c >= 0xd7b0 && c <= 0xd7fb;
}

static guint
character_width (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  /* Number signs have a shape; joiners and tags have none. */
  if (type == G_UNICODE_FORMAT)
    return tw_visible_is (c) ? 1 : 0;
  if (g_unichar_iszerowidth (c) || is_later_jamo (c))
    return 0;
  /* An emoji that is newer than GLib. */
  if (g_unichar_iswide (c) || (type == G_UNICODE_UNASSIGNED && is_pictograph (c)))
    return 2;
  return 1;
}

static gunichar
take (const char **at)
{
  gunichar c = g_utf8_get_char (*at);

  *at += g_utf8_skip[(guchar) **at];
  return c;
}

/* What is there behind the joiner at @at; 0 where that is none. */
static gunichar
joined (const char *at)
{
  return take (&at) == ZERO_WIDTH_JOINER && *at != '\0' ? g_utf8_get_char (at) : 0;
}

/* Passes over all that belongs to the emoji @c, of which *@at stands behind. */
static guint
emoji_width (gunichar c, const char **at)
{
  guint width = character_width (c);

  while (**at != '\0')
    {
      gunichar next = g_utf8_get_char (*at);

      if (next == EMOJI_SELECTOR || is_skin_tone (next))
        width = 2;
      else if (next == ZERO_WIDTH_JOINER && is_pictograph (joined (*at)))
        {
          width = 2;
          take (at);
        }
      else if (character_width (next) > 0)
        break;
      take (at);
    }
  return width;
}

guint
tw_terminal_width (const char *text)
{
  guint columns = 0;

  for (const char *at = text; *at != '\0';)
    {
      gunichar c = take (&at), next = g_utf8_get_char (at); /* at the end: NUL */

      if (is_pictograph (c))
        columns += emoji_width (c, &at);
      else if (is_regional_indicator (c) && is_regional_indicator (next))
        {
          columns += 2;
          take (&at);
        }
      else if (is_keycap (c) && next == EMOJI_SELECTOR)
        columns += 2;
      else
        columns += character_width (c);
    }
  return columns;
}
