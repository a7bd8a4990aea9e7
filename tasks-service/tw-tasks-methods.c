/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-tasks-methods.h"

#include "tw-arguments.h"
#include "tw-call-pool.h"
#include "tw-tasks-answers.h"
#include "tw-tasks-batch.h"
#include "tw-tasks-one.h"
#include "tw-tasks-pages.h"

/* Calls that share a transaction. More would save next to nothing, and the first of them waits for the last. */
#define MAX_BATCH 16

/* Reads that wait for the disk at a time, and threads that read what is in memory beside the loop. */
#define WAITING_READS 16
#define MAX_QUICK_THREADS 8

/* What the loop does by itself in a turn: less than a millisecond's work, but for the longest pages. What is more is
 * worth a second processor. */
#define MAX_AT_ONCE 32

/* Lists of all tasks that are made at a time: each may be as large as a reply can be. */
#define LISTS 4

struct _TwTasksMethods
{
  TwTaskService *service;
  TwCallPool *readers;
  TwCallPool *lists; /* of whoever asks for all tasks */

  /* What becomes of what callers say about a task. */
  TwRecordMap of_new, of_changes, of_add, of_update, of_task;
  guint64 changeable; /* what callers may change */
};

/* get */

/* What does not lie with the caller may be in a list of somebody else's. */
static void
look_elsewhere (TwCall *call, TwTaskService *service)
{
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksGetArguments asked;

  tw_arguments_read (&arguments, call, &tw_tasks_get_type, &asked);
  tw_task_service_find_shared (service, tw_call_context (call), asked.user_id, asked.id, tw_tasks_answer_task, call);
}

static gboolean
answer_get (TwCall *call, gboolean may_wait, gpointer service)
{
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksGetArguments asked;

  tw_arguments_read (&arguments, call, &tw_tasks_get_type, &asked);
  return tw_tasks_answer_one (call, may_wait, service, asked.user_id, asked.id, look_elsewhere);
}

static void
take_get (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;

  tw_call_pool_collect (methods->readers, call, answer_get, methods->service);
}

/* page */

static void
take_page (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;

  tw_call_pool_collect (methods->readers, call, tw_tasks_answer_a_page, methods->service);
}

/* all */

/* Waits, wherever the tasks come from: as many lists are made at a time as there are threads here. */
static gboolean
answer_all (TwCall *call, gboolean may_wait, gpointer service)
{
  TwLatch ended;
  TwTasksAnswer answer;
  const TwTaskReading reading = tw_tasks_answer_all (&answer, call, may_wait, &ended);
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksAllArguments asked;

  tw_latch_init (&ended);
  tw_arguments_read (&arguments, call, &tw_tasks_all_type, &asked);
  tw_task_service_read_all (service, tw_call_context (call), asked.user_id, &reading);
  tw_latch_wait (&ended);
  return TRUE;
}

static void
take_all (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;

  tw_call_pool_collect (methods->lists, call, answer_all, methods->service);
}

/* What callers say about a task */

/* Adds what @input says to @said; FALSE, with @call answered, where something in it can't be understood. */
static gboolean
understand (TwCall *call, const TwRecordMap *map, gconstpointer input, TwTaskRecord *said)
{
  g_autoptr (GError) error = NULL;

  if (tw_record_map_apply (map, input, said, &error))
    return TRUE;
  tw_call_fail (call, error);
  return FALSE;
}

/* What older methods know nothing of. */
static const TwTaskOptions no_options = { .is_own = TRUE };

/* create and add */

/* @said has its user, who is told by an argument of its own. */
static void
create (TwCall *call, const TwTasksMethods *methods, const TwTaskRecord *said, const TwTaskOptions *options)
{
  tw_task_service_create (methods->service, tw_call_context (call), said, options, tw_tasks_answer_task, call);
}

static void
take_create (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksCreateArguments asked;
  TwTaskRecord said = { 0 };

  tw_arguments_read (&arguments, call, &tw_tasks_create_type, &asked);
  tw_record_fill (&tw_new_task_type, &asked.task);
  said.user_id = asked.user_id;
  said.has = TW_TASK_HAS_USER_ID;
  if (understand (call, &methods->of_new, &asked.task, &said))
    create (call, methods, &said,
            &(TwTaskOptions) { .key = asked.options.idempotency_key,
                               .fingerprint = asked.options.request_fingerprint });
}

