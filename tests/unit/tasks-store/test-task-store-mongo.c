/* SPDX-License-Identifier: Apache-2.0 */

/* What is MongoDB's own: documents that other programs put there, and several instances on one database. What every
 * store has to do is in tests/contract. */

#include "mongo-task-store.h"
#include "task-store-fixture.h"
#include "tw-mongo-place.h"

#include <pthread.h>
#include <string.h>

typedef struct
{
  char *place;
  mongoc_client_t *client;
  mongoc_collection_t *tasks;
  TwTaskStore *store;
} Database;

static TwTaskStore *
open_instance (const Database *d)
{
  g_autoptr (GError) error = NULL;
  TwTaskStore *store = mongo_task_store_open (d->place, &error);

  g_assert_no_error (error);
  return store;
}

static void
set_up (Database *d, gconstpointer data)
{
  mongoc_database_t *database;

  d->place = tw_mongo_place_new ();
  d->client = tw_mongo_place_client (d->place);
  database = mongoc_client_get_default_database (d->client);
  d->tasks = mongoc_database_get_collection (database, TW_TASK_COLLECTION);
  mongoc_database_destroy (database);
  d->store = open_instance (d);
}

static void
tear_down (Database *d, gconstpointer data)
{
  tw_task_store_free (d->store);
  mongoc_collection_destroy (d->tasks);
  mongoc_client_destroy (d->client);
  tw_mongo_place_clear (&d->place);
}

/* Puts @document there and frees it. */
static void
put (Database *d, bson_t *document)
{
  bson_error_t why;

  if (!mongoc_collection_insert_one (d->tasks, document, NULL, NULL, &why))
    g_error ("%s", why.message);
  bson_destroy (document);
}

static bson_oid_t
oid_of (guint n)
{
  char text[TW_ID_SIZE];
  bson_oid_t oid;

  bson_oid_init_from_string (&oid, id_of (n, text));
  return oid;
}

/* The task @n as a service of old left it, but for `done`. */
static bson_t *
legacy (guint n, gint64 created_ms)
{
  bson_oid_t id = oid_of (n);

  return BCON_NEW ("_id", BCON_OID (&id), "userId", BCON_UTF8 (ANN), "name", BCON_UTF8 ("an old name"), "createdOn",
                   BCON_DATE_TIME (created_ms));
}

static void
put_legacy (Database *d, guint n, gint64 created_ms, gboolean done)
{
  bson_t *document = legacy (n, created_ms);

  BSON_APPEND_BOOL (document, "done", done);
  put (d, document);
}

/* The document @n as it is stored. */
static bson_t *
stored (Database *d, guint n)
{
  bson_oid_t id = oid_of (n);
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_OID (&id));
  g_autoptr (TwMongoCursor) cursor = mongoc_collection_find_with_opts (d->tasks, filter, NULL, NULL);
  const bson_t *document;

  g_assert_true (mongoc_cursor_next (cursor, &document));
  return bson_copy (document);
}

static void
assert_stored (Database *d, guint n, const bson_t *expected)
{
  g_autoptr (TwBson) document = stored (d, n);
  bson_iter_t field, other;

  g_assert_cmpuint (bson_count_keys (document), ==, bson_count_keys (expected));
  g_assert_true (bson_iter_init (&field, expected));
  while (bson_iter_next (&field))
    {
      g_autoptr (TwBson) one = bson_new ();
      g_autoptr (TwBson) two = bson_new ();

      g_assert_true (bson_iter_init_find (&other, document, bson_iter_key (&field)));
      bson_append_iter (one, NULL, 0, &field);
      bson_append_iter (two, NULL, 0, &other);
      g_assert_cmpmem (bson_get_data (one), one->len, bson_get_data (two), two->len);
    }
}

static void
test_layout_is_the_one_that_is_promised (Database *d, gconstpointer data)
{
  bson_oid_t id = oid_of (1);
  g_autoptr (TwBson) expected = BCON_NEW (
      "_id", BCON_OID (&id), "userId", BCON_UTF8 (ANN), "name", BCON_UTF8 ("a name"), "nameFolded",
      BCON_UTF8 ("a name"), "createdOn", BCON_DATE_TIME (10),
      "done", BCON_BOOL (true), "updatedOn", BCON_DATE_TIME (10), "version", BCON_INT64 (1));

  insert (d->store, ANN, 1, 10, TRUE);
  assert_stored (d, 1, expected);
}

