/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-conditions.h"

#include "tw-error.h"
#include "tw-fold.h"
#include "tw-record-stamp.h"
#include "tw-record-when.h"

#include <math.h>
#include <string.h>

/* Reading */

/* A date counts as its first moment. */
static gboolean
read_moment (const char *name, const char *text, gint64 *ms, GError **error)
{
  gint64 when;

  if (!tw_record_when_parse (text, &when))
    return tw_error_propagate_at (
      error, g_error_new (TW_ERROR, TW_ERROR_INVALID, "%s must be a date or a time that there is", name), "%s", name);
  *ms = tw_record_when_ms (when);
  return TRUE;
}

/* What is from @first to @last is what the request says. */
static void
bound (TwRecordCondition *condition, gint64 first, gint64 last)
{
  condition->low = G_MININT64;
  condition->high = G_MAXINT64;
  switch (condition->filter->operator)
    {
    case TW_RECORD_BELOW:
      condition->high = first == G_MININT64 ? first : first - 1;
      condition->low = first == G_MININT64 ? G_MAXINT64 : condition->low;
      break;
    case TW_RECORD_AT_MOST:
      condition->high = last;
      break;
    case TW_RECORD_ABOVE:
      condition->low = last == G_MAXINT64 ? last : last + 1;
      condition->high = last == G_MAXINT64 ? G_MININT64 : condition->high;
      break;
    case TW_RECORD_AT_LEAST:
      condition->low = first;
      break;
    case TW_RECORD_IS:
    case TW_RECORD_HAS:
    case TW_RECORD_WORDS:
    default:
      condition->low = first;
      condition->high = last;
    }
}

static void
bound_real (TwRecordCondition *condition, double value)
{
  const TwRecordOperator operator = condition->filter->operator;

  condition->real_low = operator == TW_RECORD_ABOVE ? nextafter (value, INFINITY) : value;
  condition->real_high = operator == TW_RECORD_BELOW ? nextafter (value, -INFINITY) : value;
  if (operator == TW_RECORD_BELOW || operator == TW_RECORD_AT_MOST)
    condition->real_low = -INFINITY;
  if (operator == TW_RECORD_ABOVE || operator == TW_RECORD_AT_LEAST)
    condition->real_high = INFINITY;
  /* There is nothing next to these. */
  if ((operator == TW_RECORD_ABOVE && value >= INFINITY) || (operator == TW_RECORD_BELOW && value <= -INFINITY))
    {
      condition->real_low = INFINITY;
      condition->real_high = -INFINITY;
    }
}

static gboolean
read_number (const TwRecordQuestion *question, gconstpointer request, TwRecordCondition *condition)
{
  const TwRecordFilter *filter = condition->filter;
  const gint64 number = *tw_record_number (question->request, request, filter->argument);

  condition->none = filter->has_none && filter->operator == TW_RECORD_IS && number == filter->none;
  bound (condition, number, number);
  return TRUE;
}

/* A date and the time of its first moment are one moment, and twice its milliseconds is the first number of both. */
static gboolean
read_time (const TwRecordQuestion *question, gconstpointer request, TwRecordCondition *condition, GError **error)
{
  const guint argument = condition->filter->argument;
  const gboolean is_when = question->record->fields[condition->field].kind == TW_RECORD_WHEN;
  gint64 ms = 0;

  if (!read_moment (question->request->fields[argument].name, *tw_record_text (question->request, request, argument),
                    &ms, error))
    return FALSE;
  bound (condition, is_when ? ms * 2 : ms, is_when ? ms * 2 + 1 : ms);
  return TRUE;
}

static gboolean
read_text (const TwRecordQuestion *question, gconstpointer request, TwRecordCondition *condition)
{
  condition->text = g_strdup (*tw_record_text (question->request, request, condition->filter->argument));
  if (condition->filter->operator == TW_RECORD_WORDS)
    condition->words = tw_words_new (condition->text);
  return TRUE;
}

