/* SPDX-License-Identifier: Apache-2.0 */

/* An account service on a SQLite store of its own, with a clock that stands and passwords that cost nothing. */

#pragma once

#include "cheap-passwords.h"
#include "tw-account-service.h"

#define NOW G_GINT64_CONSTANT (1790000000000)
/* Who asks in tests that do not care. */
static const TwCallContext NOBODY = { .deadline_ms = TW_DEADLINE_NONE };

#define DAY_MS (G_GINT64_CONSTANT (24) * 3600 * 1000)

typedef struct
{
  char *folder;
  TwClock *clock;
  PasswordWork work;
  TwAccountService *service;
} ServiceFixture;

void service_fixture_set_up (ServiceFixture *fixture, gconstpointer unused);
void service_fixture_tear_down (ServiceFixture *fixture, gconstpointer unused);

/* As a restart does; the passwords' parameters may change with it. */
void service_fixture_restart (ServiceFixture *fixture, const TwPasswordParams *params);

/* ann@example.org, "correct horse", "Ann". */
TwSessionGrant *service_fixture_signup_ann (ServiceFixture *fixture);

TwSessionGrant *service_fixture_login (ServiceFixture *fixture, const char *email, const char *password);
TwSessionGrant *service_fixture_refresh (ServiceFixture *fixture, const char *token);

/* A refresh that is refused, always with the same words; returns the session that it ended, or NULL. */
char *service_fixture_refused (ServiceFixture *fixture, const char *token);

guint service_fixture_n_revocations (ServiceFixture *fixture);

/* One of several threads that want the same at once, and what it got. */
typedef struct
{
  ServiceFixture *fixture;
  pthread_barrier_t *start;
  const char *token;
  TwSessionGrant *grant;
  char *ended;
  GError *error;
} ServiceRacer;

/* Runs @func in a thread for each of @n racers, which begin at the same time by waiting for start; returns when all are
 * done. */
void service_fixture_run_race (ServiceFixture *fixture, void *(*func) (void *), ServiceRacer *racers, guint n,
                               const char *token);
void service_fixture_racer_clear (ServiceRacer *racer);
