/* SPDX-License-Identifier: Apache-2.0 */

#include "commit-contract.h"
#include "tw-task-store-sqlite.h"
#include "tw-temporary-folder.h"

static gpointer
make_place (void)
{
  return tw_temporary_folder_new ();
}

static gpointer
open_in (gpointer folder, TwCommits **commits, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  TwTaskStore *store = tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, error);

  if (store != NULL)
    *commits = store->commits;
  return store;
}

static void
close_store (gpointer store)
{
  tw_task_store_free (store);
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
  static const TwCommitFactory sqlite = { "sqlite", make_place, open_in, close_store, remove_place, .instances = 1 };
  int status;

  if (tw_commit_contract_is_child (&sqlite, argc, argv, &status))
    return status;
  g_test_init (&argc, &argv, NULL);
  tw_commit_contract_add (&sqlite);
  return g_test_run ();
}
