/* SPDX-License-Identifier: Apache-2.0 */

/* What the Tasks service needs of a store, to read; what is written is a commit (tw-commit.h). tests/contract/ holds
 * every implementation to this page.
 *
 * - Data has been validated before it gets here; a store adds no limits of its own.
 * - Ids are 24 hex digits and made by the service. What is not found for that user, whether it never was, was
 *   removed, is another user's, or its id is malformed, is NOT_FOUND with the message "Task not found".
 * - Everything may be called on any thread. A read may block and call back at once, or not block and call back later,
 *   on any thread. It sees what was committed before it started.
 * - Newest first means descending by (created, id); orders and filters are as tw-task-query.h has them.
 * - Nothing is begun at or after its @deadline_ms (tw-call-context.h), but fails with UNAVAILABLE.
 * - Errors: NOT_FOUND, INVALID (a position that is no task's), UNAVAILABLE, INTERNAL. None names a backend.
 */

#pragma once

#include "tw-call-context.h"
#include "tw-commit.h"
#include "tw-record-query.h"
#include "tw-record-wire.h"
#include "tw-task-query.h"

#include <glib.h>

G_BEGIN_DECLS

/* How it has ended that something is done with a task: how that is then, or NULL where it is gone, or with an @error. All
 * is valid during the call. */
typedef void (*TwTaskDone) (const TwTaskRecord *task, const GError *error, gpointer user_data);

/* What has become of a row that could be written as it lies in the store. */
typedef enum
{
  TW_TASK_ROW_TAKEN,
  TW_TASK_ROW_REFUSED,   /* no more are wanted */
  TW_TASK_ROW_UNWRITTEN, /* it can't be: it has to be shown */
} TwTaskRowEnd;

/* A row as it lies in the store, which can be written without becoming a record: FALSE where it can't, and nothing is
 * written. @place gets its creation and its id. */
typedef struct
{
  gboolean (*write) (gconstpointer row, TwWriter *writer, TwTaskPosition *place);
  gconstpointer row;
} TwTaskRawRow;

/* Where they go. */
typedef struct
{
  /* Called with each in turn, which is valid during the call. FALSE: no more are wanted, and the read ends well. */
  gboolean (*row) (const TwTaskRecord *task, gpointer state);

  /* Called once, behind the last one. With an @error what was shown before counts for nothing. */
  void (*end) (const GError *error, gpointer state);

  /* What both get. It need only be valid until tw_task_store_read() returns: a store that ends later gives them a copy
   * of its bytes, and leaves the original as it is. */
  gpointer state;
  gsize state_size;

  /* Or NULL. In row()'s place for what is shown newest or oldest first, where the store has it so: what is written is as
   * tw_record_write() has it. */
  TwTaskRowEnd (*raw) (const TwTaskRawRow *row, gpointer state);

  /* FALSE between tw_task_store_reads_begin() and its end, and only there. */
  gboolean may_wait;
} TwTaskReading;

typedef struct _TwTaskStore TwTaskStore;

typedef struct
{
  void (*free) (TwTaskStore *store);
  gboolean (*check) (TwTaskStore *store, gint64 deadline_ms, GError **error);

  gboolean (*reads_begin) (TwTaskStore *store, gboolean foremost); /* with reads_end, or neither */
  void (*reads_end) (TwTaskStore *store);
  gboolean (*read) (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading);
  gboolean (*query) (TwTaskStore *store, gint64 deadline_ms, const TwRecordQuery *query,
                     const TwRecordReading *reading); /* tw-task-store-query.h */
} TwTaskStoreClass;

/* An implementation's struct starts with this. */
struct _TwTaskStore
{
  const TwTaskStoreClass *klass;
  TwCommits *commits; /* how it is written to */
};

/* Finishes what is running, then frees. */
void tw_task_store_free (TwTaskStore *store);

/* Whether it can read now. */
gboolean tw_task_store_check (TwTaskStore *store, gint64 deadline_ms, GError **error);

/* What this thread reads between the two costs less, and, where it ends at once, is of one moment, not before the first
 * call; pairs do not nest. What is read after something that would have had to wait may be of a later moment. FALSE
 * where even to begin would have to wait: nothing has begun then. @foremost: for the thread that reads most, of which
 * there is one. */
gboolean tw_task_store_reads_begin (TwTaskStore *store, gboolean foremost);
void tw_task_store_reads_end (TwTaskStore *store);

/* Shows what @query asks for to @reading, and tells it the end: both before this returns, or later. FALSE where the
 * thread would have had to wait and must not: some rows may have been shown, and there is no end. */
gboolean tw_task_store_read (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query,
                             const TwTaskReading *reading);

/* Says that a task is not there. Returns FALSE. */
gboolean tw_task_not_found (GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskStore, tw_task_store_free)

G_END_DECLS
