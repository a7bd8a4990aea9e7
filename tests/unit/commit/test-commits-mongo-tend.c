/* SPDX-License-Identifier: Apache-2.0 */

/* What nobody asks for: what was left half done is settled, and what is old is dropped. */

#include "books-mongo.h"

/* A minute at least, which only what never comes needs. */
#define LOOKS 6000

/* Tends at @now_ms until @n documents of @collection fit @json. */
static void
tend_until (Shop *shop, gint64 now_ms, const char *collection, const char *json, gint64 n)
{
  for (guint i = 0; i < LOOKS && shop_count (shop, collection, json) != n; i++)
    {
      tw_commits_tend (shop->commits, now_ms);
      g_usleep (10000);
    }
  g_assert_cmpint (shop_count (shop, collection, json), ==, n);
}

#define DUE "{\"due\": {\"$exists\": true}}"

static void
test_own_head_is_said_to_be_settled (Shop *shop, gconstpointer data)
{
  shop_commit_well (shop, "+1");
  g_assert_cmpint (shop_count (shop, "commits", DUE), ==, 1);
  /* Nobody else would find it due yet. */
  tend_until (shop, NOW_MS, "commits", DUE, 0);
  g_assert_cmpint (shop_count (shop, "commits", "{\"n\": 1, \"settled\": 1}"), ==, 1);
}

static void
test_what_was_left_is_settled (Shop *shop, gconstpointer data)
{
  shop_commit_well (shop, "+1 +2");
  shop_take_away (shop, 1);
  shop_take_away (shop, 2);
  shop_reopen (shop);
  tend_until (shop, NOW_MS + 1000, "commits", DUE, 0);
  shop_assert_book (shop, 1, 1);
  shop_assert_book (shop, 2, 1);
}

static void
note_ended (const char *partition, gpointer data)
{
  g_assert_cmpstr (partition, ==, ADA);
  g_atomic_int_inc ((gint *) data);
}

/* Whoever made it has died, or said that it had ended before the database had it. */
static void
test_what_was_left_is_told_to_have_ended (Shop *shop, gconstpointer data)
{
  gint n = 0;
  const TwCommitWatch watch = { .ended = note_ended, .user_data = &n };
  g_autofree char *log = NULL;

  shop_commit_well (shop, "+1");
  tend_until (shop, NOW_MS + 1000, "commits", DUE, 0);
  shop_commit_well (shop, "+2");
  shop_reopen (shop);
  tw_commits_watch (shop->commits, &watch);
  /* Whoever reads it before says nothing. */
  log = shop_log (shop);
  g_assert_cmpstr (log, ==, "1:+1v1 2:+2v1");
  tend_until (shop, NOW_MS + 1000, "commits", DUE, 0);
  g_assert_cmpint (g_atomic_int_get (&n), ==, 1);
  tend_until (shop, NOW_MS + 5000, "commits", DUE, 0);
  shop_reopen (shop);
  g_assert_cmpint (g_atomic_int_get (&n), ==, 1);
}

static void
test_tombstone_goes_with_its_entry (Shop *shop, gconstpointer data)
{
  shop_commit_well (shop, "+1 +2");
  shop_commit_well (shop, "-1");
  tend_until (shop, NOW_MS, "commits", DUE, 0);
  g_assert_cmpint (shop_count (shop, "books", "{}"), ==, 2);
  tend_until (shop, NOW_MS + TW_COMMIT_KEPT_MS + 1, "commits", "{\"entries.number\": {\"$gt\": 0}}", 0);
  g_assert_cmpint (shop_count (shop, "books", "{}"), ==, 1);
  shop_assert_book (shop, 2, 1);
  g_assert_cmpint (shop_commit_well (shop, "=2"), ==, 3);
}

/* Many have something due before the one that made what another one, who was given it, has removed: it is not made again
 * where nothing says any more that it was removed. */
