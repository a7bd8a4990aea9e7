/* SPDX-License-Identifier: Apache-2.0 */

#include "account-store-contract.h"

#include "mongo-account-store.h"
#include "tw-mongo-place.h"

static gpointer
make_place (void)
{
  return tw_mongo_place_new ();
}

static void
remove_place (gpointer place)
{
  char *uri = place;

  tw_mongo_place_clear (&uri);
}

static TwAccountStore *
open_store (gpointer place)
{
  return mongo_account_store_open (place);
}

int
main (int argc, char **argv)
{
  static const AccountStoreKind mongo = {
    .name = "mongo",
    .make_place = make_place,
    .remove_place = remove_place,
    .open = open_store,
  };

  g_test_init (&argc, &argv, NULL);
  account_store_contract_add (&mongo);
  return g_test_run ();
}
