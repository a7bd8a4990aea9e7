/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-request.h"

#include <string.h>

#define INBOX "inbox"

/* Walks are along what is done or is not: that is no condition to look at. */
static TwDoneFilter
read_done (const TwPageRequestRecord *request)
{
  const TwRecordFilter *asked = tw_record_question_asked (&tw_page_request_question, TW_TASK_HAS_DONE, request);

  return tw_done_filter (asked != NULL,
                         asked != NULL && *tw_record_bool (&tw_page_request_type, request, asked->argument));
}

gboolean
tw_task_request_read (const TwPageRequestRecord *request, TwTaskQuery *query, GError **error)
{
  TwTaskFilter *filter = &query->filter;

  query->limit = (guint) request->limit;
  query->order.key = tw_record_question_sort (&tw_page_request_question, request, &query->order.backwards);
  filter->done = read_done (request);
  if (request->list_id != NULL)
    filter->list = strcmp (request->list_id, INBOX) == 0 ? TW_LIST_NONE : TW_LIST_ONE;
  filter->list_id = request->list_id;
  return tw_record_conditions_read (&tw_page_request_question, request, TW_TASK_HAS_DONE, &filter->conditions, error);
}
