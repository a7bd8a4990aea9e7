/* SPDX-License-Identifier: Apache-2.0 */

#include "schemas.h"
#include "tw-limits.h"

#include <math.h>
#include <string.h>

typedef struct
{
  TwSchema *schema;
  const TwStruct *limited;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->schema = schema_from_idl ("books");
  fixture->limited = schema_find_arguments (fixture->schema, "Books", "patch")->fields[0].type->structure;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_schema_unref (fixture->schema);
}

static void
assert_string (const TwField *field, const char *data, gsize length, const char *expected)
{
  g_autofree char *detail = tw_limits_check_string (field, data, length);

  g_assert_cmpstr (detail, ==, expected);
}

static void
test_text (Fixture *fixture, gconstpointer data)
{
  const TwField *text = tw_struct_find_field (fixture->limited, 5);

  assert_string (text, "ab", 2, NULL);
  assert_string (text, "ääü", 6, NULL);
  assert_string (text, "a", 1, "must be at least 2 characters");
  assert_string (text, NULL, 0, "must be at least 2 characters");
  assert_string (text, "abcde", 5, "must be at most 4 characters");
  assert_string (text, "äääü", 8, "must be at most 6 bytes");
  assert_string (text, "a\tb", 3, "must match the pattern [^\\x00-\\x1f]*");
  assert_string (text, "ab\n", 3, "must match the pattern [^\\x00-\\x1f]*");
  assert_string (text, "a\xff", 2, "must be UTF-8");
  assert_string (text, "a\xed\xa0\x80", 4, "must be UTF-8");
  assert_string (text, "a\xc0\x80", 3, "must be UTF-8");
  assert_string (text, "ab\0c", 4, "must be UTF-8 without the character U+0000");
}

#define A_DATE "a date, as 2026-12-24"
#define A_TIME "a time with its offset, as 2026-12-24T10:00:00Z (RFC 3339)"

static void
test_dates_and_times (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    gboolean is_date, is_time;
  } texts[] = {
    { "2026-12-24", TRUE, FALSE },
    { "2026-02-30", FALSE, FALSE },
    { "2026-12-24T10:00:00Z", FALSE, TRUE },
    { "2026-12-24T10:00:00.25+01:00", FALSE, TRUE },
    { "2026-12-24T10:00:00.1234567890123456789012345678901234567890123Z", FALSE, TRUE },
    { "2026-12-24T10:00:00.12345678901234567890123456789012345678901234Z", FALSE, FALSE },
    { "2026-12-24T10:00:00", FALSE, FALSE },
    { "", FALSE, FALSE },
  };
  const TwField *either = tw_struct_find_field (fixture->limited, 12);
  const TwField *time = tw_struct_find_field (fixture->limited, 13), *date = tw_struct_find_field (fixture->limited, 14);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const gsize length = strlen (texts[i].text);

      assert_string (either, texts[i].text, length,
                     texts[i].is_date || texts[i].is_time ? NULL : "must be " A_DATE ", or " A_TIME);
      assert_string (time, texts[i].text, length, texts[i].is_time ? NULL : "must be " A_TIME);
      assert_string (date, texts[i].text, length, texts[i].is_date ? NULL : "must be " A_DATE);
    }
}