static gboolean
read_condition (const TwRecordQuestion *question, gconstpointer request, TwRecordCondition *condition, GError **error)
{
  const guint argument = condition->filter->argument;
  gboolean value;

  switch (question->record->fields[condition->field].kind)
    {
    case TW_RECORD_BOOL:
      value = *tw_record_bool (question->request, request, argument) != FALSE;
      bound (condition, value, value);
      return TRUE;
    case TW_RECORD_NUMBER:
      return read_number (question, request, condition);
    case TW_RECORD_TIME:
    case TW_RECORD_WHEN:
      return read_time (question, request, condition, error);
    case TW_RECORD_REAL:
      bound_real (condition, *tw_record_real (question->request, request, argument));
      return TRUE;
    case TW_RECORD_TEXT:
    case TW_RECORD_ID:
    case TW_RECORD_TEXTS:
      return read_text (question, request, condition);
    case TW_RECORD_BYTES:
    case TW_RECORD_STRUCT:
    case TW_RECORD_LIST:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      g_assert_not_reached ();
    }
}

gboolean
tw_record_conditions_read (const TwRecordQuestion *question, gconstpointer request, guint64 but,
                           TwRecordConditions **conditions, GError **error)
{
  const guint64 has = *tw_record_has (request) & question->asks;
  g_autoptr (TwRecordConditions) read = NULL;

  *conditions = NULL;
  if (has == 0)
    return TRUE;
  read = g_malloc0 (sizeof *read + question->n_filters * sizeof read->conditions[0]);
  g_atomic_ref_count_init (&read->holders);
  read->question = question;
  for (guint i = 0; i < question->n_filters; i++)
    {
      const TwRecordFilter *filter = &question->filters[i];
      TwRecordCondition *condition = &read->conditions[read->n];

      if ((has & TW_RECORD_BIT (filter->argument)) == 0 || (filter->fields & but) != 0)
        continue;
      condition->filter = filter;
      condition->field = tw_record_first (filter->fields);
      read->n++;
      if (!read_condition (question, request, condition, error))
        return FALSE;
    }
  if (read->n > 0)
    *conditions = g_steal_pointer (&read);
  return TRUE;
}

TwRecordConditions *
tw_record_conditions_ref (TwRecordConditions *conditions)
{
  if (conditions != NULL)
    g_atomic_ref_count_inc (&conditions->holders);
  return conditions;
}

void
tw_record_conditions_unref (TwRecordConditions *conditions)
{
  if (conditions == NULL || !g_atomic_ref_count_dec (&conditions->holders))
    return;
  for (guint i = 0; i < conditions->n; i++)
    {
      g_free (conditions->conditions[i].text);
      g_clear_pointer (&conditions->conditions[i].words, tw_words_free);
    }
  g_free (conditions);
}

/* Looking at a record */

static gboolean
fits_number (const TwRecordCondition *condition, gboolean has, gint64 number)
{
  if (!has || (condition->filter->has_none && number == condition->filter->none))
    return condition->none;
  return number >= condition->low && number <= condition->high;
}

static gboolean
has_text (const TwRecordCondition *condition, const TwRecordTexts *texts)
{
  for (const char *text = tw_record_texts_next (texts, NULL); text != NULL; text = tw_record_texts_next (texts, text))
    if (tw_fold_equal (text, condition->text))
      return TRUE;
  return FALSE;
}

/* What is not there is NULL. */
static gboolean
has_words (const TwRecordCondition *condition, const TwRecordType *type, gconstpointer record)
{
  const char *texts[64];
  guint n = 0;

  for (guint64 left = condition->filter->fields; left != 0; left &= left - 1)
    texts[n++] = *tw_record_text (type, record, tw_record_first (left));
  return tw_words_are_in (condition->words, texts, n);
}

static gboolean
fits_text (const TwRecordCondition *condition, const TwRecordType *type, gconstpointer record)
{
  const char *text = *tw_record_text (type, record, condition->field);

  return condition->filter->operator == TW_RECORD_WORDS ? has_words (condition, type, record)
                                                        : text != NULL && strcmp (text, condition->text) == 0;
}

/* Ids in upper case are the same ids. */
static gboolean
fits_id (const TwRecordCondition *condition, const char *id)
{
  return id != NULL && g_ascii_strcasecmp (id, condition->text) == 0;
}

