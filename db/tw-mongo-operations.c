/* SPDX-License-Identifier: Apache-2.0 */

/* An operation is held by the worker that has it, or will have it, and for a moment by the thread that tells its asker
 * that the time is over. Whoever comes first answers; whoever lets go last frees. Those that are not answered yet are
 * in the order of their deadlines, which is the one in which they came but for those whose asker has less time.
 *
 * Of either kind only so many run that the other one finds a worker: what is more is put by, and taken up by the worker
 * that has done the one before. */

#include "tw-mongo-operations.h"

#include "tw-deadlines.h"
#include "tw-error.h"
#include "tw-mongo-session-private.h"
#include "tw-monotonic.h"
#include "tw-pool.h"
#include "tw-store-error.h"

#include <pthread.h>

#define MAX_WAITING 4096

/* One that has waited for a thread for this part of its time is not begun: it would end too late, and those behind it
 * as well, so that a database which is a little too slow would have nobody answered in time. */
#define MAX_WAIT_PART 3

#define KINDS (TW_MONGO_CHANGING + 1)

typedef struct
{
  TwMongoKind kind;
  TwMongoFunc run;
  TwMongoDone done;
  gpointer job;
  GDestroyNotify free_job;
  gint64 given_ms;    /* monotonic */
  gint64 deadline_ms; /* monotonic */

  GList link; /* in unanswered; guarded by the mutex, as are those below */
  gboolean answered;
  guint holds;
} Operation;

struct _TwMongoOperations
{
  mongoc_client_pool_t *clients;
  const char *database;
  gint64 max_time_ms;
  gint64 deadline_ms; /* from the beginning of an operation, at most */
  TwMongoGate *gate;
  TwPool *workers;
  pthread_t deadlines;

  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t changed;
  GQueue unanswered;
  guint max_running; /* of each kind */
  guint running[KINDS];
  GQueue put_by[KINDS]; /* of Operation; empty where fewer run */
  gint64 looks_ms; /* when the thread of the deadlines looks at them again, unless it is told to before */
  gboolean closing;
  guint alive; /* operations: what ends one may give another, and has done so when it is not counted any more */
  pthread_cond_t ended;
};

static void
let_go (TwMongoOperations *operations, Operation *operation)
{
  gboolean last;

  pthread_mutex_lock (&operations->mutex);
  last = --operation->holds == 0;
  pthread_mutex_unlock (&operations->mutex);
  if (!last)
    return;
  if (operation->free_job != NULL)
    operation->free_job (operation->job);
  g_free (operation);
  pthread_mutex_lock (&operations->mutex);
  if (--operations->alive == 0)
    pthread_cond_broadcast (&operations->ended);
  pthread_mutex_unlock (&operations->mutex);
}

/* Tells the asker, unless that has been done, and lets go. */
static void
answer (TwMongoOperations *operations, Operation *operation, const GError *error)
{
  gboolean first;

  pthread_mutex_lock (&operations->mutex);
  first = !operation->answered;
  operation->answered = TRUE;
  if (first)
    g_queue_unlink (&operations->unanswered, &operation->link);
  pthread_mutex_unlock (&operations->mutex);
  if (first)
    operation->done (operation->job, error);
  let_go (operations, operation);
}

static void
answer_with (TwMongoOperations *operations, Operation *operation, const char *unavailable)
{
  g_autoptr (GError) error = g_error_new_literal (TW_ERROR, TW_ERROR_UNAVAILABLE, unavailable);

  answer (operations, operation, error);
}

static gboolean
is_answered (TwMongoOperations *operations, const Operation *operation)
{
  gboolean answered;

  pthread_mutex_lock (&operations->mutex);
  answered = operation->answered;
  pthread_mutex_unlock (&operations->mutex);
  return answered;
}

