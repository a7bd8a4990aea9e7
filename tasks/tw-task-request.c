/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-request.h"

#include "tw-error.h"
#include "tw-record-when.h"

#include <string.h>

#define INBOX "inbox"

static gboolean
read_moment (const char *name, const char *text, gboolean *has, gint64 *ms, GError **error)
{
  gint64 when;

  *has = text != NULL;
  if (text == NULL)
    return TRUE;
  if (!tw_record_when_parse (text, &when))
    return tw_error_propagate_at (
      error, g_error_new (TW_ERROR, TW_ERROR_INVALID, "%s must be a date or a time that there is", name), "%s", name);
  *ms = tw_record_when_ms (when);
  return TRUE;
}

/* The schema has no other words. */
static TwTaskOrder
read_order (const char *sort)
{
  static const char *const words[TW_TASK_KEYS] = { "created", "due", "priority", "name", "manual" };
  const gboolean backwards = sort != NULL && *sort == '-';
  TwTaskKey key = TW_TASK_BY_CREATED;

  for (guint i = 0; sort != NULL && i < TW_TASK_KEYS; i++)
    if (strcmp (sort + (backwards ? 1 : 0), words[i]) == 0)
      key = i;
  return (TwTaskOrder) { key, backwards };
}

gboolean
tw_task_request_read (const TwPageRequestRecord *request, TwTaskQuery *query, GError **error)
{
  TwTaskFilter *filter = &query->filter;

  query->limit = (guint) request->limit;
  query->order = read_order (request->sort);
  filter->done = tw_done_filter ((request->has & TW_PAGE_REQUEST_HAS_DONE) != 0, request->done);
  if (request->list_id != NULL)
    filter->list = strcmp (request->list_id, INBOX) == 0 ? TW_LIST_NONE : TW_LIST_ONE;
  filter->list_id = request->list_id;
  filter->label = request->label;
  filter->assignee_id = request->assignee_id;
  filter->q = request->q;
  filter->has_priority = (request->has & TW_PAGE_REQUEST_HAS_PRIORITY) != 0;
  filter->priority = request->priority;
  return read_moment ("dueAfter", request->due_after, &filter->has_due_after, &filter->due_after_ms, error)
         && read_moment ("dueBefore", request->due_before, &filter->has_due_before, &filter->due_before_ms, error);
}
