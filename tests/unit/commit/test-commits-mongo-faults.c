/* SPDX-License-Identifier: Apache-2.0 */

/* Answers that get lost, and what somebody who died has left: a claim whose records nobody has written. */

#include "books-mongo.h"

#include "tw-error.h"

static void
assert_log (Shop *shop, const char *expected)
{
  g_autofree char *log = shop_log (shop);

  g_assert_cmpstr (log, ==, expected);
}

static void
lose (Shop *shop, const char *command)
{
  mongo_fixture_assert_ready (shop->mongo);
  forwarder_lose_answer (shop->base.forwarder, command);
}

/* Of the first claim, and of one that finds a head; of what writes the records; of what reads. */
static void
test_lost_answers_make_nothing_twice (Shop *shop, gconstpointer data)
{
  static const char *const commands[] = { "update commits", "update books", "find commits", "find books" };

  lose (shop, "update commits");
  g_assert_cmpint (shop_commit_well (shop, "+1"), ==, 1);
  g_assert_true (forwarder_has_lost (shop->base.forwarder));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      shop_reopen (shop);
      lose (shop, commands[i]);
      g_assert_cmpint (shop_commit_well (shop, "=1"), ==, i + 2);
      g_assert_true (forwarder_has_lost (shop->base.forwarder));
      shop_assert_book (shop, 1, i + 2);
    }
  shop_reopen (shop);
  lose (shop, "update books");
  g_assert_cmpint (shop_commit_well (shop, ">1"), ==, 6);
  g_assert_true (forwarder_has_lost (shop->base.forwarder));
  shop_reopen (shop);
  shop_assert_book_of (shop, BOB, 1, 6);
  assert_log (shop, "1:+1v1 2:=1v2 3:=1v3 4:=1v4 5:=1v5 6:-1v6");
}

static void
test_lost_answer_of_a_copied_bucket (Shop *shop, gconstpointer data)
{
  for (guint n = 1; n <= 32; n++)
    {
      g_autofree char *script = g_strdup_printf ("+%u", n);

      shop_commit_well (shop, script);
    }
  lose (shop, "insert commits");
  g_assert_cmpint (shop_commit_well (shop, "+33"), ==, 33);
  g_assert_true (forwarder_has_lost (shop->base.forwarder));
  g_assert_cmpint (shop_count (shop, "commits", "{\"partition\": \"ada\"}"), ==, 1);
}

/* As it is when the process that made the claim was killed behind it. */
static void
leave_half_done (Shop *shop)
{
  g_autoptr (TwBson) before = NULL;

  shop_commit_well (shop, "+1");
  before = shop_document (shop, "books", "{}");
  g_assert_cmpint (shop_commit (shop, "=1 +2", "k", NULL), ==, 2);
  shop_put_back (shop, "books", before);
  shop_take_away (shop, 2);
  shop_assert_book (shop, 1, 1);
  shop_reopen (shop);
}

static void
assert_whole (Shop *shop)
{
  shop_assert_book (shop, 1, 2);
  shop_assert_book (shop, 2, 1);
}

static void
test_next_writer_settles (Shop *shop, gconstpointer data)
{
  leave_half_done (shop);
  g_assert_cmpint (shop_commit_well (shop, "+3"), ==, 3);
  assert_whole (shop);
  assert_log (shop, "1:+1v1 2:=1v2 2:+2v1 3:+3v1");
}

/* It reads records as the entry leaves them. */
static void
test_next_writer_goes_on_from_what_happened (Shop *shop, gconstpointer data)
{
  leave_half_done (shop);
  g_assert_cmpint (shop_commit_well (shop, "=1 -2"), ==, 3);
  shop_assert_book (shop, 1, 3);
  assert_log (shop, "1:+1v1 2:=1v2 2:+2v1 3:=1v3 3:-2v2");
}

static void
test_reader_of_the_log_settles (Shop *shop, gconstpointer data)
{
  leave_half_done (shop);
  assert_log (shop, "1:+1v1 2:=1v2 2:+2v1");
  assert_whole (shop);
}

static void
test_repeat_settles (Shop *shop, gconstpointer data)
{
  leave_half_done (shop);
  g_assert_cmpint (shop_commit (shop, "=1 +2", "k", NULL), ==, 2);
  assert_whole (shop);
}

