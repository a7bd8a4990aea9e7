/* SPDX-License-Identifier: Apache-2.0 */

/* Out of one database, into another, and what the store makes of it then. */

#include "mongo-scene.h"

#include "mongo-account-store.h"
#include "tw-account-dump.h"
#include "tw-error.h"
#include "tw-mongo-place.h"
#include "tw-temporary-folder.h"

#define N_SECTIONS 7
#define SESSION_3 "000000000000000000000003"
#define SESSION_4 "000000000000000000000004"

static TwDump *
open_dump (const char *uri, TwDumpRole role)
{
  g_autoptr (GError) error = NULL;
  TwDump *dump = tw_account_dump_mongo_open (uri, role, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (dump->n_sections, ==, N_SECTIONS);
  return dump;
}

/* All of a section, in steps of @step records. */
static GPtrArray *
read_all (TwDump *dump, const TwDumpSection *section, guint step)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GError) error = NULL;

  for (;;)
    {
      GVariant *last = all->len > 0 ? g_ptr_array_index (all, all->len - 1) : NULL;
      g_autoptr (GPtrArray) some = dump->klass->read (dump, section, last, step, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (some->len, <=, step);
      for (guint i = 0; i < some->len; i++)
        {
          g_assert_true (g_variant_is_of_type (some->pdata[i], G_VARIANT_TYPE (section->type)));
          g_assert_true (g_variant_is_normal_form (some->pdata[i]));
          g_ptr_array_add (all, g_variant_ref (some->pdata[i]));
        }
      if (some->len == 0)
        return all;
    }
}

static char *
print_all (GPtrArray *records)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < records->len; i++)
    {
      g_autofree char *line = g_variant_print (records->pdata[i], FALSE);

      g_string_append_printf (text, "%s\n", line);
    }
  return g_string_free (text, FALSE);
}

static void
write_some (TwDump *dump, const TwDumpSection *section, GPtrArray *records, guint first, guint n)
{
  g_autoptr (GPtrArray) some = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = first; i < first + n; i++)
    g_ptr_array_add (some, records->pdata[i]);
  g_assert_true (dump->klass->write (dump, section, some, &error));
  g_assert_no_error (error);
}

static void
assert_last (TwDump *dump, const TwDumpSection *section, GVariant *expected)
{
  g_autoptr (GVariant) last = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (dump->klass->last (dump, section, &last, &error));
  g_assert_no_error (error);
  if (expected == NULL)
    g_assert_null (last);
  else
    g_assert_cmpvariant (last, expected);
}

