/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: the mutations that wait for the writer. Whoever waits is told when the time is over, also while the disk
 * hangs and the writer with it: a thread watches the deadlines, and takes out what has reached its own. */

#pragma once

#include "tw-sqlite.h"

G_BEGIN_DECLS

typedef struct _TwSqliteJob TwSqliteJob;

struct _TwSqliteJob
{
  TwSqliteMutation mutation;
  gboolean once; /* it undoes itself where it fails */
  gint64 deadline_ms;
  TwSqliteDone done; /* or NULL */
  gpointer user_data;
  GError *error; /* what is wrong with it; NULL: nothing */
  TwSqliteJob *next;
};

/* Calls back with what has become of each job of the list, and frees it. */
void tw_sqlite_jobs_finish (TwSqliteJob *first);

/* Whether the job's time is over, which is then its error. */
gboolean tw_sqlite_job_is_overdue (TwSqliteJob *job);

typedef struct _TwSqliteQueue TwSqliteQueue;

TwSqliteQueue *tw_sqlite_queue_new (void);

/* Takes @job (g_new()), or finishes it at once where too many are waiting. Thread-safe. */
void tw_sqlite_queue_push (TwSqliteQueue *queue, TwSqliteJob *job);

/* Waits for jobs, and takes the first ones, none of which is over. NULL when there will be none any more. For the
 * writer. */
TwSqliteJob *tw_sqlite_queue_take (TwSqliteQueue *queue);

/* Takes @jobs back that were taken, and not begun: they are the first again. For the writer. */
void tw_sqlite_queue_put_back (TwSqliteQueue *queue, TwSqliteJob *jobs);

/* No job will be pushed any more. */
void tw_sqlite_queue_close (TwSqliteQueue *queue);

/* Once it is empty. */
void tw_sqlite_queue_free (TwSqliteQueue *queue);

G_END_DECLS
