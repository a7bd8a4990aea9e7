/* SPDX-License-Identifier: Apache-2.0 */

/* A job lives on the stack of the thread that waits for it; the pool fills in its result and opens its latch. */

#include "tw-password.h"

#include "tw-error.h"
#include "tw-latch.h"
#include "tw-pool.h"
#include "tw-random.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

struct _TwPasswords
{
  TwPasswordParams params;
  TwPool *pool;
  char *dummy_hash; /* of a password that nobody knows */
};

typedef struct
{
  const char *password;
  const char *hash;                          /* to verify; NULL: make one */
  char made[crypto_pwhash_argon2id_STRBYTES];
  gboolean ok;                               /* made, or right */
  int failure;                               /* errno */
  TwLatch finished;
} Job;

const TwPasswordParams TW_PASSWORD_DEFAULT_PARAMS = {
  .opslimit = 2,
  .memlimit = 19 * 1024 * 1024,
  .threads = 0,
  .max_queued = 32,
};

static void
work (gpointer item, gpointer user_data)
{
  const TwPasswords *passwords = user_data;
  const TwPasswordParams *params = &passwords->params;
  Job *job = item;
  gsize length = strlen (job->password);

  if (params->started != NULL)
    params->started (params->user_data);
  errno = 0;
  if (job->hash == NULL)
    job->ok = crypto_pwhash_argon2id_str (job->made, job->password, length, params->opslimit, params->memlimit) == 0;
  else
    job->ok = crypto_pwhash_argon2id_str_verify (job->hash, job->password, length) == 0;
  job->failure = errno;
  tw_latch_open (&job->finished);
}

static gboolean
run (TwPasswords *passwords, Job *job, GError **error)
{
  tw_latch_init (&job->finished);
  if (!tw_pool_push (passwords->pool, job))
    {
      g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAVAILABLE,
                           "Too many people are signing in: try again in a moment");
      /* Nobody else will; the wait, which doesn't last, clears it. */
      tw_latch_open (&job->finished);
      tw_latch_wait (&job->finished);
      return FALSE;
    }
  tw_latch_wait (&job->finished);
  return TRUE;
}

/* Why libsodium did neither make nor check a hash. */
static void
set_failure (const Job *job, GError **error)
{
  if (job->failure == ENOMEM)
    g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAVAILABLE, "Signing in is not possible now: try again later");
  else
    g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "argon2id: %s",
                 job->failure != 0 ? g_strerror (job->failure) : "not a password hash");
}

static guint
n_threads (const TwPasswordParams *params)
{
  return params->threads != 0 ? params->threads : g_get_num_processors ();
}

guint
tw_passwords_max_blocked (const TwPasswordParams *params)
{
  return n_threads (params) + params->max_queued;
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
  passwords->pool = tw_pool_new ("password", n_threads (params), params->max_queued, work, passwords);

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
  tw_pool_free (passwords->pool);
  g_free (passwords->dummy_hash);
  g_free (passwords);
}

char *
tw_passwords_hash (TwPasswords *passwords, const char *password, GError **error)
{
  Job job = { .password = password };

  if (!run (passwords, &job, error))
    return NULL;
  if (!job.ok)
    {
      set_failure (&job, error);
      return NULL;
    }
  return g_strdup (job.made);
}

gboolean
tw_passwords_verify (TwPasswords *passwords, const char *hash, const char *password, TwPasswordVerdict *verdict,
                     GError **error)
{
  const TwPasswordParams *params = &passwords->params;
  Job job = { .password = password, .hash = hash != NULL ? hash : passwords->dummy_hash };

  if (!run (passwords, &job, error))
    return FALSE;
  /* libsodium says -1 for a wrong password and for every failure; EINVAL stands for the first alone. */
  if (!job.ok && job.failure != EINVAL)
    {
      set_failure (&job, error);
      return FALSE;
    }
  if (!job.ok || hash == NULL)
    *verdict = TW_PASSWORD_WRONG;
  else if (crypto_pwhash_argon2id_str_needs_rehash (hash, params->opslimit, params->memlimit) != 0)
    *verdict = TW_PASSWORD_RIGHT_REHASH;
  else
    *verdict = TW_PASSWORD_RIGHT;
  return TRUE;
}
