/* SPDX-License-Identifier: Apache-2.0 */

#include "books.h"
#include "tw-mongo-session.h"
#include "tw-record-document.h"

static bson_t *
from_json (const char *json)
{
  bson_error_t error;
  bson_t *document = bson_new_from_json ((const guint8 *) json, -1, &error);

  if (document == NULL)
    g_error ("%s: %s", json, error.message);
  return document;
}

#define HEAD "\"_id\": {\"$oid\": \"0123456789abcdef01234567\"}, \"readerId\": \"ada\", "
#define BOUGHT "\"boughtOn\": {\"$date\": {\"$numberLong\": \"1000\"}}"

static TwBookRecord *
read_json (const char *json)
{
  g_autoptr (TwBson) document = from_json (json);
  g_autofree char *why = NULL;
  TwBookRecord *book = tw_record_document_read (&tw_book_type, document, &why);

  g_assert_cmpstr (why, ==, NULL);
  g_assert_nonnull (book);
  return book;
}

static void
test_record_comes_back (void)
{
  const TwBookRecord *const books[] = { books_whole (), books_bare () };

  for (guint i = 0; i < G_N_ELEMENTS (books); i++)
    {
      g_autoptr (TwBson) document = tw_record_document_new (&tw_book_type, books[i]);
      g_autofree char *why = NULL;
      g_autofree TwBookRecord *book = tw_record_document_read (&tw_book_type, document, &why);

      books_assert_same (book, books[i]);
    }
}

static void
test_fields_have_the_idls_names (void)
{
  g_autoptr (TwBson) document = tw_record_document_new (&tw_book_type, books_bare ());
  g_autofree char *json = bson_as_canonical_extended_json (document, NULL);

  g_assert_cmpstr (json, ==,
                   "{ \"_id\" : { \"$oid\" : \"0123456789abcdef01234567\" }, \"readerId\" : \"ada\", \"title\" : \"\","
                   " \"boughtOn\" : { \"$date\" : { \"$numberLong\" : \"1000\" } },"
                   " \"changedOn\" : { \"$date\" : { \"$numberLong\" : \"2000\" } },"
                   " \"version\" : { \"$numberLong\" : \"1\" }, \"lent\" : false,"
                   " \"stars\" : { \"$numberLong\" : \"3\" } }");
}

static void
test_what_is_missing_or_strange_means_its_default (void)
{
  static const char *const documents[] = {
    "{" HEAD BOUGHT "}",
    "{" HEAD BOUGHT ", \"title\": 5, \"version\": \"x\", \"lent\": \"yes\", \"changedOn\": 7, \"notes\": null,"
    " \"dueOn\": \"soon\", \"pages\": {\"$numberLong\": \"1099511627776\"}, \"weight\": [], \"seriesId\": \"0123\","
    " \"stars\": {\"$numberDouble\": \"1e300\"}, \"words\": \"a\", \"readOn\": \"2026-02-30\", \"cover\": \"AA==\"}",
    "{" HEAD BOUGHT ", \"words\": [], \"readOn\": {\"$date\": {\"$numberLong\": \"1000\"}}, \"cover\": 7}",
    "{" HEAD BOUGHT ", \"words\": [7, null, [\"a\"]], \"readOn\": \"2026-12-24\\u0000\"}",
  };
  const TwBookRecord expected = {
    .has = books_bare ()->has, .id = "0123456789abcdef01234567", .reader_id = "ada", .title = "none", .bought_ms = 1000,
    .changed_ms = 1000, .version = 1, .stars = 3,
  };

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autofree TwBookRecord *book = read_json (documents[i]);

      books_assert_same (book, &expected);
    }
}

static void
test_numbers_of_any_type_are_numbers (void)
{
  static const char *const numbers[]
      = { "{\"$numberInt\": \"12\"}", "{\"$numberLong\": \"12\"}", "{\"$numberDouble\": \"12.0\"}",
          "{\"$numberDecimal\": \"12\"}" };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *json = g_strdup_printf ("{" HEAD BOUGHT ", \"version\": %s, \"pages\": %s, \"weight\": %s,"
                                               " \"lent\": %s}", numbers[i], numbers[i], numbers[i], numbers[i]);
      g_autofree TwBookRecord *book = read_json (json);

      g_assert_cmpint (book->version, ==, 12);
      g_assert_cmpint (book->pages, ==, 12);
      g_assert_cmpfloat_with_epsilon (book->weight, 12, 1e-12);
      g_assert_true (book->lent);
    }
}

