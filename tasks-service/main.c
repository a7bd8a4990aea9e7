/* SPDX-License-Identifier: Apache-2.0 */

/* tasks-service: wires the Tasks service to its stores. What every service does is in service/. */

#include "tw-arguments.h"
#include "tw-changes-methods.h"
#include "tw-generated-types.h"
#include "tw-idl.h"
#include "tw-list-chores.h"
#include "tw-list-service.h"
#include "tw-lists-methods.h"
#include "tw-mongo-variables.h"
#include "tw-record-methods.h"
#include "tw-records.h"
#include "tw-service.h"
#include "tw-task-hints.h"
#include "tw-task-service.h"
#include "tw-task-store-mongo.h"
#include "tw-task-store-sqlite.h"
#include "tw-tasks-handler.h"
#include "tw-tasks-methods.h"

/* What one store serves. */
typedef struct
{
  TwTaskStore *store;
  const TwClock *clock;
  TwTaskHints *hints;
  TwTaskService *tasks; /* has the store */
  TwListService *lists;
  TwListChores *chores;
  TwRecordMethods *records; /* NULL: nobody was listened to */
} Services;

/* Takes @store, which is NULL where it could not be opened. */
static gpointer
serve (TwTaskStore *store, const TwClock *clock)
{
  Services *services;

  if (store == NULL)
    return NULL;
  services = g_new0 (Services, 1);
  services->store = store;
  services->clock = clock;
  services->hints = tw_task_hints_new (store);
  services->tasks = tw_task_service_new (store, clock);
  services->chores = tw_list_chores_new (store, clock);
  services->lists = tw_list_service_new (store, clock, services->chores);
  return services;
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

/* What the options say. */
typedef struct
{
  gint64 shared_lists, log_days;
} Settings;

/* A sync token has room for a few more (tw-sync-token.h). */
#define MAX_SHARED_LISTS 100
#define MAX_LOG_DAYS 3650

static void
configure (gpointer state, gconstpointer said)
{
  const Services *services = state;
  const Settings *settings = said;

  tw_list_service_set_max_shared (services->lists, (guint) settings->shared_lists);
  tw_commits_set_kept (services->store->commits, settings->log_days * TW_COMMIT_DAY_MS);
}

static GObject *
new_processor (gpointer services, const TwCallContext *const *context)
{
  return tw_tasks_processor_for (((const Services *) services)->tasks, context);
}

static void
take_hints (TwCall *call, gpointer hints)
{
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksHintsArguments asked;

  tw_arguments_read (&arguments, call, &tw_tasks_hints_type, &asked);
  tw_task_hints_wait (hints, call, asked.after, asked.wait_ms);
}

typedef struct
{
  TwTasksMethods *tasks;
  TwListsMethods *lists;
  TwChangesMethods *changes;
  TwRecordMethods *records; /* the services' */
} Direct;

static gpointer
start_direct (gpointer state, TwServer *server, const TwServiceLimits *limits)
{
  Services *services = state;
  Direct *direct = g_new (Direct, 1);

  direct->tasks = tw_tasks_methods_new (server, services->tasks, limits);
  direct->lists = tw_lists_methods_new (server, services->lists, limits);
  direct->changes = tw_changes_methods_new (server, services->store, limits);
  services->records = tw_record_methods_new (server, services->store, services->clock, tw_tasks_served, limits);
  direct->records = services->records;
  tw_server_set_method (server, "hints", take_hints, services->hints);
  return direct;
}

static void
end_direct (gpointer data)
{
  Direct *direct = data;

  tw_record_methods_stop (direct->records);
  tw_changes_methods_free (direct->changes);
  tw_lists_methods_free (direct->lists);
  tw_tasks_methods_free (direct->tasks);
  g_free (direct);
}

static void
tend (gpointer services)
{
  tw_task_service_tend (((const Services *) services)->tasks);
}

static void
stopping (gpointer services)
{
  tw_task_hints_stop (((const Services *) services)->hints);
}

static void
close_services (gpointer data)
{
  Services *services = data;

  tw_task_hints_end (services->hints);
  tw_list_service_free (services->lists);
  tw_list_chores_free (services->chores);
  tw_task_service_free (services->tasks);
  tw_record_methods_free (services->records); /* what waited in the store is answered now */
  tw_task_hints_free (services->hints);
  g_free (services);
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
  Settings settings = { .shared_lists = TW_LISTS_SHARED_MAX, .log_days = TW_COMMIT_KEPT_MS / TW_COMMIT_DAY_MS };
  const TwOption options[] = {
    { "shared-lists", "TW_SHARED_LISTS", TW_OPTION_INTEGER, &settings.shared_lists, "N",
      "How many lists of others somebody can be in", 0, MAX_SHARED_LISTS },
    { "log-days", "TW_LOG_DAYS", TW_OPTION_INTEGER, &settings.log_days, "DAYS",
      "How long it is kept what has changed, and which Idempotency-Keys were used", 1, MAX_LOG_DAYS },
    { 0 },
  };
  const TwServiceSpec spec = {
    .program = "tasks-service",
    .summary = "Keeps each user's tasks and answers for them over Thrift.",
    .service = "Tasks",
    .default_port = 6001,
    .listen_environment = "TW_TASKS_LISTEN",
    .database_file = "tasks.db",
    .store_from_environment = tw_mongo_variables_read,
    .options = options,
    .settings = &settings,
    .configure = configure,
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
    .stopping = stopping,
    .close = close_services,
  };

  return tw_service_run (&spec, argc, argv);
}
