/* SPDX-License-Identifier: Apache-2.0 */

#include "mongo-task-store.h"
#include "task-store-fixture.h"
#include "tw-error.h"
#include "tw-mongo-place.h"
#include "tw-record-dump.h"
#include "tw-task-dump.h"
#include "tw-task-store-sqlite.h"
#include "tw-temporary-folder.h"

#include <string.h>

#define N_TASKS 7

static void
fill (TwTaskStore *store)
{
  g_assert_nonnull (store);
  for (guint n = 0; n < N_TASKS; n++)
    insert (store, n % 2 == 0 ? ANN : BOB, n * 37 % 10 + n * 10, 1000 - n, n % 3 == 0);
  tw_task_store_free (store);
}

static TwDump *
open_dump (const char *place, TwDumpRole role)
{
  g_autoptr (GError) error = NULL;
  TwDump *dump = tw_task_dump_mongo_open (place, role, &error);

  g_assert_no_error (error);
  return dump;
}

static GPtrArray *
read_records (TwDump *dump, GVariant *after, guint limit)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *records = dump->klass->read (dump, &dump->sections[0], after, limit, &error);

  g_assert_no_error (error);
  return records;
}

static void
write_records (TwDump *dump, GPtrArray *records)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (dump->klass->write (dump, &dump->sections[0], records, &error));
  g_assert_no_error (error);
}

static GVariant *
last_record (TwDump *dump)
{
  g_autoptr (GError) error = NULL;
  GVariant *last = NULL;

  g_assert_true (dump->klass->last (dump, &dump->sections[0], &last, &error));
  g_assert_no_error (error);
  return last;
}

static void
assert_count (TwDump *dump, guint64 expected)
{
  g_autoptr (GError) error = NULL;
  guint64 n = 0;

  g_assert_true (dump->klass->count (dump, &dump->sections[0], &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, expected);
}

static void
finish_dump (TwDump *dump)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (dump->klass->finish (dump, &error));
  g_assert_no_error (error);
}

static void
assert_same_records (GPtrArray *one, GPtrArray *other)
{
  g_assert_cmpuint (one->len, ==, other->len);
  for (guint i = 0; i < one->len; i++)
    {
      GVariant *a = one->pdata[i], *b = other->pdata[i];

      g_assert_cmpstr (g_variant_get_type_string (a), ==, TW_TASK_PACKED);
      g_assert_true (g_variant_is_normal_form (a));
      g_assert_cmpmem (g_variant_get_data (a), g_variant_get_size (a), g_variant_get_data (b), g_variant_get_size (b));
    }
}

/* Three by three, as a copy goes on behind the last one that it has. */
static void
copy (TwDump *source, TwDump *target, guint at_most)
{
  g_autoptr (GVariant) last = last_record (target);

  for (guint copied = 0; copied < at_most;)
    {
      g_autoptr (GPtrArray) batch = read_records (source, last, MIN (3, at_most - copied));

      if (batch->len == 0)
        return;
      write_records (target, batch);
      copied += batch->len;
      g_clear_pointer (&last, g_variant_unref);
      last = g_variant_ref (batch->pdata[batch->len - 1]);
    }
}

static void
test_what_is_read_is_written (void)
{
  TW_AUTO_MONGO_PLACE char *from = tw_mongo_place_new ();
  TW_AUTO_MONGO_PLACE char *to = tw_mongo_place_new ();
  g_autoptr (TwDump) source = NULL;
  g_autoptr (TwDump) target = open_dump (to, TW_DUMP_TARGET);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GPtrArray) copied = NULL;
  g_autoptr (GVariant) last = NULL;
  g_autoptr (TwTaskStore) store = NULL;

  fill (mongo_task_store_open (from, NULL));
  source = open_dump (from, TW_DUMP_SOURCE);
  g_assert_null (last_record (target));
  assert_count (target, 0);
  assert_count (source, N_TASKS);
  copy (source, target, G_MAXUINT);
  assert_count (target, N_TASKS);
  records = read_records (source, NULL, 100);
  copied = read_records (target, NULL, 100);
  g_assert_cmpuint (records->len, ==, N_TASKS);
  assert_same_records (records, copied);
  last = last_record (target);
  g_assert_true (g_variant_equal (last, records->pdata[N_TASKS - 1]));
  finish_dump (target);
  g_clear_pointer (&target, tw_dump_free);
  store = mongo_task_store_open (to, NULL);
  g_assert_nonnull (store);
  g_assert_cmpuint (count_tasks (store, ANN) + count_tasks (store, BOB), ==, N_TASKS);
}

static void
test_copy_that_was_broken_off_is_resumed (void)
{
  TW_AUTO_MONGO_PLACE char *from = tw_mongo_place_new ();
  TW_AUTO_MONGO_PLACE char *to = tw_mongo_place_new ();
  g_autoptr (TwDump) source = NULL;
  g_autoptr (TwDump) target = open_dump (to, TW_DUMP_TARGET);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GPtrArray) copied = NULL;

  fill (mongo_task_store_open (from, NULL));
  source = open_dump (from, TW_DUMP_SOURCE);
  copy (source, target, 4);
  g_clear_pointer (&target, tw_dump_free);
  target = open_dump (to, TW_DUMP_TARGET);
  assert_count (target, 4);
  copy (source, target, G_MAXUINT);
  finish_dump (target);
  records = read_records (source, NULL, 100);
  copied = read_records (target, NULL, 100);
  assert_same_records (records, copied);
}

