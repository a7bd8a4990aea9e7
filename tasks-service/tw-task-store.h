/* SPDX-License-Identifier: Apache-2.0 */

/* What the Tasks service needs of a store. tests/contract/ holds every implementation to this page.
 *
 * - Data has been validated before it gets here; a store adds no limits of its own.
 * - Ids are 24 hex digits and made by the service. What is not found for that user, whether it never was, was
 *   removed, is another user's, or its id is malformed, is NOT_FOUND with the message "Task not found".
 * - Reads may block and may be called on any thread, but for those that start; these and mutations never block and
 *   complete by callback, on any thread, mutations once they are durable. A read that starts after a mutation's
 * callback sees it.
 * - Newest first means descending by (created, id).
 * - Nothing is begun at or after its @deadline_ms (tw-call-context.h), but fails with UNAVAILABLE, and is never done.
 * Only a change that had been begun before may be done although it failed so.
 * - Errors: NOT_FOUND, CONFLICT (insert of an id that exists), INVALID (malformed cursor), UNAVAILABLE, INTERNAL.
 *   None names a backend.
 */

#pragma once

#include "tw-call-context.h"

#include <glib.h>

G_BEGIN_DECLS

/* A task at rest. Owned strings; free with tw_task_record_free(). */
typedef struct
{
  char *id;
  char *user_id;
  char *name;
  gint64 created_ms; /* since 1970 */
  gint64 updated_ms;
  gint64 version;    /* from 1 */
  gboolean done;
} TwTaskRecord;

TwTaskRecord *tw_task_record_copy (const TwTaskRecord *record);
void tw_task_record_free (TwTaskRecord *record);

/* What a change sets; NULL or FALSE leaves. */
typedef struct
{
  const char *name;
  gboolean has_done;
  gboolean done;
  gint64 now_ms; /* becomes updated_ms */
} TwTaskChange;

typedef enum
{
  TW_DONE_ANY,
  TW_DONE_ONLY,
  TW_OPEN_ONLY,
} TwDoneFilter;

/* What a caller asks for who may @say whether the tasks are to be @done. */
static inline TwDoneFilter
tw_done_filter (gboolean say, gboolean done)
{
  return !say ? TW_DONE_ANY : done ? TW_DONE_ONLY : TW_OPEN_ONLY;
}

/* Where a page goes on: behind the row with these keys. */
typedef struct
{
  gint64 created_ms;
  char id[25];
} TwTaskPosition;

/* Called with each row in turn; the row is valid during the call. FALSE ends the walk. */
typedef gboolean (*TwTaskRowFunc) (const TwTaskRecord *row, gpointer user_data);

/* @task: how the task is after the change (insert, change) or NULL (remove, failure); valid during the call. */
typedef void (*TwTaskDone) (const TwTaskRecord *task, const GError *error, gpointer user_data);

/* @rows: of TwTaskRecord, or NULL on failure. Valid during the call, in which they may be taken out
 * (g_ptr_array_steal()); a reference would be let go on two threads. */
typedef void (*TwTaskRowsDone) (GPtrArray *rows, const GError *error, gpointer user_data);

typedef struct _TwTaskStore TwTaskStore;

typedef struct
{
  void (*free) (TwTaskStore *store);
  gboolean (*check) (TwTaskStore *store, gint64 deadline_ms, GError **error);

  /* A store whose reads wait for a processor. */
  gboolean (*reads_begin) (TwTaskStore *store, gboolean foremost);
  void (*reads_end) (TwTaskStore *store);
  gboolean (*view) (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, TwTaskRowFunc row,
                    gpointer user_data, GError **error);
  gboolean (*list) (TwTaskStore *store, gint64 deadline_ms, const char *user_id, TwDoneFilter filter,
                    const TwTaskPosition *after, guint limit, TwTaskRowFunc row, gpointer user_data, GError **error);

  /* Instead of these, one whose reads wait for another machine. */
  void (*start_get) (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, TwTaskRowsDone done,
                     gpointer user_data);
  void (*start_list) (TwTaskStore *store, gint64 deadline_ms, const char *user_id, TwDoneFilter filter,
                      const TwTaskPosition *after, guint limit, TwTaskRowsDone done, gpointer user_data);

  void (*insert) (TwTaskStore *store, gint64 deadline_ms, const TwTaskRecord *task, TwTaskDone done,
                  gpointer user_data);
  void (*change) (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id,
                  const TwTaskChange *change, TwTaskDone done, gpointer user_data);
  void (*remove) (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, TwTaskDone done,
                  gpointer user_data);
} TwTaskStoreClass;

/* An implementation's struct starts with this. */
struct _TwTaskStore
{
  const TwTaskStoreClass *klass;
};

/* Finishes what is running, then frees. */
void tw_task_store_free (TwTaskStore *store);

/* Whether it can read now. */
gboolean tw_task_store_check (TwTaskStore *store, gint64 deadline_ms, GError **error);

/* Whether a read waits for another machine: then it can be started, and no thread of the caller's has to wait. */
gboolean tw_task_store_is_remote (const TwTaskStore *store);

/* What this thread reads between the two, of a store that is not remote, costs less, and is of one moment, not before
 * the first call; pairs do not nest. What would have to wait is UNAVAILABLE; what is read after that may be of a later
 * moment. FALSE where even to begin would have to wait: nothing has begun then. @foremost: for the thread that reads
 * most, of which there is one. */
gboolean tw_task_store_reads_begin (TwTaskStore *store, gboolean foremost);
void tw_task_store_reads_end (TwTaskStore *store);

/* One task: calls @row once (what it returns is ignored), or fails. */
gboolean tw_task_store_view (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id,
                             TwTaskRowFunc row, gpointer user_data, GError **error);

/* The same as a copy; free with tw_task_record_free(). */
TwTaskRecord *tw_task_store_get (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id,
                                 GError **error);

/* A user's tasks, newest first, those behind @after (NULL: from the start), at most @limit of them (0: all). */
gboolean tw_task_store_list (TwTaskStore *store, gint64 deadline_ms, const char *user_id, TwDoneFilter filter,
                             const TwTaskPosition *after, guint limit, TwTaskRowFunc row, gpointer user_data,
                             GError **error);

/* The same, of a remote store, for whoever does not wait: neither blocks. One row, or a user's tasks. */
void tw_task_store_start_get (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id,
                              TwTaskRowsDone done, gpointer user_data);
void tw_task_store_start_list (TwTaskStore *store, gint64 deadline_ms, const char *user_id, TwDoneFilter filter,
                               const TwTaskPosition *after, guint limit, TwTaskRowsDone done, gpointer user_data);

/* Inserts a copy of @task as it stands. */
void tw_task_store_insert (TwTaskStore *store, gint64 deadline_ms, const TwTaskRecord *task, TwTaskDone done,
                           gpointer user_data);

/* Applies @change (copied), raising the version by one: also where it sets what was there already. */
void tw_task_store_change (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id,
                           const TwTaskChange *change, TwTaskDone done, gpointer user_data);

void tw_task_store_remove (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, TwTaskDone done,
                           gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskStore, tw_task_store_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskRecord, tw_task_record_free)

G_END_DECLS
