/* SPDX-License-Identifier: Apache-2.0 */

#include "books.h"
#include "tw-error.h"
#include "tw-record-conditions.h"
#include "tw-record-stamp.h"
#include "tw-record-when.h"

#include <math.h>
#include <string.h>

#define HAS(field) TW_BOOK_QUESTION_HAS_##field

static TwRecordConditions *
read_conditions (const TwBookQuestionRecord *request)
{
  g_autoptr (GError) error = NULL;
  TwRecordConditions *conditions;

  tw_record_conditions_read (&tw_book_question_question, request, 0, &conditions, &error);
  g_assert_no_error (error);
  return conditions;
}

static gboolean
finds (const TwBookQuestionRecord *request, const TwBookRecord *book)
{
  g_autoptr (TwRecordConditions) conditions = read_conditions (request);

  return tw_record_conditions_fit (conditions, book);
}

static void
test_question_is_the_idls (void)
{
  const TwRecordQuestion *question = &tw_book_question_question;
  gboolean backwards;

  g_assert_true (question->request == &tw_book_question_type && question->record == &tw_book_type);
  g_assert_cmpuint (TW_BOOK_QUESTION_SORTS, ==, 4);
  g_assert_cmpuint (TW_BOOK_QUESTION_SORT_PAGES, ==, 2);
  g_assert_cmpint (question->filters[question->n_filters - 1].operator, ==, TW_RECORD_WORDS);
  g_assert_true (question->sorts[TW_BOOK_QUESTION_SORT_PAGES].has_none);
  g_assert_false (question->sorts[TW_BOOK_QUESTION_SORT_WEIGHT].has_none);
  g_assert_cmpuint (tw_record_question_sort (question, &(TwBookQuestionRecord) { .sort = "-pages" }, &backwards), ==,
                    TW_BOOK_QUESTION_SORT_PAGES);
  g_assert_true (backwards);
  g_assert_cmpuint (tw_record_question_sort (question, &(TwBookQuestionRecord) { .sort = "title" }, &backwards), ==,
                    TW_BOOK_QUESTION_SORT_TITLE);
  g_assert_false (backwards);
  g_assert_cmpuint (tw_record_question_sort (question, &(TwBookQuestionRecord) { .has = 0 }, &backwards), ==, 0);
  g_assert_false (backwards);
}

static void
test_nothing_is_asked (void)
{
  const TwBookQuestionRecord sorted = { .has = HAS (SORT), .sort = "pages" };
  const TwBookQuestionRecord lent = { .has = HAS (LENT), .lent = TRUE };
  TwRecordConditions *conditions;
  guint64 stamp = TW_RECORD_STAMP_INIT;

  g_assert_null (read_conditions (&sorted));
  g_assert_true (tw_record_conditions_read (&tw_book_question_question, &lent, TW_BOOK_HAS_LENT, &conditions, NULL));
  g_assert_null (conditions);
  g_assert_true (tw_record_conditions_fit (NULL, books_bare ()));
  g_assert_true (tw_record_conditions_are_plain (NULL));
  tw_record_conditions_stamp (NULL, &stamp);
  g_assert_cmpuint (stamp, ==, TW_RECORD_STAMP_INIT);
  g_assert_null (tw_record_question_asked (&tw_book_question_question, TW_BOOK_HAS_LENT, &sorted));
  g_assert_cmpuint (tw_record_question_asked (&tw_book_question_question, TW_BOOK_HAS_LENT, &lent)->fields, ==,
                    TW_BOOK_HAS_LENT);
}

/* Books that differ in what is asked for. */
static void
test_numbers_are_compared (void)
{
  static const struct
  {
    guint64 has;
    gint64 value;
    const char *found; /* of pages 0, none, 1, 2 and 3: those that fit */
  } cases[] = {
    { HAS (PAGES), 2, "2" },      { HAS (PAGES), 0, "0n" },  { HAS (FEWER), 2, "1" },
    { HAS (AT_MOST), 2, "12" },    { HAS (MORE), 1, "23" },   { HAS (AT_LEAST), 1, "123" },
    { HAS (FEWER), G_MININT64, "" }, { HAS (MORE), G_MAXINT64, "" },
  };
  static const gint64 pages[] = { 0, 0, 1, 2, 3 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const gint64 value = cases[i].value;
      const TwBookQuestionRecord request = { .has = cases[i].has, .pages = value, .fewer = value, .at_most = value,
                                             .more = value, .at_least = value };

      for (guint k = 0; k < G_N_ELEMENTS (pages); k++)
        {
          const TwBookRecord book = { .has = k == 1 ? 0 : TW_BOOK_HAS_PAGES, .pages = pages[k] };
          const char letter = k == 1 ? 'n' : (char) ('0' + pages[k]);

          g_assert_cmpint (finds (&request, &book), ==, strchr (cases[i].found, letter) != NULL);
        }
    }
}

