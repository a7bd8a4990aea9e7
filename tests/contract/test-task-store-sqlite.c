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
open_in (gpointer folder, TwPlain plain, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);

  return tw_task_store_sqlite_open (path, plain, error);
}

static TwTaskStore *
open_as_usual (gpointer folder, GError **error)
{
  return open_in (folder, TW_PLAIN_NOTHING, error);
}

static TwTaskStore *
open_plain (gpointer folder, GError **error)
{
  return open_in (folder, TW_PLAIN_ALL, error);
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
  static const TwTaskStoreFactory sqlite = { "sqlite", make_place, open_as_usual, remove_place };
  static const TwTaskStoreFactory plain = { "sqlite-plain", make_place, open_plain, remove_place };

  g_test_init (&argc, &argv, NULL);
  tw_task_store_contract_add (&sqlite);
  tw_task_store_contract_add (&plain);
  return g_test_run ();
}
