/* SPDX-License-Identifier: Apache-2.0 */

#include "books.h"

#define EACH                                                                                                           \
  (TW_BOOK_HAS_ID | TW_BOOK_HAS_READER_ID | TW_BOOK_HAS_TITLE | TW_BOOK_HAS_BOUGHT_ON | TW_BOOK_HAS_CHANGED_ON         \
   | TW_BOOK_HAS_VERSION | TW_BOOK_HAS_LENT | TW_BOOK_HAS_STARS)

const TwBookRecord *
books_bare (void)
{
  static const TwBookRecord book = {
    .has = EACH,
    .id = "0123456789abcdef01234567",
    .reader_id = "ada",
    .title = "",
    .bought_ms = 1000,
    .changed_ms = 2000,
    .version = 1,
    .stars = 3,
  };

  return &book;
}

/* With the NUL that ends the literal. */
#define WORDS "bridge\0\0Stra\303\237e"

const TwBookRecord *
books_whole (void)
{
  static const TwBookRecord book = {
    .has = EACH | TW_BOOK_HAS_NOTES | TW_BOOK_HAS_DUE_ON | TW_BOOK_HAS_PAGES | TW_BOOK_HAS_WEIGHT
           | TW_BOOK_HAS_SERIES_ID | TW_BOOK_HAS_WORDS | TW_BOOK_HAS_READ_ON | TW_BOOK_HAS_COVER,
    .id = "0123456789abcdef01234567",
    .reader_id = "ada",
    .title = "Brücken \"bauen\"",
    .bought_ms = 1795910400123,
    .changed_ms = 1795910400123,
    .version = G_MAXINT64,
    .lent = TRUE,
    .notes = "on\nloan",
    .due_ms = -1,
    .pages = G_MININT32,
    .weight = 0.1,
    .series_id = "fedcba9876543210fedcba98",
    .stars = -5,
    .words = { WORDS, sizeof WORDS },
    .read = 2 * G_GINT64_CONSTANT (1795910400123) + 1,
    .cover = { (const guint8 *) "\0\xff", 2 },
  };

  return &book;
}

void
books_assert_same (const TwBookRecord *book, const TwBookRecord *other)
{
  g_assert_cmphex (book->has, ==, other->has);
  g_assert_cmpstr (book->id, ==, other->id);
  g_assert_cmpstr (book->reader_id, ==, other->reader_id);
  g_assert_cmpstr (book->title, ==, other->title);
  g_assert_cmpint (book->bought_ms, ==, other->bought_ms);
  g_assert_cmpint (book->changed_ms, ==, other->changed_ms);
  g_assert_cmpint (book->version, ==, other->version);
  g_assert_cmpint (book->lent, ==, other->lent);
  g_assert_cmpstr (book->notes, ==, other->notes);
  g_assert_cmpint (book->due_ms, ==, other->due_ms);
  g_assert_cmpint (book->pages, ==, other->pages);
  g_assert_cmpfloat_with_epsilon (book->weight, other->weight, 1e-12);
  g_assert_cmpstr (book->series_id, ==, other->series_id);
  g_assert_cmpint (book->stars, ==, other->stars);
  g_assert_cmpmem (book->words.bytes, book->words.length, other->words.bytes, other->words.length);
  g_assert_cmpint (book->read, ==, other->read);
  g_assert_cmpmem (book->cover.bytes, book->cover.length, other->cover.bytes, other->cover.length);
}
