/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-line.h"

#include <string.h>

#define MARK "\xef\xbb\xbf"

typedef struct
{
  const char *text;
  const char *expected;
} Case;

/* @text of @length bytes, with room for one more. */
static char *
copy (const char *text, gsize length)
{
  char *bytes = g_malloc (length + 1);

  memcpy (bytes, text, length);
  bytes[length] = 'x';
  return bytes;
}

static void
assert_taken (const Case *cases, gsize n, TwLineKind kind)
{
  for (gsize i = 0; i < n; i++)
    {
      gsize length = strlen (cases[i].text);
      g_autofree char *bytes = copy (cases[i].text, length);
      const char *why;

      g_assert_true (tw_line_take (bytes, length, kind, &why));
      g_assert_null (why);
      g_assert_cmpstr (bytes, ==, cases[i].expected);
      /* Nothing of a secret stays behind. */
      for (gsize j = strlen (bytes); j <= length; j++)
        g_assert_cmpint (bytes[j], ==, '\0');
    }
}

static void
test_first (void)
{
  static const Case CASES[] = {
    { "word", "word" },
    { "word\n", "word" },
    { "word\r\n", "word" },
    { "word\r", "word" },
    { "word\n\r", "word" },
    { "word\r\r\n", "word" },
    { MARK "word", "word" },
    { MARK "word\r\n", "word" },
    { "first\nsecond\n", "first" },
    { "first\rsecond", "first" },
    { " two words \n", " two words " },
    { "", "" },
    { MARK, "" },
    { "\r\n", "" },
    { "\nword", "" },
    { "pässwörd ✓\r\n", "pässwörd ✓" },
    { "a" MARK "b\n", "a" MARK "b" },
    { MARK MARK "b", MARK "b" },
  };

  assert_taken (CASES, G_N_ELEMENTS (CASES), TW_LINE_FIRST);
}

static void
test_only (void)
{
  static const Case CASES[] = {
    { "word", "word" },
    { "word\r\n", "word" },
    { "word\r", "word" },
    { MARK "word\n", "word" },
    { MARK " \r\n\tword \r\n\r\n", "word" },
    { "two words\n", "two words" },
  };

  assert_taken (CASES, G_N_ELEMENTS (CASES), TW_LINE_ONLY);
}

static void
assert_refused (const char *text, gsize length, TwLineKind kind, const char *expected)
{
  g_autofree char *bytes = copy (text, length);
  const char *why;

  g_assert_false (tw_line_take (bytes, length, kind, &why));
  g_assert_cmpstr (why, ==, expected);
  for (gsize i = 0; i <= length; i++)
    g_assert_cmpint (bytes[i], ==, '\0');
}

static void
test_refusals (void)
{
  for (TwLineKind kind = TW_LINE_FIRST; kind <= TW_LINE_ONLY; kind++)
    {
      assert_refused ("wo\0rd", 5, kind, "holds a NUL");
      assert_refused ("\0", 1, kind, "holds a NUL");
      assert_refused ("wo\xffrd", 5, kind, "is not UTF-8");
      assert_refused ("wo\xc3", 3, kind, "is not UTF-8");
      assert_refused ("\xff\xfew\0o\0", 6, kind, "is UTF-16, not UTF-8");
      assert_refused ("\xfe\xff\0w\0o", 6, kind, "is UTF-16, not UTF-8");
    }
  assert_refused ("", 0, TW_LINE_ONLY, "holds nothing");
  assert_refused (MARK " \r\n", 6, TW_LINE_ONLY, "holds nothing");
  assert_refused ("a\nb", 3, TW_LINE_ONLY, "holds more than one line");
  assert_refused ("a\rb", 3, TW_LINE_ONLY, "holds more than one line");
}

static void
assert_lines (const char *text, const char *const *expected)
{
  const char *end = text + strlen (text), *at = tw_line_begin (text, strlen (text));
  gsize length;
  const char *line;

  while ((line = tw_line_next (&at, end, &length)) != NULL)
    {
      g_assert_nonnull (*expected);
      g_assert_cmpmem (line, length, *expected, strlen (*expected));
      expected++;
    }
  g_assert_null (*expected);
}

static void
test_lines (void)
{
  assert_lines ("", (const char *const[]){ NULL });
  assert_lines (MARK, (const char *const[]){ NULL });
  assert_lines ("a", (const char *const[]){ "a", NULL });
  assert_lines (MARK "a\r\nb\r\n", (const char *const[]){ "a", "b", NULL });
  assert_lines ("a\rb\nc\r", (const char *const[]){ "a", "b", "c", NULL });
  assert_lines ("\n\na", (const char *const[]){ "", "", "a", NULL });
  assert_lines ("a\n\rb", (const char *const[]){ "a", "", "b", NULL });
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/line/first-without-its-end-and-mark", test_first);
  g_test_add_func ("/line/only-without-white-space", test_only);
  g_test_add_func ("/line/what-is-no-text-is-refused-and-wiped", test_refusals);
  g_test_add_func ("/line/several", test_lines);
  return g_test_run ();
}
