/* SPDX-License-Identifier: Apache-2.0 */

#include "mongo-task-store.h"
#include "task-store-contract.h"
#include "tw-mongo-place.h"

static gpointer
make_place (void)
{
  return tw_mongo_place_new ();
}

static TwTaskStore *
open_in (gpointer place, GError **error)
{
  return mongo_task_store_open (place, error);
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
  static const TwTaskStoreFactory mongo = { "mongo", make_place, open_in, remove_place };

  g_test_init (&argc, &argv, NULL);
  tw_task_store_contract_add (&mongo);
  return g_test_run ();
}
