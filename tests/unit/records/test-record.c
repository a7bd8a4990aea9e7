/* SPDX-License-Identifier: Apache-2.0 */

#include "books.h"
#include "tw-error.h"
#include "tw-record-when.h"

#include <math.h>
#include <string.h>

static void
test_table_is_the_idls (void)
{
  const TwRecordType *type = &tw_book_type;

  g_assert_cmpstr (type->collection, ==, "books");
  g_assert_null (tw_new_book_type.collection);
  g_assert_cmpuint (type->n_fields, ==, 18);
  g_assert_cmpuint (tw_record_find_role (type, TW_RECORD_OWNER), ==, 1);
  g_assert_cmpuint (tw_record_find_name (type, "dueOn", 5), ==, 8);
  g_assert_cmpuint (tw_record_find_name (type, "dueO", 4), ==, type->n_fields);
  g_assert_cmpstr (type->fields[8].column, ==, "due_ms");
  g_assert_cmpstr (type->fields[1].column, ==, "reader_id");
  g_assert_cmpstr (type->fields[14].column, ==, "read");
  g_assert_cmpint (type->fields[17].id, ==, 20);
  g_assert_true (type->fields[6].always);  /* a bool */
  g_assert_true (type->fields[12].always); /* a default */
  g_assert_false (type->fields[7].always);
  g_assert_true (tw_record_field_is_kept (&type->fields[13]));
  g_assert_false (tw_record_field_is_kept (&type->fields[16]));
  g_assert_false (tw_record_field_is_kept (&type->fields[17]));
  g_assert_cmpint (TW_BOOK_ID_CHAPTERS, ==, 17);
}

static void
test_copy_has_its_own_texts (void)
{
  TwBookRecord book = *books_whole ();
  char title[] = "mine", words[] = "a\0b";
  guint8 cover[] = { 1, 2 };
  g_autofree TwBookRecord *copy = NULL;

  book.title = title;
  book.words = (TwRecordTexts) { words, sizeof words };
  book.cover = (TwRecordBytes) { cover, sizeof cover };
  copy = tw_record_copy (&tw_book_type, &book);
  memset (title, 'x', 4);
  memset (words, 'x', sizeof words);
  memset (cover, 9, sizeof cover);
  book.title = "mine";
  book.words = (TwRecordTexts) { "a\0b", 4 };
  book.cover = (TwRecordBytes) { (const guint8 *) "\1\2", 2 };
  books_assert_same (copy, &book);
}

static void
test_texts_are_walked (void)
{
  const TwRecordTexts texts = { "a\0\0bc", 6 }, none = { NULL, 0 };
  const char *text = tw_record_texts_next (&texts, NULL);

  g_assert_cmpuint (tw_record_texts_count (&texts), ==, 3);
  g_assert_cmpstr (text, ==, "a");
  text = tw_record_texts_next (&texts, text);
  g_assert_cmpstr (text, ==, "");
  text = tw_record_texts_next (&texts, text);
  g_assert_cmpstr (text, ==, "bc");
  g_assert_null (tw_record_texts_next (&texts, text));
  g_assert_null (tw_record_texts_next (&none, NULL));
  g_assert_cmpuint (tw_record_texts_count (&none), ==, 0);
  g_assert_true (tw_record_texts_end (NULL, 0));
  g_assert_true (tw_record_texts_end ("a", 2));
  g_assert_false (tw_record_texts_end ("ab", 2));
}

static const struct
{
  const char *text, *canonical;
} whens[] = {
  { "0001-01-01", "0001-01-01" },
  { "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z" },
  { "1970-01-01", "1970-01-01" },
  { "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z" },
  { "2024-02-29", "2024-02-29" },
  { "2026-12-24", "2026-12-24" },
  { "2026-12-24t01:00:00.0+01:00", "2026-12-24T00:00:00.000Z" },
  { "2026-12-24T10:00:00.5-00:30", "2026-12-24T10:30:00.500Z" },
  { "2026-12-25", "2026-12-25" },
  { "9999-12-31T23:59:60z", NULL },
  { "9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.999Z" },
};

