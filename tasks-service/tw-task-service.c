/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-service.h"

#include "tw-error.h"
#include "tw-latch.h"
#include "tw-random.h"
#include "tw-task-cursor.h"

struct _TwTaskService
{
  TwTaskStore *store;
  const TwClock *clock;
};

TwTaskService *
tw_task_service_new (TwTaskStore *store, const TwClock *clock)
{
  TwTaskService *service = g_new (TwTaskService, 1);

  service->store = store;
  service->clock = clock;
  return service;
}

void
tw_task_service_free (TwTaskService *service)
{
  if (service == NULL)
    return;
  tw_task_store_free (service->store);
  g_free (service);
}

/* The end of a mutation that this thread waits for. */
typedef struct
{
  TwLatch latch;
  TwTaskRecord *task;
  GError *error;
} Outcome;

static void
outcome_arrived (const TwTaskRecord *task, const GError *error, gpointer user_data)
{
  Outcome *outcome = user_data;

  if (error != NULL)
    outcome->error = g_error_copy (error);
  else if (task != NULL)
    outcome->task = tw_task_record_copy (task);
  tw_latch_open (&outcome->latch);
}

/* *@task becomes what the store answered; NULL where the caller wants none. */
static gboolean
outcome_wait (Outcome *outcome, TwTaskRecord **task, GError **error)
{
  tw_latch_wait (&outcome->latch);
  if (task != NULL)
    *task = outcome->task;
  if (outcome->error == NULL)
    return TRUE;
  g_propagate_error (error, outcome->error);
  return FALSE;
}

gboolean
tw_task_service_all (TwTaskService *service, const TwCallContext *context, const char *user_id, TwTaskRowFunc row,
                     gpointer user_data, GError **error)
{
  return tw_task_store_list (service->store, context->deadline_ms, user_id, TW_DONE_ANY, NULL, 0, row, user_data,
                             error);
}

/* A page asks for one row more than it shows: only so is it known to be the last. */
typedef struct
{
  guint left;
  gboolean more;
  TwTaskPosition last;
  TwTaskRowFunc row;
  gpointer user_data;
} Page;

static TwTaskPosition
position_of (const TwTaskRecord *task)
{
  TwTaskPosition position = { .created_ms = task->created_ms };

  memcpy (position.id, task->id, sizeof position.id);
  return position;
}

static gboolean
page_row (const TwTaskRecord *task, gpointer user_data)
{
  Page *page = user_data;

  page->more = page->left == 0;
  if (page->more)
    return FALSE;
  if (--page->left == 0)
    page->last = position_of (task);
  return page->row (task, page->user_data);
}

gboolean
tw_task_service_page (TwTaskService *service, const TwCallContext *context, const char *user_id, TwDoneFilter filter,
                      const char *cursor, guint limit, TwTaskRowFunc row, gpointer user_data, char **next_cursor,
                      GError **error)
{
  Page page = { .left = limit, .row = row, .user_data = user_data };
  TwTaskPosition after;

  *next_cursor = NULL;
  if (cursor != NULL && !tw_task_cursor_decode (cursor, &after, error))
    return FALSE;
  if (!tw_task_store_list (service->store, context->deadline_ms, user_id, filter, cursor != NULL ? &after : NULL,
                           limit + 1, page_row, &page, error))
    return FALSE;
  if (page.more)
    *next_cursor = tw_task_cursor_encode (&page.last);
  return TRUE;
}

/* A read that was started. */
typedef struct
{
  guint limit;
  TwTaskDone got;
  TwTaskPageDone paged;
  gpointer user_data;
} Started;

static Started *
started_new (const Started *like)
{
  return g_memdup2 (like, sizeof *like);
}

static void
end_get (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Started *started = user_data;

  started->got (error == NULL ? rows->pdata[0] : NULL, error, started->user_data);
}

void
tw_task_service_start_get (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                           TwTaskDone done, gpointer user_data)
{
  tw_task_store_start_get (service->store, context->deadline_ms, user_id, id, end_get,
                           started_new (&(Started) { .got = done, .user_data = user_data }));
}

static void
end_page (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Started *started = user_data;
  g_autofree char *next_cursor = NULL;

  if (error != NULL)
    {
      started->paged (NULL, 0, NULL, error, started->user_data);
      return;
    }
  if (rows->len > started->limit)
    {
      const TwTaskPosition last = position_of (rows->pdata[started->limit - 1]);

      next_cursor = tw_task_cursor_encode (&last);
    }
  started->paged ((const TwTaskRecord *const *) rows->pdata, MIN (rows->len, started->limit), next_cursor, NULL,
                  started->user_data);
}

