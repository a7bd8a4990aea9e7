/* SPDX-License-Identifier: Apache-2.0 */

#include "books.h"
#include "tw-error.h"

#include <math.h>
#include <string.h>

static void
test_table_is_the_idls (void)
{
  const TwRecordType *type = &tw_book_type;

  g_assert_cmpstr (type->collection, ==, "books");
  g_assert_null (tw_new_book_type.collection);
  g_assert_cmpuint (type->n_fields, ==, 15);
  g_assert_cmpuint (tw_record_find_role (type, TW_RECORD_OWNER), ==, 1);
  g_assert_cmpuint (tw_record_find_name (type, "dueOn", 5), ==, 8);
  g_assert_cmpuint (tw_record_find_name (type, "dueO", 4), ==, type->n_fields);
  g_assert_cmpstr (type->fields[8].column, ==, "due_ms");
  g_assert_cmpstr (type->fields[1].column, ==, "reader_id");
  g_assert_cmpint (type->fields[14].id, ==, 20);
  g_assert_true (type->fields[6].always);  /* a bool */
  g_assert_true (type->fields[12].always); /* a default */
  g_assert_false (type->fields[7].always);
  g_assert_false (tw_record_field_is_kept (&type->fields[13]));
  g_assert_false (tw_record_field_is_kept (&type->fields[14]));
  g_assert_cmpint (TW_BOOK_ID_WORDS, ==, 14);
}

static void
test_copy_has_its_own_texts (void)
{
  TwBookRecord book = *books_whole ();
  char title[] = "mine";
  g_autofree TwBookRecord *copy = NULL;

  book.title = title;
  copy = tw_record_copy (&tw_book_type, &book);
  memset (title, 'x', 4);
  g_assert_cmpstr (copy->title, ==, "mine");
  book.title = "mine";
  books_assert_same (copy, &book);
}

static void
test_what_is_missing_means_its_default (void)
{
  TwBookRecord book = { .has = TW_BOOK_HAS_BOUGHT_ON, .bought_ms = 7 };

  tw_record_complete (&tw_book_type, &book);
  g_assert_cmpstr (book.title, ==, "none");
  g_assert_cmpint (book.stars, ==, 3);
  g_assert_cmpint (book.version, ==, 1);
  g_assert_cmpint (book.changed_ms, ==, 7);
  g_assert_cmphex (book.has & TW_BOOK_HAS_LENT, !=, 0);
  g_assert_cmphex (book.has & TW_BOOK_HAS_NOTES, ==, 0);
}

static void
test_only_what_has_a_default_is_filled (void)
{
  TwBookRecord book = { 0 };

  tw_record_fill (&tw_book_type, &book);
  g_assert_cmphex (book.has, ==, TW_BOOK_HAS_TITLE | TW_BOOK_HAS_STARS);
}

static void
test_change_leaves_what_it_does_not_name (void)
{
  TwBookRecord book = *books_whole (), expected = *books_whole ();
  const TwBookRecord change = { .has = TW_BOOK_HAS_PAGES | TW_BOOK_HAS_LENT, .pages = 0, .lent = FALSE };

  tw_record_apply (&tw_book_type, &book, &change, TW_BOOK_HAS_NOTES | TW_BOOK_HAS_TITLE | TW_BOOK_HAS_WEIGHT);
  expected.pages = 0;
  expected.lent = FALSE;
  expected.notes = NULL;
  expected.weight = 0;
  expected.title = "none";
  expected.has &= ~(TW_BOOK_HAS_NOTES | TW_BOOK_HAS_WEIGHT);
  books_assert_same (&book, &expected);
}

static void
test_input_becomes_a_record (void)
{
  const TwNewBookRecord input = {
    .has = TW_NEW_BOOK_HAS_TITLE | TW_NEW_BOOK_HAS_DUE_ON | TW_NEW_BOOK_HAS_PAGES | TW_NEW_BOOK_HAS_UNKNOWN,
    .title = "Zeit",
    .due_on = "2026-12-24T10:00:00.250+01:00",
    .pages = 12,
    .unknown = 1,
  };
  TwBookRecord book = { 0 };
  TwRecordMap map;
  g_autoptr (GError) error = NULL;

  tw_record_map_init (&map, &tw_new_book_type, &tw_book_type);
  g_assert_true (tw_record_map_apply (&map, &input, &book, &error));
  g_assert_no_error (error);
  g_assert_cmphex (book.has, ==, TW_BOOK_HAS_TITLE | TW_BOOK_HAS_DUE_ON | TW_BOOK_HAS_PAGES);
  g_assert_cmpstr (book.title, ==, "Zeit");
  g_assert_cmpint (book.due_ms, ==, G_GINT64_CONSTANT (1798102800250));
  g_assert_cmpint (book.pages, ==, 12);
}

