/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sync-token.h"

#include "tw-base64url.h"
#include "tw-error.h"
#include "tw-random.h"

#include <sodium.h>
#include <string.h>

#define ANN "ann"

static TwCommitStore
new_store (void)
{
  TwCommitStore store;

  tw_random_bytes (&store, sizeof store);
  return store;
}

static TwSyncMark
mark_of (gint64 number)
{
  guint8 mark[TW_COMMIT_MARK_BYTES];

  tw_random_bytes (mark, sizeof mark);
  return tw_sync_mark (number, mark);
}

static void
add_list (TwSyncGroup *group, guint n)
{
  g_ptr_array_add (group->lists, g_strdup_printf ("%024u", n + 1));
}

/* One of each state, with all that it may have. */
static GPtrArray *
new_groups (void)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_sync_group_free);
  TwSyncGroup *own = tw_sync_group_new (), *walked = tw_sync_group_new (), *back = tw_sync_group_new ();

  own->is_own = TRUE;
  own->at = mark_of (G_MAXINT64);
  walked->at = mark_of (0);
  walked->seen = mark_of (127);
  walked->seen_row = 1 << 14;
  walked->state = TW_SYNC_WALK;
  walked->walk = (TwSyncWalk) { .phase = TW_SYNC_TASKS_NEXT, .created_ms = 1700000000123 };
  g_strlcpy (walked->walk.list_id, "00000000000000000000000a", TW_ID_SIZE);
  g_strlcpy (walked->walk.member_id, "00000000000000000000000b", TW_ID_SIZE);
  g_strlcpy (walked->walk.task_id, "ffffffffffffffffffffffff", TW_ID_SIZE);
  add_list (walked, 1);
  back->at = mark_of (128);
  back->seen = mark_of (G_MAXINT64);
  back->state = TW_SYNC_BACK;
  back->to = mark_of (1 << 20);
  back->place = (TwCommitPlace) { 1 << 19, G_MAXINT64 };
  g_strlcpy (back->pending, "00000000000000000000000c", TW_ID_SIZE);
  add_list (back, 2);
  add_list (back, 3);
  g_ptr_array_add (groups, own);
  g_ptr_array_add (groups, walked);
  g_ptr_array_add (groups, back);
  return groups;
}

static void
assert_same (const TwSyncGroup *one, const TwSyncGroup *other)
{
  g_assert_cmpint (one->is_own, ==, other->is_own);
  g_assert_true (tw_sync_mark_is (&one->at, &other->at));
  g_assert_true (tw_sync_mark_is (&one->seen, &other->seen));
  g_assert_cmpint (one->seen_row, ==, other->seen_row);
  g_assert_true (tw_sync_mark_is (&one->to, &other->to));
  g_assert_cmpint (one->state, ==, other->state);
  g_assert_cmpint (one->walk.phase, ==, other->walk.phase);
  g_assert_cmpstr (one->walk.list_id, ==, other->walk.list_id);
  g_assert_cmpstr (one->walk.member_id, ==, other->walk.member_id);
  g_assert_cmpstr (one->walk.task_id, ==, other->walk.task_id);
  g_assert_cmpint (one->walk.created_ms, ==, other->walk.created_ms);
  g_assert_cmpint (one->place.number, ==, other->place.number);
  g_assert_cmpint (one->place.row, ==, other->place.row);
  g_assert_cmpstr (one->pending, ==, other->pending);
  g_assert_cmpuint (one->lists->len, ==, other->lists->len);
  for (guint i = 0; i < one->lists->len; i++)
    g_assert_cmpstr (one->lists->pdata[i], ==, other->lists->pdata[i]);
}

static void
test_what_is_sealed_is_opened (void)
{
  const TwCommitStore store = new_store ();
  g_autoptr (GPtrArray) groups = new_groups (), opened = NULL;
  g_autofree char *token = tw_sync_token_seal (&store, ANN, groups);
  g_autoptr (GError) error = NULL;

  opened = tw_sync_token_open (&store, ANN, token, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (opened->len, ==, groups->len);
  for (guint i = 0; i < groups->len; i++)
    assert_same (opened->pdata[i], groups->pdata[i]);
}

static void
assert_refused (const TwCommitStore *store, const char *user_id, const char *token, TwErrorCode code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tw_sync_token_open (store, user_id, token, &error));
  g_assert_error (error, TW_ERROR, (int) code);
  g_assert_cmpstr (tw_error_type (error), ==, code == TW_ERROR_GONE ? TW_SYNC_TOKEN_GONE_TYPE : NULL);
  g_assert_cmpstr (tw_error_location (error), ==, code == TW_ERROR_GONE ? NULL : "since");
}

static void
test_of_another_user_or_store (void)
{
  const TwCommitStore store = new_store (), other = new_store ();
  TwCommitStore same_id = other;
  g_autoptr (GPtrArray) groups = new_groups ();
  g_autofree char *token = tw_sync_token_seal (&store, ANN, groups);

  memcpy (same_id.id, store.id, sizeof store.id);
  assert_refused (&store, "bob", token, TW_ERROR_INVALID);
  assert_refused (&store, "", token, TW_ERROR_INVALID);
  assert_refused (&other, ANN, token, TW_ERROR_GONE);
  assert_refused (&same_id, ANN, token, TW_ERROR_INVALID);
}

