/* SPDX-License-Identifier: Apache-2.0 */

#include "cheap-passwords.h"

#include <sodium.h>

static void
started (gpointer user_data)
{
  PasswordWork *work = user_data;

  pthread_mutex_lock (&work->mutex);
  work->n++;
  pthread_cond_broadcast (&work->changed);
  while (work->held)
    pthread_cond_wait (&work->changed, &work->mutex);
  pthread_mutex_unlock (&work->mutex);
}

TwPasswordParams
cheap_password_params (PasswordWork *work)
{
  return (TwPasswordParams) {
    .opslimit = crypto_pwhash_argon2id_OPSLIMIT_MIN,
    .memlimit = crypto_pwhash_argon2id_MEMLIMIT_MIN,
    .places = 1,
    .max_waiting = 2,
    .started = started,
    .user_data = work,
  };
}

guint
password_work_count (PasswordWork *work)
{
  guint n;

  pthread_mutex_lock (&work->mutex);
  n = work->n;
  pthread_mutex_unlock (&work->mutex);
  return n;
}

static void
set_held (PasswordWork *work, gboolean held)
{
  pthread_mutex_lock (&work->mutex);
  work->held = held;
  pthread_cond_broadcast (&work->changed);
  pthread_mutex_unlock (&work->mutex);
}

void
password_work_hold (PasswordWork *work)
{
  set_held (work, TRUE);
}

void
password_work_go_on (PasswordWork *work)
{
  set_held (work, FALSE);
}

void
password_work_wait (PasswordWork *work, guint n)
{
  pthread_mutex_lock (&work->mutex);
  while (work->n < n)
    pthread_cond_wait (&work->changed, &work->mutex);
  pthread_mutex_unlock (&work->mutex);
}
