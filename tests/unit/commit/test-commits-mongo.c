/* SPDX-License-Identifier: Apache-2.0 */

/* What is MongoDB's own about commits: how many commands they take, and what lies in the database. What every store has
 * to do is in tests/contract. */

#include "books-mongo.h"

#include "tw-error.h"

/* How many commands a commit takes: of the shop's, since nobody else asks for these collections. */
static guint
commands_of (Shop *shop, const char *script, const char *key, gint64 expected)
{
  const guint before = forwarder_count (shop->base.forwarder, "commits") + forwarder_count (shop->base.forwarder, "books");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (shop_commit (shop, script, key, &error), ==, expected);
  return forwarder_count (shop->base.forwarder, "commits") + forwarder_count (shop->base.forwarder, "books") - before;
}

static void
test_commands (Shop *shop, gconstpointer data)
{
  static const struct
  {
    const char *script, *key;
    gint64 number;
    guint knowing, not_knowing; /* the head */
  } cases[] = {
    { "+1", NULL, 1, 3, 3 }, /* there is no head to know yet */
    { "+2", NULL, 2, 2, 3 },
    { "=2", NULL, 3, 3, 4 },
    { "+3", "k", 4, 3, 3 },
    { "=3", "l", 5, 4, 4 },
    { "+4", "k", 4, 2, 2 }, /* a repeat, which has its entry settled, as far as that is not known to be */
    { "=1 =2", NULL, 6, 4, 5 }, /* each record is read by itself */
    { "+5 +6 +7", NULL, 7, 2, 3 },
    { "-5", NULL, 8, 3, 4 },
    { "=5", NULL, 0, 1, 2 }, /* not found */
    { "& =1 =2 -6", NULL, 9, 3, 4 }, /* all are read at once */
    { "& =1 =1", NULL, 0, 1, 2 },    /* twice, which is refused */
    { "& =1 =8 =9", NULL, 0, 2, 3 }, /* one is not there; and the head is looked at once more */
    { "& =7", "m", 10, 4, 4 },
    { ">7", NULL, 11, 3, 4 },
  };

  for (guint knows = 0; knows < 2; knows++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          g_test_message ("%s %s, %s the head", cases[i].script, cases[i].key, knows ? "knowing" : "not knowing");
          if (!knows)
            shop_reopen (shop);
          g_assert_cmpuint (commands_of (shop, cases[i].script, cases[i].key, cases[i].number), ==,
                            knows ? cases[i].knowing : cases[i].not_knowing);
        }
      mongo_fixture_remove (&shop->base, "commits", "{}");
      mongo_fixture_remove (&shop->base, "books", "{}");
      shop_reopen (shop);
    }
}

static void
test_tombstone_is_nobodys (Shop *shop, gconstpointer data)
{
  shop_commit_well (shop, "+1");
  shop_commit_well (shop, "-1");
  g_assert_cmpint (shop_count (shop, "books", "{\"readerId\": \"ada\"}"), ==, 0);
  g_assert_cmpint (shop_count (shop, "books", "{\"boughtOn\": {\"$exists\": true}}"), ==, 0);
  g_assert_cmpint (
      shop_count (shop, "books", "{\"gone\": {\"$gt\": {\"$date\": {\"$numberLong\": \"0\"}}}, \"version\": 2, \"title\": {\"$exists\": false}}"), ==,
      1);
}

/* A text is no version, nor is what is not there. */
static void
test_document_without_a_version_has_the_first (Shop *shop, gconstpointer data)
{
  static const char *const versions[] = { "", ", \"version\": \"seven\"", ", \"version\": 1.0", ", \"version\": 0" };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autofree char *script = g_strdup_printf ("=%u", i);
      char id[TW_ID_SIZE];
      g_autofree char *json = g_strdup_printf (
          "{\"_id\": {\"$oid\": \"%s\"}, \"readerId\": \"ada\", \"title\": \"old\", \"boughtOn\": {\"$date\": {\"$numberLong\""
          ": \"5\"}}, \"other\": \"kept\"%s}",
          book_id (i, id), versions[i]);

      mongo_fixture_put (&shop->base, "books", json);
      shop_commit_well (shop, script);
      shop_assert_book (shop, i, 2);
      shop_commit_well (shop, script);
      shop_assert_book (shop, i, 3);
    }
  /* What every record has is there then, and what nobody named stays. */
  g_assert_cmpint (
      shop_count (shop, "books",
                  "{\"other\": \"kept\", \"lent\": false, \"changedOn\": {\"$gt\": {\"$date\": {\"$numberLong\": \"0\"}}}, \"version\": 3}"), ==,
      G_N_ELEMENTS (versions));
}