static void
take_add (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksAddArguments asked;
  TwTaskRecord said = { 0 };

  tw_arguments_read (&arguments, call, &tw_tasks_add_type, &asked);
  if (understand (call, &methods->of_add, &asked, &said))
    create (call, methods, &said, &no_options);
}

/* patch and update */

static TwTaskOptions
options_of (const TwChangeOptionsRecord *asked)
{
  return (TwTaskOptions) {
    .key = asked->idempotency_key,
    .fingerprint = asked->request_fingerprint,
    .conditions = {
      .has_match = (asked->has & TW_CHANGE_OPTIONS_HAS_IF_MATCH) != 0,
      .has_none_match = (asked->has & TW_CHANGE_OPTIONS_HAS_IF_NONE_MATCH) != 0,
      .match = asked->if_match,
      .none_match = asked->if_none_match,
    },
  };
}

/* Whether more is asked for than the change: to depend on something, or to be known again. */
static gboolean
has_options (const TwChangeOptionsRecord *asked)
{
  return asked->has != 0;
}

static void
change (TwCall *call, const TwTasksMethods *methods, const char *user_id, const char *id, const TwTaskRecord *said,
        guint64 clear, const TwTaskOptions *options)
{
  tw_task_service_change (methods->service, tw_call_context (call), user_id, id, said, clear, options,
                          tw_tasks_answer_task, call);
}

/* What may not be changed is refused also where nothing is to be. */
static void
change_nothing_elsewhere (TwCall *call, TwTaskService *service)
{
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksPatchArguments asked;

  tw_arguments_read (&arguments, call, &tw_tasks_patch_type, &asked);
  tw_task_service_change (service, tw_call_context (call), asked.user_id, asked.id, &(TwTaskRecord) { .has = 0 }, 0,
                          &(TwTaskOptions) { .is_own = FALSE }, tw_tasks_answer_task, call);
}

/* What is one's own may be changed: so it is read, which costs less. */
static gboolean
answer_as_it_is (TwCall *call, gboolean may_wait, gpointer service)
{
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksPatchArguments asked;

  tw_arguments_read (&arguments, call, &tw_tasks_patch_type, &asked);
  return tw_tasks_answer_one (call, may_wait, service, asked.user_id, asked.id, change_nothing_elsewhere);
}

static void
take_patch (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksPatchArguments asked;
  TwTaskRecord said = { 0 };
  g_autoptr (GError) error = NULL;
  guint64 clear;

  tw_arguments_read (&arguments, call, &tw_tasks_patch_type, &asked);
  if (!understand (call, &methods->of_changes, &asked.changes, &said))
    return;
  if (!tw_record_map_clear (&methods->of_changes, asked.changes.clear, &clear, &error))
    tw_call_fail (call, error);
  else if (said.has == 0 && clear == 0 && !has_options (&asked.options))
    tw_call_pool_collect (methods->readers, call, answer_as_it_is, methods->service);
  else
    {
      const TwTaskOptions options = options_of (&asked.options);

      change (call, methods, asked.user_id, asked.id, &said, clear, &options);
    }
}

static void
take_update (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksUpdateArguments asked;
  TwTaskRecord said = { 0 };

  tw_arguments_read (&arguments, call, &tw_tasks_update_type, &asked);
  if (!understand (call, &methods->of_update, &asked, &said))
    return;
  said.has &= methods->changeable;
  change (call, methods, asked.user_id, asked.task_id, &said, 0, &no_options);
}

/* upsert */

static gboolean
answer_unchanged (TwCall *call, gboolean may_wait, gpointer service)
{
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksUpsertArguments asked;

  tw_arguments_read (&arguments, call, &tw_tasks_upsert_type, &asked);
  return tw_tasks_answer_one (call, may_wait, service, asked.task.user_id, asked.task.id, NULL);
}