static void
test_time_that_cannot_be_read_is_named (void)
{
  static const char *const times[] = {
    "", "tomorrow", "2026-13-01T00:00:00Z", "2026-12-24", "2026-12-24T10:00:00", "20261224T100000Z",
    "2026-W52-4T10:00:00Z", "2026-358T10:00:00Z", "2026-12-24T10:00:00.Z", "2026-12-24T10:00:00+0100", "2026-12-24T10:00:00Z ",
    "9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00Z",
  };
  TwRecordMap map;

  tw_record_map_init (&map, &tw_new_book_type, &tw_book_type);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      const TwNewBookRecord input = { .has = TW_NEW_BOOK_HAS_DUE_ON, .due_on = times[i] };
      TwBookRecord book = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (tw_record_map_apply (&map, &input, &book, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, "dueOn is not a time");
    }
}

/* The record's own is looked for, and not found. */
static void
test_other_records_id_has_to_be_one (void)
{
  static const char *const ids[] = { "", "0123", "0123456789abcdef0123456x", "0123456789abcdef012345678" };
  TwRecordMap map, same;

  tw_record_map_init (&map, &tw_new_book_type, &tw_book_type);
  tw_record_map_init (&same, &tw_book_type, &tw_book_type);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      const TwNewBookRecord input = { .has = TW_NEW_BOOK_HAS_SERIES_ID, .series_id = ids[i] };
      const TwBookRecord with = { .has = TW_BOOK_HAS_SERIES_ID, .series_id = ids[i] };
      const TwBookRecord of = { .has = TW_BOOK_HAS_ID, .id = ids[i] };
      g_autoptr (GError) error = NULL, again = NULL;
      TwBookRecord book = { 0 };

      g_assert_false (tw_record_map_apply (&map, &input, &book, &error));
      g_assert_cmpstr (error->message, ==, "seriesId is not an id");
      g_assert_false (tw_record_map_apply (&same, &with, &book, &again));
      g_assert_cmpstr (again->message, ==, "seriesId is not an id");
      g_assert_true (tw_record_map_apply (&same, &of, &book, NULL));
    }
}

static void
test_what_is_always_there_is_not_cleared (void)
{
  g_autoptr (GError) title = NULL, none = NULL, error = NULL;
  TwRecordMap map;
  guint64 clear = 0;

  tw_record_map_init (&map, &tw_book_changes_type, &tw_book_type);
  g_assert_true (tw_record_map_clear (&map, TW_BOOK_CHANGES_HAS_NOTES | TW_BOOK_CHANGES_HAS_PAGES, &clear, &error));
  g_assert_cmphex (clear, ==, TW_BOOK_HAS_NOTES | TW_BOOK_HAS_PAGES);
  g_assert_false (tw_record_map_clear (&map, TW_BOOK_CHANGES_HAS_NOTES | TW_BOOK_CHANGES_HAS_TITLE, &clear, &title));
  g_assert_error (title, TW_ERROR, TW_ERROR_INVALID);
  g_assert_cmpstr (title->message, ==, "title can't be cleared");
  g_assert_false (tw_record_map_clear (&map, TW_BOOK_CHANGES_HAS_CLEAR, &clear, &none));
  g_assert_cmpstr (none->message, ==, "clear has the name of no field");
}

static void
test_what_is_no_number_is_refused (void)
{
  const TwBookRecord input = { .has = TW_BOOK_HAS_WEIGHT, .weight = (double) NAN };
  g_autoptr (GError) error = NULL;
  TwBookRecord book = { 0 };
  TwRecordMap map;

  tw_record_map_init (&map, &tw_book_type, &tw_book_type);
  g_assert_false (tw_record_map_apply (&map, &input, &book, &error));
  g_assert_cmpstr (error->message, ==, "weight is not a number");
}

static void
test_bits_are_mapped_by_name (void)
{
  TwRecordMap map;

  tw_record_map_init (&map, &tw_book_changes_type, &tw_book_type);
  g_assert_cmphex (tw_record_map_bits (&map, TW_BOOK_CHANGES_HAS_NOTES | TW_BOOK_CHANGES_HAS_LENT
                                               | TW_BOOK_CHANGES_HAS_CLEAR),
                   ==, TW_BOOK_HAS_NOTES | TW_BOOK_HAS_LENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/table-is-the-idls", test_table_is_the_idls);
  g_test_add_func ("/record/copy-has-its-own-texts", test_copy_has_its_own_texts);
  g_test_add_func ("/record/what-is-missing-means-its-default", test_what_is_missing_means_its_default);
  g_test_add_func ("/record/only-what-has-a-default-is-filled", test_only_what_has_a_default_is_filled);
  g_test_add_func ("/record/change-leaves-what-it-does-not-name", test_change_leaves_what_it_does_not_name);
  g_test_add_func ("/record/input-becomes-a-record", test_input_becomes_a_record);
  g_test_add_func ("/record/time-that-cannot-be-read-is-named", test_time_that_cannot_be_read_is_named);
  g_test_add_func ("/record/other-records-id-has-to-be-one", test_other_records_id_has_to_be_one);
  g_test_add_func ("/record/what-is-always-there-is-not-cleared", test_what_is_always_there_is_not_cleared);
  g_test_add_func ("/record/what-is-no-number-is-refused", test_what_is_no_number_is_refused);
  g_test_add_func ("/record/bits-are-mapped-by-name", test_bits_are_mapped_by_name);
  return g_test_run ();
}