/* What people see as one character is one, however it was typed. */
static void
test_text_counted_as_composed (Fixture *fixture, gconstpointer data)
{
  const TwType *type = tw_struct_find_field (fixture->limited, 5)->type;
  const TwField field = {
    .type = type,
    .composed = TRUE,
    .has_min_size = TRUE,
    .min_size = 2,
    .has_max_size = TRUE,
    .max_size = 3,
  };
  const TwField password = {
    .type = type,
    .composed = TRUE,
    .has_min_size = TRUE,
    .min_size = 2,
    .has_max_bytes = TRUE,
    .max_bytes = 16,
  };
  const TwField many = { .type = type, .composed = TRUE, .has_min_size = TRUE, .min_size = 2 };
  g_autofree char *marks = g_strnfill (1 << 20, 'a');
  static const char *const short_ones[] = { "e\u0301", "\u1100\u1161\u11a8", "\u03b1\u0313\u0300\u0345", "é" };

  for (guint i = 0; i < G_N_ELEMENTS (short_ones); i++)
    {
      const char *text = short_ones[i];

      assert_string (&field, text, strlen (text), "must be at least 2 characters");
      assert_string (&password, text, strlen (text), "must be at least 2 characters");
      assert_string (&many, text, strlen (text), "must be at least 2 characters");
    }
  assert_string (&field, "e\u0301e\u0301e\u0301", 9, NULL);
  assert_string (&field, "abcd", 4, "must be at most 3 characters");
  assert_string (&field, "e\u0301e\u0301e\u0301e\u0301", 12, "must be at most 3 characters");
  assert_string (&password, "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", 18, "must be at most 16 bytes");
  assert_string (&field, "e\xff", 2, "must be UTF-8");
  /* As long as a request can be, and of what takes longest: told without being composed. */
  for (gsize i = 0; i + 1 < 1 << 20; i += 4)
    memcpy (marks + i, "\u0315\u0300", 4);
  assert_string (&field, marks, 1 << 20, "must be at most 3 characters");
  assert_string (&many, marks, 1 << 20, NULL);
}

/* To sort 2,000 would take milliseconds: they are counted as they stand. */
static void
test_marks_that_nobody_writes_are_not_composed (Fixture *fixture, gconstpointer data)
{
  const TwField name = {
    .type = tw_struct_find_field (fixture->limited, 5)->type,
    .composed = TRUE,
    .has_max_size = TRUE,
    .max_size = 100,
  };
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 30; i++)
    g_string_append (text, "e\u0301");
  for (guint i = 0; i < 63; i++)
    g_string_append (text, "\u0323");
  assert_string (&name, text->str, text->len, NULL);
  g_string_append (text, "\u0323");
  assert_string (&name, text->str, text->len, "must be at most 100 characters");
}

static void
test_text_without_limits (Fixture *fixture, gconstpointer data)
{
  const TwField plain = { .type = tw_struct_find_field (fixture->limited, 5)->type };

  assert_string (&plain, NULL, 0, NULL);
  assert_string (&plain, "any\nthing", 9, NULL);
  assert_string (&plain, "\xff", 1, "must be UTF-8");
}

static void
test_set_of_texts (Fixture *fixture, gconstpointer data)
{
  const TwField *kind = tw_struct_find_field (fixture->limited, 2);

  assert_string (kind, "low", 3, NULL);
  assert_string (kind, "high", 4, NULL);
  assert_string (kind, "lo", 2, "must be one of: low, high");
  assert_string (kind, "lowly", 5, "must be one of: low, high");
  assert_string (kind, "low,high", 8, "must be one of: low, high");
}

static void
test_binary (Fixture *fixture, gconstpointer data)
{
  const TwField *blob = tw_struct_find_field (fixture->limited, 8);

  assert_string (blob, "\xff\0\x80", 3, NULL);
  assert_string (blob, "abcd", 4, "must be at most 3 bytes");
}

static void
test_pattern_is_anchored (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema =
    schema_from_words ("",
                       "{'name':'m','returnTypeId':'void','exceptions':[],'arguments':[{'key':1,'name':'x',"
                       "'typeId':'string','required':'req_out','annotations':{'vt.pattern':'a|bc$'}}]}",
                       &error);
  const TwField *x;

  g_assert_no_error (error);
  x = &schema_find_arguments (schema, "S", "m")->fields[0];
  assert_string (x, "a", 1, NULL);
  assert_string (x, "bc", 2, NULL);
  assert_string (x, "a\n", 2, "must match the pattern a|bc$");
  assert_string (x, "bc\n", 3, "must match the pattern a|bc$");
  assert_string (x, "ab", 2, "must match the pattern a|bc$");
  assert_string (x, "xbc", 3, "must match the pattern a|bc$");
}

