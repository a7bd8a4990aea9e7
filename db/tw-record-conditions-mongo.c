/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-conditions-mongo.h"

#include "tw-id.h"
#include "tw-record-when.h"

#include <math.h>

#define MIN_MS G_GINT64_CONSTANT (-62135596800000) /* 0001-01-01 */
#define MAX_MS G_GINT64_CONSTANT (253402300799999) /* 9999-12-31 */
#define DAY_MS (24 * 3600 * 1000)

/* A text, whose order is that of the numbers. A bound may be the first number of a moment that is no day's first, for
 * which there is no text: then that of the moment's time is the same bound. */
void
tw_record_conditions_append_when (bson_t *condition, const char *operation, gint64 number)
{
  const gint64 ms = CLAMP (tw_record_when_ms (number), MIN_MS, MAX_MS);
  const gboolean is_date = tw_record_when_is_date (number) && ms % DAY_MS == 0;
  char text[TW_RECORD_WHEN_SIZE];

  tw_record_when_format (ms * 2 + (is_date ? 0 : 1), text);
  bson_append_utf8 (condition, operation, -1, text, -1);
}

typedef void (*AppendBound) (bson_t *condition, const char *operation, gint64 number);

static void
append_number (bson_t *condition, const char *operation, gint64 number)
{
  bson_append_int64 (condition, operation, -1, number);
}

static void
append_time (bson_t *condition, const char *operation, gint64 ms)
{
  bson_append_date_time (condition, operation, -1, ms);
}

static void
append_range (bson_t *condition, const TwRecordCondition *range, AppendBound append)
{
  if (range->low != G_MININT64)
    append (condition, "$gte", range->low);
  if (range->high != G_MAXINT64)
    append (condition, "$lt", range->high + 1);
}

/* Numbers that somebody else wrote with a fraction count without it. */
static void
append_numbers (bson_t *condition, const TwRecordCondition *range)
{
  if (range->low != G_MININT64)
    append_number (condition, range->low > 0 ? "$gte" : "$gt", range->low > 0 ? range->low : range->low - 1);
  if (range->high != G_MAXINT64)
    append_number (condition, range->high < 0 ? "$lte" : "$lt", range->high < 0 ? range->high : range->high + 1);
}

static void
append_reals (bson_t *condition, const TwRecordCondition *range)
{
  if (isfinite (range->real_low))
    bson_append_double (condition, "$gte", -1, range->real_low);
  if (isfinite (range->real_high))
    bson_append_double (condition, "$lte", -1, range->real_high);
}

/* null fits what is missing too; 0 and 1 are what some drivers write. */
static void
append_bools (bson_t *condition, const TwRecordCondition *range, gboolean missing)
{
  bson_t values;
  guint n = 0;

  bson_append_array_begin (condition, "$in", -1, &values);
  for (gint64 value = MAX (range->low, 0); value <= MIN (range->high, 1); value++)
    {
      static const char *const places[] = { "0", "1", "2", "3", "4", "5" };

      bson_append_bool (&values, places[n++], -1, value != 0);
      bson_append_int32 (&values, places[n++], -1, (gint32) value);
      if (value == missing)
        bson_append_null (&values, places[n++], -1);
    }
  bson_append_array_end (condition, &values);
}

/* What can't be an id is none's. */
static void
append_id (bson_t *condition, const char *text)
{
  bson_oid_t id;

  if (tw_id_to_bytes (text, id.bytes))
    bson_append_oid (condition, "$eq", -1, &id);
  else
    bson_append_utf8 (condition, "$eq", -1, text, -1);
}

static void
append_range_of (bson_t *condition, const TwRecordField *field, const TwRecordCondition *range)
{
  switch (field->kind)
    {
    case TW_RECORD_TEXT:
      bson_append_utf8 (condition, "$eq", -1, range->text, -1);
      break;
    case TW_RECORD_ID:
      append_id (condition, range->text);
      break;
    case TW_RECORD_TIME:
      append_range (condition, range, append_time);
      break;
    case TW_RECORD_WHEN:
      append_range (condition, range, tw_record_conditions_append_when);
      break;
    case TW_RECORD_NUMBER:
      append_numbers (condition, range);
      break;
    case TW_RECORD_BOOL:
      append_bools (condition, range, field->has_fallback && field->fallback_number != 0);
      break;
    case TW_RECORD_REAL:
      append_reals (condition, range);
      break;
    case TW_RECORD_TEXTS:
    case TW_RECORD_BYTES:
    case TW_RECORD_STRUCT:
    case TW_RECORD_LIST:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      g_assert_not_reached ();
    }
}

void
tw_record_conditions_append (const TwRecordConditions *conditions, guint64 but, bson_t *filter)
{
  for (guint i = 0; conditions != NULL && i < conditions->question->record->n_fields; i++)
    {
      const TwRecordField *field = &conditions->question->record->fields[i];
      TwRecordCondition range;
      bson_t condition;

      if ((but & TW_RECORD_BIT (i)) != 0 || !tw_record_conditions_range (conditions, i, &range))
        continue;
      bson_append_document_begin (filter, field->name, -1, &condition);
      append_range_of (&condition, field, &range);
      bson_append_document_end (filter, &condition);
    }
}
