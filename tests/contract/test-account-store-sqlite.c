/* SPDX-License-Identifier: Apache-2.0 */

#include "account-store-contract.h"

#include "tw-account-store-sqlite.h"
#include "tw-temporary-folder.h"

static gpointer
make_place (void)
{
  return tw_temporary_folder_new ();
}

static void
remove_place (gpointer place)
{
  tw_temporary_folder_remove (place);
  g_free (place);
}

static TwAccountStore *
open_store (gpointer place)
{
  g_autofree char *path = g_build_filename (place, "accounts.db", NULL);
  g_autoptr (GError) error = NULL;
  TwAccountStore *store = tw_account_store_sqlite_new (path, &error);

  g_assert_no_error (error);
  return store;
}

int
main (int argc, char **argv)
{
  static const AccountStoreKind sqlite = {
    .name = "sqlite",
    .make_place = make_place,
    .remove_place = remove_place,
    .open = open_store,
  };

  g_test_init (&argc, &argv, NULL);
  account_store_contract_add (&sqlite);
  return g_test_run ();
}
