/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-history.h"

#include "tw-base64url.h"
#include "tw-error.h"
#include "tw-list-roles.h"

#include <string.h>

/* Entries of the log that are looked at for one answer. */
#define MAX_LOOKED_AT 5000

static void
entry_free (gpointer data)
{
  TwHistoryEntry *entry = data;

  g_free (entry->by);
  g_free (entry);
}

void
tw_history_clear (TwHistory *history)
{
  g_clear_pointer (&history->entries, g_ptr_array_unref);
  g_clear_pointer (&history->next_cursor, g_free);
}

/* Whether the user sees it */

static gpointer
find (TwTaskStore *store, gint64 deadline_ms, const TwRecordType *type, guint64 field, const char *id, gboolean *found,
      GError **error)
{
  const TwRecordQuery query = { type, field, &id, 1, .limit = 1 };
  g_autoptr (GPtrArray) records = tw_task_store_gather (store, deadline_ms, &query, error);

  *found = records != NULL && records->len > 0;
  return *found ? g_ptr_array_steal_index (records, 0) : NULL;
}

/* In *@sees; FALSE with @error. */
static gboolean
look_at_list (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const TwTaskRecord *task, gboolean *sees,
              GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autofree TwMemberRecord *member = NULL;
  g_autofree TwSharedListRecord *list = NULL;
  char member_id[TW_ID_SIZE];
  gboolean found;

  *sees = task->list_id == NULL && strcmp (task->user_id, user_id) == 0;
  if (task->list_id == NULL)
    return TRUE;
  tw_list_member_id (task->list_id, user_id, member_id);
  member = find (store, deadline_ms, &tw_member_type, TW_MEMBER_HAS_ID, member_id, &found, &why);
  if (why == NULL && tw_list_role_of (member) != TW_LIST_NOBODY)
    list = find (store, deadline_ms, &tw_shared_list_type, TW_SHARED_LIST_HAS_ID, task->list_id, sees, &why);
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* NULL with NOT_FOUND, … */
static TwTaskRecord *
find_task (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, GError **error)
{
  g_autoptr (GError) why = NULL;
  gboolean found, sees = FALSE;
  g_autofree TwTaskRecord *task = find (store, deadline_ms, &tw_task_type, TW_TASK_HAS_ID, id, &found, &why);

  if (why == NULL && found)
    look_at_list (store, deadline_ms, user_id, task, &sees, &why);
  if (why == NULL && !sees)
    tw_task_not_found (&why);
  if (why == NULL)
    return g_steal_pointer (&task);
  g_propagate_error (error, g_steal_pointer (&why));
  return NULL;
}

/* The place where the next answer goes on: two numbers, highest byte first. */

typedef struct __attribute__ ((packed))
{
  guint64 number, row;
} Cursor;

static char *
cursor_of (const TwCommitPlace *place)
{
  const Cursor cursor = { GUINT64_TO_BE ((guint64) place->number), GUINT64_TO_BE ((guint64) place->row) };

  return tw_base64url_encode (&cursor, sizeof cursor);
}

static gboolean
read_cursor (const char *text, TwCommitPlace *place, GError **error)
{
  gsize n = 0;
  g_autofree guint8 *bytes = tw_base64url_decode (text, strlen (text), &n);
  Cursor cursor;

  if (bytes != NULL && n == sizeof cursor)
    {
      memcpy (&cursor, bytes, n);
      place->number = (gint64) GUINT64_FROM_BE (cursor.number);
      place->row = (gint64) GUINT64_FROM_BE (cursor.row);
      if (place->number > 0 && place->row >= 0)
        return TRUE;
    }
  g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "cursor is not one that this service made");
  if (error != NULL)
    tw_error_locate (*error, "cursor");
  return FALSE;
}

/* The log */

typedef struct
{
  const TwTaskRecord *task;
  GPtrArray *entries;
  guint limit, n;
  gboolean ended; /* what was before is no matter of this task as it lies here */
} Look;

/* What the service sets by itself says nothing. */
static guint64
said (void)
{
  guint64 bits = 0;

  for (guint i = 0; i < tw_task_type.n_fields; i++)
    if (tw_task_type.fields[i].role == TW_RECORD_PLAIN)
      bits |= TW_RECORD_BIT (i);
  return bits;
}

static gboolean
take_entry (const TwCommitEntry *entry, gpointer data)
{
  Look *look = data;
  TwHistoryEntry *taken;

  look->n++;
  if (entry->type != &tw_task_type || strcmp (entry->id, look->task->id) != 0)
    return look->n < MAX_LOOKED_AT;
  look->ended = entry->is_gone || entry->version <= 1;
  if (entry->is_gone)
    return FALSE;
  taken = g_new (TwHistoryEntry, 1);
  *taken = (TwHistoryEntry) { entry->time_ms, g_strdup (entry->by), entry->version, entry->changed & said () };
  g_ptr_array_add (look->entries, taken);
  return !look->ended && look->entries->len < look->limit && look->n < MAX_LOOKED_AT;
}

gboolean
tw_history_read (TwTaskStore *store, const TwCallContext *context, const char *user_id, const char *id,
                 const char *cursor, guint limit, TwHistory *history, GError **error)
{
  g_autofree TwTaskRecord *task = NULL;
  Look look = { .limit = limit };
  TwCommitBack back = { .until = -1 };

  *history = (TwHistory) { 0 };
  if (cursor != NULL && !read_cursor (cursor, &back.place, error))
    return FALSE;
  task = find_task (store, context->deadline_ms, user_id, id, error);
  if (task == NULL)
    return FALSE;
  history->entries = g_ptr_array_new_with_free_func (entry_free);
  look.task = task;
  look.entries = history->entries;
  back.partition = task->user_id;
  if (!tw_commits_log_back (store->commits, context->deadline_ms, &back, take_entry, &look, error))
    return FALSE;
  if (back.end == TW_COMMIT_BACK_MORE && !look.ended)
    history->next_cursor = cursor_of (&back.place);
  return TRUE;
}
