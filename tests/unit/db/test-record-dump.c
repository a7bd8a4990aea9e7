/* SPDX-License-Identifier: Apache-2.0 */

#include "books.h"
#include "tw-record-dump.h"

static void
test_key_is_first_and_the_rest_as_in_the_table (void)
{
  g_assert_cmpstr (tw_book_type.key, ==, "\"id\"");
  g_assert_cmpstr (TW_BOOK_PACKED, ==, "(ayssxxxbmsmxmxmdmayxmasmxmay)");
  g_assert_cmpstr (tw_book_type.columns, ==,
                   "\"id\", \"reader_id\", \"title\", \"bought_ms\", \"changed_ms\", \"version\", \"lent\", \"notes\","
                   " \"due_ms\", \"pages\", \"weight\", \"series_id\", \"stars\", \"words\", \"read\","
                   " \"cover\"");
  g_assert_cmpstr (TW_BOOK_SELECTED, ==,
                   "\"id\", \"reader_id\", coalesce (\"title\", 'none') AS \"title\", \"bought_ms\","
                   " coalesce (\"changed_ms\", \"bought_ms\") AS \"changed_ms\", coalesce (\"version\", 1) AS \"version\","
                   " coalesce (\"lent\", 0) AS \"lent\", \"notes\","
                   " \"due_ms\", \"pages\", \"weight\", \"series_id\", coalesce (\"stars\", 3) AS \"stars\","
                   " \"words\", \"read\", \"cover\"");
}

static void
test_record_comes_back (void)
{
  const TwBookRecord *const books[] = { books_whole (), books_bare () };

  for (guint i = 0; i < G_N_ELEMENTS (books); i++)
    {
      g_autoptr (GVariant) packed = g_variant_ref_sink (tw_record_dump_pack (&tw_book_type, books[i]));
      g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (packed);
      g_autoptr (GVariant) again = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (TW_BOOK_PACKED), bytes, FALSE));
      g_autofree TwBookRecord *book = tw_record_dump_unpack (&tw_book_type, packed);
      g_autofree TwBookRecord *from_bytes = tw_record_dump_unpack (&tw_book_type, again);

      g_assert_cmpstr (g_variant_get_type_string (packed), ==, TW_BOOK_PACKED);
      books_assert_same (book, books[i]);
      books_assert_same (from_bytes, books[i]);
    }
}

static void
test_id_of_another_length_is_refused (void)
{
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  g_autoptr (GVariant) packed = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (TW_BOOK_PACKED), none, FALSE));

  g_assert_null (tw_record_dump_unpack (&tw_book_type, packed));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record-dump/key-is-first-and-the-rest-as-in-the-table",
                   test_key_is_first_and_the_rest_as_in_the_table);
  g_test_add_func ("/record-dump/record-comes-back", test_record_comes_back);
  g_test_add_func ("/record-dump/id-of-another-length-is-refused", test_id_of_another_length_is_refused);
  return g_test_run ();
}
