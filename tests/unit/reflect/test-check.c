/* SPDX-License-Identifier: Apache-2.0 */

/* Each test runs over both protocols. */

#include "schemas.h"
#include "tw-check.h"
#include "tw-writer.h"

#include <string.h>

typedef struct
{
  TwSchema *schema;
  TwProtocol protocol;
  TwBuffer bytes;
  TwWriter writer;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->schema = schema_from_idl ("books");
  fixture->protocol = (TwProtocol) GPOINTER_TO_INT (data);
  fixture->bytes = (TwBuffer) TW_BUFFER_INIT;
  tw_writer_init (&fixture->writer, fixture->protocol, &fixture->bytes);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_buffer_clear (&fixture->bytes);
  tw_schema_unref (fixture->schema);
}

/* Checks what was written as @method's arguments against "location detail; …", "" for none. */
static void
assert_checked (Fixture *fixture, const char *method, const char *expected)
{
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_autofree char *text = NULL;
  gboolean good = tw_check_struct (schema_find_arguments (fixture->schema, "Books", method), fixture->protocol,
                                   fixture->bytes.data, fixture->bytes.len, problems);

  text = tw_problems_to_string (problems);
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpint (good, ==, tw_problems_count (problems) == 0);
}

static void
begin (Fixture *fixture)
{
  tw_writer_struct_begin (&fixture->writer);
}

static void
end (Fixture *fixture)
{
  tw_writer_struct_end (&fixture->writer);
}

static void
open_struct (Fixture *fixture, gint16 id)
{
  tw_writer_field (&fixture->writer, TW_WIRE_STRUCT, id);
  begin (fixture);
}

static void
put_string (Fixture *fixture, gint16 id, const char *text)
{
  tw_writer_field (&fixture->writer, TW_WIRE_STRING, id);
  tw_writer_string (&fixture->writer, text, strlen (text));
}

static void
put_i32 (Fixture *fixture, gint16 id, gint32 value)
{
  tw_writer_field (&fixture->writer, TW_WIRE_I32, id);
  tw_writer_i32 (&fixture->writer, value);
}

static void
put_strings (Fixture *fixture, TwWireType container, gint16 id, guint32 n, ...)
{
  va_list texts;

  va_start (texts, n);
  tw_writer_field (&fixture->writer, container, id);
  if (container == TW_WIRE_SET)
    tw_writer_set (&fixture->writer, TW_WIRE_STRING, n);
  else
    tw_writer_list (&fixture->writer, TW_WIRE_STRING, n);
  for (guint32 i = 0; i < n; i++)
    {
      const char *text = va_arg (texts, const char *);

      tw_writer_string (&fixture->writer, text, strlen (text));
    }
  va_end (texts);
}

static void
put_numbers (Fixture *fixture, TwWireType container, gint16 id, guint32 n, gint32 step)
{
  tw_writer_field (&fixture->writer, container, id);
  if (container == TW_WIRE_SET)
    tw_writer_set (&fixture->writer, TW_WIRE_I32, n);
  else
    tw_writer_list (&fixture->writer, TW_WIRE_I32, n);
  for (guint32 i = 0; i < n; i++)
    tw_writer_i32 (&fixture->writer, (gint32) i * step);
}

/* What an Every must have: the rest has defaults. */
static void
put_every (Fixture *fixture)
{
  tw_writer_field (&fixture->writer, TW_WIRE_BOOL, 1);
  tw_writer_bool (&fixture->writer, TRUE);
  tw_writer_field (&fixture->writer, TW_WIRE_STRING, 8);
  tw_writer_string (&fixture->writer, "\xff", 1);
  put_numbers (fixture, TW_WIRE_SET, 10, 0, 1);
  tw_writer_field (&fixture->writer, TW_WIRE_MAP, 11);
  tw_writer_map (&fixture->writer, TW_WIRE_I64, TW_WIRE_LIST, 0);
  open_struct (fixture, 13);
  put_i32 (fixture, 1, 5);
  end (fixture);
  put_i32 (fixture, 40, 1);
}

static void
test_good (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  open_struct (fixture, 1);
  put_every (fixture);
  end (fixture);
  end (fixture);
  assert_checked (fixture, "put", "");
}

