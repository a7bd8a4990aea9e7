/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-filter.h"

#include "tw-record-stamp.h"

#include <string.h>

gboolean
tw_task_filter_looks (const TwTaskFilter *filter)
{
  return filter->conditions != NULL || filter->n_hidden > 0;
}

static gboolean
fits_done (const TwTaskFilter *filter, const TwTaskRecord *task)
{
  return filter->done == TW_DONE_ANY || (filter->done == TW_DONE_ONLY) == (task->done != FALSE);
}

/* Nearly always they are written alike. */
static gboolean
is_same_id (const char *a, const char *b)
{
  return strcmp (a, b) == 0 || g_ascii_strcasecmp (a, b) == 0;
}

static gboolean
fits_list (const TwTaskFilter *filter, const TwTaskRecord *task)
{
  switch (filter->list)
    {
    case TW_LIST_NONE:
      return task->list_id == NULL;
    case TW_LIST_ONE:
      return task->list_id != NULL && is_same_id (task->list_id, filter->list_id);
    case TW_LIST_ANY:
    default:
      return TRUE;
    }
}

static gboolean
is_hidden (const TwTaskFilter *filter, const TwTaskRecord *task)
{
  for (guint i = 0; task->list_id != NULL && i < filter->n_hidden; i++)
    if (g_ascii_strcasecmp (task->list_id, filter->hidden[i]) == 0)
      return TRUE;
  return FALSE;
}

gboolean
tw_task_filter_fits (const TwTaskFilter *filter, const TwTaskRecord *task)
{
  return fits_done (filter, task) && fits_list (filter, task) && !is_hidden (filter, task)
         && tw_record_conditions_fit (filter->conditions, task);
}

static const char *
copy_text (const char *text, char **at)
{
  const char *copied = *at;

  if (text == NULL)
    return NULL;
  *at = stpcpy (*at, text) + 1;
  return copied;
}

static gsize
size_of (const char *text)
{
  return text != NULL ? strlen (text) + 1 : 0;
}

/* What they are together, and their pointers. */
static gsize
size_of_hidden (const TwTaskFilter *filter)
{
  gsize size = filter->n_hidden * sizeof filter->hidden[0];

  for (guint i = 0; i < filter->n_hidden; i++)
    size += size_of (filter->hidden[i]);
  return size;
}

TwTaskFilter
tw_task_filter_copy (const TwTaskFilter *filter, char **space)
{
  TwTaskFilter copy = *filter;
  const gsize texts = size_of (filter->list_id);
  const char **hidden = g_malloc (texts + size_of_hidden (filter) + 1); /* NULL has no place behind it */
  char *at = (char *) (hidden + filter->n_hidden);

  *space = (char *) hidden;
  copy.list_id = copy_text (filter->list_id, &at);
  for (guint i = 0; i < filter->n_hidden; i++)
    hidden[i] = copy_text (filter->hidden[i], &at);
  copy.hidden = hidden;
  copy.conditions = tw_record_conditions_ref (filter->conditions);
  return copy;
}

/* In upper case it is the same id. */
static void
stamp_id (guint64 *stamp, guint8 part, const char *id)
{
  g_autofree char *lower = g_ascii_strdown (id, -1);

  tw_record_stamp_text (stamp, part, lower);
}

guint64
tw_task_filter_stamp (const TwTaskFilter *filter, const TwTaskOrder *order)
{
  guint64 stamp = TW_RECORD_STAMP_INIT;

  if (filter->done != TW_DONE_ANY)
    tw_record_stamp_number (&stamp, 'd', filter->done == TW_DONE_ONLY);
  if (filter->list != TW_LIST_ANY)
    stamp_id (&stamp, 'l', filter->list == TW_LIST_ONE ? filter->list_id : "");
  tw_record_conditions_stamp (filter->conditions, &stamp);
  if (order->key != TW_TASK_BY_CREATED || order->backwards)
    tw_record_stamp_number (&stamp, 's', (gint64) order->key * 2 + order->backwards);
  return stamp;
}