/* It was good once, so its reader begins anew, and has made no mistake. */
static void
test_of_another_version (void)
{
  static const guint8 later[] = { 2, 0 };
  const TwCommitStore store = new_store ();
  guint8 sealed[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + sizeof later + crypto_aead_xchacha20poly1305_ietf_ABYTES];
  guint8 *behind = sealed + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  g_autofree char *id = tw_base64url_encode (store.id, sizeof store.id), *text = NULL, *token = NULL;
  unsigned long long length;

  tw_random_bytes (sealed, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
  crypto_aead_xchacha20poly1305_ietf_encrypt (behind, &length, later, sizeof later, (const guint8 *) ANN, strlen (ANN), NULL,
                                              sealed, store.key);
  text = tw_base64url_encode (sealed, sizeof sealed);
  token = g_strconcat (id, ".", text, NULL);
  assert_refused (&store, ANN, token, TW_ERROR_GONE);
  assert_refused (&store, "bob", token, TW_ERROR_INVALID);
}

/* Each letter made another one, and each beginning, and more behind it. */
static void
test_changed_by_one_letter (void)
{
  const TwCommitStore store = new_store ();
  g_autoptr (GPtrArray) groups = new_groups ();
  g_autofree char *token = tw_sync_token_seal (&store, ANN, groups), *longer = g_strconcat (token, "AAAA", NULL);
  const gsize dot = (gsize) (strchr (token, '.') - token);

  for (gsize i = 0; token[i] != '\0'; i++)
    {
      g_autofree char *changed = g_strdup (token), *beginning = g_strndup (token, i);
      g_autoptr (GError) error = NULL;

      changed[i] = token[i] == 'B' ? 'C' : 'B';
      g_assert_null (tw_sync_token_open (&store, ANN, changed, &error));
      g_assert_true (g_error_matches (error, TW_ERROR, TW_ERROR_INVALID)
                     || (i < dot && g_error_matches (error, TW_ERROR, TW_ERROR_GONE)));
      assert_refused (&store, ANN, beginning, TW_ERROR_INVALID);
    }
  assert_refused (&store, ANN, longer, TW_ERROR_INVALID);
}

static void
test_what_is_none (void)
{
  static const char *const texts[] = { "", ".", "..", "a.b", "A.A", "AAAAAAAAAAAAAAAAAAAAAA", "é.é", "AAAA.AAAA" };
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  const TwCommitStore store = new_store ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (&store, ANN, texts[i], TW_ERROR_INVALID);
  for (guint i = 0; i < 20000; i++)
    {
      char text[200] = "";
      const guint n = g_test_rand_int_range (0, (gint32) sizeof text - 1);
      g_autoptr (GError) error = NULL;

      for (guint k = 0; k < n; k++)
        text[k] = letters[g_test_rand_int_range (0, sizeof letters - 1)];
      g_assert_null (tw_sync_token_open (&store, ANN, text, &error));
      g_assert_true (g_error_matches (error, TW_ERROR, TW_ERROR_INVALID) || g_error_matches (error, TW_ERROR, TW_ERROR_GONE));
    }
}

/* Of as many lists of as many owners, read up to @number each, and with a later end where @seen. */
static gsize
length_with (guint n, gint64 number, gboolean seen)
{
  const TwCommitStore store = new_store ();
  g_autoptr (GPtrArray) groups = new_groups ();
  g_autofree char *token = NULL;

  for (guint i = 0; i < n; i++)
    {
      TwSyncGroup *group = tw_sync_group_new ();

      group->at = mark_of (number);
      if (seen)
        {
          group->seen = mark_of (number);
          group->seen_row = number;
        }
      add_list (group, i);
      g_ptr_array_add (groups, group);
    }
  token = tw_sync_token_seal (&store, ANN, groups);
  return strlen (token);
}

static void
test_length_is_bounded (void)
{
  g_assert_cmpuint (length_with (100, 2000000, FALSE), <, 4096);
  g_assert_cmpuint (length_with (TW_SYNC_LISTS, 2000000, TRUE), <, TW_SYNC_TOKEN_MAX);
  g_assert_cmpuint (length_with (100, 2000000, TRUE), <, 6144);
  /* More than any store has rows. */
  g_assert_cmpuint (length_with (TW_SYNC_LISTS, G_GINT64_CONSTANT (1) << 41, TRUE), <=, TW_SYNC_TOKEN_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sync-token/what-is-sealed-is-opened", test_what_is_sealed_is_opened);
  g_test_add_func ("/sync-token/of-another-user-or-store", test_of_another_user_or_store);
  g_test_add_func ("/sync-token/of-another-version", test_of_another_version);
  g_test_add_func ("/sync-token/changed-by-one-letter", test_changed_by_one_letter);
  g_test_add_func ("/sync-token/what-is-none", test_what_is_none);
  g_test_add_func ("/sync-token/length-is-bounded", test_length_is_bounded);
  return g_test_run ();
}
