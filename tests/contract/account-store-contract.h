/* SPDX-License-Identifier: Apache-2.0 */

/* Holds an implementation to what tw-account-store.h promises. A store joins with a program of its own: describe it,
 * call account_store_contract_add(), run. */

#pragma once

#include "tw-account-store.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name; /* of the store, in the tests' names */

  /* An empty place for one test (a folder, a database), and its end. */
  gpointer (*make_place) (void);
  void (*remove_place) (gpointer place);

  /* Opens the store of that place; called again, it finds what was there when the one before was freed. */
  TwAccountStore *(*open) (gpointer place);
} AccountStoreKind;

/* Adds all tests; between g_test_init() and g_test_run(). @kind must outlive them. */
void account_store_contract_add (const AccountStoreKind *kind);

/* Parts of them, which the former adds. */
void account_store_contract_add_attempts (const AccountStoreKind *kind);
void account_store_contract_add_ends (const AccountStoreKind *kind);
void account_store_contract_add_keys (const AccountStoreKind *kind);

G_END_DECLS
