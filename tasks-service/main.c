/* SPDX-License-Identifier: Apache-2.0 */

/* tasks-service: wires the Tasks service to its stores. What every service does is in service/. */

#include "tw-generated-types.h"
#include "tw-idl.h"
#include "tw-mongo-variables.h"
#include "tw-service.h"
#include "tw-task-service.h"
#include "tw-task-store-mongo.h"
#include "tw-task-store-sqlite.h"
#include "tw-tasks-handler.h"
#include "tw-tasks-methods.h"

/* Takes @store, which is NULL where it could not be opened. */
static gpointer
serve (TwTaskStore *store, const TwClock *clock)
{
  return store != NULL ? tw_task_service_new (store, clock) : NULL;
}

static gpointer
open_sqlite (const char *path, const TwClock *clock, TwPlain plain, GError **error)
{
  return serve (tw_task_store_sqlite_open (path, plain, error), clock);
}

static gpointer
open_mongo (const char *uri, const TwClock *clock, TwPlain plain, GError **error)
{
  return serve (tw_task_store_mongo_open (uri, TW_MONGO_DEADLINE_MS, error), clock);
}

static GObject *
new_processor (gpointer service, const TwCallContext *const *context)
{
  return tw_tasks_processor_for (service, context);
}

static gpointer
start_direct (gpointer service, TwServer *server, const TwServiceLimits *limits)
{
  return tw_tasks_methods_new (server, service, limits);
}

static void
end_direct (gpointer methods)
{
  tw_tasks_methods_free (methods);
}

static void
tend (gpointer service)
{
  tw_task_service_tend (service);
}

static void
close_service (gpointer service)
{
  tw_task_service_free (service);
}

/* A store for another database is one row more. */
static const TwServiceStore stores[] = {
  { "sqlite:", TRUE, open_sqlite },
  { "mongodb://", FALSE, open_mongo },
  { NULL, FALSE, NULL },
};

int
main (int argc, char **argv)
{
  const TwServiceSpec spec = {
    .program = "tasks-service",
    .summary = "Keeps each user's tasks and answers for them over Thrift.",
    .service = "Tasks",
    .default_port = 6001,
    .listen_environment = "TW_TASKS_LISTEN",
    .database_file = "tasks.db",
    .store_from_environment = tw_mongo_variables_read,
    .stores = stores,
    .load_schema = tw_idl_load,
    .types = tw_generated_types,
    .n_types = G_N_ELEMENTS (tw_generated_types),
    .threads = 1, /* for nothing yet: check reads */
    .read_threads = 8,
    .new_processor = new_processor,
    .start_direct = start_direct,
    .end_direct = end_direct,
    .tend = tend,
    .close = close_service,
  };

  return tw_service_run (&spec, argc, argv);
}