void
tw_task_service_start_page (TwTaskService *service, const TwCallContext *context, const char *user_id,
                            TwDoneFilter filter, const char *cursor, guint limit, TwTaskPageDone done,
                            gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  TwTaskPosition after;

  if (cursor != NULL && !tw_task_cursor_decode (cursor, &after, &error))
    {
      done (NULL, 0, NULL, error, user_data);
      return;
    }
  tw_task_store_start_list (service->store, context->deadline_ms, user_id, filter, cursor != NULL ? &after : NULL,
                            limit + 1, end_page,
                            started_new (&(Started) { .limit = limit, .paged = done, .user_data = user_data }));
}

gboolean
tw_task_service_is_remote (const TwTaskService *service)
{
  return tw_task_store_is_remote (service->store);
}

gboolean
tw_task_service_reads_begin (TwTaskService *service, gboolean foremost)
{
  return tw_task_store_reads_begin (service->store, foremost);
}

void
tw_task_service_reads_end (TwTaskService *service)
{
  tw_task_store_reads_end (service->store);
}

gboolean
tw_task_service_view (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                      TwTaskRowFunc row, gpointer user_data, GError **error)
{
  return tw_task_store_view (service->store, context->deadline_ms, user_id, id, row, user_data, error);
}

TwTaskRecord *
tw_task_service_get (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                     GError **error)
{
  return tw_task_store_get (service->store, context->deadline_ms, user_id, id, error);
}

void
tw_task_service_start_create (TwTaskService *service, const TwCallContext *context, const char *user_id,
                              const TwTaskInput *input, TwTaskDone done, gpointer user_data)
{
  gint64 now_ms = tw_clock_wall_ms (service->clock);
  char id[TW_ID_SIZE];
  const TwTaskRecord task = {
    .id = id,
    .user_id = (char *) (guintptr) user_id,
    .name = (char *) (guintptr) input->name,
    .created_ms = now_ms,
    .updated_ms = now_ms,
    .version = 1,
    .done = input->has_done && input->done,
  };

  if (input->name == NULL || *input->name == '\0')
    {
      g_autoptr (GError) error
          = g_error_new_literal (TW_ERROR, TW_ERROR_INVALID, "name must be at least 1 character");

      done (NULL, error, user_data);
      return;
    }
  tw_id_new (now_ms, id);
  tw_task_store_insert (service->store, context->deadline_ms, &task, done, user_data);
}

TwTaskRecord *
tw_task_service_create (TwTaskService *service, const TwCallContext *context, const char *user_id,
                        const TwTaskInput *input, GError **error)
{
  TwTaskRecord *made = NULL;
  Outcome outcome = { 0 };

  tw_latch_init (&outcome.latch);
  tw_task_service_start_create (service, context, user_id, input, outcome_arrived, &outcome);
  return outcome_wait (&outcome, &made, error) ? made : NULL;
}

gboolean
tw_task_input_says_nothing (const TwTaskInput *input)
{
  return input->name == NULL && !input->has_done;
}

void
tw_task_service_start_change (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                              const TwTaskInput *input, TwTaskDone done, gpointer user_data)
{
  const TwTaskChange change = {
    .name = input->name,
    .has_done = input->has_done,
    .done = input->done,
    .now_ms = tw_clock_wall_ms (service->clock),
  };

  tw_task_store_change (service->store, context->deadline_ms, user_id, id, &change, done, user_data);
}

TwTaskRecord *
tw_task_service_change (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                        const TwTaskInput *input, GError **error)
{
  TwTaskRecord *changed = NULL;
  Outcome outcome = { 0 };

  if (tw_task_input_says_nothing (input))
    return tw_task_service_get (service, context, user_id, id, error);
  tw_latch_init (&outcome.latch);
  tw_task_service_start_change (service, context, user_id, id, input, outcome_arrived, &outcome);
  return outcome_wait (&outcome, &changed, error) ? changed : NULL;
}

TwTaskRecord *
tw_task_service_upsert (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                        const TwTaskInput *input, GError **error)
{
  TwTaskInput said = *input;

  if (id == NULL)
    return tw_task_service_create (service, context, user_id, input, error);
  if (said.name != NULL && *said.name == '\0')
    said.name = NULL;
  return tw_task_service_change (service, context, user_id, id, &said, error);
}

void
tw_task_service_start_remove (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                              TwTaskDone done, gpointer user_data)
{
  tw_task_store_remove (service->store, context->deadline_ms, user_id, id, done, user_data);
}

gboolean
tw_task_service_remove (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                        GError **error)
{
  Outcome outcome = { 0 };

  tw_latch_init (&outcome.latch);
  tw_task_service_start_remove (service, context, user_id, id, outcome_arrived, &outcome);
  return outcome_wait (&outcome, NULL, error);
}

gboolean
tw_task_service_check (TwTaskService *service, const TwCallContext *context, GError **error)
{
  return tw_task_store_check (service->store, context->deadline_ms, error);
}
