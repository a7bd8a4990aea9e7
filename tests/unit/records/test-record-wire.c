/* SPDX-License-Identifier: Apache-2.0 */

#include "books.h"
#include "tw-record-wire.h"

#include <string.h>

static const TwProtocol protocols[] = { TW_PROTOCOL_BINARY, TW_PROTOCOL_COMPACT };

/* Reads all of @bytes as one struct, into a record of zeroes. */
static void
read_all (const TwRecordType *type, TwProtocol protocol, const TwBuffer *bytes, gpointer record, char **block)
{
  TwReader reader;
  char *space = *block = g_malloc (bytes->len);

  tw_reader_init (&reader, protocol, bytes->data, bytes->len);
  tw_record_read (type, &reader, record, &space);
  g_assert_false (reader.failed);
  g_assert_true (reader.at == reader.end);
  g_assert_cmpint (space - *block, <=, (gssize) bytes->len);
}

static void
test_record_comes_back (void)
{
  const TwBookRecord *const books[] = { books_whole (), books_bare () };

  for (guint i = 0; i < G_N_ELEMENTS (protocols) * G_N_ELEMENTS (books); i++)
    {
      const TwProtocol protocol = protocols[i % 2];
      TwBookRecord book = { 0 };
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      g_autofree char *block = NULL;
      TwWriter writer;

      tw_writer_init (&writer, protocol, &bytes);
      tw_record_write (&tw_book_type, books[i / 2], &writer);
      read_all (&tw_book_type, protocol, &bytes, &book, &block);
      books_assert_same (&book, books[i / 2]);
    }
}

/* The bytes of a field of each kind, as Thrift has them. */
static void
test_bytes_are_thrifts (void)
{
  const TwBookRecord book = {
    .has = TW_BOOK_HAS_TITLE | TW_BOOK_HAS_BOUGHT_ON | TW_BOOK_HAS_LENT | TW_BOOK_HAS_PAGES | TW_BOOK_HAS_STARS
           | TW_BOOK_HAS_WORDS | TW_BOOK_HAS_READ_ON | TW_BOOK_HAS_COVER,
    .title = "A",
    .bought_ms = 1,
    .lent = TRUE,
    .pages = 258,
    .stars = -1,
    .words = { "a\0", 3 },
    .read = 0,
    .cover = { (const guint8 *) "\0\1", 2 },
  };
  static const char expected[] = "\x0b\0\x03\0\0\0\x01" "A"
                                 "\x0b\0\x04\0\0\0\x18" "1970-01-01T00:00:00.001Z"
                                 "\x02\0\x07\x01"
                                 "\x08\0\x0a\0\0\x01\x02"
                                 "\x06\0\x0d\xff\xff"
                                 "\x0f\0\x0e\x0b\0\0\0\x02\0\0\0\x01" "a" "\0\0\0\0"
                                 "\x0b\0\x0f\0\0\0\x0a" "1970-01-01"
                                 "\x0b\0\x10\0\0\0\x02\0\x01";
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  TwWriter writer;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &bytes);
  tw_record_write (&tw_book_type, &book, &writer);
  /* The literal's NUL is the stop. */
  g_assert_cmpmem (bytes.data, bytes.len, expected, sizeof expected);
}

static void
begin (TwWriter *writer, TwProtocol protocol, TwBuffer *bytes)
{
  tw_writer_init (writer, protocol, bytes);
  tw_writer_struct_begin (writer);
}

