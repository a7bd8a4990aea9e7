/* SPDX-License-Identifier: Apache-2.0 */

#include "books-mongo.h"

#include "tw-error.h"
#include "tw-record-document.h"

#include <string.h>

static const TwMongoIndex indexes[] = { { "books", "books_by_reader", "{\"readerId\": 1}", FALSE, NULL },
                                        TW_COMMITS_MONGO_INDEX_LIST };

static const TwMongoSpec spec = {
  .data = "books",
  .database = "books-db",
  .indexes = indexes,
  .n_indexes = G_N_ELEMENTS (indexes),
};

static void
open_shop (Shop *shop)
{
  static const TwRecordType *const types[] = { &tw_book_type };
  g_autoptr (GError) error = NULL;

  shop->mongo = tw_mongo_open (shop->base.uri, &spec, TW_MONGO_SERVE, shop->base.deadline_ms, &error);
  g_assert_no_error (error);
  mongo_fixture_assert_ready (shop->mongo);
  shop->commits = tw_commits_mongo_new (shop->mongo, types, G_N_ELEMENTS (types));
}

static void
close_shop (Shop *shop)
{
  tw_mongo_close (shop->mongo);
  tw_commits_mongo_free (shop->commits);
}

static void
set_up (Shop *shop, gconstpointer data)
{
  mongo_fixture_set_up (&shop->base, data);
  open_shop (shop);
}

static void
tear_down (Shop *shop, gconstpointer data)
{
  close_shop (shop);
  mongo_fixture_tear_down (&shop->base, data);
}

void
shop_reopen (Shop *shop)
{
  close_shop (shop);
  open_shop (shop);
}

const char *
book_id (guint n, char id[TW_ID_SIZE])
{
  g_snprintf (id, TW_ID_SIZE, "%024u", n);
  return id;
}

static void
put_new (TwCommit *commit, const char *id, const char *notes)
{
  const TwBookRecord book = {
    .has = TW_BOOK_HAS_ID | TW_BOOK_HAS_TITLE | TW_BOOK_HAS_BOUGHT_ON | (notes != NULL ? TW_BOOK_HAS_NOTES : 0),
    .id = id,
    .title = "new",
    .notes = notes,
    .bought_ms = NOW_MS,
  };

  tw_commit_put (commit, &tw_book_type, &book);
}

void
shop_put_new (TwCommit *commit, guint n)
{
  char id[TW_ID_SIZE];

  put_new (commit, book_id (n, id), NULL);
}

static gboolean
run_word (TwCommit *commit, const char *word, GError **error)
{
  const guint n = (guint) g_ascii_strtoull (word + 1, NULL, 10);
  g_autofree char *notes = *word == '*' ? g_strnfill (20000, 'n') : NULL;
  g_autoptr (GError) why = NULL;
  const TwBookRecord *found;
  char id[TW_ID_SIZE];
  TwBookRecord book;

  book_id (n, id);
  if (*word == '+' || *word == '*')
    {
      put_new (commit, id, notes);
      return TRUE;
    }
  found = tw_commit_find (commit, &tw_book_type, id, &why);
  if (why == NULL && found == NULL)
    g_set_error_literal (&why, TW_ERROR, TW_ERROR_NOT_FOUND, "no such book");
  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  if (*word == '-')
    tw_commit_remove (commit, &tw_book_type, id);
  else if (*word == '=' || *word == '>')
    {
      book = *found;
      book.title = "changed";
      if (*word == '=')
        tw_commit_put (commit, &tw_book_type, &book);
      else
        tw_commit_give (commit, &tw_book_type, &book, strcmp (found->reader_id, ADA) == 0 ? BOB : ADA);
    }
  return TRUE;
}

static void
expect_all (TwCommit *commit, char *const *words)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  char id[TW_ID_SIZE];

  for (; *words != NULL; words++)
    g_ptr_array_add (ids, g_strdup (book_id ((guint) g_ascii_strtoull (*words + 1, NULL, 10), id)));
  tw_commit_expect (commit, &tw_book_type, (const char *const *) ids->pdata, ids->len);
}

static gboolean
run_script (TwCommit *commit, gpointer data, GError **error)
{
  g_auto (GStrv) words = g_strsplit (data, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], "&") == 0)
      expect_all (commit, words + i + 1);
    else if (!run_word (commit, words[i], error))
      return FALSE;
  return TRUE;
}

