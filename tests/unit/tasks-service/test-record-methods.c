/* SPDX-License-Identifier: Apache-2.0 */

/* Books, which no code knows, kept by what their IDL says of its methods. With MongoDB, REST and the command line
 * tests/newrecord/ has notes instead. */

#include "tw-record-methods.h"

#include "raw-peer.h"
#include "server-thread.h"
#include "shelf-records.h"
#include "tw-commit-tables.h"
#include "tw-commits-sqlite.h"
#include "tw-id.h"
#include "tw-record-query-sqlite.h"
#include "tw-record-wire.h"
#include "tw-temporary-folder.h"

#include <string.h>

#define ANN "ann"
#define BOB "bob"
#define NOW_MS G_GINT64_CONSTANT (1795251600000)

typedef struct
{
  TwTaskStore store; /* of books */
  TwSqlite *db;
  TwRecordQuerySqlite *queries;
  char *folder;
  TwClock *clock;
  TwRecordMethods *methods;
  ServerThread *thread;
} Shelf;

/* The store */

static gboolean
shelf_query (TwTaskStore *store, gint64 deadline_ms, const TwRecordQuery *query, const TwRecordReading *reading)
{
  g_autoptr (GError) error = NULL;

  tw_record_query_sqlite_run (((const Shelf *) store)->queries, deadline_ms, query, reading->row, reading->user_data, &error);
  reading->end (error, reading->user_data);
  return TRUE;
}

static void
open_store (Shelf *shelf)
{
  static const TwTaskStoreClass klass = { .query = shelf_query };
  static const TwSqliteMigration migrations[] = {
    "CREATE TABLE books (reader_id TEXT NOT NULL, id BLOB NOT NULL UNIQUE, title TEXT, bought_ms INTEGER, changed_ms INTEGER,"
    " version INTEGER, lent INTEGER, notes TEXT, due_ms INTEGER, pages INTEGER, weight REAL, series_id BLOB,"
    " stars INTEGER, words BLOB, read INTEGER, cover BLOB, PRIMARY KEY (reader_id, id)) STRICT, WITHOUT ROWID",
    TW_COMMIT_TABLES,
    TW_COMMIT_TABLES_NOTE,
    TW_COMMIT_TABLES_KEY_HASH,
    TW_COMMIT_TABLES_FORMER,
  };
  static const TwRecordType *const types[] = { &tw_book_type };
  g_autofree char *path = g_build_filename (shelf->folder, "shelf.db", NULL);
  g_autoptr (GError) error = NULL;

  shelf->db = tw_sqlite_open (path, 77, migrations, G_N_ELEMENTS (migrations), 8, &error);
  g_assert_no_error (error);
  shelf->queries = tw_record_query_sqlite_new (shelf->db, types, 1, &error);
  g_assert_no_error (error);
  shelf->store = (TwTaskStore) { &klass, tw_commits_sqlite_new (shelf->db, types, 1, &error) };
  g_assert_no_error (error);
}

/* The server */

static void
take_nothing (TwCall *call, gpointer data)
{
  g_assert_not_reached ();
}