static void
take_upsert (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksUpsertArguments asked;
  TwTaskRecord said = { 0 };

  tw_arguments_read (&arguments, call, &tw_tasks_upsert_type, &asked);
  /* Clients send back what they were given: times, and the version, too. */
  asked.task.has &= methods->changeable | TW_TASK_HAS_USER_ID | TW_TASK_HAS_ID;
  if (!understand (call, &methods->of_task, &asked.task, &said))
    return;
  if (said.id == NULL)
    {
      create (call, methods, &said, &no_options);
      return;
    }
  /* The default, which older clients always send. */
  if (said.name != NULL && *said.name == '\0')
    said.has &= ~TW_TASK_HAS_NAME;
  said.has &= methods->changeable;
  if (said.has == 0)
    tw_call_pool_collect (methods->readers, call, answer_unchanged, methods->service);
  else
    change (call, methods, said.user_id, said.id, &said, 0, &no_options);
}

/* remove */

static void
take_remove (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksRemoveArguments asked;
  TwTaskOptions options;

  tw_arguments_read (&arguments, call, &tw_tasks_remove_type, &asked);
  options = options_of (&asked.options);
  tw_task_service_remove (methods->service, tw_call_context (call), asked.user_id, asked.id, &options,
                          tw_tasks_answer_removed, call);
}

/* batch */

static void
take_batch (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;

  tw_tasks_batch (call, methods->service, &methods->of_changes);
}

/* Life */

static gboolean
begin_reads (gboolean on_loop, gpointer service)
{
  return tw_task_service_reads_begin (service, on_loop);
}

static void
end_reads (gpointer service)
{
  tw_task_service_reads_end (service);
}

static TwCallPool *
start_readers (TwTaskService *service, const TwServiceLimits *limits)
{
  return tw_call_pool_new (&(TwCallPoolSpec) {
    .name = "reader",
    .threads = WAITING_READS,
    .max_queued = limits->max_queued,
    .max_wait_ms = limits->max_wait_ms,
    .max_at_once = MAX_AT_ONCE,
    .quick_threads = MIN (g_get_num_processors (), MAX_QUICK_THREADS),
    .max_batch = MAX_BATCH,
    .begin = begin_reads,
    .end = end_reads,
    .user_data = service,
  });
}

static TwCallPool *
start_lists (const TwServiceLimits *limits)
{
  return tw_call_pool_new (&(TwCallPoolSpec) {
    .name = "lists",
    .threads = LISTS,
    .max_queued = limits->max_queued,
    .max_wait_ms = limits->max_wait_ms,
  });
}

TwTasksMethods *
tw_tasks_methods_new (TwServer *server, TwTaskService *service, const TwServiceLimits *limits)
{
  static const struct
  {
    const char *name;
    TwCallFunc take;
  } all[] = {
    { "all", take_all },       { "get", take_get },     { "page", take_page },     { "create", take_create },
    { "add", take_add },       { "patch", take_patch }, { "update", take_update }, { "upsert", take_upsert },
    { "remove", take_remove }, { "batch", take_batch },
  };
  TwTasksMethods *methods = g_new0 (TwTasksMethods, 1);

  methods->service = service;
  tw_record_map_init (&methods->of_new, &tw_new_task_type, &tw_task_type);
  tw_record_map_init (&methods->of_changes, &tw_task_changes_type, &tw_task_type);
  tw_record_map_init (&methods->of_add, &tw_tasks_add_type, &tw_task_type);
  tw_record_map_init (&methods->of_update, &tw_tasks_update_type, &tw_task_type);
  tw_record_map_init (&methods->of_task, &tw_task_type, &tw_task_type);
  methods->changeable = tw_record_map_bits (&methods->of_changes, ~G_GUINT64_CONSTANT (0));
  methods->readers = start_readers (service, limits);
  methods->lists = start_lists (limits);
  tw_server_add_turn_func (server, tw_call_pool_flush, methods->lists);
  tw_server_add_turn_func (server, tw_call_pool_flush, methods->readers);
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    tw_server_set_method (server, all[i].name, all[i].take, methods);
  return methods;
}

void
tw_tasks_methods_free (TwTasksMethods *methods)
{
  tw_call_pool_free (methods->readers);
  tw_call_pool_free (methods->lists);
  g_free (methods);
}