static void
test_legacy_documents_are_served_as_they_stand (Database *d, gconstpointer data)
{
  g_autoptr (TwTaskRecord) done = NULL;
  g_autoptr (TwTaskRecord) open = NULL;
  g_autoptr (TwBson) untouched = NULL;
  char id[TW_ID_SIZE];

  put_legacy (d, 1, 10, TRUE);
  put (d, legacy (2, 20));
  insert (d->store, ANN, 3, 15, FALSE);
  done = read_task (d->store, TW_DEADLINE_NONE, ANN, id_of (1, id), NULL);
  open = read_task (d->store, TW_DEADLINE_NONE, ANN, id_of (2, id), NULL);
  g_assert_cmpstr (done->name, ==, "an old name");
  g_assert_cmpint (done->version, ==, 1);
  g_assert_cmpint (done->updated_ms, ==, 10);
  g_assert_true (done->done);
  g_assert_false (open->done);
  assert_list (d->store, ANN, TW_DONE_ANY, NULL, 0, "2 3 1");
  untouched = legacy (2, 20);
  assert_stored (d, 2, untouched);
}

static void
test_filter_knows_every_form_of_done (Database *d, gconstpointer data)
{
  bson_t *null = legacy (3, 30), *zero = legacy (4, 40), *one = legacy (5, 50);

  put_legacy (d, 1, 10, TRUE);
  put (d, legacy (2, 20));
  BSON_APPEND_NULL (null, "done");
  put (d, null);
  BSON_APPEND_INT32 (zero, "done", 0);
  put (d, zero);
  BSON_APPEND_DOUBLE (one, "done", 1);
  put (d, one);
  put_legacy (d, 6, 60, FALSE);
  assert_list (d->store, ANN, TW_DONE_ONLY, NULL, 0, "5 1");
  assert_list (d->store, ANN, TW_OPEN_ONLY, NULL, 0, "6 4 3 2");
  assert_list (d->store, ANN, TW_OPEN_ONLY, NULL, 3, "6 4 3");
}

static void
test_first_change_sets_what_is_missing (Database *d, gconstpointer data)
{
  const TaskWords rename = { .name = "renamed", .now_ms = 99 };
  g_autoptr (GError) error = NULL;
  char id[TW_ID_SIZE];

  for (guint n = 1; n <= 3; n++)
    {
      bson_oid_t oid = oid_of (n);
      g_autoptr (TwBson) expected = BCON_NEW (
          "_id", BCON_OID (&oid), "userId", BCON_UTF8 (ANN), "name", BCON_UTF8 ("renamed"), "nameFolded",
          BCON_UTF8 ("renamed"), "createdOn", BCON_DATE_TIME (10), "done", BCON_BOOL (n == 1), "updatedOn", BCON_DATE_TIME (99), "version",
          BCON_INT64 (2));
      g_autoptr (TwTaskRecord) changed = NULL;

      if (n < 3)
        put_legacy (d, n, 10, n == 1);
      else
        put (d, legacy (n, 10));
      changed = change_task (d->store, ANN, id_of (n, id), &rename, &error);
      g_assert_no_error (error);
      g_assert_cmpint (changed->version, ==, 2);
      g_assert_cmpint (changed->updated_ms, ==, 99);
      g_assert_cmpint (changed->done, ==, n == 1);
      assert_stored (d, n, expected);
    }
}

static void
test_version_of_another_type_is_counted_up (Database *d, gconstpointer data)
{
  const TaskWords finish = { .has_done = TRUE, .done = TRUE, .now_ms = 99 };
  bson_t *number = legacy (1, 10), *text = legacy (2, 10);
  g_autoptr (TwTaskRecord) first = NULL;
  g_autoptr (TwTaskRecord) second = NULL;
  char id[TW_ID_SIZE];

  BSON_APPEND_DOUBLE (number, "version", 7);
  put (d, number);
  BSON_APPEND_UTF8 (text, "version", "seven");
  put (d, text);
  first = change_task (d->store, ANN, id_of (1, id), &finish, NULL);
  second = change_task (d->store, ANN, id_of (2, id), &finish, NULL);
  g_assert_cmpint (first->version, ==, 8);
  g_assert_cmpint (second->version, ==, 2);
  g_assert_true (second->done);
}

/* Changes a task from a thread of its own. */
typedef struct
{
  pthread_t thread;
  TwTaskStore *store;
  const TaskWords *change;
  guint n;
  guint times;
  gint64 version; /* after the last change */
} Changer;