static void
test_version_of_another_type_is_counted_up (Shop *shop, gconstpointer data)
{
  mongo_fixture_put (&shop->base, "books",
                     "{\"_id\": {\"$oid\": \"000000000000000000000001\"}, \"readerId\": \"ada\", \"boughtOn\": {\"$date\": "
                     "{\"$numberLong\": \"5\"}}, \"version\": 7.0}");
  shop_commit_well (shop, "=1");
  shop_assert_book (shop, 1, 8);
}

/* What is copied out of the head says what was changed, and not to what. */
static void
test_full_head_is_copied (Shop *shop, gconstpointer data)
{
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autofree char *log = NULL;

  for (guint n = 1; n <= 40; n++)
    {
      g_autofree char *script = g_strdup_printf ("+%u", n);

      shop_commit_well (shop, script);
      g_string_append_printf (expected, "%s%u:+%uv1", n > 1 ? " " : "", n, n);
    }
  g_assert_cmpint (shop_count (shop, "commits", "{\"last\": 32, \"entries.number\": 1}"), ==, 1);
  g_assert_cmpint (shop_count (shop, "commits", "{\"last\": 32, \"entries.parts.set\": {\"$exists\": true}}"), ==, 0);
  g_assert_cmpint (shop_count (shop, "commits", "{\"_id\": \"head:ada\", \"n\": 40}"), ==, 1);
  g_assert_cmpint (shop_count (shop, "commits", "{\"_id\": \"head:ada\", \"entries.number\": 32}"), ==, 0);
  log = shop_log (shop);
  g_assert_cmpstr (log, ==, expected->str);
}

/* Four of 20,000 bytes are as much as a head may hold. */
static void
test_long_entries_fill_a_head (Shop *shop, gconstpointer data)
{
  g_autofree char *log = NULL;

  for (guint n = 1; n <= 5; n++)
    {
      g_autofree char *script = g_strdup_printf ("*%u", n);

      shop_commit_well (shop, script);
    }
  g_assert_cmpint (shop_count (shop, "commits", "{\"partition\": \"ada\", \"last\": 4}"), ==, 1);
  log = shop_log (shop);
  g_assert_cmpstr (log, ==, "1:+1v1 2:+2v1 3:+3v1 4:+4v1 5:+5v1");
}

/* Only what it changes is in an entry. */
static void
test_change_of_a_long_record_is_short (Shop *shop, gconstpointer data)
{
  shop_commit_well (shop, "*1");
  for (guint i = 0; i < 10; i++)
    shop_commit_well (shop, "=1");
  g_assert_cmpint (shop_count (shop, "commits", "{\"partition\": \"ada\"}"), ==, 0);
  shop_assert_book (shop, 1, 11);
}

int
main (int argc, char **argv)
{
  static const ShopTest tests[] = {
    { "/commits-mongo/commands", test_commands },
    { "/commits-mongo/tombstone-is-nobodys", test_tombstone_is_nobodys },
    { "/commits-mongo/document-without-a-version-has-the-first", test_document_without_a_version_has_the_first },
    { "/commits-mongo/version-of-another-type-is-counted-up", test_version_of_another_type_is_counted_up },
    { "/commits-mongo/full-head-is-copied", test_full_head_is_copied },
    { "/commits-mongo/long-entries-fill-a-head", test_long_entries_fill_a_head },
    { "/commits-mongo/change-of-a-long-record-is-short", test_change_of_a_long_record_is_short },
  };

  return shop_run (argc, argv, tests, G_N_ELEMENTS (tests));
}