static void
test_required (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  end (fixture);
  assert_checked (fixture, "put", "every is required");
  tw_buffer_clear (&fixture->bytes);
  begin (fixture);
  open_struct (fixture, 1);
  end (fixture);
  end (fixture);
  assert_checked (fixture, "put",
                  "every.flag is required; every.bytes is required; every.numbers is required; "
                  "every.deep is required; every.either is required; every.both is required");
}

static void
test_limits (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  open_struct (fixture, 1);
  put_strings (fixture, TW_WIRE_SET, 1, 3, "a", "b", "c");
  put_string (fixture, 2, "middle");
  put_i32 (fixture, 3, 11);
  tw_writer_field (&fixture->writer, TW_WIRE_DOUBLE, 4);
  tw_writer_double (&fixture->writer, 0.25);
  put_string (fixture, 5, "a\tb");
  put_numbers (fixture, TW_WIRE_LIST, 6, 4, 1);
  tw_writer_field (&fixture->writer, TW_WIRE_BYTE, 7);
  tw_writer_byte (&fixture->writer, 2);
  put_string (fixture, 8, "four");
  end (fixture);
  end (fixture);
  assert_checked (fixture, "patch",
                  "changes.clear must have at most 2 elements; changes.kind must be one of: low, high; changes.number "
                  "must be at most 10; changes.share must be at least 0.5; changes.text must match the pattern "
                  "[^\\x00-\\x1f]*; changes.rows must have at most 3 elements; changes.level must be one of: -1, 0, 1; "
                  "changes.blob must be at most 3 bytes");
}

static void
test_types (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  put_i32 (fixture, 1, 5);
  put_numbers (fixture, TW_WIRE_LIST, 2, 3, 1);
  end (fixture);
  assert_checked (fixture, "find", "reader must be a string; query must be a struct");
  tw_buffer_clear (&fixture->bytes);
  begin (fixture);
  open_struct (fixture, 1);
  put_every (fixture);
  put_string (fixture, 3, "small");
  put_string (fixture, 9, "names");
  put_string (fixture, 14, "yes");
  end (fixture);
  end (fixture);
  assert_checked (fixture, "put", "every.small must be an i16; every.names must be a list; every.yes must be a bool");
}

static void
test_unknown_fields (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  put_string (fixture, 77, "later");
  open_struct (fixture, 1);
  put_every (fixture);
  put_strings (fixture, TW_WIRE_LIST, 99, 2, "\xff", "b");
  end (fixture);
  end (fixture);
  assert_checked (fixture, "put", "");
}

static void
test_repeated_field (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  put_string (fixture, 1, "a");
  put_string (fixture, 1, "b");
  open_struct (fixture, 2);
  put_string (fixture, 4, "s");
  end (fixture);
  end (fixture);
  assert_checked (fixture, "find", "reader must not be there twice");
}

static void
test_empty_default (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  open_struct (fixture, 1);
  put_string (fixture, 5, "ab");
  put_string (fixture, 9, "");
  end (fixture);
  end (fixture);
  assert_checked (fixture, "patch", "");
}

static void
test_utf8 (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  open_struct (fixture, 1);
  put_every (fixture);
  put_string (fixture, 7, "a\xc0\x80");
  put_strings (fixture, TW_WIRE_LIST, 9, 3, "good", "b\xff", "good");
  end (fixture);
  end (fixture);
  assert_checked (fixture, "put", "every.text must be UTF-8; every.names[1] must be UTF-8");
}

static void
test_union (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  open_struct (fixture, 1);
  put_every (fixture);
  end (fixture);
  open_struct (fixture, 2);
  put_i32 (fixture, 1, 1);
  put_string (fixture, 2, "two");
  end (fixture);
  end (fixture);
  assert_checked (fixture, "raw", "either must have exactly one of its fields");
  tw_buffer_clear (&fixture->bytes);
  begin (fixture);
  open_struct (fixture, 1);
  put_every (fixture);
  end (fixture);
  open_struct (fixture, 2);
  end (fixture);
  end (fixture);
  assert_checked (fixture, "raw", "either must have exactly one of its fields");
}

