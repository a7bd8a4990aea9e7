/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo-call.h"

#include "tw-latch.h"

/* What the caller waits for: on its stack, so not to be touched once the latch is open. */
typedef struct
{
  TwLatch ended;
  gpointer job;
  GError *error;
} Outcome;

typedef struct
{
  TwMongoFunc run;
  gpointer job;
  GDestroyNotify free_job;
  Outcome *outcome;
} Call;

static gboolean
run_call (TwMongoSession *session, gpointer data, GError **error)
{
  const Call *call = data;

  return call->run (session, call->job, error);
}

static void
call_ended (gpointer data, const GError *error)
{
  Call *call = data;

  if (error == NULL)
    call->outcome->job = g_steal_pointer (&call->job);
  else
    call->outcome->error = g_error_copy (error);
  tw_latch_open (&call->outcome->ended);
}

static void
call_free (gpointer data)
{
  Call *call = data;

  g_clear_pointer (&call->job, call->free_job);
  g_free (call);
}

gboolean
tw_mongo_call (TwMongo *mongo, gint64 deadline_ms, TwMongoKind kind, TwMongoFunc run, gpointer *job,
               GDestroyNotify free_job, GError **error)
{
  Outcome outcome = { 0 };
  Call *call = g_new0 (Call, 1);

  *call = (Call) { .run = run, .job = g_steal_pointer (job), .free_job = free_job, .outcome = &outcome };
  tw_latch_init (&outcome.ended);
  tw_mongo_run (mongo, deadline_ms, kind, run_call, call_ended, call, call_free);
  tw_latch_wait (&outcome.ended);
  *job = outcome.job;
  if (outcome.error == NULL)
    return TRUE;
  g_propagate_error (error, outcome.error);
  return FALSE;
}