/* Half of the data would be taken for all of it. */
static void
test_copy_that_was_broken_off_is_no_source (void)
{
  TW_AUTO_MONGO_PLACE char *from = tw_mongo_place_new ();
  TW_AUTO_MONGO_PLACE char *to = tw_mongo_place_new ();
  g_autoptr (TwDump) source = NULL;
  g_autoptr (TwDump) target = open_dump (to, TW_DUMP_TARGET);
  g_autoptr (GError) error = NULL;

  fill (mongo_task_store_open (from, NULL));
  source = open_dump (from, TW_DUMP_SOURCE);
  copy (source, target, 4);
  g_clear_pointer (&target, tw_dump_free);
  g_assert_null (tw_task_dump_mongo_open (to, TW_DUMP_SOURCE, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);

  target = open_dump (to, TW_DUMP_TARGET);
  copy (source, target, G_MAXUINT);
  finish_dump (target);
  g_clear_pointer (&target, tw_dump_free);
  target = open_dump (to, TW_DUMP_SOURCE);
  assert_count (target, N_TASKS);
}

static void
test_copy_that_was_broken_off_is_cleared (void)
{
  TW_AUTO_MONGO_PLACE char *from = tw_mongo_place_new ();
  TW_AUTO_MONGO_PLACE char *to = tw_mongo_place_new ();
  g_autoptr (TwDump) source = NULL;
  g_autoptr (TwDump) target = open_dump (to, TW_DUMP_TARGET);
  g_autoptr (GError) error = NULL;

  fill (mongo_task_store_open (from, NULL));
  source = open_dump (from, TW_DUMP_SOURCE);
  copy (source, target, 4);
  g_assert_true (target->klass->clear (target, &error));
  g_assert_no_error (error);
  g_assert_null (last_record (target));
  assert_count (target, 0);
}

static void
test_records_are_those_of_sqlite (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  TW_AUTO_MONGO_PLACE char *place = tw_mongo_place_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (TwDump) mongo = NULL;
  g_autoptr (TwDump) sqlite = NULL;
  g_autoptr (GPtrArray) ours = NULL;
  g_autoptr (GPtrArray) theirs = NULL;

  fill (mongo_task_store_open (place, NULL));
  fill (tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, NULL));
  mongo = open_dump (place, TW_DUMP_SOURCE);
  sqlite = tw_task_dump_sqlite_open (path, TW_DUMP_SOURCE, NULL);
  g_assert_nonnull (sqlite);
  ours = read_records (mongo, NULL, 100);
  theirs = read_records (sqlite, NULL, 100);
  g_assert_cmpuint (ours->len, ==, N_TASKS);
  assert_same_records (ours, theirs);
}

/* More than is written in one operation. */
static void
test_many_are_written_in_parts (void)
{
  TW_AUTO_MONGO_PLACE char *to = tw_mongo_place_new ();
  g_autoptr (TwDump) target = open_dump (to, TW_DUMP_TARGET);
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GPtrArray) copied = NULL;

  for (guint n = 0; n < 2500; n++)
    {
      char id[TW_ID_SIZE];
      const TwTaskRecord task = { .has = TASK_WHOLE, .id = id_of (n, id), .user_id = ANN, .name = "a name",
                                  .created_ms = n, .updated_ms = n, .version = 1, .done = n % 2 == 0 };

      g_ptr_array_add (records, g_variant_ref_sink (tw_record_dump_pack (&tw_task_type, &task)));
    }
  write_records (target, records);
  assert_count (target, 2500);
  copied = read_records (target, NULL, 3000);
  assert_same_records (records, copied);
}