static void
assert_count (TwDump *dump, const TwDumpSection *section, guint64 expected)
{
  g_autoptr (GError) error = NULL;
  guint64 n;

  g_assert_true (dump->klass->count (dump, section, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, expected);
}

static void
put_old_token (Scene *scene, guint8 number, gboolean used)
{
  g_autofree char *hash = hash_json (number);

  scene_put (scene, "tokens",
             "{\"_id\": %s, \"sessionId\": \"" SESSION_4 "\","
             " \"expiresOn\": {\"$date\": {\"$numberLong\": \"1792592000000\"}}}",
             hash);
  if (used)
    scene_put (scene, "uses", "{\"_id\": %s, \"expiresOn\": {\"$date\": {\"$numberLong\": \"1792592000000\"}}}", hash);
}

static const TwAttempt failed = { .account = { 1 }, .origin = { 2 } },
                       succeeded = { .account = { 1 }, .origin = { 3 } };

static void
try_to_sign_in (Fixture *store)
{
  Wait wait;

  for (guint i = 0; i < 2; i++)
    {
      wait_begin (&wait);
      tw_account_store_add_failure (store->store, TW_DEADLINE_NONE, &failed, i > 0, NOW + i, wait_done, &wait);
      wait_ok (&wait);
    }
  wait_begin (&wait);
  tw_account_store_add_origin (store->store, TW_DEADLINE_NONE, &succeeded, NOW, wait_done, &wait);
  wait_ok (&wait);
}

/* As if Ann had been made with an Idempotency-Key, of which the hashes are noughts. */
static void
give_key (Scene *scene)
{
  const guint8 noughts[sizeof (TwSignupKey)] = { 0 };
  g_autofree char *base64 = g_base64_encode (noughts, sizeof noughts);
  g_autofree char *update = g_strdup_printf ("{\"$set\": {\"signupKey\": {\"$binary\": {\"base64\": \"%s\","
                                             " \"subType\": \"00\"}}, \"signupSession\": \"" SESSION_1 "\"}}",
                                             base64);

  scene_set (scene, "accounts", "{\"_id\": \"" ANN "\"}", update);
}

/* Ann with three sessions: one was refreshed ten times, one has ended, one is of the first version; Bob with one. */
static void
live (Scene *scene)
{
  Fixture *store = &scene->instances[0];
  TwSessionRecord second = session_of (ANN, SESSION_2), fourth = session_of (ANN, SESSION_4);
  TwAccountKey key;

  g_assert_true (tw_account_store_key (store->store, TW_DEADLINE_NONE, &key, NULL));
  try_to_sign_in (store);
  insert_ann (store);
  give_key (scene);
  g_assert_no_error (insert (store, BOB, "bob@example.org", SESSION_3, 60));
  for (guint8 i = 1; i <= 10; i++)
    g_assert_cmpint (rotate (store, i, i + 1), ==, TW_ROTATED);
  open_session (store, &second, token (50, NOW + DAY_MS));
  end_session_at (store, ANN, SESSION_2, NOW);
  open_session (store, &fourth, token (70, NOW + DAY_MS));
  scene_set (scene, "sessions", "{\"_id\": \"" SESSION_4 "\"}", "{\"$unset\": {\"token\": \"\"}}");
  for (guint8 i = 80; i < 84; i++)
    put_old_token (scene, i, i < 82);
}

/* What signing up and ending leave where they stop half-way. */
static void
leave_half_done (Scene *scene)
{
  Fixture *store = &scene->instances[0];
  TwSessionRecord orphan = session_of ("00000000000000000000000c", "0000000000000000000000ff"),
                  ended = session_of (ANN, "000000000000000000000000");

  open_session (store, &orphan, token (71, NOW + DAY_MS));
  open_session (store, &ended, token (72, NOW + DAY_MS));
  scene_put (scene, "revocations",
             "{\"_id\": {\"$numberLong\": \"1790000000001\"}, \"after\": {\"$numberLong\": \"1790000000000\"},"
             " \"sessionId\": \"000000000000000000000000\", \"expiresS\": {\"$numberLong\": \"1790086401\"}}");
}

/* @bytes, 32 of them, as GVariant prints them. */
static char *
bytes_text (const guint8 bytes[32])
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, 32, 1));

  return g_variant_print (variant, FALSE);
}

/* The hash of a token. */
static char *
hash_text (guint8 number)
{
  const TwRefreshRecord record = token (number, 0);

  return bytes_text (record.hash);
}

static void
test_records (void)
{
  static const char revocations[] = "(1790000000000, '" SESSION_2 "', 1790086401)\n"
                                    "(1790000000001, '000000000000000000000000', 1790086401)\n";
  const guint8 noughts[sizeof (TwSignupKey)] = { 0 };
  g_autofree char *key = bytes_text (noughts);
  g_autofree char *accounts
      = g_strdup_printf ("('" ANN "', 'ann@example.org', nothing, 'the hash', 1790000000000, %s, '" SESSION_1 "')\n"
                         "('" BOB "', 'bob@example.org', nothing, 'the hash', 1790000000000, nothing, nothing)\n",
                         key);
  g_autofree char *last = hash_text (11), *before = hash_text (10), *first = hash_text (60);
  g_autofree char *sessions =
    g_strdup_printf ("('" SESSION_1 "', '" ANN "', 1790000000000, 1797776000000, 1792592000000, %s, %s)\n"
                     "('" SESSION_3 "', '" BOB "', 1790000000000, 1797776000000, 1792592000000, %s, nothing)\n"
                     "('" SESSION_4 "', '" ANN "', 1790000000000, 1797776000000, 1790086400000, nothing, nothing)\n",
                     last, before, first);
  const char *const expected[N_SECTIONS] = { accounts, NULL, sessions, NULL, NULL, NULL, revocations };
  const guint counts[N_SECTIONS] = { 2, 1, 3, 4, 2, 1, 2 };
  g_autoptr (Scene) scene = scene_new (1);
  g_autoptr (TwDump) dump = NULL;

  live (scene);
  leave_half_done (scene);
  scene_close (scene);
  dump = open_dump (scene->uri, TW_DUMP_SOURCE);
  for (guint i = 0; i < N_SECTIONS; i++)
    {
      const TwDumpSection *section = &dump->sections[i];

      for (guint step = 1; step < 4; step++)
        {
          g_autoptr (GPtrArray) records = read_all (dump, section, step);
          g_autofree char *text = print_all (records);

          if (expected[i] != NULL)
            g_assert_cmpstr (text, ==, expected[i]);
          g_assert_cmpuint (records->len, ==, counts[i]);
          assert_count (dump, section, records->len);
        }
    }
}

