/* SPDX-License-Identifier: Apache-2.0 */

/* While the gate is closed the server is asked several times a second. While it is open, every few seconds: a server
 * that dies unnoticed closes it before somebody has to wait for that, and a service is known to be alive. */

#include "tw-mongo-watch.h"

#include "tw-error.h"
#include "tw-mongo-indexes.h"
#include "tw-monotonic.h"

#include <pthread.h>

#define AWAY_MS 250
#define UNPREPARED_MS 1000
#define OPEN_MS 5000

struct _TwMongoWatch
{
  TwMongoWatched watched;
  mongoc_client_t *client; /* the thread's */
  pthread_t thread;
};

static TwMongoSession
begin_session (const TwMongoWatch *watch)
{
  return (TwMongoSession) {
    .client = watch->client,
    .database = watch->watched.database,
    .max_time_ms = watch->watched.max_time_ms,
    .deadline_ms = tw_monotonic_ms () + watch->watched.deadline_ms,
  };
}

/* How long to wait until the next attempt. */
static gint64
stay_closed (const TwMongoWatch *watch, const TwMongoSession *session)
{
  gboolean away = session->meaning == TW_MONGO_ERROR_AWAY;

  tw_mongo_gate_stays_closed (watch->watched.gate, away ? TW_MONGO_AWAY : TW_MONGO_UNPREPARED, session->reason);
  return away ? AWAY_MS : UNPREPARED_MS;
}

/* What we are told when we want to hold the data: opens the gate, or keeps it closed. */
static gint64
act_on_hold (const TwMongoWatch *watch, const TwMongoSession *session, TwMongoHold hold, const char *why)
{
  g_autoptr (GError) taken = NULL;
  TwMongoGate *gate = watch->watched.gate;

  switch (hold)
    {
    case TW_MONGO_HELD:
      tw_mongo_gate_open (gate);
      return OPEN_MS;
    case TW_MONGO_HELD_OFF:
      tw_mongo_gate_stays_closed (gate, TW_MONGO_UNFINISHED, why);
      return UNPREPARED_MS;
    case TW_MONGO_TAKEN:
      taken = g_error_new_literal (TW_ERROR, TW_ERROR_CONFLICT, why);
      tw_mongo_gate_refuse (gate, taken);
      return UNPREPARED_MS;
    case TW_MONGO_NOT_HELD:
    default:
      return stay_closed (watch, session);
    }
}

static gint64
try_to_open (const TwMongoWatch *watch, TwMongoSession *session)
{
  const TwMongoWatched *watched = &watch->watched;
  g_autofree char *why = NULL;
  TwMongoHold hold;

  if (!tw_mongo_ask (session, NULL)
      || (watched->role != TW_MONGO_READ && !tw_mongo_indexes_make (session, watched->spec)))
    return stay_closed (watch, session);
  hold = tw_mongo_holders_enter (watched->holders, session, &why);
  return act_on_hold (watch, session, hold, why);
}

static gint64
look_after_open (const TwMongoWatch *watch, TwMongoSession *session, guint opening)
{
  const TwMongoWatched *watched = &watch->watched;
  g_autofree char *why = NULL;
  TwMongoHold hold = TW_MONGO_NOT_HELD;

  if (tw_mongo_ask (session, NULL))
    hold = tw_mongo_holders_enter (watched->holders, session, &why);
  if (hold == TW_MONGO_HELD_OFF)
    tw_mongo_gate_close (watched->gate, opening, TW_MONGO_UNFINISHED, why);
  else if (hold == TW_MONGO_NOT_HELD && session->meaning == TW_MONGO_ERROR_AWAY)
    tw_mongo_gate_close (watched->gate, opening, TW_MONGO_AWAY, session->reason);
  return OPEN_MS;
}

static void
leave (const TwMongoWatch *watch)
{
  TwMongoSession session = begin_session (watch);
  guint opening;

  if (tw_mongo_gate_is_open (watch->watched.gate, &opening))
    tw_mongo_holders_leave (watch->watched.holders, &session);
  tw_mongo_session_end (&session);
}

static void *
run (void *user_data)
{
  TwMongoWatch *watch = user_data;
  gint64 pause_ms = 0;
  gboolean opened = FALSE;

  while (tw_mongo_gate_pause (watch->watched.gate, opened, pause_ms))
    {
      TwMongoSession session = begin_session (watch);
      guint opening;

      if (tw_mongo_gate_is_open (watch->watched.gate, &opening))
        pause_ms = look_after_open (watch, &session, opening);
      else
        pause_ms = try_to_open (watch, &session);
      opened = pause_ms == OPEN_MS;
      tw_mongo_session_end (&session);
    }
  leave (watch);
  return NULL;
}

TwMongoWatch *
tw_mongo_watch_new (const TwMongoWatched *watched)
{
  TwMongoWatch *watch = g_new0 (TwMongoWatch, 1);

  watch->watched = *watched;
  watch->client = mongoc_client_pool_pop (watched->clients);
  if (pthread_create (&watch->thread, NULL, run, watch) != 0)
    g_error ("can't start a thread");
  pthread_setname_np (watch->thread, "mongo-watch");
  return watch;
}

void
tw_mongo_watch_free (TwMongoWatch *watch)
{
  tw_mongo_gate_give_up (watch->watched.gate);
  pthread_join (watch->thread, NULL);
  mongoc_client_pool_push (watch->watched.clients, watch->client);
  g_free (watch);
}