/* Arguments of put() with what @write adds to the Every. */
static void
check_every (Fixture *fixture, void (*write) (Fixture *fixture), const char *expected)
{
  tw_buffer_clear (&fixture->bytes);
  begin (fixture);
  open_struct (fixture, 1);
  tw_writer_field (&fixture->writer, TW_WIRE_BOOL, 1);
  tw_writer_bool (&fixture->writer, FALSE);
  put_string (fixture, 8, "");
  write (fixture);
  open_struct (fixture, 13);
  put_string (fixture, 2, "word");
  end (fixture);
  put_i32 (fixture, 40, 1);
  end (fixture);
  end (fixture);
  assert_checked (fixture, "put", expected);
}

static void
write_few_repeated (Fixture *fixture)
{
  put_numbers (fixture, TW_WIRE_SET, 10, 3, 0);
  tw_writer_field (&fixture->writer, TW_WIRE_MAP, 11);
  tw_writer_map (&fixture->writer, TW_WIRE_I64, TW_WIRE_LIST, 0);
}

static void
write_many_repeated (Fixture *fixture)
{
  tw_writer_field (&fixture->writer, TW_WIRE_SET, 10);
  tw_writer_set (&fixture->writer, TW_WIRE_I32, 1000);
  for (gint32 i = 0; i < 1000; i++)
    tw_writer_i32 (&fixture->writer, i == 700 ? 300 : -i * i);
  tw_writer_field (&fixture->writer, TW_WIRE_MAP, 11);
  tw_writer_map (&fixture->writer, TW_WIRE_I64, TW_WIRE_LIST, 0);
}

static void
write_many_repeated_at_700 (Fixture *fixture)
{
  tw_writer_field (&fixture->writer, TW_WIRE_SET, 10);
  tw_writer_set (&fixture->writer, TW_WIRE_I32, 1000);
  for (gint32 i = 0; i < 1000; i++)
    tw_writer_i32 (&fixture->writer, i == 700 ? 300 : i);
  tw_writer_field (&fixture->writer, TW_WIRE_MAP, 11);
  tw_writer_map (&fixture->writer, TW_WIRE_I64, TW_WIRE_LIST, 0);
}

static void
write_maps (Fixture *fixture)
{
  put_numbers (fixture, TW_WIRE_SET, 10, 0, 1);
  tw_writer_field (&fixture->writer, TW_WIRE_MAP, 11);
  tw_writer_map (&fixture->writer, TW_WIRE_I64, TW_WIRE_LIST, 2);
  for (int i = 0; i < 2; i++)
    {
      tw_writer_i64 (&fixture->writer, 7);
      tw_writer_list (&fixture->writer, TW_WIRE_MAP, 1);
      tw_writer_map (&fixture->writer, TW_WIRE_STRING, TW_WIRE_STRUCT, 1);
      tw_writer_string (&fixture->writer, "\xff", i);
      begin (fixture);
      put_every (fixture);
      put_string (fixture, 2, "tiny");
      end (fixture);
    }
}

static void
write_wrong_elements (Fixture *fixture)
{
  put_strings (fixture, TW_WIRE_SET, 10, 2, "a", "b");
  tw_writer_field (&fixture->writer, TW_WIRE_MAP, 11);
  tw_writer_map (&fixture->writer, TW_WIRE_I32, TW_WIRE_I32, 1);
  tw_writer_i32 (&fixture->writer, 1);
  tw_writer_i32 (&fixture->writer, 1);
}

static void
test_containers (Fixture *fixture, gconstpointer data)
{
  check_every (fixture, write_few_repeated, "every.numbers[1] must not be there twice");
  check_every (fixture, write_many_repeated, "");
  check_every (fixture, write_many_repeated_at_700, "every.numbers[700] must not be there twice");
  check_every (fixture, write_maps,
               "every.deep[0][0][0].tiny must be an i8; every.deep[1][0][0].key must be UTF-8; "
               "every.deep[1][0][0].tiny must be an i8; every.deep[1].key must not be there twice");
  check_every (fixture, write_wrong_elements, "every.numbers[0] must be an i32; every.deep[0].key must be an i64");
}

