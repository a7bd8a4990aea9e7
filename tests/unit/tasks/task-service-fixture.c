/* SPDX-License-Identifier: Apache-2.0 */

#include "task-service-fixture.h"

#include "tw-task-store-sqlite.h"
#include "tw-temporary-folder.h"

void
task_service_set_up (TaskServiceFixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  TwTaskStore *store;

  f->folder = tw_temporary_folder_new ();
  path = g_build_filename (f->folder, "tasks.db", NULL);
  store = tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, &error);
  g_assert_no_error (error);
  f->clock = tw_clock_new_fixed (NOW_MS);
  f->service = tw_task_service_new (store, f->clock);
}

void
task_service_tear_down (TaskServiceFixture *f, gconstpointer data)
{
  tw_task_service_free (f->service);
  tw_clock_free (f->clock);
  tw_temporary_folder_clear (&f->folder);
}

static const TwCallContext nobody = { .deadline_ms = TW_DEADLINE_NONE };
static const TwTaskOptions no_options;

TwTaskRecord *
create_task (TaskServiceFixture *f, const char *user_id, const TaskWords *input, GError **error)
{
  TwTaskRecord said = task_said (input);
  TaskChangeWait wait;

  said.user_id = user_id;
  said.has |= TW_TASK_HAS_USER_ID;
  tw_task_service_create (f->service, &nobody, &said, &no_options, task_change_ended, task_change_begin (&wait));
  return task_change_wait (&wait, error);
}

TwTaskRecord *
change_task (TaskServiceFixture *f, const char *user_id, const char *id, const TaskWords *input, GError **error)
{
  const TwTaskRecord said = task_said (input);
  TaskChangeWait wait;

  tw_task_service_change (f->service, &nobody, user_id, id, &said, 0, &no_options, task_change_ended,
                          task_change_begin (&wait));
  return task_change_wait (&wait, error);
}

gboolean
remove_task (TaskServiceFixture *f, const char *user_id, const char *id, GError **error)
{
  g_autoptr (GError) failure = NULL;
  TaskChangeWait wait;

  tw_task_service_remove (f->service, &nobody, user_id, id, &no_options, task_change_ended, task_change_begin (&wait));
  g_assert_null (task_change_wait (&wait, &failure));
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

TwTaskRecord *
get_task (TaskServiceFixture *f, const char *user_id, const char *id, GError **error)
{
  TaskReadWait wait;
  TwTaskRecord *task = NULL;

  g_assert_true (
    tw_task_service_read (f->service, &nobody, user_id, id, task_read_begin (&wait, task_copy_row, &task)));
  return task_read_wait (&wait, error) ? task : NULL;
}

gboolean
list_all (TaskServiceFixture *f, const char *user_id, TaskRowFunc row, gpointer user_data, GError **error)
{
  TaskReadWait wait;

  tw_task_service_read_all (f->service, &nobody, user_id, task_read_begin (&wait, row, user_data));
  return task_read_wait (&wait, error);
}
