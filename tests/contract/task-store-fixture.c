/* SPDX-License-Identifier: Apache-2.0 */

#include "task-store-fixture.h"

#include "tw-error.h"

#include <string.h>

void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store = f->factory->open (f->place, &error);
  g_assert_no_error (error);
  g_assert_nonnull (f->store);
}

static void
set_up (Fixture *f, gconstpointer factory)
{
  f->factory = factory;
  f->place = f->factory->make_place ();
  open_store (f);
}

static void
tear_down (Fixture *f, gconstpointer factory)
{
  g_clear_pointer (&f->store, tw_task_store_free);
  f->factory->remove_place (f->place);
}

void
contract_add (const TwTaskStoreFactory *factory, const ContractCase *cases, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/task-store/%s/%s", factory->name, cases[i].name);

      g_test_add (path, Fixture, factory, set_up, cases[i].run, tear_down);
    }
}

const char *
id_of (guint n, char id[TW_ID_SIZE])
{
  g_snprintf (id, TW_ID_SIZE, "%024u", n);
  return id;
}

static const TwPreconditions always;
static const TwTaskRequest at_any_time = { .deadline_ms = TW_DEADLINE_NONE };

TwTaskRecord *
insert_record (TwTaskStore *store, const TwTaskRecord *task, GError **error)
{
  TaskChangeWait wait;

  tw_task_insert (store, &at_any_time, task, task_change_ended, task_change_begin (&wait));
  return task_change_wait (&wait, error);
}

TwTaskRecord *
change_task (TwTaskStore *store, const char *user_id, const char *id, const TaskWords *change, GError **error)
{
  const TwTaskRecord said = task_said (change);
  TaskChangeWait wait;

  tw_task_change (store, &(TwTaskRequest) { .deadline_ms = TW_DEADLINE_NONE, .now_ms = change->now_ms }, user_id, id, &always, &said, 0,
                  task_change_ended, task_change_begin (&wait));
  return task_change_wait (&wait, error);
}

void
remove_task (TwTaskStore *store, const char *user_id, const char *id, GError **error)
{
  TaskChangeWait wait;

  tw_task_remove (store, &at_any_time, user_id, id, &always, task_change_ended, task_change_begin (&wait));
  g_assert_null (task_change_wait (&wait, error));
}

void
insert (TwTaskStore *store, const char *user_id, guint n, gint64 created_ms, gboolean done)
{
  char id[TW_ID_SIZE], user[] = ANN, name[] = "a name";
  TwTaskRecord task = { .has = TASK_WHOLE, .id = id, .user_id = user, .name = name, .created_ms = created_ms, .updated_ms = created_ms,
                        .version = 1, .done = done };
  g_autoptr (TwTaskRecord) inserted = NULL;
  g_autoptr (GError) error = NULL;

  id_of (n, id);
  g_assert_cmpuint (strlen (user_id), ==, strlen (user));
  memcpy (user, user_id, sizeof user);
  inserted = insert_record (store, &task, &error);
  g_assert_no_error (error);
}

/* As many as a batch can have. */
#define AT_ONCE 100

void
insert_many (TwTaskStore *store, const char *user_id, guint n, guint each)
{
  for (guint first = 0; first < n; first += AT_ONCE)
    {
      const guint batch = MIN (n - first, AT_ONCE);
      TwTaskOperation operations[AT_ONCE];
      TwTaskRecord tasks[AT_ONCE];
      char ids[AT_ONCE][TW_ID_SIZE];
      g_autoptr (GError) error = NULL;

      for (guint i = 0; i < batch; i++)
        {
          tasks[i] = (TwTaskRecord) { .has = TASK_WHOLE, .id = id_of (first + i, ids[i]), .user_id = user_id,
                                      .name = "a name", .created_ms = (first + i) / each, .version = 1 };
          operations[i] = (TwTaskOperation) { .verb = TW_TASK_INSERT, .said = &tasks[i] };
        }
      task_write_all (store, &at_any_time, user_id, operations, batch, &error);
      g_assert_no_error (error);
    }
}

