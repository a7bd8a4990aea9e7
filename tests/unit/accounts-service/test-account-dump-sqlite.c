/* SPDX-License-Identifier: Apache-2.0 */

/* The tables of accounts as records; what every dump of SQLite does is tested with tasks. */

#include "tw-account-dump.h"

#include "tw-account-store-sqlite.h"
#include "tw-latch.h"
#include "tw-temporary-folder.h"

#define ACCOUNT_1 "aaaaaaaaaaaaaaaaaaaaaaa1"
#define ACCOUNT_2 "aaaaaaaaaaaaaaaaaaaaaaa2"
#define SESSION "bbbbbbbbbbbbbbbbbbbbbbb1"
#define OTHER_SESSION "bbbbbbbbbbbbbbbbbbbbbbb2"
#define FAR_MS G_GINT64_CONSTANT (4000000000000)

static GVariant *
token_new (guint8 number, gboolean used)
{
  guint8 hash[TW_REFRESH_HASH_SIZE] = { number };

  return g_variant_new ("(@aysbx)", g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, hash, sizeof hash, 1), SESSION, used,
                        FAR_MS);
}

static GVariant *
hash_new (const guint8 *hash)
{
  GVariant *bytes
      = hash != NULL ? g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, hash, TW_REFRESH_HASH_SIZE, 1) : NULL;

  return g_variant_new_maybe (G_VARIANT_TYPE_BYTESTRING, bytes);
}

/* A session with @n tokens: of the number given, and before it the next one. */
static GVariant *
session_new (const char *id, guint n, guint8 number)
{
  guint8 last[TW_REFRESH_HASH_SIZE] = { number }, before[TW_REFRESH_HASH_SIZE] = { number + 1 };

  return g_variant_new ("(ssxxx@may@may)", id, ACCOUNT_1, (gint64) 1000, FAR_MS, FAR_MS, hash_new (n > 0 ? last : NULL),
                        hash_new (n > 1 ? before : NULL));
}

static GVariant *
key_new (void)
{
  guint8 key[TW_ACCOUNT_KEY_SIZE] = { 7, 8, 9 };

  return g_variant_new ("(s@ay)", TW_ACCOUNT_KEY_NAME,
                        g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, key, sizeof key, 1));
}

static GVariant *
bytes_new (guint8 first, gsize n)
{
  guint8 bytes[32] = { first };

  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, n, 1);
}

/* @with_key: one that was made with an Idempotency-Key. */
static GVariant *
account_new (const char *id, const char *email, const char *name, gboolean with_key)
{
  GVariant *key = with_key ? bytes_new (5, sizeof (TwSignupKey)) : NULL;

  return g_variant_new ("(ssmssx@mayms)", id, email, name, "$argon2id$1", (gint64) 1000,
                        g_variant_new_maybe (G_VARIANT_TYPE_BYTESTRING, key), with_key ? SESSION : NULL);
}

static GVariant *
failure_new (const char *id)
{
  return g_variant_new ("(s@ay@aybx)", id, bytes_new (3, TW_ATTEMPT_HASH_SIZE), bytes_new (4, TW_ATTEMPT_HASH_SIZE),
                        TRUE, (gint64) 2900);
}

static GVariant *
origin_new (guint8 number)
{
  return g_variant_new ("(@ay@ay@ayx)", bytes_new (number, sizeof (TwAttempt)),
                        bytes_new (number, TW_ATTEMPT_HASH_SIZE), bytes_new (0, TW_ATTEMPT_HASH_SIZE), (gint64) 2800);
}

/* What is in section @i. */
static GPtrArray *
records_new (guint i)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  GVariant *made[][2] = {
    { account_new (ACCOUNT_1, "ada@example.org", "Ada", TRUE),
      account_new (ACCOUNT_2, "bob@example.org", NULL, FALSE) },
    { key_new () },
    { session_new (SESSION, 0, 0), session_new (OTHER_SESSION, 2, 10) },
    { token_new (1, TRUE), token_new (2, FALSE) },
    { failure_new ("dddddddddddddddddddddd01"), failure_new ("dddddddddddddddddddddd02") },
    { origin_new (1), origin_new (2) },
    { g_variant_new ("(xsx)", (gint64) 5000, "cccccccccccccccccccccccc", FAR_MS / 1000),
      g_variant_new ("(xsx)", (gint64) 5001, "cccccccccccccccccccccccd", FAR_MS / 1000) },
  };

  for (guint section = 0; section < G_N_ELEMENTS (made); section++)
    for (guint k = 0; k < 2 && made[section][k] != NULL; k++)
      {
        g_autoptr (GVariant) record = g_variant_ref_sink (made[section][k]);

        if (section == i)
          g_ptr_array_add (records, g_variant_ref (record));
      }
  return records;
}

static void
make_database (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwDump) dump = tw_account_dump_sqlite_open (path, TW_DUMP_TARGET, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < dump->n_sections; i++)
    {
      g_autoptr (GPtrArray) records = records_new (i);

      g_assert_true (dump->klass->write (dump, &dump->sections[i], records, &error));
      g_assert_no_error (error);
    }
  g_assert_true (dump->klass->finish (dump, &error));
  g_assert_no_error (error);
}