static gint64
commit_as (Shop *shop, const char *partition, const char *script, const char *key, GError **error)
{
  const TwCommitSpec spec_of = { .partition = partition, .now_ms = NOW_MS, .key = key };
  CommitWait wait;

  commit_begin (&wait, shop->commits, TW_DEADLINE_NONE, &spec_of, run_script, (gpointer) (guintptr) script);
  return commit_wait (&wait, error) ? wait.committed.number : 0;
}

gint64
shop_commit (Shop *shop, const char *script, const char *key, GError **error)
{
  return commit_as (shop, ADA, script, key, error);
}

gint64
shop_commit_bobs (Shop *shop, const char *script, GError **error)
{
  return commit_as (shop, BOB, script, NULL, error);
}

gint64
shop_commit_well (Shop *shop, const char *script)
{
  g_autoptr (GError) error = NULL;
  const gint64 number = shop_commit (shop, script, NULL, &error);

  g_assert_no_error (error);
  return number;
}

static gboolean
note_entry (const TwCommitEntry *entry, gpointer data)
{
  GString *text = data;

  g_string_append_printf (text, "%s%" G_GINT64_FORMAT ":%c%dv%" G_GINT64_FORMAT, text->len > 0 ? " " : "",
                          entry->number, entry->is_gone ? '-' : entry->version == 1 ? '+' : '=',
                          (int) g_ascii_strtoll (entry->id, NULL, 10), entry->version);
  return TRUE;
}

char *
shop_log (Shop *shop)
{
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new (NULL);
  TwCommitLog log;

  tw_commits_log (shop->commits, TW_DEADLINE_NONE, ADA, 0, &log, note_entry, text, &error);
  g_assert_no_error (error);
  return g_string_free (text, FALSE);
}

gint64
shop_count (Shop *shop, const char *collection, const char *json)
{
  return mongo_fixture_count (&shop->base, collection, json);
}

static char *
filter_of (guint n)
{
  char id[TW_ID_SIZE];

  return g_strdup_printf ("{\"_id\": {\"$oid\": \"%s\"}}", book_id (n, id));
}

void
shop_assert_book (Shop *shop, guint n, gint64 version)
{
  shop_assert_book_of (shop, ADA, n, version);
}

void
shop_assert_book_of (Shop *shop, const char *reader, guint n, gint64 version)
{
  g_autofree char *filter = filter_of (n);
  g_autoptr (TwBson) document = shop_document (shop, "books", filter);
  g_autofree TwBookRecord *book = NULL;
  g_autofree char *why = NULL;

  g_assert_nonnull (document);
  book = tw_record_document_read (&tw_book_type, document, &why);
  g_assert_cmpstr (why, ==, NULL);
  g_assert_nonnull (book);
  g_assert_cmpint (book->version, ==, version);
  g_assert_cmpstr (book->reader_id, ==, reader);
  g_assert_cmpstr (book->title, ==, version == 1 ? "new" : "changed");
}

static mongoc_collection_t *
collection_of (Shop *shop, const char *name)
{
  return mongoc_client_get_collection (shop->base.client, shop->base.database, name);
}

bson_t *
shop_document (Shop *shop, const char *collection, const char *json)
{
  g_autoptr (TwMongoCollection) from = collection_of (shop, collection);
  g_autoptr (TwBson) filter = mongo_fixture_bson (json);
  g_autoptr (TwMongoCursor) cursor = mongoc_collection_find_with_opts (from, filter, NULL, NULL);
  const bson_t *document;

  return mongoc_cursor_next (cursor, &document) ? bson_copy (document) : NULL;
}

void
shop_put_back (Shop *shop, const char *collection, const bson_t *document)
{
  g_autoptr (TwMongoCollection) into = collection_of (shop, collection);
  g_autoptr (TwBson) filter = bson_new ();
  bson_error_t why;
  bson_iter_t id;

  g_assert_true (bson_iter_init_find (&id, document, "_id"));
  bson_append_iter (filter, NULL, 0, &id);
  if (!mongoc_collection_replace_one (into, filter, document, NULL, NULL, &why))
    g_error ("%s", why.message);
}

void
shop_put_all (Shop *shop, const char *collection, const GPtrArray *documents)
{
  g_autoptr (TwMongoCollection) into = collection_of (shop, collection);
  bson_error_t why;

  if (!mongoc_collection_insert_many (into, (gpointer) documents->pdata, documents->len, NULL, NULL, &why))
    g_error ("%s", why.message);
}

void
shop_take_away (Shop *shop, guint n)
{
  g_autofree char *filter = filter_of (n);

  mongo_fixture_remove (&shop->base, "books", filter);
}

int
shop_run (int argc, char **argv, const ShopTest *tests, gsize n)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < n; i++)
    g_test_add (tests[i].name, Shop, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