static void
test_lists_and_dates_are_arrays_and_texts (void)
{
  const TwBookRecord book = {
    .has = TW_BOOK_HAS_WORDS | TW_BOOK_HAS_READ_ON | TW_BOOK_HAS_COVER,
    .words = { "a\0b", 4 },
    .read = 2 * G_GINT64_CONSTANT (1798102800250) + 1,
    .cover = { (const guint8 *) "\0", 1 },
  };
  const TwBookRecord empty = { .has = TW_BOOK_HAS_WORDS };
  g_autoptr (TwBson) document = tw_record_document_new (&tw_book_type, &book);
  g_autoptr (TwBson) none = tw_record_document_new (&tw_book_type, &empty);
  g_autofree char *json = bson_as_relaxed_extended_json (document, NULL);

  g_assert_cmpstr (json, ==,
                   "{ \"words\" : [ \"a\", \"b\" ], \"readOn\" : \"2026-12-24T09:00:00.250Z\","
                   " \"cover\" : { \"$binary\" : { \"base64\" : \"AA==\", \"subType\" : \"00\" } } }");
  g_assert_true (bson_empty (none));
}

/* Beside the text, of which nothing is read. */
static void
test_folded_is_kept_beside (void)
{
  const TwBookRecord book = { .has = TW_BOOK_HAS_NOTES, .notes = "CAF\xc3\x89" };
  g_autoptr (TwBson) document = tw_record_document_new (&tw_book_type, &book), set = bson_new (), unset = bson_new ();
  g_autofree char *json = bson_as_relaxed_extended_json (document, NULL), *set_json = NULL;
  g_autofree TwBookRecord *other = read_json ("{" HEAD BOUGHT ", \"notesFolded\": \"other\"}");

  g_assert_cmpstr (json, ==, "{ \"notes\" : \"CAF\xc3\x89\", \"notesFolded\" : \"cafe\" }");
  tw_record_document_change (&tw_book_type, &book, 0, set, unset);
  set_json = bson_as_relaxed_extended_json (set, NULL);
  g_assert_cmpstr (set_json, ==, json);
  g_assert_true (bson_empty (unset));
  g_assert_cmphex (other->has & TW_BOOK_HAS_NOTES, ==, 0);
}

/* Other forms of a date, and what else is in a list. */
static void
test_lists_and_dates_are_read_as_far_as_they_go (void)
{
  g_autofree TwBookRecord *book
      = read_json ("{" HEAD BOUGHT ", \"words\": [\"a\", 7, \"\", \"b\\u0000\"], \"readOn\": \"2026-12-24T10:00:00+01:00\"}");

  g_assert_cmpmem (book->words.bytes, book->words.length, "a\0\0b\xef\xbf\xbd", 8);
  g_assert_cmpint (book->read, ==, 2 * G_GINT64_CONSTANT (1798102800000) + 1);
}

static void
test_texts_are_utf8_when_they_are_read (void)
{
  g_autoptr (TwBson) document = from_json ("{" HEAD BOUGHT "}");
  g_autofree char *why = NULL;
  g_autofree TwBookRecord *book = NULL;

  bson_append_utf8 (document, "title", -1, "a\xff", 2);
  bson_append_utf8 (document, "notes", -1, "b\0c", 3);
  book = tw_record_document_read (&tw_book_type, document, &why);
  g_assert_cmpstr (book->title, ==, "a\xef\xbf\xbd");
  g_assert_cmpstr (book->notes, ==, "b\xef\xbf\xbd" "c");
}

static const struct
{
  const char *json, *why;
} refused[] = {
  { "{\"readerId\": \"ada\", " BOUGHT "}", "its _id is not an ObjectId" },
  { "{\"_id\": 7, \"readerId\": \"ada\", " BOUGHT "}", "its _id is not an ObjectId" },
  { "{\"_id\": {\"$oid\": \"0123456789abcdef01234567\"}, \"readerId\": 7, " BOUGHT "}", "its readerId is not a string" },
  { "{" HEAD "\"boughtOn\": \"today\"}", "its boughtOn is not a date" },
};

static void
test_what_is_no_record_is_told_why (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (TwBson) document = from_json (refused[i].json);
      g_autofree char *why = NULL;

      g_assert_null (tw_record_document_read (&tw_book_type, document, &why));
      g_assert_cmpstr (why, ==, refused[i].why);
    }
}

/* A record that nobody owns needs all that is always there, but for what is true or false. */
#define MADE "\"madeOn\": {\"$date\": {\"$numberLong\": \"1000\"}}"
static const struct
{
  const char *json, *why;
} stamps[] = {
  { "{\"_id\": \"a\", " MADE ", \"uses\": 1}", NULL },
  { "{\"_id\": \"a\", " MADE ", \"uses\": 1, \"old\": true, \"note\": \"n\","
    " \"picture\": {\"$binary\": {\"base64\": \"AQI=\", \"subType\": \"00\"}}}", NULL },
  { "{\"_id\": 7, " MADE ", \"uses\": 1}", "its _id is not a string" },
  { "{\"_id\": \"a\", \"uses\": 1}", "its madeOn is not a date" },
  { "{\"_id\": \"a\", \"madeOn\": 5, \"uses\": 1}", "its madeOn is not a date" },
  { "{\"_id\": \"a\", " MADE "}", "its uses is not a number" },
};

