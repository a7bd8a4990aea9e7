/* SPDX-License-Identifier: Apache-2.0 */

/* Books that are committed to a database of a test's own, behind a forwarder, by short scripts: "+1 =2 -3 ?4 >5" makes a
 * book, changes one, removes one, looks at one, and gives one, changed, to BOB (BOB's to ADA), with NOT_FOUND where it has
 * to be there and is not; "& " says before that these are looked for. */

#pragma once

#include "books.h"
#include "commit-waits.h"
#include "mongo-fixture.h"
#include "tw-commits-mongo.h"
#include "tw-id.h"

G_BEGIN_DECLS

#define ADA "ada"
#define BOB "bob"
#define NOW_MS G_GINT64_CONSTANT (1795251600000)

typedef struct
{
  MongoFixture base;
  TwMongo *mongo;
  TwCommits *commits;
} Shop;

typedef struct
{
  const char *name;
  void (*test) (Shop *shop, gconstpointer data);
} ShopTest;

/* A program of these tests, each of which has a shop of its own: what main() returns. */
int shop_run (int argc, char **argv, const ShopTest *tests, gsize n);

/* Opens it again, as another process would: nothing is remembered. */
void shop_reopen (Shop *shop);

/* Commits @script for ADA: the entry's number; 0 where there is none, or with @error. @key: NULL, or one that comes with
 * this script. */
gint64 shop_commit (Shop *shop, const char *script, const char *key, GError **error);
gint64 shop_commit_well (Shop *shop, const char *script);

/* For a step of its own: puts a new book. */
void shop_put_new (TwCommit *commit, guint n);

/* Commits @script for BOB. */
gint64 shop_commit_bobs (Shop *shop, const char *script, GError **error);

/* The log of ADA's, as "1:+1v1 2:=1v2". */
char *shop_log (Shop *shop);

/* How many documents of @collection fit @json. */
gint64 shop_count (Shop *shop, const char *collection, const char *json);

/* That a book is there with this version, and is ADA's, or @reader's. */
void shop_assert_book (Shop *shop, guint n, gint64 version);
void shop_assert_book_of (Shop *shop, const char *reader, guint n, gint64 version);

/* Its document as it is past everything; NULL where there is none. */
bson_t *shop_document (Shop *shop, const char *collection, const char *json);

/* Puts @document in place of the one with its _id, or takes away the one with this book's id, past everything. */
void shop_put_back (Shop *shop, const char *collection, const bson_t *document);
void shop_take_away (Shop *shop, guint n);

/* Inserts the documents, past everything. */
void shop_put_all (Shop *shop, const char *collection, const GPtrArray *documents);

const char *book_id (guint n, char id[TW_ID_SIZE]);

G_END_DECLS