/* The cheaper checks come first, and the pattern, which says less to a person, last. */
static void
test_visible (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = schema_from_words (
      "",
      "{'name':'m','returnTypeId':'void','exceptions':[],'arguments':[{'key':1,'name':'x','typeId':'string',"
      "'required':'req_out','annotations':{'tw.visible':'true','vt.max_size':'4','vt.pattern':'[^\\\\t]*'}}]}",
      &error);
  const TwField *x;

  g_assert_no_error (error);
  x = &schema_find_arguments (schema, "S", "m")->fields[0];
  assert_string (x, " a ", 3, NULL);
  assert_string (x, "\u0301", 2, NULL);
  assert_string (x, "\U0001f600", 4, NULL);
  assert_string (x, "", 0, "must have a character that can be seen");
  assert_string (x, "    ", 4, "must have a character that can be seen");
  assert_string (x, "\u200b\u3000", 6, "must have a character that can be seen");
  assert_string (x, "\t", 1, "must have a character that can be seen");
  assert_string (x, "     ", 5, "must be at most 4 characters");
  assert_string (x, " \xff", 2, "must be UTF-8");
  assert_string (x, "a\t", 2, "must match the pattern [^\\t]*");
}

static void
assert_integer (const TwField *field, gint64 value, const char *expected)
{
  g_autofree char *detail = tw_limits_check_integer (field, value);

  g_assert_cmpstr (detail, ==, expected);
}

static void
test_integers (Fixture *fixture, gconstpointer data)
{
  const TwField *number = tw_struct_find_field (fixture->limited, 3);
  const TwField *level = tw_struct_find_field (fixture->limited, 7);
  const TwField tiny = { .type = level->type }, plain = { .type = number->type };

  assert_integer (number, -5, NULL);
  assert_integer (number, 10, NULL);
  assert_integer (number, -6, "must be at least -5");
  assert_integer (number, 11, "must be at most 10");
  assert_integer (level, -1, NULL);
  assert_integer (level, 2, "must be one of: -1, 0, 1");
  assert_integer (&tiny, 127, NULL);
  assert_integer (&tiny, 128, "must be from -128 to 127");
  assert_integer (&tiny, -129, "must be from -128 to 127");
  assert_integer (&plain, G_MAXINT32, NULL);
  assert_integer (&plain, G_MAXINT64, "must be from -2147483648 to 2147483647");
}

static void
assert_real (const TwField *field, double value, const char *expected)
{
  g_autofree char *detail = tw_limits_check_real (field, value);

  g_assert_cmpstr (detail, ==, expected);
}

static void
test_reals (Fixture *fixture, gconstpointer data)
{
  const TwField *share = tw_struct_find_field (fixture->limited, 4);
  const TwField plain = { .type = share->type };

  assert_real (share, 0.5, NULL);
  assert_real (share, 1, NULL);
  assert_real (share, 0.4, "must be at least 0.5");
  assert_real (share, 1.1, "must be at most 1");
  assert_real (share, (double) NAN, "must be at least 0.5");
  assert_real (share, (double) INFINITY, "must be at most 1");
  assert_real (&plain, (double) NAN, NULL);
}

static void
test_counts (Fixture *fixture, gconstpointer data)
{
  const TwField *rows = tw_struct_find_field (fixture->limited, 6);
  g_autofree char *none = tw_limits_check_count (rows, 0);
  g_autofree char *many = tw_limits_check_count (rows, 4);
  g_autofree char *right = tw_limits_check_count (rows, 3);

  g_assert_cmpstr (none, ==, "must have at least 1 element");
  g_assert_cmpstr (many, ==, "must have at most 3 elements");
  g_assert_null (right);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/limits/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("dates-and-times", test_dates_and_times);
  ADD ("text-counted-as-composed", test_text_counted_as_composed);
  ADD ("marks-that-nobody-writes-are-not-composed", test_marks_that_nobody_writes_are_not_composed);
  ADD ("text-by-utf8-then-size-then-bytes-then-pattern", test_text);
  ADD ("text-without-limits-is-still-utf8", test_text_without_limits);
  ADD ("text-of-a-set", test_set_of_texts);
  ADD ("binary-by-bytes", test_binary);
  ADD ("pattern-covers-the-whole-text", test_pattern_is_anchored);
  ADD ("one-character-can-be-seen", test_visible);
  ADD ("integers-by-bounds-set-and-type", test_integers);
  ADD ("nan-keeps-no-bound", test_reals);
  ADD ("elements-are-counted", test_counts);
  return g_test_run ();
}
