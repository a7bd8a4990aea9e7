/* SPDX-License-Identifier: Apache-2.0 */

/* Inside changes/: one answer, while it is made. */

#pragma once

#include "tw-changes.h"
#include "tw-list-roles.h"
#include "tw-sync-token.h"

G_BEGIN_DECLS

/* What one answer has come to. */
typedef struct
{
  guint limit;
  gsize bytes;         /* of the records, about */
  GPtrArray *changes;  /* TwSyncChange; NULL where another took its place */
  GHashTable *places;  /* from kind and id: of these */
} TwToldChanges;

/* An answer of so many bytes is long enough; one record more may come. */
#define TW_TOLD_CHANGES_BYTES (1024 * 1024)

/* What @record adds to an answer, about. */
gsize tw_told_changes_size (TwSyncKind kind, gconstpointer record);

void tw_told_changes_init (TwToldChanges *told, guint limit);
void tw_told_changes_clear (TwToldChanges *told);

/* How many more there may be. */
guint tw_told_changes_room (const TwToldChanges *told);

/* What was said of it before is no more: it is said as it is now. Copies @record. */
void tw_told_changes_put (TwToldChanges *told, TwSyncKind kind, const char *id, gconstpointer record);
void tw_told_changes_delete (TwToldChanges *told, TwSyncKind kind, const char *id);

/* The list is deleted, which stands for what is in it: of that nothing is put any more. A task may have been known in
 * another place, and is deleted too. */
void tw_told_changes_delete_list (TwToldChanges *told, const char *list_id);
gboolean tw_told_changes_has_deleted_list (const TwToldChanges *told, const char *list_id);

/* As they are to be told; @told has none any more. */
GPtrArray *tw_told_changes_take (TwToldChanges *told);

typedef struct
{
  TwTaskStore *store;
  gint64 deadline_ms;
  const char *user_id;

  TwCommitStore kept;
  GHashTable *logs;       /* of each partition: TwCommitLog, as it was before anything was read */
  GHashTable *memberships; /* by list: TwMemberRecord, what the user is in it; looked at before the logs */
  GHashTable *member_ids; /* of these records, which belong to them */

  GPtrArray *groups;      /* TwSyncGroup */
  TwToldChanges told;
  guint n_entries;        /* that were read */
  gint64 until_ms;        /* monotonic: something is begun before this, half of the time that there is; or nothing was yet */
  gboolean has_begun;
} TwChangesReading;

/* As many entries an answer reads of logs, and then ends. */
#define TW_CHANGES_ENTRIES 5000

/* Whether there is room and time for more. The first time there is time, so that each answer gets on. */
gboolean tw_changes_may_go_on (TwChangesReading *reading);

/* Looks at what the user is in, and at the logs of all concerned. */
gboolean tw_changes_view (TwChangesReading *reading, GError **error);

/* Looks again at what the user is in that is their own. */
gboolean tw_changes_view_own (TwChangesReading *reading, GError **error);

gboolean tw_changes_look (TwChangesReading *reading, GHashTable *logs, GError **error);

/* Ids of lists that are the user's own, or somebody else's, in order: of the user's memberships. */
GPtrArray *tw_changes_lists (const TwChangesReading *reading, gboolean own);

/* Whose lists a group's are. NULL where none of them is seen any more. */
const char *tw_changes_owner (const TwChangesReading *reading, const TwSyncGroup *group);

/* Whether the user is in the list of somebody else's, and has been told of it. */
gboolean tw_changes_knows (const TwChangesReading *reading, const char *list_id);

/* The list is no more, or no more for the user: it stands for all that is in it. */
void tw_changes_drop_list (TwChangesReading *reading, const char *list_id);

/* All records of @type whose @field is one of @values, texts, by their keys: TwRecords. NULL with @error. */
GHashTable *tw_changes_gather (const TwChangesReading *reading, const TwRecordType *type, guint64 field,
                               const GPtrArray *values, GError **error);

/* Whether the user sees @task. @lists: those of the user's own that are there, by their ids, as they were looked at after
 * the task. */
gboolean tw_changes_sees_task (const TwChangesReading *reading, const TwTaskRecord *task, GHashTable *lists);

void tw_changes_put_list (TwChangesReading *reading, const TwSharedListRecord *list, const TwMemberRecord *member);
void tw_changes_put_member (TwChangesReading *reading, const TwMemberRecord *member);
void tw_changes_put_task (TwChangesReading *reading, const TwTaskRecord *task);

/* Go on with a group as far as there is room. */
gboolean tw_changes_walk (TwChangesReading *reading, TwSyncGroup *group, GError **error);
gboolean tw_changes_read_back (TwChangesReading *reading, TwSyncGroup *group, GError **error);
gboolean tw_changes_tell_pending (TwChangesReading *reading, TwSyncGroup *group, GError **error);

G_END_DECLS
