/* SPDX-License-Identifier: Apache-2.0 */

/* What has changed of all that somebody may see: the full state, and from then on what is new (docs/live.md).
 *
 * The logs of all partitions concerned are read first, then each record that they speak of, as it is now. What lies with one
 * owner is read from the newest entry back to the last one that is known; what is not known yet is told whole: the log's end
 * is noted before the walk begins, and what came behind that follows. All functions may be called on any thread, and block. */

#pragma once

#include "tw-call-context.h"
#include "tw-task-store-query.h"

G_BEGIN_DECLS

typedef enum
{
  TW_SYNC_LIST,
  TW_SYNC_MEMBER,
  TW_SYNC_TASK,
} TwSyncKind;

/* Something that is as it is, or no more. */
typedef struct
{
  TwSyncKind kind;
  char *id;        /* a member's: listId/userId */
  gint64 version;  /* of what is put */
  gpointer record; /* NULL: it is deleted. A list has the caller's role and position */
  gboolean is_taken_back; /* inside: it is not told */
} TwSyncChange;

const TwRecordType *tw_sync_kind_type (TwSyncKind kind);

typedef struct
{
  GPtrArray *changes; /* TwSyncChange: each thing once; what is deleted first, then lists, members, tasks */
  char *token;
  gboolean more;
} TwSyncChanges;

void tw_changes_clear (TwSyncChanges *changes);

/* The next changes for @user_id, @limit at most, since @token (NULL: all). Fewer where they are long, or far between. INVALID
 * for what is no token of theirs; GONE where it is too old, or of another store or one that was brought back since;
 * UNAVAILABLE, INTERNAL. */
gboolean tw_changes_read (TwTaskStore *store, const TwCallContext *context, const char *user_id, const char *token,
                          guint limit, TwSyncChanges *changes, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwSyncChanges, tw_changes_clear)

G_END_DECLS