static void
perform (TwMongoOperations *operations, Operation *operation, guint opening)
{
  g_autoptr (GError) error = NULL;
  TwMongoSession session = {
    .client = mongoc_client_pool_pop (operations->clients),
    .database = operations->database,
    .max_time_ms = operations->max_time_ms,
    .deadline_ms = operation->deadline_ms,
    .gate = operations->gate,
    .opening = opening,
  };

  if (session.client == NULL)
    g_set_error (&error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_UNAVAILABLE);
  else if (!operation->run (&session, operation->job, &error) && error == NULL)
    g_set_error (&error, TW_ERROR, TW_ERROR_INTERNAL, "an operation failed without saying why");
  tw_mongo_session_end (&session);
  if (session.client != NULL)
    mongoc_client_pool_push (operations->clients, session.client);
  answer (operations, operation, error);
}

static void
work_on (TwMongoOperations *operations, Operation *operation)
{
  gint64 now_ms = tw_monotonic_ms ();
  guint opening;

  if (is_answered (operations, operation))
    let_go (operations, operation);
  else if (!tw_mongo_gate_is_open (operations->gate, &opening))
    answer_with (operations, operation, TW_STORE_UNAVAILABLE);
  else if (now_ms > operation->given_ms + operations->deadline_ms / MAX_WAIT_PART
           || tw_deadline_is_over (operation->deadline_ms, now_ms))
    answer_with (operations, operation, TW_STORE_BUSY);
  else
    perform (operations, operation, opening);
}

typedef enum
{
  RUN,
  PUT_BY,
  REFUSE,
} Admission;

static Admission
admit (TwMongoOperations *operations, Operation *operation)
{
  guint *running = &operations->running[operation->kind];
  GQueue *put_by = &operations->put_by[operation->kind];
  Admission admission = REFUSE;

  pthread_mutex_lock (&operations->mutex);
  if (*running < operations->max_running)
    {
      ++*running;
      admission = RUN;
    }
  else if (put_by->length < MAX_WAITING)
    {
      g_queue_push_tail (put_by, operation);
      admission = PUT_BY;
    }
  pthread_mutex_unlock (&operations->mutex);
  return admission;
}

/* The one of @kind that comes after one that has been run; NULL: then one fewer runs. */
static Operation *
take_up (TwMongoOperations *operations, TwMongoKind kind)
{
  Operation *next;

  pthread_mutex_lock (&operations->mutex);
  next = g_queue_pop_head (&operations->put_by[kind]);
  if (next == NULL)
    operations->running[kind]--;
  pthread_mutex_unlock (&operations->mutex);
  return next;
}

static void
work (gpointer item, gpointer user_data)
{
  TwMongoOperations *operations = user_data;
  Operation *operation = item;
  TwMongoKind kind = operation->kind;

  switch (admit (operations, operation))
    {
    case RUN:
      for (; operation != NULL; operation = take_up (operations, kind))
        work_on (operations, operation);
      break;
    case REFUSE:
      answer_with (operations, operation, TW_STORE_BUSY);
      break;
    case PUT_BY:
    default:
      break;
    }
}

/* Waits for the first deadline to pass; the operation, held, or NULL when there will be none any more. */
static Operation *
next_overdue (TwMongoOperations *operations)
{
  Operation *overdue = NULL;

  pthread_mutex_lock (&operations->mutex);
  while (overdue == NULL && !(operations->closing && operations->unanswered.length == 0))
    {
      Operation *first = g_queue_peek_head (&operations->unanswered);

      operations->looks_ms = first != NULL ? first->deadline_ms : G_MAXINT64;
      if (first == NULL)
        pthread_cond_wait (&operations->changed, &operations->mutex);
      else if (tw_monotonic_ms () < first->deadline_ms)
        tw_monotonic_cond_wait (&operations->changed, &operations->mutex, first->deadline_ms);
      else
        overdue = first;
    }
  if (overdue != NULL)
    overdue->holds++;
  pthread_mutex_unlock (&operations->mutex);
  return overdue;
}

