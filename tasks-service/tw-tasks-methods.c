/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-tasks-methods.h"

#include "tw-call-pool.h"
#include "tw-tasks-answers.h"
#include "tw-tasks-arguments.h"

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
};

/* One task */

static gboolean
answer_one (TwCall *call, gboolean may_wait, TwTaskService *service, const TwTasksArguments *asked)
{
  TwTasksAnswer answer;
  const TwTaskReading reading = tw_tasks_answer_one (&answer, call, may_wait);

  return tw_task_service_read (service, tw_call_context (call), asked->user_id, asked->id, &reading);
}

/* get */

static gboolean
answer_get (TwCall *call, gboolean may_wait, gpointer service)
{
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_one (&asked, call);
  return answer_one (call, may_wait, service, &asked);
}

static void
take_get (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;

  tw_call_pool_collect (methods->readers, call, answer_get, methods->service);
}

/* page */

static gboolean
answer_page (TwCall *call, gboolean may_wait, gpointer service)
{
  g_auto (TwTasksArguments) asked;
  TwTasksAnswer answer;
  TwTaskReading reading;

  tw_tasks_arguments_read_page (&asked, call);
  reading = tw_tasks_answer_page (&answer, call, may_wait, (guint) asked.limit);
  return tw_task_service_page (service, tw_call_context (call), asked.user_id,
                               tw_done_filter (asked.input.has_done, asked.input.done), asked.cursor,
                               (guint) asked.limit, &reading);
}

static void
take_page (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;

  tw_call_pool_collect (methods->readers, call, answer_page, methods->service);
}

/* all */

/* Waits, wherever the tasks come from: as many lists are made at a time as there are threads here. */
static gboolean
answer_all (TwCall *call, gboolean may_wait, gpointer service)
{
  TwLatch ended;
  TwTasksAnswer answer;
  const TwTaskReading reading = tw_tasks_answer_all (&answer, call, may_wait, &ended);
  g_auto (TwTasksArguments) asked;

  tw_latch_init (&ended);
  tw_tasks_arguments_read_one (&asked, call);
  tw_task_service_read (service, tw_call_context (call), asked.user_id, NULL, &reading);
  tw_latch_wait (&ended);
  return TRUE;
}

static void
take_all (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;

  tw_call_pool_collect (methods->lists, call, answer_all, methods->service);
}

/* create and add */

static void
create (TwCall *call, const TwTasksMethods *methods, const TwTasksArguments *asked)
{
  tw_task_service_create (methods->service, tw_call_context (call), asked->user_id, &asked->input,
                          tw_tasks_answer_task, call);
}

static void
take_create (TwCall *call, gpointer methods)
{
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_create (&asked, call);
  create (call, methods, &asked);
}

static void
take_add (TwCall *call, gpointer methods)
{
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_add (&asked, call);
  create (call, methods, &asked);
}

/* patch and update */

static void
change (TwCall *call, const TwTasksMethods *methods, const TwTasksArguments *asked)
{
  tw_task_service_change (methods->service, tw_call_context (call), asked->user_id, asked->id, &asked->input,
                          tw_tasks_answer_task, call);
}

static void
take_patch (TwCall *call, gpointer methods)
{
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_patch (&asked, call);
  if (tw_task_input_says_nothing (&asked.input))
    take_get (call, methods);
  else
    change (call, methods, &asked);
}

static void
take_update (TwCall *call, gpointer methods)
{
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_update (&asked, call);
  change (call, methods, &asked);
}

/* upsert */

static gboolean
answer_unchanged (TwCall *call, gboolean may_wait, gpointer service)
{
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_upsert (&asked, call);
  return answer_one (call, may_wait, service, &asked);
}

static void
take_upsert (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_upsert (&asked, call);
  if (asked.id == NULL)
    {
      create (call, methods, &asked);
      return;
    }
  /* The default, which older clients always send. */
  if (asked.input.name != NULL && *asked.input.name == '\0')
    asked.input.name = NULL;
  if (tw_task_input_says_nothing (&asked.input))
    tw_call_pool_collect (methods->readers, call, answer_unchanged, methods->service);
  else
    change (call, methods, &asked);
}

/* remove */

static void
take_remove (TwCall *call, gpointer data)
{
  const TwTasksMethods *methods = data;
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_one (&asked, call);
  tw_task_service_remove (methods->service, tw_call_context (call), asked.user_id, asked.id,
                          tw_tasks_answer_removed, call);
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
    { "remove", take_remove },
  };
  TwTasksMethods *methods = g_new0 (TwTasksMethods, 1);

  methods->service = service;
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