void
assert_same (const TwTaskRecord *one, const TwTaskRecord *other)
{
  g_assert_cmpstr (one->id, ==, other->id);
  g_assert_cmpstr (one->user_id, ==, other->user_id);
  g_assert_cmpstr (one->name, ==, other->name);
  g_assert_cmpint (one->created_ms, ==, other->created_ms);
  g_assert_cmpint (one->updated_ms, ==, other->updated_ms);
  g_assert_cmpint (one->version, ==, other->version);
  g_assert_cmpint (one->done, ==, other->done);
  g_assert_cmphex (one->has, ==, other->has);
  g_assert_cmpstr (one->notes, ==, other->notes);
  g_assert_cmpint (one->due, ==, other->due);
  g_assert_cmpint (one->remind_ms, ==, other->remind_ms);
  g_assert_cmpint (one->priority, ==, other->priority);
  g_assert_cmpmem (one->labels.bytes, one->labels.length, other->labels.bytes, other->labels.length);
  g_assert_cmpint (one->completed_ms, ==, other->completed_ms);
  g_assert_cmpstr (one->list_id, ==, other->list_id);
  g_assert_cmpstr (one->assignee_id, ==, other->assignee_id);
  g_assert_cmpstr (one->created_by, ==, other->created_by);
  g_assert_cmpmem (&one->position, sizeof one->position, &other->position, sizeof other->position);
}

gboolean
note_row (const TwTaskRecord *row, gpointer data)
{
  GString *list = data;

  g_string_append_printf (list, "%s%d", list->len > 0 ? " " : "", (int) g_ascii_strtoll (row->id, NULL, 10));
  return TRUE;
}

gboolean
list_tasks (TwTaskStore *store, const char *user_id, TwDoneFilter filter, const TwTaskPosition *after, guint limit,
            TaskRowFunc row, gpointer user_data, GError **error)
{
  const TwTaskQuery query = { .user_id = user_id, .filter.done = filter, .after = after, .limit = limit };

  return read_tasks (store, TW_DEADLINE_NONE, &query, row, user_data, error);
}

void
assert_list (TwTaskStore *store, const char *user_id, TwDoneFilter filter, const TwTaskPosition *after, guint limit,
             const char *expected)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (list_tasks (store, user_id, filter, after, limit, note_row, list, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (list->str, ==, expected);
}

TwTaskPosition
behind (gint64 created_ms, guint n)
{
  TwTaskPosition position = { .created_ms = created_ms };

  id_of (n, position.id);
  return position;
}

void
assert_not_found (GError **error)
{
  g_assert_error (*error, TW_ERROR, TW_ERROR_NOT_FOUND);
  g_assert_cmpstr ((*error)->message, ==, "Task not found");
  g_clear_error (error);
}

void
assert_nothing_there (TwTaskStore *store, const char *user_id, const char *id)
{
  const TaskWords change = { .name = "mine now", .has_done = TRUE, .done = TRUE, .now_ms = 99 };
  g_autoptr (GError) error = NULL;

  g_assert_null (read_task (store, TW_DEADLINE_NONE, user_id, id, &error));
  assert_not_found (&error);
  g_assert_null (change_task (store, user_id, id, &change, &error));
  assert_not_found (&error);
  remove_task (store, user_id, id, &error);
  assert_not_found (&error);
}

static gboolean
count_row (const TwTaskRecord *row, gpointer data)
{
  guint *rows = data;

  ++*rows;
  return TRUE;
}

guint
count_tasks (TwTaskStore *store, const char *user_id)
{
  g_autoptr (GError) error = NULL;
  guint rows = 0;

  list_tasks (store, user_id, TW_DONE_ANY, NULL, 0, count_row, &rows, &error);
  g_assert_no_error (error);
  return rows;
}

void
ignore_end (const TwTaskRecord *task, const GError *error, gpointer data)
{
  g_assert_no_error (error);
}
