/* SPDX-License-Identifier: Apache-2.0 */

#include "books.h"
#include "tw-mongo-session.h"
#include "tw-record-conditions-mongo.h"

#define HAS(field) TW_BOOK_QUESTION_HAS_##field

static void
assert_asks (const TwBookQuestionRecord *request, guint64 but, const char *expected)
{
  g_autoptr (TwRecordConditions) conditions = NULL;
  g_autoptr (TwBson) filter = bson_new ();
  g_autoptr (GError) error = NULL;
  bson_error_t why;
  g_autoptr (TwBson) wanted = bson_new_from_json ((const guint8 *) expected, -1, &why);

  tw_record_conditions_read (&tw_book_question_question, request, 0, &conditions, &error);
  g_assert_no_error (error);
  tw_record_conditions_append (conditions, but, filter);
  if (wanted == NULL || !bson_equal (filter, wanted))
    {
      char *found = bson_as_relaxed_extended_json (filter, NULL);

      g_error ("%s instead of %s", found, expected);
    }
}

#define LONG(n) "{\"$numberLong\": \"" #n "\"}"

/* All that fits is asked for, and what the server can't tell is left out. */
static void
test_what_is_asked_for (void)
{
  static const struct
  {
    TwBookQuestionRecord request;
    const char *expected;
  } cases[] = {
    { { .has = 0 }, "{}" },
    { { .has = HAS (PAGES), .pages = 2 }, "{\"pages\": {\"$gte\": " LONG (2) ", \"$lt\": " LONG (3) "}}" },
    { { .has = HAS (PAGES), .pages = 0 }, "{}" },
    { { .has = HAS (MORE) | HAS (FEWER), .more = -3, .fewer = 9 },
      "{\"pages\": {\"$gt\": " LONG (-3) ", \"$lt\": " LONG (9) "}}" },
    { { .has = HAS (HEAVY) | HAS (LIGHTER), .heavy = 0.5, .lighter = 1 },
      "{\"weight\": {\"$gte\": 0.5, \"$lte\": 0.99999999999999988898}}" },
    { { .has = HAS (SERIES_ID), .series_id = "0123456789ABCDEF01234567" },
      "{\"seriesId\": {\"$eq\": {\"$oid\": \"0123456789abcdef01234567\"}}}" },
    { { .has = HAS (SERIES_ID), .series_id = "none" }, "{\"seriesId\": {\"$eq\": \"none\"}}" },
    { { .has = HAS (NOTES), .notes = "x" }, "{\"notes\": {\"$eq\": \"x\"}}" },
    { { .has = HAS (TITLE) | HAS (Q) | HAS (WORD), .title = "x", .q = "x", .word = "x" }, "{}" },
    { { .has = HAS (LENT), .lent = TRUE }, "{\"lent\": {\"$in\": [true, 1]}}" },
    { { .has = HAS (LENT), .lent = FALSE }, "{\"lent\": {\"$in\": [false, 0, null]}}" },
    { { .has = HAS (READ_AFTER) | HAS (READ_BEFORE), .read_after = "2026-12-24",
        .read_before = "2026-12-24T00:00:00.001Z" },
      "{\"readOn\": {\"$gte\": \"2026-12-24\", \"$lt\": \"2026-12-24T00:00:00.001Z\"}}" },
    { { .has = HAS (READ_ON), .read_on = "2026-12-24" },
      "{\"readOn\": {\"$gte\": \"2026-12-24\", \"$lt\": \"2026-12-24T00:00:00.001Z\"}}" },
    { { .has = HAS (DUE_BEFORE), .due_before = "1970-01-01T00:00:01Z" },
      "{\"dueOn\": {\"$lt\": {\"$date\": {\"$numberLong\": \"1000\"}}}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_asks (&cases[i].request, 0, cases[i].expected);
}

static void
test_what_is_left_out (void)
{
  const TwBookQuestionRecord request = { .has = HAS (PAGES) | HAS (LENT), .pages = 2, .lent = TRUE };

  assert_asks (&request, TW_BOOK_HAS_PAGES, "{\"lent\": {\"$in\": [true, 1]}}");
  assert_asks (&request, TW_BOOK_HAS_PAGES | TW_BOOK_HAS_LENT, "{}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record-conditions-mongo/what-is-asked-for", test_what_is_asked_for);
  g_test_add_func ("/record-conditions-mongo/what-is-left-out", test_what_is_left_out);
  return g_test_run ();
}
