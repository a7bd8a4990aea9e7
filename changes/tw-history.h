/* SPDX-License-Identifier: Apache-2.0 */

/* What was done to a task: what the log of whom it lies with says of it, as long as it lies there and the log is kept. */

#pragma once

#include "tw-call-context.h"
#include "tw-task-store-query.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 at_ms;
  char *by;
  gint64 version;
  guint64 changed; /* bits of a TwTaskRecord, but for what the service sets with every change */
} TwHistoryEntry;

typedef struct
{
  GPtrArray *entries; /* TwHistoryEntry, newest first */
  char *next_cursor;  /* NULL: there are no more */
} TwHistory;

void tw_history_clear (TwHistory *history);

/* The next entries of the task @id, where @user_id sees it, @limit at most, and fewer where they are far between: none even.
 * NOT_FOUND; INVALID for a cursor that is none. Blocks; thread-safe. */
gboolean tw_history_read (TwTaskStore *store, const TwCallContext *context, const char *user_id, const char *id,
                          const char *cursor, guint limit, TwHistory *history, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwHistory, tw_history_clear)

G_END_DECLS
