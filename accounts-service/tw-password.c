/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-password.h"

#include "tw-base64url.h"
#include "tw-error.h"
#include "tw-fair-queue.h"
#include "tw-monotonic.h"
#include "tw-password-text.h"
#include "tw-random.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

struct _TwPasswords
{
  TwPasswordParams params;
  TwFairQueue *turns;
  char *dummy_hash; /* of a password that nobody knows */
};

const TwPasswordParams TW_PASSWORD_DEFAULT_PARAMS = {
  .opslimit = 2,
  .memlimit = 19 * 1024 * 1024,
  .places = 0,
  .max_waiting = 128,
};

static guint
n_places (const TwPasswordParams *params)
{
  return params->places != 0 ? params->places : g_get_num_processors ();
}

guint
tw_passwords_max_blocked (const TwPasswordParams *params)
{
  return n_places (params) + params->max_waiting;
}

TwPasswords *
tw_passwords_new (const TwPasswordParams *params, GError **error)
{
  g_autoptr (TwPasswords) passwords = NULL;
  guint8 nobody[16];
  g_autofree char *password = NULL;

  if (sodium_init () < 0)
    {
      g_set_error_literal (error, TW_ERROR, TW_ERROR_INTERNAL, "libsodium can't be started");
      return NULL;
    }
  passwords = g_new0 (TwPasswords, 1);
  passwords->params = *params;
  passwords->turns = tw_fair_queue_new (n_places (params), params->max_waiting);

  tw_random_bytes (nobody, sizeof nobody);
  password = tw_base64url_encode (nobody, sizeof nobody);
  passwords->dummy_hash = tw_passwords_hash (passwords, password, error);
  return passwords->dummy_hash != NULL ? g_steal_pointer (&passwords) : NULL;
}

void
tw_passwords_free (TwPasswords *passwords)
{
  if (passwords == NULL)
    return;
  tw_fair_queue_free (passwords->turns);
  g_free (passwords->dummy_hash);
  g_free (passwords);
}

gboolean
tw_passwords_begin (TwPasswords *passwords, const char *origin, gint64 deadline_ms, GError **error)
{
  gint64 until_ms = MIN (deadline_ms, tw_monotonic_ms () + TW_PASSWORD_MAX_WAIT_MS);

  if (tw_fair_queue_enter (passwords->turns, origin, until_ms) == TW_FAIR_ENTERED)
    return TRUE;
  g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAVAILABLE, "Too many people are signing in: try again in a moment");
  return FALSE;
}

void
tw_passwords_end (TwPasswords *passwords)
{
  tw_fair_queue_leave (passwords->turns);
}

/* Why libsodium did neither make nor check a hash. */
static void
set_failure (int failure, GError **error)
{
  if (failure == ENOMEM)
    g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAVAILABLE, "Signing in is not possible now: try again later");
  else
    g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "argon2id: %s",
                 failure != 0 ? g_strerror (failure) : "not a password hash");
}

static void
start (const TwPasswords *passwords)
{
  if (passwords->params.started != NULL)
    passwords->params.started (passwords->params.user_data);
  errno = 0;
}

char *
tw_passwords_hash (TwPasswords *passwords, const char *password, GError **error)
{
  const TwPasswordParams *params = &passwords->params;
  g_autoptr (TwPasswordText) text = tw_password_text_prepare (password);
  char made[crypto_pwhash_argon2id_STRBYTES];

  start (passwords);
  if (crypto_pwhash_argon2id_str (made, text, strlen (text), params->opslimit, params->memlimit) == 0)
    return g_strdup (made);
  set_failure (errno, error);
  return NULL;
}

static gboolean
verify (const TwPasswords *passwords, const char *hash, const char *text, gboolean *right, GError **error)
{
  start (passwords);
  *right = crypto_pwhash_argon2id_str_verify (hash, text, strlen (text)) == 0;
  /* libsodium says -1 for a wrong password and for every failure; EINVAL stands for the first alone. */
  if (*right || errno == EINVAL)
    return TRUE;
  set_failure (errno, error);
  return FALSE;
}

/* Whether @hash was made of @password as it was typed, by this keyboard or by one that decomposes: @text is how it is
 * prepared. */
static gboolean
verify_unprepared (const TwPasswords *passwords, const char *hash, const char *password, const char *text,
                   gboolean *right, GError **error)
{
  g_autoptr (TwPasswordText) decomposed = tw_password_text_decompose (password);

  *right = FALSE;
  if (!g_str_equal (password, text) && !verify (passwords, hash, password, right, error))
    return FALSE;
  if (*right || g_str_equal (decomposed, text) || g_str_equal (decomposed, password))
    return TRUE;
  return verify (passwords, hash, decomposed, right, error);
}

gboolean
tw_passwords_verify (TwPasswords *passwords, const char *hash, const char *password, TwPasswordVerdict *verdict,
                     GError **error)
{
  const TwPasswordParams *params = &passwords->params;
  const char *against = hash != NULL ? hash : passwords->dummy_hash;
  g_autoptr (TwPasswordText) text = tw_password_text_prepare (password);
  gboolean right, unprepared = FALSE;

  *verdict = TW_PASSWORD_WRONG;
  if (!verify (passwords, against, text, &right, error))
    return FALSE;
  if (!right && !verify_unprepared (passwords, against, password, text, &unprepared, error))
    return FALSE;
  if (hash == NULL || (!right && !unprepared))
    return TRUE;
  if (unprepared || crypto_pwhash_argon2id_str_needs_rehash (hash, params->opslimit, params->memlimit) != 0)
    *verdict = TW_PASSWORD_RIGHT_REHASH;
  else
    *verdict = TW_PASSWORD_RIGHT;
  return TRUE;
}