static void
test_tombstone_of_what_was_given_stays_until_its_maker_is_settled (Shop *shop, gconstpointer data)
{
  shop_commit_well (shop, "+1");
  shop_reopen (shop);
  shop_commit_well (shop, ">1");
  shop_reopen (shop);
  g_assert_cmpint (shop_commit_bobs (shop, "-1", NULL), ==, 1);
  tend_until (shop, NOW_MS, "commits", DUE, 1);
  shop_reopen (shop);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"_id\": \"head:%u\", \"n\": 1, \"settled\": 0, \"due\": {\"$date\": "
                                               "{\"$numberLong\": \"5\"}}, \"entries\": []}", i);

      mongo_fixture_put (&shop->base, "commits", json);
    }
  tend_until (shop, NOW_MS + TW_COMMIT_KEPT_MS + 1, "commits", DUE, 0);
  tend_until (shop, NOW_MS + TW_COMMIT_KEPT_MS + 1, "commits", "{\"entries.number\": {\"$gt\": 0}}", 0);
  g_assert_cmpint (shop_count (shop, "books", "{}"), ==, 0);
}

/* Many that can't be read are due before one that can. */
static void
test_what_can_not_be_read_keeps_nobody_back (Shop *shop, gconstpointer data)
{
  shop_commit_well (shop, "+1");
  shop_commit_well (shop, "-1");
  shop_reopen (shop);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"_id\": \"head:%u\", \"n\": 1, \"settled\": 0, \"due\": {\"$date\": "
                                               "{\"$numberLong\": \"5\"}}, \"entries\": \"none\"}", i);

      mongo_fixture_put (&shop->base, "commits", json);
    }
  tend_until (shop, NOW_MS + 1000, "commits", DUE, 50);
  tend_until (shop, NOW_MS + TW_COMMIT_KEPT_MS + 1, "commits", "{\"entries.number\": {\"$gt\": 0}}", 0);
  g_assert_cmpint (shop_count (shop, "books", "{}"), ==, 0);
  g_assert_cmpint (shop_count (shop, "commits", DUE), ==, 50);
}

/* What ADA has left is too long to come through, and due before what BOB has. */
static void
test_what_is_slow_keeps_nobody_back (Shop *shop, gconstpointer data)
{
  shop_commit_well (shop, "*1 *2 *3 *4 *5 *6 *7 *8");
  shop_reopen (shop);
  mongo_fixture_remove (&shop->base, "books", "{}");
  g_assert_cmpint (shop_commit_bobs (shop, "+9", NULL), ==, 1);
  shop_reopen (shop);
  mongo_fixture_remove (&shop->base, "books", "{}");
  forwarder_limit (shop->base.forwarder, "update books", G_MAXUINT, 20000);
  tend_until (shop, NOW_MS + 1000, "books", "{}", 1);
  shop_assert_book_of (shop, BOB, 9, 1);
  forwarder_limit (shop->base.forwarder, NULL, 0, 0);
  tend_until (shop, NOW_MS + 1000, "commits", DUE, 0);
  g_assert_cmpint (shop_count (shop, "books", "{}"), ==, 9);
}

static void
test_old_bucket_goes (Shop *shop, gconstpointer data)
{
  g_autofree char *log = NULL;

  for (guint n = 1; n <= 34; n++)
    {
      g_autofree char *script = g_strdup_printf ("+%u", n);

      shop_commit_well (shop, script);
    }
  g_assert_cmpint (shop_count (shop, "commits", "{}"), ==, 2);
  tend_until (shop, NOW_MS + TW_COMMIT_KEPT_MS + 1, "commits", "{\"entries.number\": {\"$gt\": 0}}", 0);
  g_assert_cmpint (shop_count (shop, "commits", "{}"), ==, 1);
  g_assert_cmpint (shop_count (shop, "commits", "{\"n\": 34, \"dropped\": 34}"), ==, 1);
  g_assert_cmpint (shop_commit_well (shop, "+35"), ==, 35);
  log = shop_log (shop);
  g_assert_cmpstr (log, ==, "35:+35v1");
}

#define OLD 60

