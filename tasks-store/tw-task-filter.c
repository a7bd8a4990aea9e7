/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-filter.h"

#include "tw-fold.h"

#include <string.h>

gboolean
tw_task_filter_looks_beside_due (const TwTaskFilter *filter)
{
  return filter->label != NULL || filter->assignee_id != NULL || filter->q != NULL || filter->has_priority
         || filter->n_hidden > 0;
}

gboolean
tw_task_filter_looks (const TwTaskFilter *filter)
{
  return tw_task_filter_looks_beside_due (filter) || filter->has_due_after || filter->has_due_before;
}

/* A date and the time of its first moment are one moment, and twice its milliseconds is the first number of both. */
static gint64
first_number (gint64 ms)
{
  return CLAMP (ms, G_MININT64 / 2, G_MAXINT64 / 2) * 2;
}

gboolean
tw_task_filter_due (const TwTaskFilter *filter, gint64 *low, gint64 *high)
{
  *low = filter->has_due_after ? first_number (filter->due_after_ms) : G_MININT64;
  *high = filter->has_due_before ? first_number (filter->due_before_ms) : G_MAXINT64;
  return filter->has_due_after || filter->has_due_before;
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

static gboolean
fits_due (const TwTaskFilter *filter, const TwTaskRecord *task)
{
  gint64 low, high;

  return !tw_task_filter_due (filter, &low, &high)
         || ((task->has & TW_TASK_HAS_DUE_ON) != 0 && task->due >= low && task->due < high);
}

static gboolean
fits_label (const TwTaskFilter *filter, const TwTaskRecord *task)
{
  if (filter->label == NULL)
    return TRUE;
  for (const char *label = tw_record_texts_next (&task->labels, NULL); label != NULL;
       label = tw_record_texts_next (&task->labels, label))
    if (tw_fold_equal (label, filter->label))
      return TRUE;
  return FALSE;
}

/* What costs most is last. */
gboolean
tw_task_filter_fits (const TwTaskFilter *filter, const TwWords *words, const TwTaskRecord *task)
{
  const char *const texts[] = { task->name, task->notes };

  return fits_done (filter, task) && fits_list (filter, task) && !is_hidden (filter, task)
         && (!filter->has_priority || task->priority == filter->priority)
         && (filter->assignee_id == NULL || g_strcmp0 (task->assignee_id, filter->assignee_id) == 0)
         && fits_due (filter, task) && fits_label (filter, task)
         && (words == NULL || tw_words_are_in (words, texts, G_N_ELEMENTS (texts)));
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
  const gsize texts = size_of (filter->list_id) + size_of (filter->label) + size_of (filter->assignee_id)
                      + size_of (filter->q);
  const char **hidden = g_malloc (texts + size_of_hidden (filter) + 1); /* NULL has no place behind it */
  char *at = (char *) (hidden + filter->n_hidden);

  *space = (char *) hidden;
  copy.list_id = copy_text (filter->list_id, &at);
  copy.label = copy_text (filter->label, &at);
  copy.assignee_id = copy_text (filter->assignee_id, &at);
  copy.q = copy_text (filter->q, &at);
  for (guint i = 0; i < filter->n_hidden; i++)
    hidden[i] = copy_text (filter->hidden[i], &at);
  copy.hidden = hidden;
  return copy;
}

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/): short, and nobody gains from two that meet. */
static void
stamp_bytes (guint64 *stamp, gconstpointer bytes, gsize length)
{
  const guint8 *at = bytes;

  for (gsize i = 0; i < length; i++)
    *stamp = (*stamp ^ at[i]) * G_GUINT64_CONSTANT (0x100000001b3);
}

static void
stamp_number (guint64 *stamp, guint8 part, gint64 number)
{
  const guint64 bytes = GUINT64_TO_BE ((guint64) number);

  stamp_bytes (stamp, &part, 1);
  stamp_bytes (stamp, &bytes, sizeof bytes);
}

static void
stamp_text (guint64 *stamp, guint8 part, const char *text)
{
  if (text == NULL)
    return;
  stamp_number (stamp, part, (gint64) strlen (text));
  stamp_bytes (stamp, text, strlen (text));
}

/* In upper case it is the same id. */
static void
stamp_id (guint64 *stamp, guint8 part, const char *id)
{
  g_autofree char *lower = g_ascii_strdown (id, -1);

  stamp_text (stamp, part, lower);
}

guint64
tw_task_filter_stamp (const TwTaskFilter *filter, const TwTaskOrder *order)
{
  guint64 stamp = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  if (filter->done != TW_DONE_ANY)
    stamp_number (&stamp, 'd', filter->done == TW_DONE_ONLY);
  if (filter->list != TW_LIST_ANY)
    stamp_id (&stamp, 'l', filter->list == TW_LIST_ONE ? filter->list_id : "");
  stamp_text (&stamp, 't', filter->label);
  stamp_text (&stamp, 'a', filter->assignee_id);
  stamp_text (&stamp, 'q', filter->q);
  if (filter->has_priority)
    stamp_number (&stamp, 'p', filter->priority);
  if (filter->has_due_after)
    stamp_number (&stamp, '>', filter->due_after_ms);
  if (filter->has_due_before)
    stamp_number (&stamp, '<', filter->due_before_ms);
  if (order->key != TW_TASK_BY_CREATED || order->backwards)
    stamp_number (&stamp, 's', (gint64) order->key * 2 + order->backwards);
  return stamp;
}