static void
test_record_that_is_there_already_is_conflict (void)
{
  TW_AUTO_MONGO_PLACE char *from = tw_mongo_place_new ();
  TW_AUTO_MONGO_PLACE char *to = tw_mongo_place_new ();
  g_autoptr (TwDump) source = NULL;
  g_autoptr (TwDump) target = open_dump (to, TW_DUMP_TARGET);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;

  fill (mongo_task_store_open (from, NULL));
  source = open_dump (from, TW_DUMP_SOURCE);
  records = read_records (source, NULL, 2);
  write_records (target, records);
  g_assert_false (target->klass->write (target, &target->sections[0], records, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  assert_count (target, 2);
}

static void
put (mongoc_collection_t *tasks, bson_t *document)
{
  bson_error_t why;

  if (!mongoc_collection_insert_one (tasks, document, NULL, NULL, &why))
    g_error ("%s", why.message);
  bson_destroy (document);
}

/* At the start, in between and at the end. */
static void
test_what_is_not_a_task_is_left_out (void)
{
  TW_AUTO_MONGO_PLACE char *place = tw_mongo_place_new ();
  mongoc_client_t *client = tw_mongo_place_client (place);
  mongoc_database_t *database = mongoc_client_get_default_database (client);
  mongoc_collection_t *tasks = mongoc_database_get_collection (database, TW_TASK_COLLECTION);
  g_autoptr (TwDump) source = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GPtrArray) rest = NULL;
  g_autoptr (GVariant) last = NULL;

  fill (mongo_task_store_open (place, NULL));
  for (guint n = 0; n < 100; n += 11)
    {
      char text[TW_ID_SIZE];
      bson_oid_t id;

      bson_oid_init_from_string (&id, id_of (500 - n * 5, text));
      put (tasks, BCON_NEW ("_id", BCON_OID (&id), "userId", BCON_INT32 (5), "createdOn", BCON_DATE_TIME (5)));
    }
  put (tasks, BCON_NEW ("_id", BCON_INT32 (5), "userId", BCON_UTF8 (ANN), "createdOn", BCON_DATE_TIME (5)));
  put (tasks, BCON_NEW ("_id", BCON_DATE_TIME (6), "userId", BCON_UTF8 (ANN), "createdOn", BCON_DATE_TIME (5)));
  source = open_dump (place, TW_DUMP_SOURCE);
  assert_count (source, N_TASKS);
  records = read_records (source, NULL, 3);
  g_assert_cmpuint (records->len, ==, 3);
  rest = read_records (source, records->pdata[2], 100);
  g_assert_cmpuint (rest->len, ==, N_TASKS - 3);
  last = last_record (source);
  g_assert_true (g_variant_equal (last, rest->pdata[rest->len - 1]));
  mongoc_collection_destroy (tasks);
  mongoc_database_destroy (database);
  mongoc_client_destroy (client);
}

/* What is left of them is nobody's, and no document that somebody has broken. */
static void
test_removed_tasks_and_the_log_stay_behind (void)
{
  TW_AUTO_MONGO_PLACE char *from = tw_mongo_place_new ();
  TW_AUTO_MONGO_PLACE char *to = tw_mongo_place_new ();
  TwTaskStore *store = mongo_task_store_open (from, NULL);
  g_autoptr (TwDump) source = NULL;
  g_autoptr (TwDump) target = NULL;
  g_autoptr (GError) error = NULL;
  TwCommitLog log;
  char id[TW_ID_SIZE];

  for (guint n = 1; n <= 3; n++)
    insert (store, ANN, n, n, FALSE);
  for (guint n = 1; n <= 3; n += 2)
    {
      remove_task (store, ANN, id_of (n, id), &error);
      g_assert_no_error (error);
    }
  tw_task_store_free (store);
  source = open_dump (from, TW_DUMP_SOURCE);
  target = open_dump (to, TW_DUMP_TARGET);
  assert_count (source, 1);
  copy (source, target, G_MAXUINT);
  assert_count (target, 1);
  finish_dump (target);
  g_clear_pointer (&target, tw_dump_free);
  store = mongo_task_store_open (to, NULL);
  g_assert (store != NULL);
  tw_commits_log (store->commits, TW_DEADLINE_NONE, ANN, 0, &log, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (log.newest, ==, 0);
  remove_task (store, ANN, id_of (2, id), &error);
  g_assert_no_error (error);
  tw_task_store_free (store);
  /* Nothing is there to be seen, but a log that goes on. */
  g_assert_null (tw_task_dump_mongo_open (to, TW_DUMP_TARGET, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
}

static void
test_target_that_a_service_holds_is_refused (void)
{
  TW_AUTO_MONGO_PLACE char *place = tw_mongo_place_new ();
  g_autoptr (TwTaskStore) store = mongo_task_store_open (place, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (store);
  g_assert_null (tw_task_dump_mongo_open (place, TW_DUMP_TARGET, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task-dump-mongo/what-is-read-is-written", test_what_is_read_is_written);
  g_test_add_func ("/task-dump-mongo/copy-that-was-broken-off-is-resumed", test_copy_that_was_broken_off_is_resumed);
  g_test_add_func ("/task-dump-mongo/copy-that-was-broken-off-is-no-source",
                   test_copy_that_was_broken_off_is_no_source);
  g_test_add_func ("/task-dump-mongo/copy-that-was-broken-off-is-cleared", test_copy_that_was_broken_off_is_cleared);
  g_test_add_func ("/task-dump-mongo/records-are-those-of-sqlite", test_records_are_those_of_sqlite);
  g_test_add_func ("/task-dump-mongo/many-are-written-in-parts", test_many_are_written_in_parts);
  g_test_add_func ("/task-dump-mongo/record-that-is-there-already-is-conflict",
                   test_record_that_is_there_already_is_conflict);
  g_test_add_func ("/task-dump-mongo/what-is-not-a-task-is-left-out", test_what_is_not_a_task_is_left_out);
  g_test_add_func ("/task-dump-mongo/removed-tasks-and-the-log-stay-behind",
                   test_removed_tasks_and_the_log_stay_behind);
  g_test_add_func ("/task-dump-mongo/target-that-a-service-holds-is-refused",
                   test_target_that_a_service_holds_is_refused);
  return g_test_run ();
}
