/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-visible.h"

#include <string.h>

#define N_CHARACTERS 0x110000

static void
assert_visible (const char *text, gboolean expected)
{
  if (tw_visible_in (text, strlen (text)) != expected)
    {
      g_autofree char *escaped = g_strescape (text, NULL);

      g_error ("\"%s\" %s be seen", escaped, expected ? "can't" : "can");
    }
}

static void
test_nothing_to_see (void)
{
  static const char *const TEXTS[] = {
    "",
    " ",
    " \t\r\n\v\f",
    "\u00a0",
    "\u00ad",
    "\u034f",
    "\u061c",
    "\u115f",
    "\u1160",
    "\u1680",
    "\u17b4",
    "\u180e",
    "\u2000\u2003\u2009\u200a",
    "\u200b",
    "\u200c\u200d",
    "\u200e\u200f",
    "\u2028\u2029",
    "\u202a\u202e\u202c",
    "\u202f",
    "\u205f",
    "\u2060",
    "\u2061\u2062\u2063\u2064",
    "\u2066\u2067\u2068\u2069",
    "\u206a\u206f",
    "\u2800",
    "\u3000",
    "\u3164",
    "\ufe0f",
    "\ufeff",
    "\uffa0",
    "\ufff9\ufffa\ufffb",
    "\ufffc",
    "\U0001d159",
    "\U0001d173",
    "\U000e0001",
    "\U000e0041\U000e007f",
    "\U000e0100",
    "\x01\x1f\x7f",
    "\xc2\x85\xc2\x9f",
    " \u200b\u00a0\ufeff ",
  };

  for (guint i = 0; i < G_N_ELEMENTS (TEXTS); i++)
    assert_visible (TEXTS[i], FALSE);
}

static void
test_something_to_see (void)
{
  static const char *const TEXTS[] = {
    "a", ".", "~", "!", "\u00a1", "é", "日", "\u0301", "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f",
    "می\u200cخواهم", "\u202eabc", "\u200b.", "                a", "\U0001f1e9\U0001f1ea", "1\ufe0f\u20e3",
    "\u0600", "\u06dd", "\ufffd", "\u303f", "\ue000", "\uf8ff", "\U0001fae9" /* Unicode 16 */, "\u2801", "\u1100",
    "\U000e1000", "\U0010fffd",
  };

  for (guint i = 0; i < G_N_ELEMENTS (TEXTS); i++)
    assert_visible (TEXTS[i], TRUE);
}

/* Only @length bytes are looked at. */
static void
test_length_ends_it (void)
{
  g_assert_false (tw_visible_in ("  a", 2));
  g_assert_false (tw_visible_in (NULL, 0));
}

/* Format characters that have a shape: Unicode's Prepended_Concatenation_Mark. */
static gboolean
is_number_sign (gunichar c)
{
  return (c >= 0x600 && c <= 0x605) || c == 0x6dd || c == 0x70f || c == 0x890 || c == 0x891 || c == 0x8e2
         || c == 0x110bd || c == 0x110cd;
}

static gboolean
is_blank (GUnicodeType type)
{
  return type == G_UNICODE_SPACE_SEPARATOR || type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR
         || type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT;
}

/* The table misses none of the categories that it is made of, and takes nobody's letters but those that are named. */
static void
test_table_agrees_with_unicode (void)
{
  guint letters = 0, symbols = 0;

  for (gunichar c = 0; c < N_CHARACTERS; c++)
    {
      GUnicodeType type = g_unichar_type (c);

      if (is_blank (type) && !is_number_sign (c) && tw_visible_is (c))
        g_error ("U+%04X can be seen", c);
      if (is_number_sign (c) && !tw_visible_is (c))
        g_error ("U+%04X can't be seen", c);
      if (tw_visible_is (c))
        continue;
      letters += g_unichar_isalnum (c) ? 1 : 0;
      symbols += g_unichar_ispunct (c) ? 1 : 0;
    }
  g_assert_cmpuint (letters, <=, 6); /* four Hangul fillers, two Egyptian blanks */
  g_assert_cmpuint (symbols, ==, 3); /* braille blank, object replacement character, null notehead */
}

/* The pattern says the same of each character that it knows, to PCRE at least. */
static void
test_pattern_agrees (void)
{
  g_autofree char *pattern = tw_visible_pattern ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_DEFAULT, 0, &error);

  g_assert_no_error (error);
  for (gunichar c = 1; c < N_CHARACTERS; c++)
    {
      char text[8] = "";

      if (!g_unichar_validate (c))
        continue;
      g_unichar_to_utf8 (c, text);
      if (g_regex_match (regex, text, 0, NULL) != (c > 0xffff || tw_visible_is (c)))
        g_error ("the pattern does not agree about U+%04X", c);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/visible/nothing-to-see", test_nothing_to_see);
  g_test_add_func ("/visible/something-to-see", test_something_to_see);
  g_test_add_func ("/visible/the-length-ends-it", test_length_ends_it);
  g_test_add_func ("/visible/the-table-agrees-with-unicode", test_table_agrees_with_unicode);
  g_test_add_func ("/visible/the-pattern-agrees-with-the-table", test_pattern_agrees);
  return g_test_run ();
}