static void
test_reals_are_compared (void)
{
  const TwBookRecord book = { .has = TW_BOOK_HAS_WEIGHT, .weight = 0.25 }, without = { .has = 0 };

  g_assert_true (finds (&(TwBookQuestionRecord) { .has = HAS (LIGHTER), .lighter = nextafter (0.25, 1) }, &book));
  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (LIGHTER), .lighter = 0.25 }, &book));
  g_assert_true (finds (&(TwBookQuestionRecord) { .has = HAS (HEAVY), .heavy = 0.25 }, &book));
  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (HEAVY), .heavy = nextafter (0.25, 1) }, &book));
  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (HEAVY), .heavy = -1 }, &without));
}

/* A double without limits may be one of these. */
static void
test_reals_have_ends (void)
{
  const TwBookRecord least = { .has = TW_BOOK_HAS_WEIGHT, .weight = -INFINITY }, most = { .has = TW_BOOK_HAS_WEIGHT, .weight = INFINITY };

  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (LIGHTER), .lighter = -INFINITY }, &least));
  g_assert_true (finds (&(TwBookQuestionRecord) { .has = HAS (LIGHTER), .lighter = INFINITY }, &least));
  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (LIGHTER), .lighter = INFINITY }, &most));
  g_assert_true (finds (&(TwBookQuestionRecord) { .has = HAS (HEAVY), .heavy = INFINITY }, &most));
  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (HEAVY), .heavy = NAN }, &most));
}

/* A date is its first moment, as the time of it is; a day later is another. */
static void
test_moments_are_compared (void)
{
  static const struct
  {
    guint64 has;
    const char *asked, *read;
    gboolean fits;
  } cases[] = {
    { HAS (READ_ON), "2026-12-24", "2026-12-24", TRUE },
    { HAS (READ_ON), "2026-12-24", "2026-12-24T00:00:00.000Z", TRUE },
    { HAS (READ_ON), "2026-12-24T01:00:00+01:00", "2026-12-24", TRUE },
    { HAS (READ_ON), "2026-12-24", "2026-12-24T00:00:00.001Z", FALSE },
    { HAS (READ_BEFORE), "2026-12-24", "2026-12-24", FALSE },
    { HAS (READ_BEFORE), "2026-12-24", "2026-12-23T23:59:59.999Z", TRUE },
    { HAS (READ_BEFORE), "2026-12-24T00:00:00.001Z", "2026-12-24T00:00:00.000Z", TRUE },
    { HAS (READ_AFTER), "2026-12-24T00:00:00.000Z", "2026-12-24", TRUE },
    { HAS (READ_AFTER), "2026-12-24T00:00:00.001Z", "2026-12-24", FALSE },
    { HAS (READ_AFTER), "2026-12-24", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *asked = cases[i].asked;
      const TwBookQuestionRecord request
        = { .has = cases[i].has, .read_on = asked, .read_before = asked, .read_after = asked };
      TwBookRecord book = { .has = cases[i].read != NULL ? TW_BOOK_HAS_READ_ON : 0 };

      g_assert_true (cases[i].read == NULL || tw_record_when_parse (cases[i].read, &book.read));
      if (finds (&request, &book) != cases[i].fits)
        g_error ("case %u", i);
    }
}

static void
test_texts_are_compared (void)
{
  const TwBookRecord book = { .has = TW_BOOK_HAS_TITLE | TW_BOOK_HAS_NOTES | TW_BOOK_HAS_SERIES_ID | TW_BOOK_HAS_WORDS,
                              .title = "Straße", .notes = "of CAFÉS", .series_id = "0123456789abcdef01234567",
                              .words = { "long\0Über", 11 } };
  const TwBookRecord without = { .has = 0 };

  g_assert_true (finds (&(TwBookQuestionRecord) { .has = HAS (TITLE), .title = "Straße" }, &book));
  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (TITLE), .title = "strasse" }, &book));
  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (TITLE), .title = "" }, &without));
  g_assert_true (finds (&(TwBookQuestionRecord) { .has = HAS (Q), .q = "cafe STRASS" }, &book));
  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (Q), .q = "cafe longer" }, &book));
  g_assert_true (finds (&(TwBookQuestionRecord) { .has = HAS (Q), .q = "" }, &without));
  g_assert_true (finds (&(TwBookQuestionRecord) { .has = HAS (WORD), .word = "uber" }, &book));
  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (WORD), .word = "lon" }, &book));
  g_assert_true (
    finds (&(TwBookQuestionRecord) { .has = HAS (SERIES_ID), .series_id = "0123456789ABCDEF01234567" }, &book));
  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (SERIES_ID), .series_id = "0" }, &without));
  g_assert_true (finds (&(TwBookQuestionRecord) { .has = HAS (LENT) }, &without));
  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (LENT), .lent = TRUE }, &without));
  g_assert_false (finds (&(TwBookQuestionRecord) { .has = HAS (Q) | HAS (LENT), .q = "cafe", .lent = TRUE }, &book));
}

