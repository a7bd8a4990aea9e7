/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-checkpoint.h"

#include "tw-sqlite-connection.h"

#include <pthread.h>

/* A rest of so many frames the writer brings over itself: about what a batch or two write. */
#define SHORT_REST 1024

/* How often the thread goes round before the writer has to stand still for the rest, however long it is. */
#define MAX_ROUNDS 3

typedef enum
{
  RESTING, /* until the log is long enough */
  COPYING, /* the thread is at it */
  COPIED,  /* it has ended, and the writer has not looked yet */
} State;

/* What a checkpoint came to. */
typedef struct
{
  guint in_log;      /* frames, when it began */
  guint in_database; /* of these; fewer where a reader needed others as they were, or it failed */
} Outcome;

struct _TwSqliteCheckpoint
{
  TwSqliteConnection *connection; /* the thread's */
  pthread_t thread;
  guint frames;

  /* the writer's */
  guint due; /* the length from which on something is to be done */
  guint round;

  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t changed;
  State state;
  Outcome outcome; /* COPIED */
  gboolean closing;
};

/* Never waits for a lock, so that it can't hold up anybody. An error is in the connection's log. */
static Outcome
run_checkpoint (TwSqliteConnection *connection)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "PRAGMA wal_checkpoint (PASSIVE)", NULL);

  /* Busy, frames in the log, frames in the database: https://sqlite.org/pragma.html#pragma_wal_checkpoint */
  if (statement == NULL || tw_sqlite_step (connection, statement, NULL) != SQLITE_ROW
      || sqlite3_column_int (statement, 0) != 0 || sqlite3_column_int (statement, 2) < 0)
    return (Outcome) { .in_log = 1 };
  return (Outcome) { (guint) sqlite3_column_int (statement, 1), (guint) sqlite3_column_int (statement, 2) };
}

static void *
run (void *data)
{
  TwSqliteCheckpoint *checkpoint = data;

  pthread_mutex_lock (&checkpoint->mutex);
  while (!checkpoint->closing)
    {
      if (checkpoint->state != COPYING)
        {
          pthread_cond_wait (&checkpoint->changed, &checkpoint->mutex);
          continue;
        }
      pthread_mutex_unlock (&checkpoint->mutex);
      const Outcome outcome = run_checkpoint (checkpoint->connection);
      pthread_mutex_lock (&checkpoint->mutex);
      checkpoint->outcome = outcome;
      checkpoint->state = COPIED;
      pthread_cond_broadcast (&checkpoint->changed);
    }
  pthread_mutex_unlock (&checkpoint->mutex);
  return NULL;
}

TwSqliteCheckpoint *
tw_sqlite_checkpoint_new (TwSqliteConnection *connection, guint frames)
{
  TwSqliteCheckpoint *checkpoint = g_new0 (TwSqliteCheckpoint, 1);

  checkpoint->connection = connection;
  checkpoint->frames = checkpoint->due = frames;
  pthread_mutex_init (&checkpoint->mutex, NULL);
  pthread_cond_init (&checkpoint->changed, NULL);
  if (pthread_create (&checkpoint->thread, NULL, run, checkpoint) != 0)
    g_error ("can't start a thread");
  pthread_setname_np (checkpoint->thread, "sqlite-copier");
  return checkpoint;
}

static void
set_state (TwSqliteCheckpoint *checkpoint, State state)
{
  pthread_mutex_lock (&checkpoint->mutex);
  checkpoint->state = state;
  pthread_cond_broadcast (&checkpoint->changed);
  pthread_mutex_unlock (&checkpoint->mutex);
}

static void
rest (TwSqliteCheckpoint *checkpoint, guint due)
{
  checkpoint->due = due;
  set_state (checkpoint, RESTING);
}

static guint
a_little_later (const TwSqliteCheckpoint *checkpoint, guint in_log)
{
  return in_log + MAX (checkpoint->frames / 4, 1);
}

static void
begin_round (TwSqliteCheckpoint *checkpoint, guint round)
{
  checkpoint->round = round;
  set_state (checkpoint, COPYING);
}

/* The thread has ended, with @outcome. */
static void
go_on (TwSqliteCheckpoint *checkpoint, const Outcome *outcome, TwSqliteConnection *writer, guint in_log)
{
  if (outcome->in_database < outcome->in_log)
    rest (checkpoint, a_little_later (checkpoint, in_log));
  /* All of it was in the database before the last commit: that has begun the log anew, or the next one will. */
  else if (in_log <= outcome->in_database)
    rest (checkpoint, checkpoint->frames);
  else if (in_log - outcome->in_database > SHORT_REST && checkpoint->round < MAX_ROUNDS)
    begin_round (checkpoint, checkpoint->round + 1);
  else
    {
      const Outcome end = run_checkpoint (writer);

      rest (checkpoint, end.in_database == end.in_log ? checkpoint->frames : a_little_later (checkpoint, in_log));
    }
}

/* A log that grows faster than it can be brought over would fill the disk. */
static State
look (TwSqliteCheckpoint *checkpoint, guint in_log, Outcome *outcome)
{
  State state;

  pthread_mutex_lock (&checkpoint->mutex);
  while (checkpoint->state == COPYING && in_log / 8 >= checkpoint->frames)
    pthread_cond_wait (&checkpoint->changed, &checkpoint->mutex);
  state = checkpoint->state;
  *outcome = checkpoint->outcome;
  pthread_mutex_unlock (&checkpoint->mutex);
  return state;
}

void
tw_sqlite_checkpoint_committed (TwSqliteCheckpoint *checkpoint, TwSqliteConnection *writer, guint in_log)
{
  Outcome outcome;

  switch (look (checkpoint, in_log, &outcome))
    {
    case RESTING:
      if (in_log >= checkpoint->due)
        begin_round (checkpoint, 1);
      /* It was begun anew, by itself: a reader that held it up has gone. */
      else if (in_log < checkpoint->frames)
        checkpoint->due = checkpoint->frames;
      break;
    case COPIED:
      go_on (checkpoint, &outcome, writer, in_log);
      break;
    case COPYING:
    default:
      break;
    }
}

void
tw_sqlite_checkpoint_free (TwSqliteCheckpoint *checkpoint)
{
  pthread_mutex_lock (&checkpoint->mutex);
  checkpoint->closing = TRUE;
  pthread_cond_broadcast (&checkpoint->changed);
  pthread_mutex_unlock (&checkpoint->mutex);
  pthread_join (checkpoint->thread, NULL);
  pthread_cond_destroy (&checkpoint->changed);
  pthread_mutex_destroy (&checkpoint->mutex);
  tw_sqlite_connection_close (checkpoint->connection);
  g_free (checkpoint);
}