static void
test_used_tokens_are_told (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  g_autoptr (TwDump) dump = NULL;
  g_autoptr (GPtrArray) records = NULL;

  live (scene);
  scene_close (scene);
  dump = open_dump (scene->uri, TW_DUMP_SOURCE);
  records = read_all (dump, &dump->sections[3], 3);
  g_assert_cmpuint (records->len, ==, 4);
  for (guint i = 0; i < records->len; i++)
    {
      g_autoptr (GVariant) hash = NULL;
      const char *session_id;
      gboolean used;
      gsize n;

      g_variant_get (records->pdata[i], "(@ay&sbx)", &hash, &session_id, &used, NULL);
      g_assert_cmpint (used, ==, i < 2);
      g_assert_cmpuint (*(const guint8 *) g_variant_get_fixed_array (hash, &n, 1), ==, 80 + i);
      g_assert_cmpuint (n, ==, TW_REFRESH_HASH_SIZE);
    }
}

/* Copies @from to @to, and leaves off in the middle of each section. */
static void
copy_in_two_attempts (const char *from, const char *to)
{
  g_autoptr (TwDump) source = open_dump (from, TW_DUMP_SOURCE);

  for (guint i = 0; i < N_SECTIONS; i++)
    {
      const TwDumpSection *section = &source->sections[i];
      g_autoptr (GPtrArray) records = read_all (source, section, 100);
      guint half = records->len / 2;

      for (guint attempt = 0; attempt < 2; attempt++)
        {
          g_autoptr (TwDump) target = open_dump (to, TW_DUMP_TARGET);
          guint done = attempt == 0 ? 0 : half, end = attempt == 0 ? half : records->len;

          assert_last (target, section, done > 0 ? records->pdata[done - 1] : NULL);
          assert_count (target, section, done);
          write_some (target, section, records, done, end - done);
          assert_last (target, section, end > 0 ? records->pdata[end - 1] : NULL);
        }
    }
}

static void
finish_copy (const char *place)
{
  g_autoptr (TwDump) target = open_dump (place, TW_DUMP_TARGET);
  g_autoptr (GError) error = NULL;

  g_assert_true (target->klass->finish (target, &error));
  g_assert_no_error (error);
}

static void
assert_same (const char *one, const char *other)
{
  g_autoptr (TwDump) source = open_dump (one, TW_DUMP_SOURCE);
  g_autoptr (TwDump) target = open_dump (other, TW_DUMP_SOURCE);

  for (guint i = 0; i < N_SECTIONS; i++)
    {
      g_autoptr (GPtrArray) records = read_all (source, &source->sections[i], 4);
      g_autoptr (GPtrArray) copies = read_all (target, &target->sections[i], 3);
      g_autofree char *text = print_all (records), *copy = print_all (copies);

      g_assert_cmpstr (text, ==, copy);
    }
}