static void
test_arguments_are_read (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (protocols); i++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      g_autofree char *block = NULL;
      TwShelfChangeArguments asked = { 0 };
      TwWriter writer;

      begin (&writer, protocols[i], &bytes);
      tw_writer_field (&writer, TW_WIRE_STRING, 1);
      tw_writer_string (&writer, "ada", 3);
      tw_writer_field (&writer, TW_WIRE_STRUCT, 2);
      tw_writer_struct_begin (&writer);
      tw_writer_field (&writer, TW_WIRE_SET, 1);
      tw_writer_set (&writer, TW_WIRE_STRING, 3);
      tw_writer_string (&writer, "notes", 5);
      tw_writer_string (&writer, "nonsense", 8);
      tw_writer_string (&writer, "pages", 5);
      tw_writer_field (&writer, TW_WIRE_BOOL, 5);
      tw_writer_bool (&writer, TRUE);
      tw_writer_struct_end (&writer);
      tw_writer_field (&writer, TW_WIRE_LIST, 4);
      tw_writer_list (&writer, TW_WIRE_I32, 1);
      tw_writer_i32 (&writer, 1);
      tw_writer_struct_end (&writer);

      read_all (&tw_shelf_change_type, protocols[i], &bytes, &asked, &block);
      g_assert_cmpstr (asked.reader_id, ==, "ada");
      g_assert_cmphex (asked.changes.clear, ==,
                       TW_BOOK_CHANGES_HAS_NOTES | TW_BOOK_CHANGES_HAS_PAGES | TW_BOOK_CHANGES_HAS_CLEAR);
      g_assert_cmphex (asked.changes.has, ==, TW_BOOK_CHANGES_HAS_CLEAR | TW_BOOK_CHANGES_HAS_LENT);
      g_assert_true (asked.changes.lent);
    }
}

static void
test_unknown_fields_are_skipped (void)
{
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  g_autofree char *block = NULL;
  TwNewBookRecord input = { 0 };
  TwWriter writer;

  begin (&writer, TW_PROTOCOL_BINARY, &bytes);
  tw_writer_field (&writer, TW_WIRE_I32, 1); /* of another type */
  tw_writer_i32 (&writer, 1);
  tw_writer_field (&writer, TW_WIRE_STRING, -1);
  tw_writer_string (&writer, "x", 1);
  tw_writer_field (&writer, TW_WIRE_STRING, 99);
  tw_writer_string (&writer, "x", 1);
  tw_writer_field (&writer, TW_WIRE_BYTE, 5);
  tw_writer_byte (&writer, -128);
  tw_writer_struct_end (&writer);

  read_all (&tw_new_book_type, TW_PROTOCOL_BINARY, &bytes, &input, &block);
  g_assert_cmphex (input.has, ==, TW_NEW_BOOK_HAS_UNKNOWN);
  g_assert_cmpint (input.unknown, ==, -128);
}

/* A list of anything else is none; an empty one may say anything of what it does not hold. */
static void
test_list_of_something_else_is_skipped (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (protocols); i++)
    for (guint32 n = 0; n < 3; n++)
      {
        g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
        g_autofree char *block = NULL;
        TwNewBookRecord input = { 0 };
        TwWriter writer;

        begin (&writer, protocols[i], &bytes);
        tw_writer_field (&writer, TW_WIRE_LIST, 6);
        tw_writer_list (&writer, TW_WIRE_I32, n);
        for (guint32 at = 0; at < n; at++)
          tw_writer_i32 (&writer, 7);
        tw_writer_field (&writer, TW_WIRE_STRING, 7);
        tw_writer_string (&writer, "x", 1);
        tw_writer_struct_end (&writer);

        read_all (&tw_new_book_type, protocols[i], &bytes, &input, &block);
        g_assert_cmphex (input.has, ==, TW_NEW_BOOK_HAS_READ_ON | (n == 0 ? TW_NEW_BOOK_HAS_WORDS : 0));
        g_assert_cmpuint (input.words.length, ==, 0);
        g_assert_cmpstr (input.read_on, ==, "x");
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record-wire/record-comes-back", test_record_comes_back);
  g_test_add_func ("/record-wire/bytes-are-thrifts", test_bytes_are_thrifts);
  g_test_add_func ("/record-wire/arguments-are-read", test_arguments_are_read);
  g_test_add_func ("/record-wire/unknown-fields-are-skipped", test_unknown_fields_are_skipped);
  g_test_add_func ("/record-wire/list-of-something-else-is-skipped", test_list_of_something_else_is_skipped);
  return g_test_run ();
}
