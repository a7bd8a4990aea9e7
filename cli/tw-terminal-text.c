/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-terminal-text.h"

#include "tw-harmless.h"

#define BLACK_FLAG 0x1f3f4
#define FIRST_TAG 0xe0020
#define LAST_TAG 0xe007f /* ends the flag's */

static gboolean
is_tag (gunichar c)
{
  return c >= FIRST_TAG && c <= LAST_TAG;
}

/* Tags spell which flag the black one is; anywhere else they hide text. @in_flag is what it was for the last character. */
static gboolean
is_shown (gunichar c, gboolean *in_flag)
{
  gboolean tag_of_flag = *in_flag && is_tag (c);

  *in_flag = c == BLACK_FLAG || (tag_of_flag && c != LAST_TAG);
  return tag_of_flag || tw_harmless_is (c);
}

void
tw_terminal_append_text (GString *out, const char *text)
{
  gboolean in_flag = FALSE;

  for (const char *at = text; *at != '\0'; at += g_utf8_skip[(guchar) *at])
    {
      gunichar c = g_utf8_get_char (at);

      g_string_append_unichar (out, is_shown (c, &in_flag) ? c : '?');
    }
}

/* As UTF-16, which JSON's escapes are. */
static void
append_escape (GString *out, gunichar c)
{
  if (c > 0xffff)
    g_string_append_printf (out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff));
  else
    g_string_append_printf (out, "\\u%04x", c);
}

void
tw_terminal_append_json (GString *out, const char *json)
{
  gboolean in_flag = FALSE;

  for (const char *at = json; *at != '\0'; at += g_utf8_skip[(guchar) *at])
    {
      gunichar c = g_utf8_get_char (at);

      if (is_shown (c, &in_flag))
        g_string_append_unichar (out, c);
      else
        append_escape (out, c);
    }
}

/* Unicode's blocks for such scripts, assigned or not (DerivedBidiClass.txt, the values where nothing is said). */
gboolean
tw_terminal_is_right_to_left (const char *text)
{
  for (const char *at = text; *at != '\0'; at += g_utf8_skip[(guchar) *at])
    {
      gunichar c = g_utf8_get_char (at);

      if ((c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) || (c >= 0xfe70 && c <= 0xfefe)
          || (c >= 0x10800 && c <= 0x10fff) || (c >= 0x1e800 && c <= 0x1efff))
        return TRUE;
    }
  return FALSE;
}
