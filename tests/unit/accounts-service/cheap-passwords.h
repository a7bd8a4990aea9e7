/* SPDX-License-Identifier: Apache-2.0 */

/* A password pool that costs nothing, whose work can be counted, and held. */

#pragma once

#include "tw-password.h"

#include <pthread.h>

typedef struct
{
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  guint n; /* pieces of work begun */
  gboolean held;
} PasswordWork;

#define PASSWORD_WORK_INIT { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, FALSE }

/* argon2id's least, one thread, two waiting. */
TwPasswordParams cheap_password_params (PasswordWork *work);

guint password_work_count (PasswordWork *work);
void password_work_hold (PasswordWork *work);
void password_work_go_on (PasswordWork *work);

/* Waits until @n pieces have begun. */
void password_work_wait (PasswordWork *work, guint n);