static void
test_what_nobody_owns_is_whole (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (stamps); i++)
    {
      g_autoptr (TwBson) document = from_json (stamps[i].json);
      g_autoptr (TwBson) again = NULL;
      g_autofree char *why = NULL;
      g_autofree TwStampRecord *stamp = tw_record_document_read (&tw_stamp_type, document, &why);

      g_assert_cmpstr (why, ==, stamps[i].why);
      g_assert_true ((stamp != NULL) == (why == NULL));
      if (stamp == NULL)
        continue;
      g_assert_cmpstr (stamp->code, ==, "a");
      again = tw_record_document_new (&tw_stamp_type, stamp);
      g_assert_cmpint (bson_has_field (again, "picture"), ==, i == 1);
    }
}

static void
test_keys_of_other_types (void)
{
  static const guint8 hash[] = { 1, 2 };
  const TwPageRecord page = { .has = TW_PAGE_ALWAYS, .number = 3, .text = "three" };
  const TwLeafRecord leaf = { .has = TW_LEAF_ALWAYS, .hash = { hash, sizeof hash }, .text = "hashed" };
  g_autoptr (TwBson) page_document = tw_record_document_new (&tw_page_type, &page);
  g_autoptr (TwBson) leaf_document = tw_record_document_new (&tw_leaf_type, &leaf);
  g_autofree char *why = NULL, *page_json = bson_as_canonical_extended_json (page_document, NULL),
                  *leaf_json = bson_as_canonical_extended_json (leaf_document, NULL);
  g_autofree TwPageRecord *read = tw_record_document_read (&tw_page_type, page_document, &why);
  g_autofree TwLeafRecord *read_leaf = tw_record_document_read (&tw_leaf_type, leaf_document, &why);

  g_assert_cmpstr (page_json, ==, "{ \"_id\" : { \"$numberLong\" : \"3\" }, \"text\" : \"three\" }");
  g_assert_cmpstr (leaf_json, ==,
                   "{ \"_id\" : { \"$binary\" : { \"base64\" : \"AQI=\", \"subType\" : \"00\" } }, \"text\" : \"hashed\" }");
  g_assert_cmpint (read->number, ==, 3);
  g_assert_cmpmem (read_leaf->hash.bytes, read_leaf->hash.length, hash, sizeof hash);
}

static void
test_change_sets_and_unsets (void)
{
  const TwBookRecord change = { .has = TW_BOOK_HAS_PAGES | TW_BOOK_HAS_CHANGED_ON | TW_BOOK_HAS_WORDS, .pages = 3,
                                .changed_ms = 5 };
  g_autoptr (TwBson) set = bson_new ();
  g_autoptr (TwBson) unset = bson_new ();
  g_autofree char *set_json = NULL, *unset_json = NULL;

  tw_record_document_change (&tw_book_type, &change, TW_BOOK_HAS_NOTES | TW_BOOK_HAS_TITLE, set, unset);
  set_json = bson_as_canonical_extended_json (set, NULL);
  unset_json = bson_as_canonical_extended_json (unset, NULL);
  g_assert_cmpstr (set_json, ==,
                   "{ \"title\" : \"none\", \"changedOn\" : { \"$date\" : { \"$numberLong\" : \"5\" } },"
                   " \"pages\" : { \"$numberLong\" : \"3\" } }");
  g_assert_cmpstr (unset_json, ==, "{ \"notes\" : \"\", \"notesFolded\" : \"\", \"words\" : \"\" }");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record-document/record-comes-back", test_record_comes_back);
  g_test_add_func ("/record-document/fields-have-the-idls-names", test_fields_have_the_idls_names);
  g_test_add_func ("/record-document/what-is-missing-or-strange-means-its-default",
                   test_what_is_missing_or_strange_means_its_default);
  g_test_add_func ("/record-document/numbers-of-any-type-are-numbers", test_numbers_of_any_type_are_numbers);
  g_test_add_func ("/record-document/lists-and-dates-are-arrays-and-texts", test_lists_and_dates_are_arrays_and_texts);
  g_test_add_func ("/record-document/lists-and-dates-are-read-as-far-as-they-go",
                   test_lists_and_dates_are_read_as_far_as_they_go);
  g_test_add_func ("/record-document/texts-are-utf8-when-they-are-read", test_texts_are_utf8_when_they_are_read);
  g_test_add_func ("/record-document/what-is-no-record-is-told-why", test_what_is_no_record_is_told_why);
  g_test_add_func ("/record-document/what-nobody-owns-is-whole", test_what_nobody_owns_is_whole);
  g_test_add_func ("/record-document/keys-of-other-types", test_keys_of_other_types);
  g_test_add_func ("/record-document/folded-is-kept-beside", test_folded_is_kept_beside);
  g_test_add_func ("/record-document/change-sets-and-unsets", test_change_sets_and_unsets);
  return g_test_run ();
}
