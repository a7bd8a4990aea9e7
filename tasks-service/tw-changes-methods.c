/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-changes-methods.h"

#include "tw-arguments.h"
#include "tw-call-pool.h"
#include "tw-changes.h"
#include "tw-history.h"
#include "tw-record-wire.h"

#include <string.h>

/* Reads at a time. */
#define READERS 8

struct _TwChangesMethods
{
  TwTaskStore *store;
  TwCallPool *pool;
};

static TwWriter *
begin_success (TwCall *call)
{
  TwWriter *writer = tw_call_begin_reply (call);

  tw_writer_field (writer, TW_WIRE_STRUCT, 0);
  tw_writer_struct_begin (writer);
  return writer;
}

static void
write_text (TwWriter *writer, gint16 id, const char *text)
{
  tw_writer_field (writer, TW_WIRE_STRING, id);
  tw_writer_string (writer, text, strlen (text));
}

/* Changes */

/* A record with no more than leaves the service. */
static void
copy_shown (TwSyncKind kind, gconstpointer record, TwChangeRecord *change)
{
  switch (kind)
    {
    case TW_SYNC_LIST:
      change->shared_list = *(const TwSharedListRecord *) record;
      change->shared_list.has &= tw_shared_list_type.shown;
      change->has |= TW_CHANGE_HAS_SHARED_LIST;
      break;
    case TW_SYNC_MEMBER:
      change->member = *(const TwMemberRecord *) record;
      change->member.has &= tw_member_type.shown;
      change->has |= TW_CHANGE_HAS_MEMBER;
      break;
    case TW_SYNC_TASK:
      change->task = *(const TwTaskRecord *) record;
      change->task.has &= tw_task_type.shown;
      change->has |= TW_CHANGE_HAS_TASK;
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
write_change (TwWriter *writer, const TwSyncChange *from)
{
  static const char *const kinds[] = { [TW_SYNC_LIST] = "list", [TW_SYNC_MEMBER] = "member", [TW_SYNC_TASK] = "task" };
  TwChangeRecord change = {
    .has = TW_CHANGE_HAS_KIND | TW_CHANGE_HAS_OP | TW_CHANGE_HAS_ID,
    .kind = kinds[from->kind], .op = from->record != NULL ? "put" : "delete", .id = from->id,
  };

  if (from->record != NULL)
    {
      change.version = from->version;
      change.has |= TW_CHANGE_HAS_VERSION;
      copy_shown (from->kind, from->record, &change);
    }
  tw_record_write (&tw_change_type, &change, writer);
}

static void
write_changes (TwWriter *writer, const TwSyncChanges *changes)
{
  tw_writer_field (writer, TW_WIRE_LIST, TW_CHANGES_ID_CHANGES);
  tw_writer_list (writer, TW_WIRE_STRUCT, changes->changes->len);
  for (guint i = 0; i < changes->changes->len; i++)
    write_change (writer, changes->changes->pdata[i]);
  write_text (writer, TW_CHANGES_ID_SYNC_TOKEN, changes->token);
  tw_writer_field (writer, TW_WIRE_BOOL, TW_CHANGES_ID_MORE);
  tw_writer_bool (writer, changes->more);
  tw_writer_struct_end (writer);
}

static void
answer_changes (TwTaskStore *store, TwCall *call)
{
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  g_auto (TwSyncChanges) changes = { 0 };
  g_autoptr (GError) error = NULL;
  TwTasksChangesArguments asked;

  tw_arguments_read (&arguments, call, &tw_tasks_changes_type, &asked);
  tw_record_fill (&tw_changes_request_type, &asked.request);
  if (!tw_changes_read (store, tw_call_context (call), asked.user_id, asked.request.since, (guint) asked.request.limit,
                        &changes, &error))
    {
      tw_call_fail (call, error);
      return;
    }
  write_changes (begin_success (call), &changes);
  tw_call_reply (call);
}

/* History */

/* The fields' names, each with a NUL behind it. */
static GString *
names_of (guint64 bits)
{
  GString *names = g_string_new (NULL);

  for (guint64 left = bits; left != 0; left &= left - 1)
    {
      const char *name = tw_task_type.fields[tw_record_first (left)].name;

      g_string_append_len (names, name, (gssize) strlen (name) + 1);
    }
  return names;
}

static void
write_entry (TwWriter *writer, const TwHistoryEntry *entry)
{
  GString *names = names_of (entry->changed);
  char at[TW_TIME_SIZE];
  const TwTaskEventRecord event = {
    .has = TW_TASK_EVENT_HAS_AT | TW_TASK_EVENT_HAS_BY | TW_TASK_EVENT_HAS_OP | TW_TASK_EVENT_HAS_VERSION
           | TW_TASK_EVENT_HAS_CHANGES,
    .at = at, .by = entry->by, .op = entry->version <= 1 ? "create" : "change", .version = entry->version,
    .changes = { names->str, names->len },
  };

  tw_time_format (entry->at_ms, at);
  tw_record_write (&tw_task_event_type, &event, writer);
  g_string_free (names, TRUE);
}

static void
answer_history (TwTaskStore *store, TwCall *call)
{
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  g_auto (TwHistory) history = { 0 };
  g_autoptr (GError) error = NULL;
  TwTasksHistoryArguments asked;
  TwWriter *writer;

  tw_arguments_read (&arguments, call, &tw_tasks_history_type, &asked);
  tw_record_fill (&tw_history_request_type, &asked.request);
  if (!tw_history_read (store, tw_call_context (call), asked.user_id, asked.id, asked.request.cursor,
                        (guint) asked.request.limit, &history, &error))
    {
      tw_call_fail (call, error);
      return;
    }
  writer = begin_success (call);
  tw_writer_field (writer, TW_WIRE_LIST, TW_TASK_HISTORY_ID_ENTRIES);
  tw_writer_list (writer, TW_WIRE_STRUCT, history.entries->len);
  for (guint i = 0; i < history.entries->len; i++)
    write_entry (writer, history.entries->pdata[i]);
  if (history.next_cursor != NULL)
    write_text (writer, TW_TASK_HISTORY_ID_NEXT_CURSOR, history.next_cursor);
  tw_writer_struct_end (writer);
  tw_call_reply (call);
}

/* Life */

static const struct
{
  const char *name;
  void (*answer) (TwTaskStore *store, TwCall *call);
} table[] = {
  { "changes", answer_changes },
  { "history", answer_history },
};

static gboolean
answer (TwCall *call, gboolean may_wait, gpointer store)
{
  guint i = 0;

  while (strcmp (table[i].name, tw_call_method (call)->name) != 0)
    g_assert (++i < G_N_ELEMENTS (table));
  table[i].answer (store, call);
  return TRUE;
}

static void
take (TwCall *call, gpointer data)
{
  TwChangesMethods *methods = data;

  tw_call_pool_collect (methods->pool, call, answer, methods->store);
}

TwChangesMethods *
tw_changes_methods_new (TwServer *server, TwTaskStore *store, const TwServiceLimits *limits)
{
  TwChangesMethods *methods = g_new0 (TwChangesMethods, 1);

  methods->store = store;
  methods->pool = tw_call_pool_new (&(TwCallPoolSpec) {
    .name = "log-reader",
    .threads = READERS,
    .max_queued = limits->max_queued,
    .max_wait_ms = limits->max_wait_ms,
  });
  tw_server_add_turn_func (server, tw_call_pool_flush, methods->pool);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    tw_server_set_method (server, table[i].name, take, methods);
  return methods;
}

void
tw_changes_methods_free (TwChangesMethods *methods)
{
  tw_call_pool_free (methods->pool);
  g_free (methods);
}