static TwServer *
make_server (gpointer data)
{
  const TwServiceLimits limits = { 2, 100, 60000 };
  TwServerLimits server_limits = TW_SERVER_DEFAULT_LIMITS;
  static const char *const names[] = { "shelf" };
  Shelf *shelf = data;
  TwAddress address = { .host = (char[]){ "127.0.0.1" }, .port = 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = NULL;
  GBytes *document;
  TwServer *server;
  char *text;
  gsize length;

  g_assert_true (g_file_get_contents (SHELF_JSON, &text, &length, NULL));
  document = g_bytes_new_take (text, length);
  schema = tw_schema_load (&document, names, 1, &error);
  g_assert_no_error (error);
  g_bytes_unref (document);
  server_limits.max_call_ms = 60000; /* on a loaded machine none is to be over */
  server_limits.max_reply = 65536;
  server = tw_server_new (schema, tw_schema_find_service (schema, "Shelf"), &address, &server_limits, take_nothing, NULL,
                          &error);
  g_assert_no_error (error);
  shelf->methods = tw_record_methods_new (server, &shelf->store, shelf->clock, tw_shelf_served, &limits);
  return server;
}

static void
set_up (Shelf *shelf, gconstpointer data)
{
  shelf->folder = tw_temporary_folder_new ();
  shelf->clock = tw_clock_new_fixed (NOW_MS);
  open_store (shelf);
  shelf->thread = server_thread_new (make_server, shelf);
}

static void
tear_down (Shelf *shelf, gconstpointer data)
{
  server_thread_free (shelf->thread);
  tw_record_methods_stop (shelf->methods);
  tw_sqlite_close (shelf->db);
  tw_record_methods_free (shelf->methods);
  tw_commits_sqlite_free (shelf->store.commits);
  tw_record_query_sqlite_free (shelf->queries);
  tw_clock_free (shelf->clock);
  tw_temporary_folder_clear (&shelf->folder);
}

/* Asking */

/* What a reply holds: valid until the next one. */
typedef struct
{
  RawPeer *peer;
  char *space;
  union
  {
    TwBookRecord book;
    TwSomeBooksRecord page;
  };
} Answer;

static void
answer_clear (Answer *answer)
{
  raw_peer_free (answer->peer);
  g_free (answer->space);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static gint32
read_code (TwReader *reader)
{
  TwWireType type;
  gint16 id;
  gint32 code = 0;

  tw_reader_struct_begin (reader);
  while (tw_reader_field (reader, &type, &id))
    if (id == 1)
      code = tw_reader_i32 (reader);
    else
      tw_reader_skip (reader, type);
  return code;
}

/* 200, or the code of the exception. @type is that of what is returned; NULL: nothing. */
static gint32
read_reply (const TwMessage *message, TwProtocol protocol, const TwRecordType *type, Answer *answer)
{
  TwReader reader;
  TwWireType wire;
  gint16 id;
  char *space;

  answer->space = space = g_malloc (message->body_length);
  tw_reader_init (&reader, protocol, message->body, message->body_length);
  tw_reader_struct_begin (&reader);
  if (!tw_reader_field (&reader, &wire, &id))
    {
      g_assert_null (type);
      return 200;
    }
  if (id != 0)
    return read_code (&reader);
  g_assert_nonnull (type);
  memset (&answer->book, 0, MAX (sizeof answer->book, sizeof answer->page));
  tw_record_read (type, &reader, type == &tw_book_type ? (gpointer) &answer->book : &answer->page, &space);
  return 200;
}

static gint32
ask (const Shelf *shelf, const char *method, const TwRecordType *type, gconstpointer arguments,
     const TwRecordType *returned, Answer *answer)
{
  const TwEncoding encoding = RAW_ENCODINGS[0];
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  TwWriter writer;
  TwMessage message;

  *answer = (Answer) { .peer = raw_peer_new (server_thread_port (shelf->thread), encoding) };
  tw_writer_init (&writer, encoding.protocol, &out);
  tw_writer_message_begin (&writer, encoding.framed, TW_MESSAGE_CALL, method, strlen (method), 1);
  tw_record_write (type, arguments, &writer);
  tw_writer_message_end (&writer);
  raw_peer_send (answer->peer, out.data, out.len);
  g_assert_true (raw_peer_receive (answer->peer, &message));
  g_assert_cmpint (message.type, ==, TW_MESSAGE_REPLY);
  return read_reply (&message, encoding.protocol, returned, answer);
}

#define SAME_KEY (TW_DEPENDS_HAS_AGAIN | TW_DEPENDS_HAS_ASKED)

static TwDependsRecord
with_key (const char *key, const char *asked)
{
  return (TwDependsRecord) { .has = SAME_KEY, .again = key, .asked = { (const guint8 *) asked, 16 } };
}

static TwDependsRecord
with_tag (const char *tag)
{
  return (TwDependsRecord) { .has = TW_DEPENDS_HAS_IF_MATCH, .if_match = { tag, strlen (tag) + 1 } };
}

static const TwDependsRecord on_nothing = { .has = 0 };

static gint32
make (const Shelf *shelf, const char *reader, const char *title, TwDependsRecord options, Answer *answer)
{
  const TwShelfMakeArguments asked = {
    .has = TW_SHELF_MAKE_HAS_READER_ID | TW_SHELF_MAKE_HAS_BOOK | TW_SHELF_MAKE_HAS_OPTIONS, .reader_id = reader,
    .book = { .has = TW_BOOK_SAID_HAS_TITLE | TW_BOOK_SAID_HAS_READ_ON, .title = title, .read_on = "2026-12-24" },
    .options = options,
  };

  return ask (shelf, "make", &tw_shelf_make_type, &asked, &tw_book_type, answer);
}

static gint32
look (const Shelf *shelf, const char *reader, const char *id, Answer *answer)
{
  const TwShelfLookArguments asked
      = { .has = TW_SHELF_LOOK_HAS_READER_ID | TW_SHELF_LOOK_HAS_ID, .reader_id = reader, .id = id };

  return ask (shelf, "look", &tw_shelf_look_type, &asked, &tw_book_type, answer);
}

static gint32
alter (const Shelf *shelf, const char *reader, const char *id, TwBookChangesRecord changes, TwDependsRecord options,
       Answer *answer)
{
  const TwShelfAlterArguments asked = {
    .has = TW_SHELF_ALTER_HAS_READER_ID | TW_SHELF_ALTER_HAS_ID | TW_SHELF_ALTER_HAS_CHANGES | TW_SHELF_ALTER_HAS_OPTIONS,
    .reader_id = reader, .id = id, .changes = changes, .options = options,
  };

  return ask (shelf, "alter", &tw_shelf_alter_type, &asked, &tw_book_type, answer);
}

static gint32
drop (const Shelf *shelf, const char *reader, const char *id, TwDependsRecord options)
{
  const TwShelfDropArguments asked
      = { .has = TW_SHELF_DROP_HAS_READER_ID | TW_SHELF_DROP_HAS_ID | TW_SHELF_DROP_HAS_OPTIONS, .reader_id = reader, .id = id,
          .options = options };
  g_auto (Answer) answer;

  return ask (shelf, "drop", &tw_shelf_drop_type, &asked, NULL, &answer);
}

/* The first letters of a page's titles, and "+" where there is more. */
static char *
page (const Shelf *shelf, const char *reader, gint64 limit, const char *cursor, char *more)
{
  const TwShelfAllArguments asked = {
    .has = TW_SHELF_ALL_HAS_READER_ID | TW_SHELF_ALL_HAS_WANTED, .reader_id = reader,
    .wanted = { .has = (limit > 0 ? TW_WANTED_HAS_LIMIT : 0) | (cursor != NULL ? TW_WANTED_HAS_CURSOR : 0),
                .limit = limit, .cursor = cursor },
  };
  g_auto (Answer) answer;
  GString *titles = g_string_new (NULL);
  TwBookRecord book = { .has = 0 };

  g_assert_cmpint (ask (shelf, "all", &tw_shelf_all_type, &asked, &tw_some_books_type, &answer), ==, 200);
  for (; tw_record_list_next (&tw_book_type, &answer.page.books, &book); book = (TwBookRecord) { .has = 0 })
    g_string_append_c (titles, *book.title);
  if ((answer.page.has & TW_SOME_BOOKS_HAS_MORE) != 0)
    {
      g_string_append_c (titles, '+');
      g_strlcpy (more, answer.page.more, TW_ID_SIZE);
    }
  return g_string_free (titles, FALSE);
}

static void
make_well (const Shelf *shelf, const char *reader, const char *title, char id[TW_ID_SIZE])
{
  g_auto (Answer) answer;

  g_assert_cmpint (make (shelf, reader, title, on_nothing, &answer), ==, 200);
  g_strlcpy (id, answer.book.id, TW_ID_SIZE);
}

/* Tests */

static void
test_book_is_made_and_found (Shelf *shelf, gconstpointer data)
{
  g_auto (Answer) made, found, none, others, nonsense;

  g_assert_cmpint (make (shelf, ANN, "Emma", on_nothing, &made), ==, 200);
  g_assert_true (tw_id_is_valid (made.book.id));
  g_assert_cmpstr (made.book.reader_id, ==, ANN);
  g_assert_cmpstr (made.book.title, ==, "Emma");
  g_assert_cmpint (made.book.stars, ==, 3);
  g_assert_cmpint (made.book.bought_ms, ==, NOW_MS);
  g_assert_cmpint (made.book.changed_ms, ==, NOW_MS);
  g_assert_cmpint (made.book.version, ==, 1);
  g_assert_true ((made.book.has & TW_BOOK_HAS_READ_ON) != 0);
  g_assert_true ((made.book.has & TW_BOOK_HAS_NOTES) == 0);
  g_assert_cmpint (look (shelf, ANN, made.book.id, &found), ==, 200);
  g_assert_cmpstr (found.book.title, ==, "Emma");
  g_assert_cmpint (found.book.read, ==, made.book.read);
  g_assert_cmpint (look (shelf, ANN, "0123456789abcdef01234567", &none), ==, 404);
  g_assert_cmpint (look (shelf, BOB, made.book.id, &others), ==, 404);
  g_assert_cmpint (look (shelf, ANN, "nonsense", &nonsense), ==, 404);
}

static gboolean
look_at_pages (gconstpointer record, gpointer pages)
{
  *(gint64 *) pages = ((const TwBookRecord *) record)->pages;
  return TRUE;
}

/* The default of what a caller did not say is kept, and what is internal does not leave the service. */
static void
test_what_is_internal_is_kept_and_not_shown (Shelf *shelf, gconstpointer data)
{
  const TwRecordQuery all = { .type = &tw_book_type, .limit = 1 };
  g_auto (Answer) made, found;
  gint64 pages = 0;

  g_assert_cmpint (make (shelf, ANN, "Emma", on_nothing, &made), ==, 200);
  g_assert_cmpint (look (shelf, ANN, made.book.id, &found), ==, 200);
  g_assert_true (((made.book.has | found.book.has) & TW_BOOK_HAS_PAGES) == 0);
  g_assert_true (tw_record_query_sqlite_run (shelf->queries, TW_DEADLINE_NONE, &all, look_at_pages, &pages, NULL));
  g_assert_cmpint (pages, ==, 7);
}

static void
test_page_is_the_readers_newest_first (Shelf *shelf, gconstpointer data)
{
  char id[TW_ID_SIZE], more[TW_ID_SIZE];
  g_autofree char *all = NULL, *first = NULL, *second = NULL, *last = NULL, *nothing = NULL;

  for (const char *title = "abcde"; *title != '\0'; title++)
    make_well (shelf, ANN, title, id);
  make_well (shelf, BOB, "z", id);
  all = page (shelf, ANN, 50, NULL, NULL);
  first = page (shelf, ANN, 0, NULL, more);
  second = page (shelf, ANN, 2, more, more);
  last = page (shelf, ANN, 2, more, NULL);
  nothing = page (shelf, "nobody", 2, NULL, NULL);
  g_assert_cmpstr (all, ==, "edcba");
  g_assert_cmpstr (first, ==, "ed+");
  g_assert_cmpstr (second, ==, "cb+");
  g_assert_cmpstr (last, ==, "a");
  g_assert_cmpstr (nothing, ==, "");
}

#define BOOKS 20

static void
test_page_is_no_longer_than_a_reply (Shelf *shelf, gconstpointer data)
{
  g_autofree char *title = g_strnfill (10000, 'x');
  char id[TW_ID_SIZE], more[TW_ID_SIZE];
  gsize seen = 0;
  gboolean has_more = TRUE;

  for (guint i = 0; i < BOOKS; i++)
    make_well (shelf, ANN, title, id);
  for (guint pages = 0; has_more; pages++)
    {
      g_autofree char *titles = page (shelf, ANN, 50, pages > 0 ? more : NULL, more);

      has_more = g_str_has_suffix (titles, "+");
      seen += strlen (titles) - has_more;
      g_assert_cmpuint (pages, <, BOOKS);
      g_assert_true (has_more || pages > 0);
    }
  g_assert_cmpuint (seen, ==, BOOKS);
}

typedef struct
{
  const Shelf *shelf;
  char ids[2][TW_ID_SIZE];
  guint seen;
} Removing;

static gboolean
remove_the_other (gconstpointer record, gpointer data)
{
  Removing *removing = data;
  const guint other = strcmp (((const TwBookRecord *) record)->id, removing->ids[0]) == 0 ? 1 : 0;

  if (removing->seen++ == 0)
    g_assert_cmpint (drop (removing->shelf, ANN, removing->ids[other], on_nothing), ==, 200);
  return TRUE;
}

/* Else a page could seem to be the last one. */
static void
test_what_is_read_is_of_one_moment (Shelf *shelf, gconstpointer data)
{
  const TwRecordQuery all = { .type = &tw_book_type, .limit = 2 };
  Removing removing = { .shelf = shelf };

  make_well (shelf, ANN, "Emma", removing.ids[0]);
  make_well (shelf, ANN, "Persuasion", removing.ids[1]);
  g_assert_true (tw_record_query_sqlite_run (shelf->queries, TW_DEADLINE_NONE, &all, remove_the_other, &removing, NULL));
  g_assert_cmpuint (removing.seen, ==, 2);
  removing.seen = 1;
  g_assert_true (tw_record_query_sqlite_run (shelf->queries, TW_DEADLINE_NONE, &all, remove_the_other, &removing, NULL));
  g_assert_cmpuint (removing.seen, ==, 2);
}

static void
test_cursor_that_is_none_is_refused (Shelf *shelf, gconstpointer data)
{
  const TwShelfAllArguments asked = {
    .has = TW_SHELF_ALL_HAS_READER_ID | TW_SHELF_ALL_HAS_WANTED, .reader_id = ANN,
    .wanted = { .has = TW_WANTED_HAS_CURSOR, .cursor = "nonsense" },
  };
  g_auto (Answer) answer;

  g_assert_cmpint (ask (shelf, "all", &tw_shelf_all_type, &asked, &tw_some_books_type, &answer), ==, 400);
}

static void
test_change_leaves_the_rest (Shelf *shelf, gconstpointer data)
{
  const TwBookChangesRecord notes = { .has = TW_BOOK_CHANGES_HAS_NOTES, .notes = "good" };
  char id[TW_ID_SIZE];
  g_auto (Answer) changed, same, found, others;

  make_well (shelf, ANN, "Emma", id);
  tw_clock_advance (shelf->clock, 1000);
  g_assert_cmpint (alter (shelf, ANN, id, notes, on_nothing, &changed), ==, 200);
  g_assert_cmpstr (changed.book.notes, ==, "good");
  g_assert_cmpstr (changed.book.title, ==, "Emma");
  g_assert_cmpint (changed.book.bought_ms, ==, NOW_MS);
  g_assert_cmpint (changed.book.changed_ms, ==, NOW_MS + 1000);
  g_assert_cmpint (changed.book.version, ==, 2);
  g_assert_cmpint (alter (shelf, ANN, id, (TwBookChangesRecord) { .has = 0 }, on_nothing, &same), ==, 200);
  g_assert_cmpint (same.book.version, ==, 2);
  g_assert_cmpstr (same.book.notes, ==, "good");
  g_assert_cmpint (alter (shelf, BOB, id, notes, on_nothing, &others), ==, 404);
  g_assert_cmpint (look (shelf, ANN, id, &found), ==, 200);
  g_assert_cmpint (found.book.version, ==, 2);
}

static void
test_change_depends_on_its_tag (Shelf *shelf, gconstpointer data)
{
  const TwBookChangesRecord notes = { .has = TW_BOOK_CHANGES_HAS_NOTES, .notes = "good" };
  char id[TW_ID_SIZE];
  g_auto (Answer) refused, done;

  make_well (shelf, ANN, "Emma", id);
  g_assert_cmpint (alter (shelf, ANN, id, notes, with_tag ("2"), &refused), ==, 412);
  g_assert_cmpint (alter (shelf, ANN, id, notes, with_tag ("1"), &done), ==, 200);
  g_assert_cmpint (drop (shelf, ANN, id, with_tag ("1")), ==, 412);
  g_assert_cmpint (drop (shelf, ANN, id, with_tag ("2")), ==, 200);
}

static void
test_removed_book_is_gone (Shelf *shelf, gconstpointer data)
{
  char id[TW_ID_SIZE];
  g_auto (Answer) found;

  make_well (shelf, ANN, "Emma", id);
  g_assert_cmpint (drop (shelf, BOB, id, on_nothing), ==, 404);
  g_assert_cmpint (drop (shelf, ANN, id, on_nothing), ==, 200);
  g_assert_cmpint (drop (shelf, ANN, id, on_nothing), ==, 404);
  g_assert_cmpint (look (shelf, ANN, id, &found), ==, 404);
}

static void
test_same_key_does_it_once (Shelf *shelf, gconstpointer data)
{
  const TwBookChangesRecord notes = { .has = TW_BOOK_CHANGES_HAS_NOTES, .notes = "good" };
  const TwDependsRecord first = with_key ("k", "0123456789abcdef"), other = with_key ("k", "fedcba9876543210");
  const TwDependsRecord second = with_key ("l", "0123456789abcdef"), third = with_key ("m", "0123456789abcdef");
  g_auto (Answer) made, again, reused, changed, unchanged, gone;
  g_autofree char *titles = NULL;

  g_assert_cmpint (make (shelf, ANN, "Emma", first, &made), ==, 200);
  g_assert_cmpint (make (shelf, ANN, "Emma", first, &again), ==, 200);
  g_assert_cmpstr (again.book.id, ==, made.book.id);
  g_assert_cmpint (make (shelf, ANN, "Emma", other, &reused), ==, 422);
  g_assert_cmpint (alter (shelf, ANN, made.book.id, notes, second, &changed), ==, 200);
  g_assert_cmpint (alter (shelf, ANN, made.book.id, notes, second, &unchanged), ==, 200);
  g_assert_cmpint (unchanged.book.version, ==, 2);
  titles = page (shelf, ANN, 50, NULL, NULL);
  g_assert_cmpstr (titles, ==, "E");
  g_assert_cmpint (drop (shelf, ANN, made.book.id, third), ==, 200);
  g_assert_cmpint (drop (shelf, ANN, made.book.id, third), ==, 200);
  g_assert_cmpint (make (shelf, ANN, "Emma", first, &gone), ==, 404);
}

#define TEST(name, func) g_test_add ("/record-methods/" name, Shelf, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("book-is-made-and-found", test_book_is_made_and_found);
  TEST ("what-is-internal-is-kept-and-not-shown", test_what_is_internal_is_kept_and_not_shown);
  TEST ("page-is-the-readers-newest-first", test_page_is_the_readers_newest_first);
  TEST ("page-is-no-longer-than-a-reply", test_page_is_no_longer_than_a_reply);
  TEST ("what-is-read-is-of-one-moment", test_what_is_read_is_of_one_moment);
  TEST ("cursor-that-is-none-is-refused", test_cursor_that_is_none_is_refused);
  TEST ("change-leaves-the-rest", test_change_leaves_the_rest);
  TEST ("change-depends-on-its-tag", test_change_depends_on_its_tag);
  TEST ("removed-book-is-gone", test_removed_book_is_gone);
  TEST ("same-key-does-it-once", test_same_key_does_it_once);
  return g_test_run ();
}