static void
test_copy_goes_on_as_the_original_would (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  TW_AUTO_MONGO_PLACE char *place = tw_mongo_place_new ();
  Fixture copy = { 0 };
  TwAttempts attempts;
  gint64 position = 0;

  live (scene);
  end_session_at (&scene->instances[0], BOB, SESSION_3, NOW);
  scene_close (scene);
  copy_in_two_attempts (scene->uri, place);
  finish_copy (place);
  assert_same (scene->uri, place);

  copy.store = mongo_account_store_open (place);
  g_assert_true (tw_account_store_attempts (copy.store, TW_DEADLINE_NONE, &failed, NOW + 2, 2, 1, &attempts, NULL));
  g_assert_cmpint (attempts.from_origin_ms, ==, NOW);
  g_assert_cmpint (attempts.from_strange_ms, ==, NOW + 1);
  g_assert_true (tw_account_store_attempts (copy.store, TW_DEADLINE_NONE, &succeeded, NOW + 2, 1, 1, &attempts, NULL));
  g_assert_cmpint (attempts.seen_ms, ==, NOW);
  assert_revoked (&copy, &position, NOW, 10, "02 03 ");
  for (guint8 i = 10; i <= 11; i++)
    g_assert_cmpint (rotate (&copy, i, i + 1), ==, TW_ROTATED);
  g_assert_cmpint (rotate_in (&copy, SESSION_2, 50, token (51, NOW + DAY_MS), NOW, NULL), ==, TW_ROTATE_REFUSED);
  g_assert_cmpint (rotate (&copy, 3, 4), ==, TW_ROTATE_REUSED);
  assert_revoked (&copy, &position, NOW, 10, "01 ");
  g_assert_cmpint (rotate (&copy, 12, 13), ==, TW_ROTATE_REFUSED);
  g_assert_cmpint (rotate_in (&copy, "", 82, token (90, NOW + DAY_MS), NOW, NULL), ==, TW_ROTATED);
  g_assert_cmpint (rotate_in (&copy, "", 81, token (90, NOW + DAY_MS), NOW, NULL), ==, TW_ROTATE_REUSED);
  tw_account_store_free (copy.store);
}

static void
copy (TwDump *source, TwDump *target)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_SECTIONS; i++)
    {
      g_autoptr (GPtrArray) records = read_all (source, &source->sections[i], 5);

      g_assert_cmpstr (source->sections[i].type, ==, target->sections[i].type);
      write_some (target, &target->sections[i], records, 0, records->len);
    }
  g_assert_true (target->klass->finish (target, &error));
  g_assert_no_error (error);
}

/* Also what SQLite would not take: a session without an account. */
static void
test_to_sqlite_and_back (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "accounts.db", NULL);
  g_autoptr (Scene) scene = scene_new (1);
  TW_AUTO_MONGO_PLACE char *place = tw_mongo_place_new ();
  g_autoptr (GError) error = NULL;

  live (scene);
  leave_half_done (scene);
  scene_close (scene);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TwDump) source = i == 0 ? open_dump (scene->uri, TW_DUMP_SOURCE)
                                         : tw_account_dump_sqlite_open (path, TW_DUMP_SOURCE, &error);
      g_autoptr (TwDump) target = i == 0 ? tw_account_dump_sqlite_open (path, TW_DUMP_TARGET, &error)
                                         : open_dump (place, TW_DUMP_TARGET);

      g_assert_no_error (error);
      copy (source, target);
    }
  assert_same (scene->uri, place);
}

/* An attempt that was killed between the uses and the tokens. */
static void
test_uses_that_were_left_are_written_again (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  g_autoptr (Scene) other = scene_new (0);
  g_autofree char *used = hash_json (81);

  live (scene);
  scene_close (scene);
  tw_dump_free (open_dump (other->uri, TW_DUMP_TARGET));
  scene_put (other, "uses", "{\"_id\": %s, \"expiresOn\": {\"$date\": {\"$numberLong\": \"1792592000000\"}}}", used);
  copy_in_two_attempts (scene->uri, other->uri);
  finish_copy (other->uri);
  assert_same (scene->uri, other->uri);
}

/* More than are written in one operation, and one more: each names the one before it. */
static void
test_revocations_are_a_chain (void)
{
  g_autoptr (Scene) other = scene_new (0);
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (TwDump) target = open_dump (other->uri, TW_DUMP_TARGET);

  for (guint i = 0; i < 1003; i++)
    {
      g_autofree char *session_id = g_strdup_printf ("%024u", i);

      g_ptr_array_add (records, g_variant_ref_sink (g_variant_new ("(xsx)", (gint64) (100 + 2 * i), session_id, NOW)));
    }
  write_some (target, &target->sections[N_SECTIONS - 1], records, 0, 1002);
  write_some (target, &target->sections[N_SECTIONS - 1], records, 1002, 1);
  for (guint i = 0; i < 1003; i++)
    if (i < 2 || i > 998)
      g_assert_cmpint (scene_count (other, "revocations",
                                    "{\"_id\": {\"$numberLong\": \"%u\"}, \"after\": {\"$numberLong\": \"%u\"}}",
                                    100 + 2 * i, i > 0 ? 98 + 2 * i : 0),
                       ==, 1);
}