static void
test_what_is_no_moment_is_refused (void)
{
  const TwBookQuestionRecord request = { .has = HAS (Q) | HAS (READ_AFTER), .q = "x", .read_after = "2026-02-30" };
  TwRecordConditions *conditions;
  g_autoptr (GError) error = NULL;

  g_assert_false (tw_record_conditions_read (&tw_book_question_question, &request, 0, &conditions, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "readAfter"));
  g_assert_null (conditions);
}

static void
test_ends_meet (void)
{
  const guint pages = tw_record_find_name (&tw_book_type, "pages", 5);
  const TwBookQuestionRecord between = { .has = HAS (MORE) | HAS (FEWER), .more = 3, .fewer = 9 };
  const TwBookQuestionRecord more = { .has = HAS (MORE) | HAS (Q), .more = 3, .q = "x" };
  const TwBookQuestionRecord none = { .has = HAS (PAGES), .pages = 0 };
  g_autoptr (TwRecordConditions) range = read_conditions (&between), beside = read_conditions (&more),
                                 missing = read_conditions (&none);
  TwRecordCondition found;

  g_assert_true (tw_record_conditions_are_range (range, pages, &found));
  g_assert_cmpint (found.low, ==, 4);
  g_assert_cmpint (found.high, ==, 8);
  g_assert_false (tw_record_conditions_are_range (range, pages + 1, &found));
  g_assert_false (tw_record_conditions_are_range (beside, pages, &found));
  g_assert_true (tw_record_conditions_range (beside, pages, &found));
  g_assert_false (tw_record_conditions_are_range (missing, pages, &found));
  g_assert_false (tw_record_conditions_range (missing, pages, &found));
  g_assert_false (tw_record_conditions_are_plain (missing));
  g_assert_false (tw_record_conditions_are_range (NULL, pages, &found));
}

static guint64
stamp_of (const TwBookQuestionRecord *request)
{
  g_autoptr (TwRecordConditions) conditions = read_conditions (request);
  guint64 stamp = TW_RECORD_STAMP_INIT;

  tw_record_conditions_stamp (conditions, &stamp);
  return stamp;
}

static void
test_stamps_differ (void)
{
  static const TwBookQuestionRecord requests[] = {
    { .has = 0 },
    { .has = HAS (TITLE), .title = "a" },
    { .has = HAS (Q), .q = "a" },
    { .has = HAS (Q) | HAS (TITLE), .q = "a", .title = "b" },
    { .has = HAS (Q) | HAS (TITLE), .q = "b", .title = "a" },
    { .has = HAS (PAGES), .pages = 0 },
    { .has = HAS (PAGES), .pages = 1 },
    { .has = HAS (AT_MOST), .at_most = 1 },
    { .has = HAS (AT_MOST), .at_most = 2 },
    { .has = HAS (AT_LEAST), .at_least = 1 },
    { .has = HAS (HEAVY), .heavy = 1 },
    { .has = HAS (HEAVY), .heavy = 1.5 },
    { .has = HAS (LENT), .lent = TRUE },
    { .has = HAS (LENT), .lent = FALSE },
    { .has = HAS (READ_AFTER), .read_after = "2026-12-24" },
    { .has = HAS (READ_AFTER), .read_after = "2026-12-25" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    for (guint k = 0; k < G_N_ELEMENTS (requests); k++)
      g_assert_cmpint (stamp_of (&requests[i]) == stamp_of (&requests[k]), ==, i == k);
}

static void
test_conditions_are_shared (void)
{
  char title[] = "mine";
  const TwBookQuestionRecord request = { .has = HAS (TITLE), .title = title };
  TwRecordConditions *conditions = read_conditions (&request);
  const TwBookRecord book = { .has = TW_BOOK_HAS_TITLE, .title = "mine" };

  memset (title, 'x', 4);
  tw_record_conditions_unref (tw_record_conditions_ref (conditions));
  g_assert_true (tw_record_conditions_fit (conditions, &book));
  tw_record_conditions_unref (conditions);
  tw_record_conditions_unref (tw_record_conditions_ref (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record-conditions/question-is-the-idls", test_question_is_the_idls);
  g_test_add_func ("/record-conditions/nothing-is-asked", test_nothing_is_asked);
  g_test_add_func ("/record-conditions/numbers-are-compared", test_numbers_are_compared);
  g_test_add_func ("/record-conditions/reals-are-compared", test_reals_are_compared);
  g_test_add_func ("/record-conditions/reals-have-ends", test_reals_have_ends);
  g_test_add_func ("/record-conditions/moments-are-compared", test_moments_are_compared);
  g_test_add_func ("/record-conditions/texts-are-compared", test_texts_are_compared);
  g_test_add_func ("/record-conditions/what-is-no-moment-is-refused", test_what_is_no_moment_is_refused);
  g_test_add_func ("/record-conditions/ends-meet", test_ends_meet);
  g_test_add_func ("/record-conditions/stamps-differ", test_stamps_differ);
  g_test_add_func ("/record-conditions/conditions-are-shared", test_conditions_are_shared);
  return g_test_run ();
}
