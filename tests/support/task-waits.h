/* SPDX-License-Identifier: Apache-2.0 */

/* Reads and changes of tasks, waited for. */

#pragma once

#include "tw-latch.h"
#include "tw-task-store.h"
#include "tw-task-writes.h"

/* The bits of all that a task has. */
#define TASK_WHOLE                                                                                                     \
  (TW_TASK_HAS_ID | TW_TASK_HAS_USER_ID | TW_TASK_HAS_NAME | TW_TASK_HAS_CREATED_ON | TW_TASK_HAS_DONE                 \
   | TW_TASK_HAS_UPDATED_ON | TW_TASK_HAS_VERSION)

/* What somebody says about a task: a name, unless it is NULL, and, where it has_done, whether it is done. */
typedef struct
{
  const char *name;
  gboolean has_done;
  gboolean done;
  gint64 now_ms; /* when it is changed so; 0: the service sets it */
} TaskWords;

static inline TwTaskRecord
task_said (const TaskWords *words)
{
  return (TwTaskRecord) {
    .has = (words->name != NULL ? TW_TASK_HAS_NAME : 0) | (words->has_done ? TW_TASK_HAS_DONE : 0)
           | (words->now_ms != 0 ? TW_TASK_HAS_UPDATED_ON : 0),
    .name = words->name,
    .done = words->done,
    .updated_ms = words->now_ms,
  };
}

/* A change on its way: task_change_ended() is its TwTaskDone. */
typedef struct
{
  TwLatch ended;
  TwTaskRecord *task;
  GError *error;
} TaskChangeWait;

static inline void
task_change_ended (const TwTaskRecord *task, const GError *error, gpointer data)
{
  TaskChangeWait *wait = data;

  wait->task = task != NULL ? tw_record_copy (&tw_task_type, task) : NULL;
  wait->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&wait->ended);
}

static inline void
task_writes_ended (const TwTaskResult *results, const GError *error, gpointer data)
{
  task_change_ended (NULL, error, data);
}

static inline TaskChangeWait *
task_change_begin (TaskChangeWait *wait)
{
  *wait = (TaskChangeWait){ .task = NULL };
  tw_latch_init (&wait->ended);
  return wait;
}

/* What the task is after it; NULL where there is none any more, or with @error. */
static inline TwTaskRecord *
task_change_wait (TaskChangeWait *wait, GError **error)
{
  tw_latch_wait (&wait->ended);
  if (wait->error != NULL)
    {
      g_assert_null (wait->task);
      g_propagate_error (error, wait->error);
    }
  return wait->task;
}

/* Does @n operations, all or none, and waits for that. */
static inline void
task_write_all (TwTaskStore *store, const TwTaskRequest *request, const char *user_id, const TwTaskOperation *operations,
                guint n, GError **error)
{
  TaskChangeWait wait;

  tw_task_write (store, request, user_id, operations, n, TRUE, task_writes_ended, task_change_begin (&wait));
  task_change_wait (&wait, error);
}

typedef gboolean (*TaskRowFunc) (const TwTaskRecord *task, gpointer user_data);

/* A read on its way: its reading is the wait's. */
typedef struct TaskReadWait
{
  TwTaskReading reading;
  struct TaskReadWait *self; /* the reading's state */
  TaskRowFunc row;
  gpointer user_data;
  TwLatch ended;
  GError *error;
} TaskReadWait;

static inline gboolean
task_read_row (const TwTaskRecord *task, gpointer state)
{
  TaskReadWait *const *wait = state;

  return (*wait)->row (task, (*wait)->user_data);
}

static inline void
task_read_end (const GError *error, gpointer state)
{
  TaskReadWait *const *wait = state;

  (*wait)->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&(*wait)->ended);
}

static inline const TwTaskReading *
task_read_begin (TaskReadWait *wait, TaskRowFunc row, gpointer user_data)
{
  *wait = (TaskReadWait){ { task_read_row, task_read_end, &wait->self, sizeof wait->self, .may_wait = TRUE },
                          .self = wait, .row = row, .user_data = user_data };
  tw_latch_init (&wait->ended);
  return &wait->reading;
}

static inline gboolean
task_read_wait (TaskReadWait *wait, GError **error)
{
  tw_latch_wait (&wait->ended);
  if (wait->error == NULL)
    return TRUE;
  g_propagate_error (error, wait->error);
  return FALSE;
}

static inline gboolean
task_copy_row (const TwTaskRecord *task, gpointer data)
{
  TwTaskRecord **copy = data;

  g_assert_null (*copy);
  *copy = tw_record_copy (&tw_task_type, task);
  return TRUE;
}

static inline gboolean
read_tasks (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, TaskRowFunc row, gpointer user_data,
            GError **error)
{
  TaskReadWait wait;

  g_assert_true (tw_task_store_read (store, deadline_ms, query, task_read_begin (&wait, row, user_data)));
  return task_read_wait (&wait, error);
}

/* Free with g_free(). */
static inline TwTaskRecord *
read_task (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, GError **error)
{
  const TwTaskQuery query = { .user_id = user_id, .id = id };
  TwTaskRecord *task = NULL;

  return read_tasks (store, deadline_ms, &query, task_copy_row, &task, error) ? task : NULL;
}
