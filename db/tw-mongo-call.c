/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo-call.h"

#include "tw-outcome.h"

/* What the caller waits for: on its stack, so not to be touched once the outcome is set. */
typedef struct
{
  TwOutcome outcome;
  gpointer job; /* where it went well */
} Wait;

typedef struct
{
  TwMongoFunc run;
  gpointer job;
  GDestroyNotify free_job;
  Wait *wait;
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
    call->wait->job = g_steal_pointer (&call->job);
  tw_outcome_set (error, &call->wait->outcome);
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
  Wait wait = { .job = NULL };
  Call *call = g_new0 (Call, 1);
  gboolean ok;

  *call = (Call) { .run = run, .job = g_steal_pointer (job), .free_job = free_job, .wait = &wait };
  tw_outcome_init (&wait.outcome);
  tw_mongo_run (mongo, deadline_ms, kind, run_call, call_ended, call, call_free);
  ok = tw_outcome_wait (&wait.outcome, error);
  *job = wait.job;
  return ok;
}
