/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-terminal-text.h"

static void
assert_text (const char *text, const char *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);

  tw_terminal_append_text (out, text);
  g_assert_cmpstr (out->str, ==, expected);
}

static void
test_what_is_harmful (void)
{
  /* Escapes, line ends of every kind, C1 controls. */
  assert_text ("\x1b[31m\n\t\x7f", "?[31m???");
  assert_text ("\xc2\x9b" "31m\xc2\x85\u2028\u2029", "?31m???");
  /* Embeddings, overrides, isolates and marks of direction. */
  assert_text ("\u202a\u202b\u202c\u202d\u202e", "?????");
  assert_text ("\u2066\u2067\u2068\u2069", "????");
  assert_text ("\u200e\u200f\u061c", "???");
  /* What hides. */
  assert_text ("a\u200bb\u2060\ufeff\u00ad\u180e", "a?b????");
  assert_text ("a\U000e0041\U000e007f", "a??");
}

static void
test_what_is_spelling (void)
{
  static const char *const TEXTS[] = {
    "می\u200cخواهم", "👨\u200d👩\u200d👧\u200d👦", "क्\u200dष", "❤\ufe0f", "1\ufe0f\u20e3", "e\u0301", "日本", "\u0600\u0661",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "葛\U000e0100", "\u200d", "\ue000",
  };

  for (guint i = 0; i < G_N_ELEMENTS (TEXTS); i++)
    assert_text (TEXTS[i], TEXTS[i]);
  /* The flag ends with its last tag. */
  assert_text ("🏴\U000e0067\U000e007f\U000e0041", "🏴\U000e0067\U000e007f?");
}

static void
test_json_stays_the_same (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  tw_terminal_append_json (out, "{\"a\\n\": \"\xc2\x9b\u202e\u200cش\x7f\U000e0041😀\u2028\"}");
  g_assert_cmpstr (out->str, ==, "{\"a\\n\": \"\\u009b\\u202e\u200cش\\u007f\\udb40\\udc41😀\\u2028\"}");
}

typedef struct
{
  const char *text;
  guint columns;
} Width;

static void
test_widths (void)
{
  static const Width WIDTHS[] = {
    { "", 0 },
    { "abc", 3 },
    { "日本語", 6 },
    { "ﾊﾛｰ", 3 },            /* halfwidth */
    { "Ａ", 2 },             /* fullwidth */
    { "한국", 4 },
    { "\u1112\u1161\u11ab", 2 }, /* the same in parts */
    { "e\u0301\u0323", 1 },
    { "\u0301", 0 },
    { "می\u200cخواهم", 7 },
    { "क्\u200dष", 2 },
    { "\u200d", 0 },
    { "\u0600\u0661", 2 },
    { "…→°", 3 },
    { "😀", 2 },
    { "\U0001fae9", 2 },     /* newer than GLib's tables */
    { "👨\u200d👩\u200d👧\u200d👦", 2 },
    { "👩🏽\u200d🚀", 2 },
    { "🏳\ufe0f\u200d🌈", 2 },
    { "🏴\u200d☠\ufe0f", 2 },
    { "👁\ufe0f\u200d🗨\ufe0f", 2 },
    { "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2 },
    { "👍🏽", 2 },
    { "☝🏽", 2 },
    { "a🏽", 3 },             /* a letter has no skin */
    { "🏽", 2 },
    { "❤", 1 },
    { "❤\ufe0f", 2 },
    { "❤\ufe0f\u200d🔥", 2 },
    { "a\ufe0f", 1 },
    { "1", 1 },
    { "1\ufe0f\u20e3", 2 },
    { "#\ufe0f\u20e3x", 3 },
    { "🇩🇪", 2 },
    { "🇩🇪🇫🇷", 4 },
    { "🇩🇪🇫", 3 },
    { "😀😀", 4 },
    { "👨\u200da", 3 },       /* joined with nothing */
    { "👨\u200d", 2 },
    { "a\u200d👨", 3 },
    { "葛\U000e0100", 2 },
    { "??", 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (WIDTHS); i++)
    if (tw_terminal_width (WIDTHS[i].text) != WIDTHS[i].columns)
      g_error ("%s is %u columns wide, not %u", WIDTHS[i].text, tw_terminal_width (WIDTHS[i].text), WIDTHS[i].columns);
}

static void
test_right_to_left (void)
{
  g_assert_true (tw_terminal_is_right_to_left ("a שלום"));
  g_assert_true (tw_terminal_is_right_to_left ("عربى"));
  g_assert_true (tw_terminal_is_right_to_left ("\U0001e900"));
  g_assert_false (tw_terminal_is_right_to_left ("abc 日本 123 😀 é \u200c"));
  g_assert_false (tw_terminal_is_right_to_left (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/terminal-text/what-drives-or-hides-is-harmless", test_what_is_harmful);
  g_test_add_func ("/terminal-text/what-is-spelling-stays", test_what_is_spelling);
  g_test_add_func ("/terminal-text/json-stays-the-same", test_json_stays_the_same);
  g_test_add_func ("/terminal-text/widths", test_widths);
  g_test_add_func ("/terminal-text/right-to-left-is-known", test_right_to_left);
  return g_test_run ();
}
