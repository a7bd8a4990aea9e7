/* SPDX-License-Identifier: Apache-2.0 */

/* What somebody hears of changes that a service has died of: they stand in the log, and not in the records yet. */

#include "list-waits.h"
#include "mongo-task-store.h"
#include "task-store-fixture.h"
#include "tw-changes.h"
#include "tw-list-service.h"
#include "tw-mongo-place.h"

#include <string.h>

static const TwCallContext no_context = { .deadline_ms = TW_DEADLINE_NONE };

typedef struct
{
  char *place;
  mongoc_client_t *client;
  TwTaskStore *store;
  TwClock *clock;
  TwListService *lists;
} Database;

static void
set_up (Database *d, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  d->place = tw_mongo_place_new ();
  d->client = tw_mongo_place_client (d->place);
  d->store = mongo_task_store_open (d->place, &error);
  g_assert_no_error (error);
  d->clock = tw_clock_new_fixed (1700000000000);
  d->lists = tw_list_service_new (d->store, d->clock, NULL);
}

static void
tear_down (Database *d, gconstpointer data)
{
  tw_list_service_free (d->lists);
  tw_clock_free (d->clock);
  tw_task_store_free (d->store);
  mongoc_client_destroy (d->client);
  tw_mongo_place_clear (&d->place);
}

static mongoc_collection_t *
collection_of (Database *d, const char *name)
{
  mongoc_database_t *database = mongoc_client_get_default_database (d->client);
  mongoc_collection_t *collection = mongoc_database_get_collection (database, name);

  mongoc_database_destroy (database);
  return collection;
}

static bson_t *
task_filter (guint n)
{
  char text[TW_ID_SIZE];
  bson_oid_t id;

  bson_oid_init_from_string (&id, id_of (n, text));
  return BCON_NEW ("_id", BCON_OID (&id));
}

/* The document of the task @n. */
static bson_t *
stored (Database *d, guint n)
{
  g_autoptr (TwMongoCollection) tasks = collection_of (d, TW_TASK_COLLECTION);
  g_autoptr (TwBson) filter = task_filter (n);
  g_autoptr (TwMongoCursor) cursor = mongoc_collection_find_with_opts (tasks, filter, NULL, NULL);
  const bson_t *document;

  g_assert_true (mongoc_cursor_next (cursor, &document));
  return bson_copy (document);
}

/* As it is while the newest of @user_id's commits is in the log alone: it was the one that changed the task @n, which was
 * @before. */
static void
unsettle (Database *d, const char *user_id, guint n, const bson_t *before)
{
  g_autoptr (TwMongoCollection) tasks = collection_of (d, TW_TASK_COLLECTION), commits = collection_of (d, "commits");
  g_autofree char *id = g_strconcat ("head:", user_id, NULL);
  g_autoptr (TwBson) task = task_filter (n), head = BCON_NEW ("_id", BCON_UTF8 (id));
  g_autoptr (TwBson) update = BCON_NEW ("$set", "{", "settled", BCON_INT64 (0), "}");
  bson_error_t why;

  if (!mongoc_collection_replace_one (tasks, task, before, NULL, NULL, &why)
      || !mongoc_collection_update_one (commits, head, update, NULL, NULL, &why))
    g_error ("%s", why.message);
}

/* The tasks of an answer for @user_id since *@token, which becomes its own, by their numbers. */
static char *
ask (Database *d, const char *user_id, char **token)
{
  g_auto (TwSyncChanges) changes = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  tw_changes_read (d->store, &no_context, user_id, *token, 200, &changes, &error);
  g_assert_no_error (error);
  g_assert_false (changes.more);
  for (guint i = 0; i < changes.changes->len; i++)
    {
      const TwSyncChange *change = changes.changes->pdata[i];

      if (change->kind == TW_SYNC_TASK)
        g_string_append_printf (text, "%c%d", change->record != NULL ? '+' : '-', (int) g_ascii_strtoll (change->id, NULL, 10));
    }
  g_free (*token);
  *token = g_steal_pointer (&changes.token);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_told (Database *d, const char *user_id, char **token, const char *expected)
{
  g_autofree char *text = ask (d, user_id, token);

  g_assert_cmpstr (text, ==, expected);
}

static void
remove_and_unsettle (Database *d, const char *user_id, guint n)
{
  g_autoptr (TwBson) before = stored (d, n);
  g_autoptr (GError) error = NULL;
  char id[TW_ID_SIZE];

  remove_task (d->store, user_id, id_of (n, id), &error);
  g_assert_no_error (error);
  unsettle (d, user_id, n, before);
}

static void
test_first_load (Database *d, gconstpointer data)
{
  g_autofree char *token = NULL;

  insert (d->store, ANN, 1, 10, FALSE);
  insert (d->store, ANN, 2, 20, FALSE);
  remove_and_unsettle (d, ANN, 1);
  assert_told (d, ANN, &token, "+2");
  assert_told (d, ANN, &token, "");
}

static void
test_update (Database *d, gconstpointer data)
{
  g_autofree char *token = NULL;

  insert (d->store, ANN, 1, 10, FALSE);
  assert_told (d, ANN, &token, "+1");
  remove_and_unsettle (d, ANN, 1);
  assert_told (d, ANN, &token, "-1");
  assert_told (d, ANN, &token, "");
}

/* A public list of BOB's. */
static char *
make_list (Database *d)
{
  const TwSharedListRecord said = { .has = TW_SHARED_LIST_HAS_NAME | TW_SHARED_LIST_HAS_IS_PUBLIC, .name = "a list",
                                    .is_public = TRUE };
  g_autoptr (TwSharedListRecord) list = NULL;
  g_autoptr (GError) error = NULL;
  ListWait wait;
  const TwListCaller caller = list_writer (&wait, BOB);

  tw_list_service_create (d->lists, &caller, &said);
  list = list_write_wait (&wait, &error);
  g_assert_no_error (error);
  return g_strdup (list->id);
}

static void
join (Database *d, const char *list_id)
{
  g_autoptr (TwSharedListRecord) joined = NULL;
  g_autoptr (GError) error = NULL;
  ListWait wait;
  const TwListCaller caller = list_writer (&wait, ANN);

  tw_list_service_join (d->lists, &caller, list_id, "Ann");
  joined = list_write_wait (&wait, &error);
  g_assert_no_error (error);
}

static void
insert_into (Database *d, const char *list_id, guint n)
{
  char id[TW_ID_SIZE];
  const TwTaskRecord task = { .has = TASK_WHOLE | TW_TASK_HAS_LIST_ID, .id = id_of (n, id), .user_id = BOB,
                              .list_id = list_id, .name = "a name", .created_ms = n, .updated_ms = n, .version = 1 };
  g_autoptr (GError) error = NULL;

  g_free (insert_record (d->store, &task, &error));
  g_assert_no_error (error);
}

static void
test_list_that_was_joined (Database *d, gconstpointer data)
{
  g_autofree char *list_id = make_list (d), *token = NULL;

  assert_told (d, ANN, &token, "");
  insert_into (d, list_id, 1);
  insert_into (d, list_id, 2);
  join (d, list_id);
  remove_and_unsettle (d, BOB, 1);
  assert_told (d, ANN, &token, "+2");
  assert_told (d, ANN, &token, "");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Database *d, gconstpointer data);
  } cases[] = {
    { "/changes-mongo/first-load", test_first_load },
    { "/changes-mongo/update", test_update },
    { "/changes-mongo/list-that-was-joined", test_list_that_was_joined },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].name, Database, NULL, set_up, cases[i].run, tear_down);
  return g_test_run ();
}