/* As numbers and as texts. */
static void
test_dates_come_before_the_times_of_their_day (void)
{
  gint64 last = G_MININT64;
  const char *last_text = "";

  for (guint i = 0; i < G_N_ELEMENTS (whens); i++)
    {
      char text[TW_RECORD_WHEN_SIZE];
      gint64 when = 0, again = 0;

      if (whens[i].canonical == NULL)
        {
          g_assert_false (tw_record_when_parse (whens[i].text, &when));
          continue;
        }
      g_assert_true (tw_record_when_parse (whens[i].text, &when));
      tw_record_when_format (when, text);
      g_assert_cmpstr (text, ==, whens[i].canonical);
      g_assert_true (tw_record_when_parse (text, &again));
      g_assert_cmpint (again, ==, when);
      g_assert_cmpint (when, >, last);
      g_assert_cmpstr (text, >, last_text);
      g_assert_cmpint (tw_record_when_is_date (when), ==, strlen (whens[i].text) == 10);
      last = when;
      last_text = whens[i].canonical;
    }
}

static void
test_what_is_no_date_is_refused (void)
{
  static const char *const texts[] = { "", "2026-02-30", "2025-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "0000-01-01",
                                       "2026-1-1", "2026-12-24 ", "2026-12-24T", "20261224", "2026-12-24T25:00:00Z",
                                       "2026-12-24T10:60:00Z", "2026-12-24T10:00:61Z", "2026-12-24T10:00Z",
                                       "2026-12-24T10:00:00+24:00", "2026-12-24T10:00:00+01:60", "2026-12-24T10:00:00" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gint64 when;

      g_assert_false (tw_record_when_parse (texts[i], &when));
    }
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

/* As what is not there. */
static void
test_empty_list_clears (void)
{
  TwBookRecord book = *books_whole (), expected = *books_whole ();
  const TwBookRecord change = { .has = TW_BOOK_HAS_WORDS };

  tw_record_apply (&tw_book_type, &book, &change, 0);
  expected.has &= ~TW_BOOK_HAS_WORDS;
  expected.words = (TwRecordTexts) { NULL, 0 };
  books_assert_same (&book, &expected);
}

static void
test_input_becomes_a_record (void)
{
  const TwNewBookRecord input = {
    .has = TW_NEW_BOOK_HAS_TITLE | TW_NEW_BOOK_HAS_DUE_ON | TW_NEW_BOOK_HAS_PAGES | TW_NEW_BOOK_HAS_UNKNOWN
           | TW_NEW_BOOK_HAS_WORDS | TW_NEW_BOOK_HAS_READ_ON,
    .title = "Zeit",
    .due_on = "2026-12-24T10:00:00.250+01:00",
    .pages = 12,
    .unknown = 1,
    .words = { "a", 2 },
    .read_on = "1970-01-02",
  };
  TwBookRecord book = { 0 };
  TwRecordMap map;
  g_autoptr (GError) error = NULL;

  tw_record_map_init (&map, &tw_new_book_type, &tw_book_type);
  g_assert_true (tw_record_map_apply (&map, &input, &book, &error));
  g_assert_no_error (error);
  g_assert_cmphex (book.has, ==, TW_BOOK_HAS_TITLE | TW_BOOK_HAS_DUE_ON | TW_BOOK_HAS_PAGES | TW_BOOK_HAS_WORDS
                                   | TW_BOOK_HAS_READ_ON);
  g_assert_cmpmem (book.words.bytes, book.words.length, "a", 2);
  g_assert_cmpint (book.read, ==, 2 * 86400000);
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

static void
test_date_that_cannot_be_read_is_named (void)
{
  const TwNewBookRecord input = { .has = TW_NEW_BOOK_HAS_READ_ON, .read_on = "2026-02-30" };
  const TwBookRecord unread = { .has = TW_BOOK_HAS_READ_ON, .read = TW_RECORD_NO_TIME };
  TwBookRecord book = { 0 };
  g_autoptr (GError) error = NULL, again = NULL;
  TwRecordMap map, same;

  tw_record_map_init (&map, &tw_new_book_type, &tw_book_type);
  tw_record_map_init (&same, &tw_book_type, &tw_book_type);
  g_assert_false (tw_record_map_apply (&map, &input, &book, &error));
  g_assert_cmpstr (error->message, ==, "readOn is not a date or a time");
  g_assert_false (tw_record_map_apply (&same, &unread, &book, &again));
  g_assert_cmpstr (again->message, ==, "readOn is not a date or a time");
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
  g_test_add_func ("/record/texts-are-walked", test_texts_are_walked);
  g_test_add_func ("/record/dates-come-before-the-times-of-their-day", test_dates_come_before_the_times_of_their_day);
  g_test_add_func ("/record/what-is-no-date-is-refused", test_what_is_no_date_is_refused);
  g_test_add_func ("/record/empty-list-clears", test_empty_list_clears);
  g_test_add_func ("/record/date-that-cannot-be-read-is-named", test_date_that_cannot_be_read_is_named);
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
