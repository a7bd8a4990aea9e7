/* SPDX-License-Identifier: Apache-2.0 */

/* What tasks-store/tw-task-store.h promises, as tests that run over any store. A store is held to it by a program
 * like test-task-store-sqlite.c. */

#pragma once

#include "tw-task-store.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name; /* in the tests' names */

  /* An empty place for a store, of this test alone. */
  gpointer (*make_place) (void);

  /* Opens the store in it: what an earlier one kept there is there. */
  TwTaskStore *(*open) (gpointer place, GError **error);

  void (*remove_place) (gpointer place);
} TwTaskStoreFactory;

/* Adds every case, as "/task-store/NAME/…", between g_test_init() and g_test_run(). @factory is kept. */
void tw_task_store_contract_add (const TwTaskStoreFactory *factory);

G_END_DECLS