/* Some clients write no element type, or another, for what is empty. */
static void
test_empty_container_of_another_type (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  open_struct (fixture, 1);
  put_every (fixture);
  tw_writer_field (&fixture->writer, TW_WIRE_LIST, 9);
  tw_writer_list (&fixture->writer, TW_WIRE_I64, 0);
  end (fixture);
  end (fixture);
  assert_checked (fixture, "put", "");
}

static void
test_nested (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwProblems) problems = tw_problems_new ();
  const TwStruct *arguments = schema_find_arguments (fixture->schema, "Books", "put");
  const guint depth = 20;

  begin (fixture);
  open_struct (fixture, 1);
  for (guint i = 0; i < depth; i++)
    open_struct (fixture, 12);
  for (guint i = 0; i < depth; i++)
    end (fixture);
  end (fixture);
  end (fixture);
  g_assert_false (tw_check_struct (arguments, fixture->protocol, fixture->bytes.data, fixture->bytes.len, problems));
  g_assert_cmpstr (tw_problems_get (problems, 0)->detail, ==, "must not be nested more than 16 deep");
}

/* A body full of failures costs no more than the list holds. */
static void
test_many_failures (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwProblems) problems = tw_problems_new ();

  begin (fixture);
  open_struct (fixture, 1);
  tw_writer_field (&fixture->writer, TW_WIRE_LIST, 9);
  tw_writer_list (&fixture->writer, TW_WIRE_STRING, 100000);
  for (guint i = 0; i < 100000; i++)
    tw_writer_string (&fixture->writer, "\xff", 1);
  end (fixture);
  end (fixture);
  g_assert_false (tw_check_struct (schema_find_arguments (fixture->schema, "Books", "put"), fixture->protocol,
                                   fixture->bytes.data, fixture->bytes.len, problems));
  g_assert_cmpuint (tw_problems_count (problems), ==, TW_PROBLEMS_MAX);
  g_assert_cmpstr (tw_problems_get (problems, 49)->location, ==, "every.names[49]");
}

/* Bytes that no scanner has seen end the walk, wherever they end. */
static void
test_cut_short (Fixture *fixture, gconstpointer data)
{
  begin (fixture);
  open_struct (fixture, 1);
  put_every (fixture);
  put_strings (fixture, TW_WIRE_LIST, 9, 2, "good", "better");
  end (fixture);
  end (fixture);
  for (gsize n = 0; n < fixture->bytes.len; n++)
    {
      g_autoptr (TwProblems) problems = tw_problems_new ();
      g_autofree guint8 *copy = g_memdup2 (fixture->bytes.data, MAX (n, 1));

      g_assert_false (tw_check_struct (schema_find_arguments (fixture->schema, "Books", "put"), fixture->protocol, copy,
                                       n, problems));
      g_assert_cmpuint (tw_problems_count (problems), >, 0);
    }
}

static const struct
{
  const char *name;
  void (*test) (Fixture *fixture, gconstpointer data);
} tests[] = {
  { "good-is-good", test_good },
  { "missing-is-required", test_required },
  { "every-limit-at-once", test_limits },
  { "known-field-of-another-type", test_types },
  { "unknown-fields-are-passed-over", test_unknown_fields },
  { "repeated-field", test_repeated_field },
  { "empty-default-counts-as-absent", test_empty_default },
  { "text-is-utf8-everywhere", test_utf8 },
  { "union-has-one-field", test_union },
  { "elements-keys-and-repeats", test_containers },
  { "empty-container-of-another-type", test_empty_container_of_another_type },
  { "recursive-struct-is-bounded", test_nested },
  { "failures-are-bounded", test_many_failures },
  { "cut-short", test_cut_short },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *binary = g_strdup_printf ("/check/binary/%s", tests[i].name);
      g_autofree char *compact = g_strdup_printf ("/check/compact/%s", tests[i].name);

      g_test_add (binary, Fixture, GINT_TO_POINTER (TW_PROTOCOL_BINARY), set_up, tests[i].test, tear_down);
      g_test_add (compact, Fixture, GINT_TO_POINTER (TW_PROTOCOL_COMPACT), set_up, tests[i].test, tear_down);
    }
  return g_test_run ();
}
