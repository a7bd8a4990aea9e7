/* SPDX-License-Identifier: Apache-2.0 */

/* Thirty-two operations that meet the same dead server close the gate once; one that was begun before the server came
 * back does not close it again: hence the number of each opening. */

#include "tw-mongo-gate.h"

#include "tw-error.h"
#include "tw-log.h"
#include "tw-monotonic.h"

#include <pthread.h>

struct _TwMongoGate
{
  const char *data;

  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t changed;
  gboolean is_open, in_doubt;
  guint opening;
  guint said;      /* obstacles that the log has heard of since it was last open, as bits */
  gboolean denied; /* the log has heard of an operation that was not allowed */
  char *reason;    /* why it is closed; NULL while nobody knows */
  GError *refusal;
  gboolean given_up;
};

TwMongoGate *
tw_mongo_gate_new (const char *data)
{
  TwMongoGate *gate = g_new0 (TwMongoGate, 1);

  gate->data = data;
  pthread_mutex_init (&gate->mutex, NULL);
  tw_monotonic_cond_init (&gate->changed);
  return gate;
}

void
tw_mongo_gate_free (TwMongoGate *gate)
{
  pthread_cond_destroy (&gate->changed);
  pthread_mutex_destroy (&gate->mutex);
  g_clear_error (&gate->refusal);
  g_free (gate->reason);
  g_free (gate);
}

gboolean
tw_mongo_gate_is_open (TwMongoGate *gate, guint *opening)
{
  gboolean is_open;

  pthread_mutex_lock (&gate->mutex);
  is_open = gate->is_open;
  *opening = gate->opening;
  pthread_mutex_unlock (&gate->mutex);
  return is_open;
}

void
tw_mongo_gate_open (TwMongoGate *gate)
{
  pthread_mutex_lock (&gate->mutex);
  gate->is_open = TRUE;
  gate->opening++;
  gate->said = 0;
  gate->denied = FALSE;
  g_clear_pointer (&gate->reason, g_free);
  tw_log_info ("the database of the %s: ready", gate->data);
  pthread_cond_broadcast (&gate->changed);
  pthread_mutex_unlock (&gate->mutex);
}

/* With the mutex held. */
static void
note_reason (TwMongoGate *gate, TwMongoObstacle obstacle, const char *reason)
{
  static const char *const states[] = {
    [TW_MONGO_AWAY] = "waiting for it",
    [TW_MONGO_UNPREPARED] = "it can't be used yet",
    [TW_MONGO_UNFINISHED] = "it is not used yet",
  };
  guint bit = 1u << obstacle;

  g_free (gate->reason);
  gate->reason = g_strdup (reason);
  if ((gate->said & bit) == 0)
    tw_log_warning ("the database of the %s: %s: %s", gate->data, states[obstacle], reason);
  gate->said |= bit;
}

void
tw_mongo_gate_close (TwMongoGate *gate, guint opening, TwMongoObstacle obstacle, const char *reason)
{
  pthread_mutex_lock (&gate->mutex);
  if (gate->is_open && gate->opening == opening)
    {
      gate->is_open = FALSE;
      note_reason (gate, obstacle, reason);
      pthread_cond_broadcast (&gate->changed);
    }
  pthread_mutex_unlock (&gate->mutex);
}

void
tw_mongo_gate_doubt (TwMongoGate *gate, guint opening)
{
  pthread_mutex_lock (&gate->mutex);
  if (gate->is_open && gate->opening == opening)
    {
      gate->in_doubt = TRUE;
      pthread_cond_broadcast (&gate->changed);
    }
  pthread_mutex_unlock (&gate->mutex);
}

void
tw_mongo_gate_denied (TwMongoGate *gate, const char *reason)
{
  pthread_mutex_lock (&gate->mutex);
  if (!gate->denied)
    tw_log_warning ("the database of the %s: %s", gate->data, reason);
  gate->denied = TRUE;
  pthread_mutex_unlock (&gate->mutex);
}

void
tw_mongo_gate_stays_closed (TwMongoGate *gate, TwMongoObstacle obstacle, const char *reason)
{
  pthread_mutex_lock (&gate->mutex);
  note_reason (gate, obstacle, reason);
  pthread_mutex_unlock (&gate->mutex);
}

void
tw_mongo_gate_refuse (TwMongoGate *gate, const GError *error)
{
  pthread_mutex_lock (&gate->mutex);
  g_clear_error (&gate->refusal);
  gate->refusal = g_error_copy (error);
  pthread_cond_broadcast (&gate->changed);
  pthread_mutex_unlock (&gate->mutex);
}

gboolean
tw_mongo_gate_wait (TwMongoGate *gate, gint64 patience_ms, GError **error)
{
  gint64 until_ms = tw_monotonic_ms () + patience_ms;
  gboolean is_open;

  pthread_mutex_lock (&gate->mutex);
  while (!gate->is_open && gate->refusal == NULL && tw_monotonic_ms () < until_ms)
    tw_monotonic_cond_wait (&gate->changed, &gate->mutex, until_ms);
  is_open = gate->is_open;
  if (gate->refusal != NULL && error != NULL)
    *error = g_error_copy (gate->refusal);
  else if (!is_open)
    g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAVAILABLE,
                         gate->reason != NULL ? gate->reason : "the server has not answered yet");
  pthread_mutex_unlock (&gate->mutex);
  return is_open;
}

/* Whether it stays as it is for good. With the mutex held. */
static gboolean
has_ended (const TwMongoGate *gate)
{
  return gate->given_up || gate->refusal != NULL;
}

gboolean
tw_mongo_gate_pause (TwMongoGate *gate, gboolean is_open, gint64 ms)
{
  gint64 until_ms = tw_monotonic_ms () + ms;
  gboolean go_on;

  pthread_mutex_lock (&gate->mutex);
  while (!has_ended (gate) && gate->is_open == is_open && !gate->in_doubt && tw_monotonic_ms () < until_ms)
    tw_monotonic_cond_wait (&gate->changed, &gate->mutex, until_ms);
  gate->in_doubt = FALSE;
  go_on = !has_ended (gate);
  pthread_mutex_unlock (&gate->mutex);
  return go_on;
}

void
tw_mongo_gate_give_up (TwMongoGate *gate)
{
  pthread_mutex_lock (&gate->mutex);
  gate->given_up = TRUE;
  pthread_cond_broadcast (&gate->changed);
  pthread_mutex_unlock (&gate->mutex);
}
