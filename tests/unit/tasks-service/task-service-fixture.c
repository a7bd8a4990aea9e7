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
  store = tw_task_store_sqlite_open (path, &error);
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
