/* SPDX-License-Identifier: Apache-2.0 */

/* accounts-service: what is its own; the rest is service/'s. To support another database, add a row to stores. */

#include "tw-account-store-mongo.h"
#include "tw-account-store-sqlite.h"
#include "tw-accounts-handler.h"
#include "tw-generated-types.h"
#include "tw-idl.h"
#include "tw-service.h"

/* Threads that are free for everything else while as many as can wait for passwords do. */
#define SPARE_THREADS 16

/* Takes @opened, which is NULL where it could not be opened. */
static gpointer
serve (TwAccountStore *opened, const TwClock *clock, GError **error)
{
  g_autoptr (TwAccountStore) store = opened;
  TwPasswords *passwords;

  if (store == NULL)
    return NULL;
  passwords = tw_passwords_new (&TW_PASSWORD_DEFAULT_PARAMS, error);
  return passwords != NULL ? tw_account_service_new (g_steal_pointer (&store), passwords, clock) : NULL;
}

static gpointer
open_sqlite (const char *path, const TwClock *clock, TwPlain plain, GError **error)
{
  return serve (tw_account_store_sqlite_new (path, error), clock, error);
}

static gpointer
open_mongo (const char *uri, const TwClock *clock, TwPlain plain, GError **error)
{
  return serve (tw_account_store_mongo_open (uri, TW_MONGO_DEADLINE_MS, error), clock, error);
}

static GObject *
new_processor (gpointer state, const TwCallContext *const *context)
{
  g_autoptr (GObject) handler = G_OBJECT (tw_accounts_handler_new (state, context));

  return g_object_new (TW_TYPE_ACCOUNTS_PROCESSOR, "handler", handler, NULL);
}

static void
close_service (gpointer state)
{
  tw_account_service_free (state);
}

int
main (int argc, char **argv)
{
  static const TwServiceStore stores[] = {
    { .scheme = "sqlite:", .local = TRUE, .open = open_sqlite },
    { .scheme = "mongodb://", .open = open_mongo },
    { 0 },
  };
  const TwServiceSpec spec = {
    .program = "accounts-service",
    .summary = "Keeps the accounts of Taskwire and their sessions, and answers for them over Thrift.",
    .service = "Accounts",
    .default_port = 6002,
    .listen_environment = "TW_ACCOUNTS_LISTEN",
    .database_file = "accounts.db",
    .stores = stores,
    .load_schema = tw_idl_load,
    .types = tw_generated_types,
    .n_types = TW_N_GENERATED_TYPES,
    .threads = tw_passwords_max_blocked (&TW_PASSWORD_DEFAULT_PARAMS) + SPARE_THREADS,
    .read_threads = 8,
    .new_processor = new_processor,
    .close = close_service,
  };

  return tw_service_run (&spec, argc, argv);
}
