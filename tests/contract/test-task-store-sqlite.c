/* SPDX-License-Identifier: Apache-2.0 */

#include "task-store-contract.h"
#include "tw-task-store-sqlite.h"
#include "tw-temporary-folder.h"

static gpointer
make_place (void)
{
  return tw_temporary_folder_new ();
}

static TwTaskStore *
open_in (gpointer folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);

  return tw_task_store_sqlite_open (path, error);
}

static void
remove_place (gpointer place)
{
  char *folder = place;

  tw_temporary_folder_clear (&folder);
}

int
main (int argc, char **argv)
{
  static const TwTaskStoreFactory sqlite = { "sqlite", make_place, open_in, remove_place };

  g_test_init (&argc, &argv, NULL);
  tw_task_store_contract_add (&sqlite);
  return g_test_run ();
}