static gboolean
fits (const TwRecordCondition *condition, const TwRecordType *type, gconstpointer record)
{
  const guint i = condition->field;
  const gboolean has = (*tw_record_has (record) & TW_RECORD_BIT (i)) != 0;
  double real;

  switch (type->fields[i].kind)
    {
    case TW_RECORD_BOOL:
      return fits_number (condition, TRUE, *tw_record_bool (type, record, i) != FALSE);
    case TW_RECORD_NUMBER:
    case TW_RECORD_TIME:
    case TW_RECORD_WHEN:
      return fits_number (condition, has, *tw_record_number (type, record, i));
    case TW_RECORD_REAL:
      real = *tw_record_real (type, record, i);
      return has && real >= condition->real_low && real <= condition->real_high;
    case TW_RECORD_TEXT:
      return fits_text (condition, type, record);
    case TW_RECORD_ID:
      return fits_id (condition, *tw_record_text (type, record, i));
    case TW_RECORD_TEXTS:
      return has_text (condition, tw_record_texts (type, record, i));
    case TW_RECORD_BYTES:
    case TW_RECORD_STRUCT:
    case TW_RECORD_LIST:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      g_assert_not_reached ();
    }
}

gboolean
tw_record_conditions_fit (const TwRecordConditions *conditions, gconstpointer record)
{
  if (conditions == NULL)
    return TRUE;
  for (guint i = 0; i < conditions->n; i++)
    if (!fits (&conditions->conditions[i], conditions->question->record, record))
      return FALSE;
  return TRUE;
}

/* What they are */

static void
stamp_real (guint64 *stamp, double real)
{
  gint64 bits;

  memcpy (&bits, &real, sizeof bits);
  tw_record_stamp_number (stamp, '=', bits);
}

void
tw_record_conditions_stamp (const TwRecordConditions *conditions, guint64 *stamp)
{
  for (guint i = 0; conditions != NULL && i < conditions->n; i++)
    {
      const TwRecordCondition *condition = &conditions->conditions[i];

      tw_record_stamp_number (stamp, 'f', conditions->question->request->fields[condition->filter->argument].id);
      tw_record_stamp_number (stamp, '=', condition->low);
      tw_record_stamp_number (stamp, '=', condition->high);
      stamp_real (stamp, condition->real_low);
      stamp_real (stamp, condition->real_high);
      if (condition->text != NULL)
        tw_record_stamp_text (stamp, '=', condition->text);
    }
}

static gboolean
is_number (TwRecordKind kind)
{
  return kind == TW_RECORD_NUMBER || kind == TW_RECORD_TIME || kind == TW_RECORD_WHEN || kind == TW_RECORD_REAL;
}

gboolean
tw_record_condition_is_plain (const TwRecordConditions *conditions, guint i)
{
  const TwRecordCondition *condition = &conditions->conditions[i];
  const TwRecordField *field = &conditions->question->record->fields[condition->field];

  return condition->filter->operator < TW_RECORD_HAS && !condition->none && field->role == TW_RECORD_PLAIN
         && (!field->always || field->kind == TW_RECORD_BOOL);
}

gboolean
tw_record_conditions_are_plain (const TwRecordConditions *conditions)
{
  for (guint i = 0; conditions != NULL && i < conditions->n; i++)
    if (!tw_record_condition_is_plain (conditions, i))
      return FALSE;
  return TRUE;
}

gboolean
tw_record_conditions_range (const TwRecordConditions *conditions, guint field, TwRecordCondition *range)
{
  gboolean found = FALSE;

  for (guint i = 0; conditions != NULL && i < conditions->n; i++)
    {
      const TwRecordCondition *condition = &conditions->conditions[i];

      if (condition->field != field || !tw_record_condition_is_plain (conditions, i))
        continue;
      if (!found)
        *range = *condition;
      range->low = MAX (range->low, condition->low);
      range->high = MIN (range->high, condition->high);
      range->real_low = MAX (range->real_low, condition->real_low);
      range->real_high = MIN (range->real_high, condition->real_high);
      found = TRUE;
    }
  return found;
}

gboolean
tw_record_conditions_are_range (const TwRecordConditions *conditions, guint field, TwRecordCondition *range)
{
  if (conditions == NULL || !is_number (conditions->question->record->fields[field].kind))
    return FALSE;
  for (guint i = 0; i < conditions->n; i++)
    if (conditions->conditions[i].field != field || !tw_record_condition_is_plain (conditions, i))
      return FALSE;
  return tw_record_conditions_range (conditions, field, range);
}