static void *
watch_deadlines (void *user_data)
{
  TwMongoOperations *operations = user_data;
  Operation *overdue;

  while ((overdue = next_overdue (operations)) != NULL)
    answer_with (operations, overdue, TW_STORE_UNAVAILABLE);
  return NULL;
}

TwMongoOperations *
tw_mongo_operations_new (mongoc_client_pool_t *clients, const char *database, gint64 max_time_ms, gint64 deadline_ms,
                         guint threads, TwMongoGate *gate)
{
  TwMongoOperations *operations = g_new0 (TwMongoOperations, 1);

  operations->clients = clients;
  operations->database = database;
  operations->max_time_ms = max_time_ms;
  operations->deadline_ms = deadline_ms;
  operations->gate = gate;
  pthread_mutex_init (&operations->mutex, NULL);
  tw_monotonic_cond_init (&operations->changed);
  pthread_cond_init (&operations->ended, NULL);
  g_queue_init (&operations->unanswered);
  for (guint kind = 0; kind < KINDS; kind++)
    g_queue_init (&operations->put_by[kind]);
  operations->max_running = MAX (threads - threads / 4, 1);
  if (operations->max_running == threads && threads > 1)
    operations->max_running--;
  operations->workers = tw_pool_new ("mongo", threads, MAX_WAITING, work, operations);
  if (pthread_create (&operations->deadlines, NULL, watch_deadlines, operations) != 0)
    g_error ("can't start a thread");
  pthread_setname_np (operations->deadlines, "mongo-deadlines");
  return operations;
}

static gint64
deadline_of (gconstpointer operation)
{
  return ((const Operation *) operation)->deadline_ms;
}

/* Most operations end long before the thread of the deadlines looks, and the next ones have theirs after that: to wake
 * it for each would cost as much as a small command does. */
static void
note_unanswered (TwMongoOperations *operations, Operation *operation, gint64 deadline_ms)
{
  pthread_mutex_lock (&operations->mutex);
  operations->alive++;
  operation->given_ms = tw_monotonic_ms ();
  operation->deadline_ms = MIN (operation->given_ms + operations->deadline_ms, deadline_ms);
  tw_deadlines_insert (&operations->unanswered, &operation->link, deadline_of);
  if (operation->deadline_ms < operations->looks_ms)
    pthread_cond_signal (&operations->changed);
  pthread_mutex_unlock (&operations->mutex);
}

void
tw_mongo_operations_run (TwMongoOperations *operations, gint64 deadline_ms, TwMongoKind kind, TwMongoFunc run,
                         TwMongoDone done, gpointer job, GDestroyNotify free_job)
{
  Operation *operation = g_new0 (Operation, 1);
  guint opening;

  *operation = (Operation) { .kind = kind, .run = run, .done = done, .job = job, .free_job = free_job, .holds = 1 };
  operation->link.data = operation;
  note_unanswered (operations, operation, deadline_ms);
  if (!tw_mongo_gate_is_open (operations->gate, &opening))
    answer_with (operations, operation, TW_STORE_UNAVAILABLE);
  else if (!tw_pool_push (operations->workers, operation))
    answer_with (operations, operation, TW_STORE_BUSY);
}

/* What the thread of the deadlines ends may give another operation to the workers: so these stay until none is left. */
void
tw_mongo_operations_free (TwMongoOperations *operations)
{
  pthread_mutex_lock (&operations->mutex);
  while (operations->alive > 0)
    pthread_cond_wait (&operations->ended, &operations->mutex);
  operations->closing = TRUE;
  pthread_cond_signal (&operations->changed);
  pthread_mutex_unlock (&operations->mutex);
  pthread_join (operations->deadlines, NULL);
  tw_pool_free (operations->workers);
  pthread_cond_destroy (&operations->changed);
  pthread_cond_destroy (&operations->ended);
  pthread_mutex_destroy (&operations->mutex);
  g_free (operations);
}