static void
test_every_section_comes_back (void)
{
  static const char *const names[] = { "accounts", "keys", "sessions", "tokens", "failures", "origins", "revocations" };
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "accounts.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TwDump) dump = NULL;

  make_database (path);
  dump = tw_account_dump_sqlite_open (path, TW_DUMP_SOURCE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dump->n_sections, ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const TwDumpSection *section = &dump->sections[i];
      g_autoptr (GPtrArray) expected = records_new (i), first = NULL, rest = NULL;
      guint64 n;

      g_assert_cmpstr (section->name, ==, names[i]);
      g_assert_true (dump->klass->count (dump, section, &n, &error));
      g_assert_cmpuint (n, ==, expected->len);
      first = dump->klass->read (dump, section, NULL, 1, &error);
      g_assert_no_error (error);
      g_assert_cmpvariant (first->pdata[0], expected->pdata[0]);
      rest = dump->klass->read (dump, section, first->pdata[0], 10, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (rest->len, ==, expected->len - 1);
      if (rest->len > 0)
        g_assert_cmpvariant (rest->pdata[0], expected->pdata[1]);
    }
}

typedef struct
{
  TwLatch latch;
  TwRotation rotation;
} Seen;

static void
see_rotation (TwRotation rotation, const TwSessionRecord *session, const GError *error, gpointer data)
{
  Seen *seen = data;

  g_assert_no_error (error);
  seen->rotation = rotation;
  tw_latch_open (&seen->latch);
}

static TwRotation
rotate (TwAccountStore *store, const char *session_id, guint8 number, guint8 next_number)
{
  TwPresentedToken presented = { .hash = { number } };
  const TwRefreshRecord next = { .hash = { next_number }, .expires_ms = FAR_MS };
  Seen seen;

  g_strlcpy (presented.session_id, session_id, sizeof presented.session_id);
  tw_latch_init (&seen.latch);
  tw_account_store_rotate (store, TW_DEADLINE_NONE, &presented, &next, 3000, see_rotation, &seen);
  tw_latch_wait (&seen.latch);
  return seen.rotation;
}

static void
count_revocation (const char *session_id, gint64 expires_s, gpointer data)
{
  guint *n = data;

  (*n)++;
}

static void
test_store_goes_on_with_what_was_written (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "accounts.db", NULL);
  g_autoptr (TwAccountStore) store = NULL;
  g_autoptr (TwStoredAccountRecord) bob = NULL;
  g_autoptr (TwStoredAccountRecord) ada = NULL;
  g_autoptr (GError) error = NULL;
  const TwAttempt failed = { .account = { 3 }, .origin = { 4 } }, seen = { .account = { 1 } };
  TwAttempts attempts;
  TwAccountKey key;
  gint64 position;
  guint n = 0;

  make_database (path);
  store = tw_account_store_sqlite_new (path, &error);
  g_assert_no_error (error);
  bob = tw_account_store_find (store, TW_DEADLINE_NONE, "bob@example.org", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (bob->id, ==, ACCOUNT_2);
  g_assert_null (bob->name);
  g_assert_null (bob->signup_session);
  ada = tw_account_store_find (store, TW_DEADLINE_NONE, "ada@example.org", NULL);
  g_assert_cmpuint (ada->signup_key.length, ==, sizeof (TwSignupKey));
  g_assert_cmpuint (ada->signup_key.bytes[0], ==, 5);
  g_assert_cmpstr (ada->signup_session, ==, SESSION);
  g_assert_true (
    tw_account_store_revocations (store, TW_DEADLINE_NONE, 5000, 3000, 10, count_revocation, &n, &position, &error));
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (position, ==, 5001);
  g_assert_cmpint (rotate (store, "", 2, 3), ==, TW_ROTATED);
  g_assert_cmpint (rotate (store, "", 1, 4), ==, TW_ROTATE_REUSED);
  g_assert_cmpint (rotate (store, SESSION, 3, 5), ==, TW_ROTATE_REFUSED);
  g_assert_cmpint (rotate (store, OTHER_SESSION, 11, 10), ==, TW_ROTATED);
  g_assert_cmpint (rotate (store, OTHER_SESSION, 10, 9), ==, TW_ROTATED);
  g_assert_true (tw_account_store_key (store, TW_DEADLINE_NONE, &key, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (key.bytes[0], ==, 7);
  g_assert_true (tw_account_store_attempts (store, TW_DEADLINE_NONE, &failed, 3000, 2, 2, &attempts, &error));
  g_assert_cmpint (attempts.from_origin_ms, ==, 2900);
  g_assert_cmpint (attempts.from_strange_ms, ==, 2900);
  g_assert_true (tw_account_store_attempts (store, TW_DEADLINE_NONE, &seen, 3000, 1, 1, &attempts, &error));
  g_assert_cmpint (attempts.seen_ms, ==, 2800);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account-dump-sqlite/every-section-comes-back", test_every_section_comes_back);
  g_test_add_func ("/account-dump-sqlite/store-goes-on-with-what-was-written",
                   test_store_goes_on_with_what_was_written);
  return g_test_run ();
}
