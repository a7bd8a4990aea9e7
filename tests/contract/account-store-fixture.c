/* SPDX-License-Identifier: Apache-2.0 */

#include "account-store-fixture.h"

#include "tw-error.h"

#include <string.h>

static void
set_up (Fixture *fixture, gconstpointer kind)
{
  fixture->kind = kind;
  fixture->place = fixture->kind->make_place ();
  fixture->store = fixture->kind->open (fixture->place);
}

static void
tear_down (Fixture *fixture, gconstpointer kind)
{
  tw_account_store_free (fixture->store);
  fixture->kind->remove_place (fixture->place);
}

void
reopen (Fixture *fixture)
{
  tw_account_store_free (fixture->store);
  fixture->store = fixture->kind->open (fixture->place);
}

void
wait_done (const GError *error, gpointer user_data)
{
  Wait *wait = user_data;

  wait->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&wait->latch);
}

void
wait_rotated (TwRotation rotation, const TwSessionRecord *session, const GError *error, gpointer user_data)
{
  Wait *wait = user_data;

  wait->rotation = rotation;
  wait->has_session = session != NULL;
  if (session != NULL)
    wait->session = *session;
  wait_done (error, wait);
}

#define MAX_TRIES 10

void
wait_begin (Wait *wait)
{
  memset (wait, 0, sizeof *wait);
  tw_latch_init (&wait->latch);
}

void
wait_ok (Wait *wait)
{
  tw_latch_wait (&wait->latch);
  g_assert_no_error (wait->error);
}

TwRefreshRecord
token (guint8 number, gint64 expires_ms)
{
  TwRefreshRecord record = { .expires_ms = expires_ms };

  memset (record.hash, 0xa5, sizeof record.hash);
  record.hash[0] = number;
  return record;
}

TwSessionRecord
session_of (const char *user_id, const char *id)
{
  TwSessionRecord session = { .created_ms = NOW, .ends_ms = NOW + 90 * DAY_MS };

  g_strlcpy (session.id, id, sizeof session.id);
  g_strlcpy (session.user_id, user_id, sizeof session.user_id);
  return session;
}

GError *
insert (Fixture *fixture, const char *id, const char *email, const char *session_id, guint8 token_number)
{
  const TwStoredAccountRecord account = {
    .has = TW_STORED_ACCOUNT_ALWAYS,
    .id = id,
    .email = email,
    .password_hash = "the hash",
    .created_ms = NOW,
  };
  TwSessionRecord session = session_of (id, session_id);
  TwRefreshRecord first = token (token_number, NOW + 30 * DAY_MS);
  Wait wait;

  wait_begin (&wait);
  tw_account_store_insert (fixture->store, TW_DEADLINE_NONE, &account, &session, &first, wait_done, &wait);
  tw_latch_wait (&wait.latch);
  return wait.error;
}

void
insert_ann (Fixture *fixture)
{
  g_assert_no_error (insert (fixture, ANN, "ann@example.org", SESSION_1, 1));
}

void
open_session (Fixture *fixture, const TwSessionRecord *session, TwRefreshRecord first)
{
  Wait wait;

  wait_begin (&wait);
  tw_account_store_open_session (fixture->store, TW_DEADLINE_NONE, session, &first, wait_done, &wait);
  wait_ok (&wait);
}

TwRotation
rotate_in (Fixture *fixture, const char *session_id, guint8 old, TwRefreshRecord next, gint64 now_ms,
           TwSessionRecord *session)
{
  TwRefreshRecord record = token (old, 0);
  TwPresentedToken presented;
  Wait wait;

  memcpy (presented.hash, record.hash, sizeof presented.hash);
  g_strlcpy (presented.session_id, session_id, sizeof presented.session_id);
  wait_begin (&wait);
  tw_account_store_rotate (fixture->store, TW_DEADLINE_NONE, &presented, &next, now_ms, wait_rotated, &wait);
  wait_ok (&wait);
  g_assert_cmpint (wait.has_session, ==, wait.rotation != TW_ROTATE_REFUSED);
  if (session != NULL)
    *session = wait.session;
  return wait.rotation;
}

TwRotation
rotate_at (Fixture *fixture, guint8 old, TwRefreshRecord next, gint64 now_ms, TwSessionRecord *session)
{
  return rotate_in (fixture, SESSION_1, old, next, now_ms, session);
}

TwRotation
rotate (Fixture *fixture, guint8 old, guint8 next)
{
  return rotate_at (fixture, old, token (next, NOW + 30 * DAY_MS), NOW, NULL);
}

void
end_session_at (Fixture *fixture, const char *user_id, const char *session_id, gint64 now_ms)
{
  Wait wait;
  guint tries = 0;

  /* Many at once on a slow database are told to try again, as whoever asks for it would: ending twice ends once. */
  for (gboolean again = TRUE; again; tries++)
    {
      wait_begin (&wait);
      tw_account_store_end_session (fixture->store, TW_DEADLINE_NONE, user_id, session_id, now_ms, wait_done, &wait);
      tw_latch_wait (&wait.latch);
      again = tries < MAX_TRIES && g_error_matches (wait.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
      if (again)
        g_clear_error (&wait.error);
    }
  g_assert_no_error (wait.error);
}

static void
add_revocation (const char *session_id, gint64 expires_s, gpointer user_data)
{
  GString *seen = user_data;

  g_string_append_printf (seen, "%s ", session_id + strlen (session_id) - 2);
}

char *
revoked (Fixture *fixture, gint64 *position, gint64 now_ms, guint limit)
{
  GString *seen = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (tw_account_store_revocations (fixture->store, TW_DEADLINE_NONE, *position, now_ms, limit,
                                               add_revocation, seen, position, &error));
  g_assert_no_error (error);
  return g_string_free (seen, FALSE);
}

void
contract_add (const AccountStoreKind *kind, const ContractTest *tests, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/account-store/%s/%s", kind->name, tests[i].name);

      g_test_add (path, Fixture, kind, set_up, tests[i].func, tear_down);
    }
}