/* Buckets of as many partitions, each with the removal of a book, and what is left of that; and what is no bucket. */
static void
put_old (Shop *shop)
{
  g_autoptr (GPtrArray) tombstones = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);
  g_autoptr (GPtrArray) buckets = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);

  mongo_fixture_put (&shop->base, "commits", "{\"_id\": \"other\", \"since\": {\"$date\": {\"$numberLong\": \"0\"}}}");
  for (guint n = 1; n <= OLD; n++)
    {
      char id[TW_ID_SIZE];
      g_autofree char *tombstone = g_strdup_printf (
          "{\"_id\": {\"$oid\": \"%s\"}, \"version\": {\"$numberLong\": \"2\"}, \"gone\": {\"$date\": {\"$numberLong\":"
          " \"%u\"}}}",
          book_id (n, id), n);
      g_autofree char *bucket = g_strdup_printf (
          "{\"_id\": \"log:p%u:1\", \"partition\": \"p%u\", \"last\": 1, \"since\": {\"$date\": {\"$numberLong\": \"%u\"}},"
          " \"entries\": [{\"number\": 1, \"mark\": {\"$binary\": {\"base64\": \"AAAAAAAAAAAAAAAAAAAAAA==\", \"subType\":"
          " \"00\"}}, \"time\": {\"$date\": {\"$numberLong\": \"%u\"}}, \"by\": \"p%u\", \"parts\": [{\"collection\":"
          " \"books\", \"id\": {\"$oid\": \"%s\"}, \"version\": 2, \"deed\": \"removed\", \"changed\": 0}]}]}",
          n, n, n, n, n, id);

      g_ptr_array_add (tombstones, mongo_fixture_bson (tombstone));
      g_ptr_array_add (buckets, mongo_fixture_bson (bucket));
    }
  shop_put_all (shop, "books", tombstones);
  shop_put_all (shop, "commits", buckets);
}

/* A few commands for fifty of them, where none had to be tried again. */
static void
test_much_that_is_old_goes_at_once (Shop *shop, gconstpointer data)
{
  const char *const collections[] = { "commits", "books" };
  guint before = 0, after = 0, tends = 0;

  put_old (shop);
  for (guint i = 0; i < G_N_ELEMENTS (collections); i++)
    before += forwarder_count (shop->base.forwarder, collections[i]);
  for (guint i = 0; i < LOOKS && shop_count (shop, "commits", "{}") > 1; i++)
    {
      if (i % 100 == 0)
        {
          tw_commits_tend (shop->commits, NOW_MS);
          tends++;
        }
      g_usleep (10000);
    }
  g_assert_cmpint (shop_count (shop, "commits", "{}"), ==, 1);
  g_assert_cmpint (shop_count (shop, "books", "{}"), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (collections); i++)
    after += forwarder_count (shop->base.forwarder, collections[i]);
  if (tends == 1)
    g_assert_cmpuint (after - before, <=, 12);
}

int
main (int argc, char **argv)
{
  static const ShopTest tests[] = {
    { "/commits-mongo/tend/own-head-is-said-to-be-settled", test_own_head_is_said_to_be_settled },
    { "/commits-mongo/tend/what-was-left-is-settled", test_what_was_left_is_settled },
    { "/commits-mongo/tend/what-was-left-is-told-to-have-ended", test_what_was_left_is_told_to_have_ended },
    { "/commits-mongo/tend/tombstone-goes-with-its-entry", test_tombstone_goes_with_its_entry },
    { "/commits-mongo/tend/tombstone-of-what-was-given-stays-until-its-maker-is-settled",
      test_tombstone_of_what_was_given_stays_until_its_maker_is_settled },
    { "/commits-mongo/tend/what-can-not-be-read-keeps-nobody-back", test_what_can_not_be_read_keeps_nobody_back },
    { "/commits-mongo/tend/what-is-slow-keeps-nobody-back", test_what_is_slow_keeps_nobody_back },
    { "/commits-mongo/tend/old-bucket-goes", test_old_bucket_goes },
    { "/commits-mongo/tend/much-that-is-old-goes-at-once", test_much_that_is_old_goes_at_once },
  };

  return shop_run (argc, argv, tests, G_N_ELEMENTS (tests));
}
