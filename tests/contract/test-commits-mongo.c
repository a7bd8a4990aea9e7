/* SPDX-License-Identifier: Apache-2.0 */

#include "commit-contract.h"
#include "mongo-task-store.h"
#include "tw-mongo-place.h"

static gpointer
make_place (void)
{
  return tw_mongo_place_new ();
}

static gpointer
open_in (gpointer place, TwCommits **commits, GError **error)
{
  TwTaskStore *store = mongo_task_store_open (place, error);

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
  char *uri = place;

  tw_mongo_place_clear (&uri);
}

int
main (int argc, char **argv)
{
  static const TwCommitFactory mongo = {
    "mongo", make_place, open_in, close_store, remove_place, .instances = 3, .makes_unseen = TRUE,
  };
  int status;

  if (tw_commit_contract_is_child (&mongo, argc, argv, &status))
    return status;
  g_test_init (&argc, &argv, NULL);
  tw_commit_contract_add (&mongo);
  return g_test_run ();
}