static void
test_clear_deletes_everything (void)
{
  static const char *const collections[] = { "accounts", "keys",     "sessions", "tokens",
                                             "uses",     "failures", "origins",  "revocations" };
  g_autoptr (Scene) scene = scene_new (1);
  g_autoptr (Scene) other = scene_new (0);
  g_autoptr (TwDump) target = NULL;
  g_autoptr (GError) error = NULL;

  live (scene);
  scene_close (scene);
  copy_in_two_attempts (scene->uri, other->uri);
  target = open_dump (other->uri, TW_DUMP_TARGET);
  g_assert_true (target->klass->clear (target, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (collections); i++)
    {
      g_assert_cmpint (scene_count (scene, collections[i], "{}"), >, 0);
      g_assert_cmpint (scene_count (other, collections[i], "{}"), ==, 0);
    }
}

/* Targets that are none */

static void
assert_no_target (const char *uri)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tw_account_dump_mongo_open (uri, TW_DUMP_TARGET, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
}

static void
test_target_of_a_service_is_refused (void)
{
  g_autoptr (Scene) scene = scene_new (1);

  assert_no_target (scene->uri);
  insert_ann (&scene->instances[0]);
  assert_no_target (scene->uri);
  g_assert_cmpint (rotate (&scene->instances[0], 1, 2), ==, TW_ROTATED);
}

static void
test_target_with_data_of_its_own_is_refused (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  Fixture again = { 0 };

  insert_ann (&scene->instances[0]);
  scene_close (scene);
  assert_no_target (scene->uri);
  again.store = mongo_account_store_open (scene->uri);
  g_assert_cmpint (rotate (&again, 1, 2), ==, TW_ROTATED);
  tw_account_store_free (again.store);
}

static void
test_source_is_not_changed (void)
{
  g_autoptr (Scene) scene = scene_new (0);
  g_autoptr (TwDump) dump = open_dump (scene->uri, TW_DUMP_SOURCE);
  g_auto (GStrv) names = NULL;
  mongoc_database_t *database = mongoc_client_get_default_database (scene->client);

  for (guint i = 0; i < N_SECTIONS; i++)
    {
      assert_count (dump, &dump->sections[i], 0);
      assert_last (dump, &dump->sections[i], NULL);
    }
  {
    char **found = mongoc_database_get_collection_names_with_opts (database, NULL, NULL);

    names = g_strdupv (found);
    bson_strfreev (found);
  }
  g_assert_cmpuint (g_strv_length (names), ==, 0);
  mongoc_database_destroy (database);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account-dump-mongo/records", test_records);
  g_test_add_func ("/account-dump-mongo/used-tokens-are-told", test_used_tokens_are_told);
  g_test_add_func ("/account-dump-mongo/copy-goes-on-as-the-original-would", test_copy_goes_on_as_the_original_would);
  g_test_add_func ("/account-dump-mongo/to-sqlite-and-back", test_to_sqlite_and_back);
  g_test_add_func ("/account-dump-mongo/uses-that-were-left-are-written-again",
                   test_uses_that_were_left_are_written_again);
  g_test_add_func ("/account-dump-mongo/revocations-are-a-chain", test_revocations_are_a_chain);
  g_test_add_func ("/account-dump-mongo/clear-deletes-everything", test_clear_deletes_everything);
  g_test_add_func ("/account-dump-mongo/target-of-a-service-is-refused", test_target_of_a_service_is_refused);
  g_test_add_func ("/account-dump-mongo/target-with-data-of-its-own-is-refused",
                   test_target_with_data_of_its_own_is_refused);
  g_test_add_func ("/account-dump-mongo/source-is-not-changed", test_source_is_not_changed);
  return g_test_run ();
}