/* What is written late changes nothing, and brings nothing back. */
static void
test_late_helper_changes_nothing (Shop *shop, gconstpointer data)
{
  g_autoptr (TwBson) head = NULL;

  shop_commit_well (shop, "+1 +2");
  shop_commit_well (shop, "=1 -2");
  head = shop_document (shop, "commits", "{\"_id\": \"head:ada\"}");
  shop_commit_well (shop, "=1");
  /* A head as somebody has seen it who does not know that any of it is settled. */
  shop_put_back (shop, "commits", head);
  shop_reopen (shop);
  assert_log (shop, "1:+1v1 1:+2v1 2:=1v2 2:-2v2");
  shop_assert_book (shop, 1, 3);
  g_assert_cmpint (shop_count (shop, "books", "{\"readerId\": \"ada\"}"), ==, 1);
}

/* Makes book 1 again where its tombstone is, which goes in that very moment. */
typedef struct
{
  Shop *shop;
  const char *instead; /* what is there then; NULL: nothing */
} Again;

static gboolean
make_again (TwCommit *commit, gpointer data, GError **error)
{
  const Again *again = data;
  char id[TW_ID_SIZE];

  g_assert_null (tw_commit_find (commit, &tw_book_type, book_id (1, id), NULL));
  shop_take_away (again->shop, 1);
  if (again->instead != NULL)
    mongo_fixture_put (&again->shop->base, "books", again->instead);
  shop_put_new (commit, 1);
  return TRUE;
}

static gboolean
commit_again (Shop *shop, const char *instead, GError **error)
{
  Again again = { shop, instead };
  CommitWait wait;

  shop_commit_well (shop, "+1");
  shop_commit_well (shop, "-1");
  commit_begin (&wait, shop->commits, TW_DEADLINE_NONE, &(TwCommitSpec) { .partition = ADA, .now_ms = NOW_MS },
                make_again, &again);
  return commit_wait (&wait, error);
}

#define MADE_AGAIN "{\"readerId\": \"ada\", \"title\": \"new\", \"version\": 3, \"gone\": {\"$exists\": false}}"