static void *
run_changer (void *data)
{
  Changer *changer = data;
  char id[TW_ID_SIZE];

  for (guint i = 0; i < changer->times; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TwTaskRecord) changed
          = change_task (changer->store, ANN, id_of (changer->n, id), changer->change, &error);

      g_assert_no_error (error);
      changer->version = changed->version;
    }
  return NULL;
}

static void
run_changers (Changer *changers, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (pthread_create (&changers[i].thread, NULL, run_changer, &changers[i]), ==, 0);
  for (guint i = 0; i < n; i++)
    pthread_join (changers[i].thread, NULL);
}

static void
test_first_changes_at_once_both_count (Database *d, gconstpointer data)
{
  const TaskWords rename = { .name = "renamed", .now_ms = 98 };
  const TaskWords finish = { .has_done = TRUE, .done = TRUE, .now_ms = 99 };

  for (guint n = 1; n <= 20; n++)
    {
      Changer changers[] = { { .store = d->store, .change = &rename, .n = n, .times = 1 },
                             { .store = d->store, .change = &finish, .n = n, .times = 1 } };
      g_autoptr (TwTaskRecord) task = NULL;
      char id[TW_ID_SIZE];

      put_legacy (d, n, 10, FALSE);
      run_changers (changers, G_N_ELEMENTS (changers));
      g_assert_cmpint (MIN (changers[0].version, changers[1].version), ==, 2);
      g_assert_cmpint (MAX (changers[0].version, changers[1].version), ==, 3);
      task = read_task (d->store, TW_DEADLINE_NONE, ANN, id_of (n, id), NULL);
      g_assert (task != NULL);
      g_assert_cmpint (task->version, ==, 3);
      g_assert_cmpstr (task->name, ==, "renamed");
      g_assert_true (task->done);
    }
}

static void
test_instances_on_one_database_lose_no_change (Database *d, gconstpointer data)
{
  const TaskWords change = { .name = "changed by many", .now_ms = 99 };
  g_autoptr (TwTaskStore) other = open_instance (d);
  g_autoptr (TwTaskRecord) task = NULL;
  Changer changers[6];
  char id[TW_ID_SIZE];

  insert (d->store, ANN, 1, 10, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (changers); i++)
    changers[i] = (Changer) { .store = i % 2 == 0 ? d->store : other, .change = &change, .n = 1, .times = 20 };
  run_changers (changers, G_N_ELEMENTS (changers));
  task = read_task (d->store, TW_DEADLINE_NONE, ANN, id_of (1, id), NULL);
  g_assert (task != NULL);
  g_assert_cmpint (task->version, ==, 1 + G_N_ELEMENTS (changers) * 20);
  /* Each sees at once what the other did. */
  insert (other, ANN, 2, 20, FALSE);
  assert_list (d->store, ANN, TW_DONE_ANY, NULL, 0, "2 1");
}

/* A document of Ann's that is not a task, at a place in her list that is hers to choose. */
static void
put_foreign (Database *d, guint n, gint64 created_ms)
{
  g_autofree char *id = g_strdup_printf ("foreign %u", n);

  put (d, BCON_NEW ("_id", BCON_UTF8 (id), "userId", BCON_UTF8 (ANN), "name", BCON_UTF8 ("not a task"), "createdOn",
                    BCON_DATE_TIME (created_ms), "done", BCON_BOOL (false)));
}

static void
test_what_is_not_a_task_is_left_out_of_pages (Database *d, gconstpointer data)
{
  TwTaskPosition position = behind (30, 3);
  bson_oid_t undated = oid_of (99);

  for (guint n = 1; n <= 5; n++)
    insert (d->store, ANN, n, n * 10, FALSE);
  for (guint n = 1; n <= 12; n++)
    put_foreign (d, n, n * 5);
  put (d, BCON_NEW ("_id", BCON_OID (&undated), "userId", BCON_UTF8 (ANN), "createdOn", BCON_UTF8 ("yesterday")));
  assert_list (d->store, ANN, TW_DONE_ANY, NULL, 0, "5 4 3 2 1");
  assert_list (d->store, ANN, TW_DONE_ANY, NULL, 1, "5");
  assert_list (d->store, ANN, TW_DONE_ANY, NULL, 3, "5 4 3");
  assert_list (d->store, ANN, TW_DONE_ANY, &position, 2, "2 1");
  assert_list (d->store, ANN, TW_OPEN_ONLY, &position, 3, "2 1");
}

