/* SPDX-License-Identifier: Apache-2.0 */

/* Each test runs over both protocols. */

#include "checks.h"
#include "fields.h"
#include "schemas.h"
#include "tw-check.h"

static void
test_good (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;

  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  put_every (writer);
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "put", "");
}

static void
test_required (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;

  tw_writer_struct_begin (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "put", "every is required");
  tw_buffer_clear (&fixture->bytes);
  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "put",
                  "every.flag is required; every.bytes is required; every.numbers is required; "
                  "every.deep is required; every.either is required; every.both is required");
}

static void
test_limits (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;

  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  put_strings (writer, TW_WIRE_SET, 1, 3, "a", "b", "c");
  put_string (writer, 2, "middle");
  put_i32 (writer, 3, 11);
  tw_writer_field (writer, TW_WIRE_DOUBLE, 4);
  tw_writer_double (writer, 0.25);
  put_string (writer, 5, "a\tb");
  put_numbers (writer, TW_WIRE_LIST, 6, 4, 1);
  tw_writer_field (writer, TW_WIRE_BYTE, 7);
  tw_writer_byte (writer, 2);
  put_string (writer, 8, "four");
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "patch",
                  "changes.clear must have at most 2 elements; changes.kind must be one of: low, high; changes.number "
                  "must be at most 10; changes.share must be at least 0.5; changes.text must match the pattern "
                  "[^\\x00-\\x1f]*; changes.rows must have at most 3 elements; changes.level must be one of: -1, 0, 1; "
                  "changes.blob must be at most 3 bytes");
}

static void
test_limits_of_elements (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;

  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  put_string (writer, 5, "abc");
  put_strings (writer, TW_WIRE_LIST, 10, 3, "good", " ", "a\tb");
  put_numbers (writer, TW_WIRE_SET, 11, 3, 1);
  put_string (writer, 12, "2026-12-32");
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "patch",
                  "changes.words[0] must be at most 3 characters; changes.words[1] must have a character that can be seen; "
                  "changes.words[2] must match the pattern [^\\x00-\\x1f]*; changes.odds[0] must be at least 1; "
                  "changes.odds[2] must be one of: 1, 3, 5; changes.day must be a date, as 2026-12-24, or a time with its "
                  "offset, as 2026-12-24T10:00:00Z (RFC 3339)");
  tw_buffer_clear (&fixture->bytes);
  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  put_string (writer, 5, "abc");
  put_strings (writer, TW_WIRE_LIST, 10, 3, "abc", "b", "a");
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "patch", "");
  tw_buffer_clear (&fixture->bytes);
  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  put_string (writer, 5, "abc");
  put_strings (writer, TW_WIRE_LIST, 10, 3, "\303\237", "a", "SS");
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "patch", "changes.words[2] must not be there twice, whatever its case and accents");
}

static void
test_types (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;

  tw_writer_struct_begin (writer);
  put_i32 (writer, 1, 5);
  put_numbers (writer, TW_WIRE_LIST, 2, 3, 1);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "find", "reader must be a string; query must be a struct");
  tw_buffer_clear (&fixture->bytes);
  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  put_every (writer);
  put_string (writer, 3, "small");
  put_string (writer, 9, "names");
  put_string (writer, 14, "yes");
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "put", "every.small must be an i16; every.names must be a list; every.yes must be a bool");
}

static void
test_unknown_fields (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;

  tw_writer_struct_begin (writer);
  put_string (writer, 77, "later");
  open_struct (writer, 1);
  put_every (writer);
  put_strings (writer, TW_WIRE_LIST, 99, 2, "\xff", "b");
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "put", "");
}

static void
test_repeated_field (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;

  tw_writer_struct_begin (writer);
  put_string (writer, 1, "a");
  put_string (writer, 1, "b");
  open_struct (writer, 2);
  put_string (writer, 4, "s");
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "find", "reader must not be there twice");
}

static void
test_empty_default (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;

  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  put_string (writer, 5, "ab");
  put_string (writer, 9, "");
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "patch", "");
}

static void
test_utf8 (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;

  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  put_every (writer);
  put_string (writer, 7, "a\xc0\x80");
  put_strings (writer, TW_WIRE_LIST, 9, 3, "good", "b\xff", "good");
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "put", "every.text must be UTF-8; every.names[1] must be UTF-8");
}

static void
test_union (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;

  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  put_every (writer);
  tw_writer_struct_end (writer);
  open_struct (writer, 2);
  put_i32 (writer, 1, 1);
  put_string (writer, 2, "two");
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "raw", "either must have exactly one of its fields");
  tw_buffer_clear (&fixture->bytes);
  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  put_every (writer);
  tw_writer_struct_end (writer);
  open_struct (writer, 2);
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "raw", "either must have exactly one of its fields");
}

static void
test_nested (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;
  g_autoptr (TwProblems) problems = tw_problems_new ();
  const TwStruct *arguments = schema_find_arguments (fixture->schema, "Books", "put");
  const guint depth = 20;

  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  for (guint i = 0; i < depth; i++)
    open_struct (writer, 12);
  for (guint i = 0; i < depth; i++)
    tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  g_assert_false (tw_check_struct (arguments, fixture->protocol, fixture->bytes.data, fixture->bytes.len, problems));
  g_assert_cmpstr (tw_problems_get (problems, 0)->detail, ==, "must not be nested more than 16 deep");
}

/* A body full of failures costs no more than the list holds. */
static void
test_many_failures (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;
  g_autoptr (TwProblems) problems = tw_problems_new ();

  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  tw_writer_field (writer, TW_WIRE_LIST, 9);
  tw_writer_list (writer, TW_WIRE_STRING, 100000);
  for (guint i = 0; i < 100000; i++)
    tw_writer_string (writer, "\xff", 1);
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  g_assert_false (tw_check_struct (schema_find_arguments (fixture->schema, "Books", "put"), fixture->protocol,
                                   fixture->bytes.data, fixture->bytes.len, problems));
  g_assert_cmpuint (tw_problems_count (problems), ==, TW_PROBLEMS_MAX);
  g_assert_cmpstr (tw_problems_get (problems, 49)->location, ==, "every.names[49]");
}

/* Bytes that no scanner has seen end the walk, wherever they end. */
static void
test_cut_short (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;

  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  put_every (writer);
  put_strings (writer, TW_WIRE_LIST, 9, 2, "good", "better");
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  for (gsize n = 0; n < fixture->bytes.len; n++)
    {
      g_autoptr (TwProblems) problems = tw_problems_new ();
      g_autofree guint8 *copy = g_memdup2 (fixture->bytes.data, MAX (n, 1));

      g_assert_false (tw_check_struct (schema_find_arguments (fixture->schema, "Books", "put"), fixture->protocol, copy,
                                       n, problems));
      g_assert_cmpuint (tw_problems_count (problems), >, 0);
    }
}

static const CheckTest tests[] = {
  { "good-is-good", test_good },
  { "missing-is-required", test_required },
  { "every-limit-at-once", test_limits },
  { "elements-have-limits", test_limits_of_elements },
  { "known-field-of-another-type", test_types },
  { "unknown-fields-are-passed-over", test_unknown_fields },
  { "repeated-field", test_repeated_field },
  { "empty-default-counts-as-absent", test_empty_default },
  { "text-is-utf8-everywhere", test_utf8 },
  { "union-has-one-field", test_union },
  { "recursive-struct-is-bounded", test_nested },
  { "failures-are-bounded", test_many_failures },
  { "cut-short", test_cut_short },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add_tests (tests, G_N_ELEMENTS (tests));
  return g_test_run ();
}