static void
test_tombstone_goes_while_its_place_is_taken (Shop *shop, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (commit_again (shop, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (shop_count (shop, "books", MADE_AGAIN), ==, 1);
  /* Nor is it lost on who comes before it is written. */
  shop_take_away (shop, 1);
  shop_reopen (shop);
  g_assert_cmpint (shop_commit_well (shop, "=1"), ==, 4);
  shop_assert_book (shop, 1, 4);
}

static void
test_place_of_a_tombstone_is_taken (Shop *shop, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (commit_again (shop,
                                "{\"_id\": {\"$oid\": \"000000000000000000000001\"}, \"readerId\": \"bob\", \"title\":"
                                " \"his\", \"boughtOn\": {\"$date\": {\"$numberLong\": \"5\"}}, \"version\": 2}",
                                &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  g_assert_cmpint (shop_count (shop, "books", "{\"readerId\": \"bob\", \"title\": \"his\", \"version\": 2}"), ==, 1);
}

static void
test_expected_are_found_as_entries_leave_them (Shop *shop, gconstpointer data)
{
  leave_half_done (shop);
  g_assert_cmpint (shop_commit_well (shop, "& =1 -2"), ==, 3);
  shop_assert_book (shop, 1, 3);
  assert_log (shop, "1:+1v1 2:=1v2 2:+2v1 3:=1v3 3:-2v2");
}

/* Until it is written down it is nobody else's; whoever gave it knows. */
static void
test_half_given_is_finished_by_who_comes_next (Shop *shop, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *make = g_strdup_printf ("+%u", i), *give = g_strdup_printf (">%u", i), *change = g_strdup_printf ("=%u", i);
      g_autoptr (TwBson) before = NULL;
      g_autoptr (GError) error = NULL;
      char id[TW_ID_SIZE];
      g_autofree char *filter = g_strdup_printf ("{\"_id\": {\"$oid\": \"%s\"}}", book_id (i, id));

      shop_commit_well (shop, make);
      before = shop_document (shop, "books", filter);
      shop_commit_well (shop, give);
      shop_put_back (shop, "books", before);
      shop_reopen (shop);
      g_assert_cmpint (shop_commit_bobs (shop, change, &error), ==, 0);
      g_assert_error (error, TW_ERROR, TW_ERROR_NOT_FOUND);
      g_clear_error (&error);
      g_assert_cmpint (shop_commit (shop, change, NULL, &error), ==, 0);
      g_assert_error (error, TW_ERROR, TW_ERROR_NOT_FOUND);
      shop_assert_book (shop, i, 1);
      /* The next writer, and a reader of the log. */
      if (i == 0)
        shop_commit_well (shop, "+9");
      else
        g_free (shop_log (shop));
      shop_assert_book_of (shop, BOB, i, 2);
      g_assert_cmpint (shop_commit_bobs (shop, change, NULL), >, 0);
      shop_assert_book_of (shop, BOB, i, 3);
    }
}

/* Nor does it take back what was given, or hide what has come back. */
static void
test_late_helper_takes_nothing_back (Shop *shop, gconstpointer data)
{
  g_autoptr (TwBson) head = NULL;

  shop_commit_well (shop, "+1 +2");
  shop_commit_well (shop, ">1 >2");
  head = shop_document (shop, "commits", "{\"_id\": \"head:ada\"}");
  g_assert_cmpint (shop_commit_bobs (shop, "=1", NULL), ==, 1);
  g_assert_cmpint (shop_commit_bobs (shop, ">2", NULL), ==, 2);
  shop_put_back (shop, "commits", head);
  shop_reopen (shop);
  assert_log (shop, "1:+1v1 1:+2v1 2:-1v2 2:-2v2");
  shop_assert_book_of (shop, BOB, 1, 3);
  shop_assert_book (shop, 2, 3);
  g_assert_cmpint (shop_commit (shop, "=1", NULL, NULL), ==, 0);
  shop_put_back (shop, "commits", head);
  shop_reopen (shop);
  g_assert_cmpint (shop_commit_well (shop, "=2"), ==, 3);
  shop_assert_book (shop, 2, 4);
  shop_assert_book_of (shop, BOB, 1, 3);
}

#define PART_OF(collection, n, deed)                                                                                   \
  "{\"collection\": \"" collection "\", \"id\": {\"$oid\": \"00000000000000000000000" n "\"}, \"version\": 2, "                  \
  "\"deed\": \"" deed "\"}"

#define ENTRY_OF(number, parts)                                                                                        \
  "{\"number\": " number ", \"mark\": {\"$binary\": {\"base64\": \"AAAAAAAAAAAAAAAAAAAAAA==\", \"subType\": \"00\"}}, "        \
  "\"time\": {\"$date\": {\"$numberLong\": \"5\"}}, \"by\": \"ada\", \"parts\": [" parts "]}"

/* As it is for whoever made it and was slow to write it down: others have done so, given it away, and it was changed there.
 * What is anybody else's is a conflict still. */
static void
test_what_was_made_may_have_been_given (Shop *shop, gconstpointer data)
{
  for (guint n = 1; n <= 4; n++)
    {
      g_autofree char *json = g_strdup_printf (
          "{\"_id\": {\"$oid\": \"%024u\"}, \"readerId\": \"bob\", \"title\": \"changed\", \"boughtOn\": {\"$date\": "
          "{\"$numberLong\": \"5\"}}, \"version\": 3}", n);

      mongo_fixture_put (&shop->base, "books", json);
    }
  mongo_fixture_put (&shop->base, "commits",
                     "{\"_id\": \"log:ada:0000000000000008\", \"partition\": \"ada\", \"last\": 9, \"entries\": ["
                     ENTRY_OF ("8", PART_OF ("books", "1", "given") ", " PART_OF ("books", "3", "changed")) ", "
                     ENTRY_OF ("9", PART_OF ("shelves", "4", "given")) "]}");
  g_assert_cmpint (shop_commit_well (shop, "+1"), ==, 1);
  shop_assert_book_of (shop, BOB, 1, 3);
  /* Of which nothing is known; which was changed by an entry that gave another one; of a kind that has its id. */
  for (guint n = 2; n <= 4; n++)
    {
      g_autofree char *script = g_strdup_printf ("+%u", n);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (shop_commit (shop, script, NULL, &error), ==, 0);
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
    }
}

/* Books of 20,000 bytes, and what a piece of them has at most. */
#define LONG 8
#define PIECE_BYTES 140000

/* "*1 *2 …"; free with g_free(). */
static char *
long_script (void)
{
  GString *script = g_string_new ("*1");

  for (guint n = 2; n <= LONG; n++)
    g_string_append_printf (script, " *%u", n);
  return g_string_free (script, FALSE);
}

/* One piece is written, and the next one does not come through, nor does one that is longer. */
static gint64
commit_a_piece (Shop *shop, const char *script, GError **error)
{
  mongo_fixture_assert_ready (shop->mongo);
  forwarder_limit (shop->base.forwarder, "update books", 1, PIECE_BYTES);
  return shop_commit (shop, script, "k", error);
}

static void
test_long_batch_goes_on_behind_what_was_written (Shop *shop, gconstpointer data)
{
  g_autofree char *script = long_script ();
  gint64 number = 0, before = 0;

  while (number == 0)
    {
      g_autoptr (GError) error = NULL;
      gint64 written;

      number = commit_a_piece (shop, script, &error);
      written = shop_count (shop, "books", "{}");
      g_assert_cmpint (written, >, before);
      g_assert_true (written == LONG ? error == NULL : g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE));
      before = written;
      shop_reopen (shop);
    }
  forwarder_limit (shop->base.forwarder, NULL, 0, 0);
  g_assert_cmpint (number, ==, 1);
  for (guint n = 1; n <= LONG; n++)
    shop_assert_book (shop, n, 1);
  g_assert_cmpint (shop_commit_well (shop, "=1"), ==, 2);
}

/* Only what is not there is written again, wherever it stands. */
static void
test_rest_of_a_long_batch_is_one_piece (Shop *shop, gconstpointer data)
{
  g_autofree char *script = long_script (), *log = NULL;
  guint before;

  shop_commit_well (shop, script);
  shop_take_away (shop, 3);
  shop_take_away (shop, LONG);
  shop_reopen (shop);
  before = forwarder_count (shop->base.forwarder, "books");
  log = shop_log (shop);
  g_assert_cmpuint (forwarder_count (shop->base.forwarder, "books") - before, ==, 2); /* what is there, and the rest */
  for (guint n = 1; n <= LONG; n++)
    shop_assert_book (shop, n, 1);
}

static gboolean
check_source (TwMongoSession *session, gpointer job, GError **error)
{
  return tw_commits_mongo_check_source (session, error);
}

static void
test_half_done_is_no_source_of_a_copy (Shop *shop, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  /* As a service leaves it that was stopped: nobody has said that all is settled. */
  shop_commit_well (shop, "+5 +6");
  shop_commit_well (shop, "-6");
  g_assert_cmpint (shop_count (shop, "commits", "{\"due\": {\"$exists\": true}}"), ==, 1);
  g_assert_true (mongo_fixture_run (shop->mongo, check_source, NULL, &error));
  g_assert_no_error (error);
  shop_take_away (shop, 6);
  g_assert_false (mongo_fixture_run (shop->mongo, check_source, NULL, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
}

int
main (int argc, char **argv)
{
  static const ShopTest tests[] = {
    { "/commits-mongo/faults/lost-answers-make-nothing-twice", test_lost_answers_make_nothing_twice },
    { "/commits-mongo/faults/lost-answer-of-a-copied-bucket", test_lost_answer_of_a_copied_bucket },
    { "/commits-mongo/faults/next-writer-settles", test_next_writer_settles },
    { "/commits-mongo/faults/next-writer-goes-on-from-what-happened", test_next_writer_goes_on_from_what_happened },
    { "/commits-mongo/faults/reader-of-the-log-settles", test_reader_of_the_log_settles },
    { "/commits-mongo/faults/repeat-settles", test_repeat_settles },
    { "/commits-mongo/faults/late-helper-changes-nothing", test_late_helper_changes_nothing },
    { "/commits-mongo/faults/tombstone-goes-while-its-place-is-taken", test_tombstone_goes_while_its_place_is_taken },
    { "/commits-mongo/faults/place-of-a-tombstone-is-taken", test_place_of_a_tombstone_is_taken },
    { "/commits-mongo/faults/expected-are-found-as-entries-leave-them", test_expected_are_found_as_entries_leave_them },
    { "/commits-mongo/faults/half-given-is-finished-by-who-comes-next", test_half_given_is_finished_by_who_comes_next },
    { "/commits-mongo/faults/late-helper-takes-nothing-back", test_late_helper_takes_nothing_back },
    { "/commits-mongo/faults/what-was-made-may-have-been-given", test_what_was_made_may_have_been_given },
    { "/commits-mongo/faults/long-batch-goes-on-behind-what-was-written", test_long_batch_goes_on_behind_what_was_written },
    { "/commits-mongo/faults/rest-of-a-long-batch-is-one-piece", test_rest_of_a_long_batch_is_one_piece },
    { "/commits-mongo/faults/half-done-is-no-source-of-a-copy", test_half_done_is_no_source_of_a_copy },
  };

  return shop_run (argc, argv, tests, G_N_ELEMENTS (tests));
}