static void
test_what_is_not_a_task_is_not_found (Database *d, gconstpointer data)
{
  bson_oid_t undated = oid_of (1);
  g_autoptr (TwBson) document = BCON_NEW ("_id", BCON_OID (&undated), "userId", BCON_UTF8 (ANN), "createdOn",
                                          BCON_UTF8 ("yesterday"), "version", BCON_INT32 (1));
  char id[TW_ID_SIZE];

  put (d, bson_copy (document));
  assert_nothing_there (d->store, ANN, id_of (1, id));
  assert_stored (d, 1, document);
}

static void
assert_by_name (Database *d, gboolean backwards, guint limit, const char *expected)
{
  const TwTaskQuery query = { .user_id = ANN, .order = { TW_TASK_BY_NAME, backwards }, .limit = limit };
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (read_tasks (d->store, TW_DEADLINE_NONE, &query, note_row, list, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (list->str, ==, expected);
}

/* A minute at least, which only what never comes needs. */
#define LOOKS 6000

static gint64
count_documents (Database *d, bson_t *filter)
{
  bson_error_t why;
  const gint64 n = mongoc_collection_count_documents (d->tasks, filter, NULL, NULL, NULL, &why);

  if (n < 0)
    g_error ("%s", why.message);
  return n;
}

/* Waits until @n documents fit @filter, which it frees. */
static void
wait_for (Database *d, bson_t *filter, gint64 n)
{
  for (guint i = 0; i < LOOKS && count_documents (d, filter) != n; i++)
    g_usleep (10000);
  g_assert_cmpint (count_documents (d, filter), ==, n);
  bson_destroy (filter);
}

static void
insert_named (Database *d, guint n, const char *name)
{
  char id[TW_ID_SIZE];
  const TwTaskRecord task = { .has = TASK_WHOLE, .id = id_of (n, id), .user_id = ANN, .name = name, .created_ms = n,
                              .updated_ms = n, .version = 1 };
  g_autoptr (GError) error = NULL;

  g_free (insert_record (d->store, &task, &error));
  g_assert_no_error (error);
}

/* Old ones have no key, until somebody asks for that order; what is no task stays as it is. */
static void
test_old_names_are_in_order (Database *d, gconstpointer data)
{
  static const char *const names[] = { "Delta", "\xc3\xa4hre", "bravo", "Echo" };
  bson_oid_t nameless = oid_of (9), numbered = oid_of (10);

  for (guint n = 1; n <= G_N_ELEMENTS (names); n++)
    {
      bson_oid_t id = oid_of (n);

      put (d, BCON_NEW ("_id", BCON_OID (&id), "userId", BCON_UTF8 (ANN), "name", BCON_UTF8 (names[n - 1]), "createdOn",
                        BCON_DATE_TIME (n), "done", BCON_BOOL (n % 2 == 0)));
    }
  put (d, BCON_NEW ("_id", BCON_OID (&nameless), "userId", BCON_UTF8 (ANN), "createdOn", BCON_DATE_TIME (9)));
  put (d, BCON_NEW ("_id", BCON_OID (&numbered), "userId", BCON_UTF8 (ANN), "createdOn", BCON_DATE_TIME (10), "name",
                    BCON_DOUBLE (5)));
  put_foreign (d, 1, 5);
  insert_named (d, 5, "Charlie");
  for (guint i = 0; i < 2; i++)
    {
      assert_by_name (d, FALSE, 50, "10 9 2 3 5 1 4");
      assert_by_name (d, TRUE, 50, "4 1 5 3 2 10 9");
      assert_by_name (d, FALSE, 3, "10 9 2");
      wait_for (d, BCON_NEW ("userId", BCON_UTF8 (ANN), "nameFolded", "{", "$exists", BCON_BOOL (true), "}"), 7);
    }
  wait_for (d, BCON_NEW ("_id", BCON_UTF8 ("foreign 1"), "nameFolded", "{", "$exists", BCON_BOOL (false), "}"), 1);
  wait_for (d, BCON_NEW ("nameFolded", BCON_UTF8 ("ahre"), "version", "{", "$exists", BCON_BOOL (false), "}"), 1);
}

/* Waits until @n documents fit @filter, which it frees, and reads a page each time: one that finds a wrong name while the
 * last one is still being mended does not hand it on. */
static void
read_until (Database *d, gboolean backwards, guint limit, const char *expected, bson_t *filter, gint64 n)
{
  for (guint i = 0; i < LOOKS && count_documents (d, filter) != n; i++)
    {
      assert_by_name (d, backwards, limit, expected);
      g_usleep (10000);
    }
  g_assert_cmpint (count_documents (d, filter), ==, n);
  bson_destroy (filter);
}

/* Somebody else has changed a name, and not the key: it is found out, and mended. */
static void
test_name_with_another_ones_key (Database *d, gconstpointer data)
{
  bson_oid_t id = oid_of (2);
  g_autoptr (TwBson) which = BCON_NEW ("_id", BCON_OID (&id));
  g_autoptr (TwBson) change = BCON_NEW ("$set", "{", "name", BCON_UTF8 ("Zulu"), "}");
  bson_error_t why;

  insert_named (d, 1, "Alfa");
  insert_named (d, 2, "Bravo");
  insert_named (d, 3, "Charlie");
  assert_by_name (d, FALSE, 50, "1 2 3");
  if (!mongoc_collection_update_one (d->tasks, which, change, NULL, NULL, &why))
    g_error ("%s", why.message);
  read_until (d, FALSE, 50, "1 3 2", BCON_NEW ("nameFolded", BCON_UTF8 ("zulu")), 1);
  assert_by_name (d, FALSE, 50, "1 3 2");
  assert_by_name (d, TRUE, 1, "2");
  /* Backwards, where what follows is read by the name that was read. */
  g_clear_pointer (&change, bson_destroy);
  change = BCON_NEW ("$set", "{", "name", BCON_UTF8 ("Alfa"), "}");
  if (!mongoc_collection_update_one (d->tasks, which, change, NULL, NULL, &why))
    g_error ("%s", why.message);
  read_until (d, TRUE, 1, "3", BCON_NEW ("nameFolded", BCON_UTF8 ("alfa")), 2);
  assert_by_name (d, TRUE, 3, "3 2 1");
}

/* More than one page of a list without a limit, with what is not a task in between, and many of one moment. */
static void
test_list_of_all_goes_over_pages (Database *d, gconstpointer data)
{
  g_autoptr (GPtrArray) documents = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);
  g_autoptr (GString) list = g_string_new (NULL), expected = g_string_new (NULL);
  bson_error_t why;

  for (guint n = 0; n < 2100; n++)
    {
      bson_t *document = legacy (n, n / 500);

      if (n % 10 == 3)
        {
          bson_destroy (document);
          document = BCON_NEW ("_id", BCON_INT32 ((gint32) n), "userId", BCON_UTF8 (ANN), "createdOn",
                               BCON_DATE_TIME (n / 500));
        }
      g_ptr_array_add (documents, document);
    }
  if (!mongoc_collection_insert_many (d->tasks, (gpointer) documents->pdata, documents->len, NULL, NULL, &why))
    g_error ("%s", why.message);
  for (guint n = 2100; n-- > 0;)
    if (n % 10 != 3)
      g_string_append_printf (expected, "%s%u", expected->len > 0 ? " " : "", n);
  g_assert_true (list_tasks (d->store, ANN, TW_DONE_ANY, NULL, 0, note_row, list, NULL));
  g_assert_cmpstr (list->str, ==, expected->str);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (Database *d, gconstpointer data);
  } cases[] = {
    { "layout-is-the-one-that-is-promised", test_layout_is_the_one_that_is_promised },
    { "legacy-documents-are-served-as-they-stand", test_legacy_documents_are_served_as_they_stand },
    { "filter-knows-every-form-of-done", test_filter_knows_every_form_of_done },
    { "first-change-sets-what-is-missing", test_first_change_sets_what_is_missing },
    { "version-of-another-type-is-counted-up", test_version_of_another_type_is_counted_up },
    { "first-changes-at-once-both-count", test_first_changes_at_once_both_count },
    { "instances-on-one-database-lose-no-change", test_instances_on_one_database_lose_no_change },
    { "what-is-not-a-task-is-left-out-of-pages", test_what_is_not_a_task_is_left_out_of_pages },
    { "what-is-not-a-task-is-not-found", test_what_is_not_a_task_is_not_found },
    { "old-names-are-in-order", test_old_names_are_in_order },
    { "name-with-another-ones-key", test_name_with_another_ones_key },
    { "list-of-all-goes-over-pages", test_list_of_all_goes_over_pages },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/task-store-mongo/%s", cases[i].path);

      g_test_add (path, Database, NULL, set_up, cases[i].run, tear_down);
    }
  return g_test_run ();
}
