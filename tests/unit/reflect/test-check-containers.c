/* SPDX-License-Identifier: Apache-2.0 */

/* What lists, sets and maps hold. Each test runs over both protocols. */

#include "checks.h"
#include "fields.h"

/* Arguments of put() with what @write adds to the Every. */
static void
check_every (CheckFixture *fixture, void (*write) (TwWriter *writer), const char *expected)
{
  TwWriter *writer = &fixture->writer;

  tw_buffer_clear (&fixture->bytes);
  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  tw_writer_field (writer, TW_WIRE_BOOL, 1);
  tw_writer_bool (writer, FALSE);
  put_string (writer, 8, "");
  write (writer);
  open_struct (writer, 13);
  put_string (writer, 2, "word");
  tw_writer_struct_end (writer);
  put_i32 (writer, 40, 1);
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "put", expected);
}

static void
write_few_repeated (TwWriter *writer)
{
  put_numbers (writer, TW_WIRE_SET, 10, 3, 0);
  tw_writer_field (writer, TW_WIRE_MAP, 11);
  tw_writer_map (writer, TW_WIRE_I64, TW_WIRE_LIST, 0);
}

static void
write_many_repeated (TwWriter *writer)
{
  tw_writer_field (writer, TW_WIRE_SET, 10);
  tw_writer_set (writer, TW_WIRE_I32, 1000);
  for (gint32 i = 0; i < 1000; i++)
    tw_writer_i32 (writer, i == 700 ? 300 : -i * i);
  tw_writer_field (writer, TW_WIRE_MAP, 11);
  tw_writer_map (writer, TW_WIRE_I64, TW_WIRE_LIST, 0);
}

static void
write_many_repeated_at_700 (TwWriter *writer)
{
  tw_writer_field (writer, TW_WIRE_SET, 10);
  tw_writer_set (writer, TW_WIRE_I32, 1000);
  for (gint32 i = 0; i < 1000; i++)
    tw_writer_i32 (writer, i == 700 ? 300 : i);
  tw_writer_field (writer, TW_WIRE_MAP, 11);
  tw_writer_map (writer, TW_WIRE_I64, TW_WIRE_LIST, 0);
}

static void
write_maps (TwWriter *writer)
{
  put_numbers (writer, TW_WIRE_SET, 10, 0, 1);
  tw_writer_field (writer, TW_WIRE_MAP, 11);
  tw_writer_map (writer, TW_WIRE_I64, TW_WIRE_LIST, 2);
  for (int i = 0; i < 2; i++)
    {
      tw_writer_i64 (writer, 7);
      tw_writer_list (writer, TW_WIRE_MAP, 1);
      tw_writer_map (writer, TW_WIRE_STRING, TW_WIRE_STRUCT, 1);
      tw_writer_string (writer, "\xff", i);
      tw_writer_struct_begin (writer);
      put_every (writer);
      put_string (writer, 2, "tiny");
      tw_writer_struct_end (writer);
    }
}

static void
write_wrong_elements (TwWriter *writer)
{
  put_strings (writer, TW_WIRE_SET, 10, 2, "a", "b");
  tw_writer_field (writer, TW_WIRE_MAP, 11);
  tw_writer_map (writer, TW_WIRE_I32, TW_WIRE_I32, 1);
  tw_writer_i32 (writer, 1);
  tw_writer_i32 (writer, 1);
}

static void
test_containers (CheckFixture *fixture, gconstpointer data)
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
test_empty_container_of_another_type (CheckFixture *fixture, gconstpointer data)
{
  TwWriter *writer = &fixture->writer;

  tw_writer_struct_begin (writer);
  open_struct (writer, 1);
  put_every (writer);
  tw_writer_field (writer, TW_WIRE_LIST, 9);
  tw_writer_list (writer, TW_WIRE_I64, 0);
  tw_writer_struct_end (writer);
  tw_writer_struct_end (writer);
  assert_checked (fixture, "put", "");
}

static const CheckTest tests[] = {
  { "elements-keys-and-repeats", test_containers },
  { "empty-container-of-another-type", test_empty_container_of_another_type },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add_tests (tests, G_N_ELEMENTS (tests));
  return g_test_run ();
}
