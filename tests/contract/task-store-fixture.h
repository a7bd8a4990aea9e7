/* SPDX-License-Identifier: Apache-2.0 */

/* What the cases of the task stores' contract share: a store in a place of its own, its mutations waited for, and
 * lists that are easy to read. */

#pragma once

#include "task-store-contract.h"
#include "task-waits.h"
#include "tw-id.h"

G_BEGIN_DECLS

#define ANN "ann"
#define BOB "bob"

typedef struct
{
  const TwTaskStoreFactory *factory;
  gpointer place;
  TwTaskStore *store;
} Fixture;

typedef struct
{
  const char *name; /* behind the store's */
  void (*run) (Fixture *f, gconstpointer factory);
} ContractCase;

void contract_add (const TwTaskStoreFactory *factory, const ContractCase *cases, gsize n);

/* The cases of task-store-contract-changes.c. */
void contract_add_changes (const TwTaskStoreFactory *factory);

/* Those of task-store-contract-fields.c. */
void contract_add_fields (const TwTaskStoreFactory *factory);

/* Those of task-store-contract-lists.c. */
void contract_add_lists (const TwTaskStoreFactory *factory);

/* Those of task-store-contract-moves.c. */
void contract_add_moves (const TwTaskStoreFactory *factory);

/* Those of task-store-contract-queries.c. */
void contract_add_queries (const TwTaskStoreFactory *factory);

/* Those of task-store-contract-sharing.c. */
void contract_add_sharing (const TwTaskStoreFactory *factory);

/* Those of task-store-contract-sources.c. */
void contract_add_sources (const TwTaskStoreFactory *factory);

/* Those of task-store-contract-orders.c. */
void contract_add_orders (const TwTaskStoreFactory *factory);

/* Those of task-store-contract-deadlines.c. */
void contract_add_deadlines (const TwTaskStoreFactory *factory);

/* Those of task-store-contract-writes.c. */
void contract_add_writes (const TwTaskStoreFactory *factory);

/* Opens the store in the fixture's place again, after it was freed. */
void open_store (Fixture *f);

/* An id that is easy to read: 24 digits, of which the last are @n. */
const char *id_of (guint n, char id[TW_ID_SIZE]);

/* Mutations, waited for. */
TwTaskRecord *insert_record (TwTaskStore *store, const TwTaskRecord *task, GError **error);
TwTaskRecord *change_task (TwTaskStore *store, const char *user_id, const char *id, const TaskWords *change,
                           GError **error);
void remove_task (TwTaskStore *store, const char *user_id, const char *id, GError **error);

/* Inserts "a name" of a user whose id has three letters. */
void insert (TwTaskStore *store, const char *user_id, guint n, gint64 created_ms, gboolean done);

/* Inserts @n tasks, many in a commit, as numbers from 0 on; @each of them are of one millisecond. */
void insert_many (TwTaskStore *store, const char *user_id, guint n, guint each);

/* A TwTaskDone for an insert that nobody waits for. */
void ignore_end (const TwTaskRecord *task, const GError *error, gpointer data);

void assert_same (const TwTaskRecord *one, const TwTaskRecord *other);

/* A TaskRowFunc that writes a list as the numbers of its tasks into a GString: "3 2 1". */
gboolean note_row (const TwTaskRecord *row, gpointer list);

/* A list, waited for. */
gboolean list_tasks (TwTaskStore *store, const char *user_id, TwDoneFilter filter, const TwTaskPosition *after,
                     guint limit, TaskRowFunc row, gpointer user_data, GError **error);

void assert_list (TwTaskStore *store, const char *user_id, TwDoneFilter filter, const TwTaskPosition *after,
                  guint limit, const char *expected);

guint count_tasks (TwTaskStore *store, const char *user_id);

/* The place behind the task @n. */
TwTaskPosition behind (gint64 created_ms, guint n);

/* That *@error is NOT_FOUND, in the words that clients know; clears it. */
void assert_not_found (GError **error);

/* That @id is nothing to @user_id: to read, to change or to remove. */
void assert_nothing_there (TwTaskStore *store, const char *user_id, const char *id);

G_END_DECLS
