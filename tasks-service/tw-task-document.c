/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-document.h"

#include "tw-log.h"
#include "tw-random.h"
#include "tw-task-store-mongo.h"

#include <math.h>

gboolean
tw_task_document_id (const char *id, bson_oid_t *oid)
{
  return tw_id_to_bytes (id, oid->bytes);
}

bson_t *
tw_task_document_new (const TwTaskRecord *task)
{
  bson_t *document = bson_new ();
  bson_oid_t id;
  gboolean valid = tw_task_document_id (task->id, &id);

  g_assert (valid);
  BSON_APPEND_OID (document, "_id", &id);
  BSON_APPEND_UTF8 (document, "userId", task->user_id);
  BSON_APPEND_UTF8 (document, "name", task->name);
  BSON_APPEND_DATE_TIME (document, "createdOn", task->created_ms);
  BSON_APPEND_BOOL (document, "done", task->done);
  BSON_APPEND_DATE_TIME (document, "updatedOn", task->updated_ms);
  BSON_APPEND_INT64 (document, "version", task->version);
  return document;
}

static gboolean
find (const bson_t *document, const char *field, bson_type_t type, bson_iter_t *iter)
{
  return bson_iter_init_find (iter, document, field) && bson_iter_type (iter) == type;
}

/* g_utf8_make_valid() takes a NUL before the end for one more byte that is not valid. */
static char *
text_at (const bson_iter_t *iter)
{
  guint32 length;
  const char *text = bson_iter_utf8 (iter, &length);

  return g_utf8_make_valid (text, length);
}

static char *
name_of (const bson_t *document)
{
  bson_iter_t iter;

  return find (document, "name", BSON_TYPE_UTF8, &iter) ? text_at (&iter) : g_strdup ("");
}

/* FALSE where the field at @iter is not a number. */
static gboolean
read_number (const bson_iter_t *iter, double *number)
{
  char digits[BSON_DECIMAL128_STRING];
  bson_decimal128_t decimal;

  if (bson_iter_decimal128 (iter, &decimal))
    {
      bson_decimal128_to_string (&decimal, digits);
      *number = g_ascii_strtod (digits, NULL);
      return TRUE;
    }
  *number = bson_iter_as_double (iter);
  return BSON_ITER_HOLDS_NUMBER (iter);
}

static gboolean
done_of (const bson_t *document)
{
  bson_iter_t iter;
  double number;

  if (!bson_iter_init_find (&iter, document, "done"))
    return FALSE;
  if (BSON_ITER_HOLDS_BOOL (&iter))
    return bson_iter_bool (&iter);
  return read_number (&iter, &number) && (number < 0 || number > 0);
}

static gint64
version_of (const bson_t *document)
{
  bson_iter_t iter;
  double number;

  if (!bson_iter_init_find (&iter, document, "version"))
    return 1;
  if (BSON_ITER_HOLDS_INT (&iter))
    return bson_iter_as_int64 (&iter);
  /* Up to the last number that both types hold; what is none compares as FALSE. */
  if (read_number (&iter, &number) && fabs (number) <= 0x1p53)
    return (gint64) number;
  return 1;
}

static gint64
updated_ms_of (const bson_t *document, gint64 created_ms)
{
  bson_iter_t iter;

  return find (document, "updatedOn", BSON_TYPE_DATE_TIME, &iter) ? bson_iter_date_time (&iter) : created_ms;
}

static TwTaskRecord *
leave_out (const char *why, atomic_flag *warned)
{
  if (!atomic_flag_test_and_set (warned))
    tw_log_warning ("left out a document in the collection " TW_TASK_COLLECTION " that is not a task: %s. There may be"
                    " more of them; this is said once", why);
  return NULL;
}

TwTaskRecord *
tw_task_document_read (const bson_t *document, atomic_flag *warned)
{
  bson_iter_t id, user_id, created;
  TwTaskRecord *task;

  if (!find (document, "_id", BSON_TYPE_OID, &id))
    return leave_out ("its _id is not an ObjectId", warned);
  if (!find (document, "userId", BSON_TYPE_UTF8, &user_id))
    return leave_out ("its userId is not a string", warned);
  if (!find (document, "createdOn", BSON_TYPE_DATE_TIME, &created))
    return leave_out ("its createdOn is not a date", warned);
  task = g_new (TwTaskRecord, 1);
  *task = (TwTaskRecord) {
    .id = g_malloc (TW_ID_SIZE),
    .user_id = text_at (&user_id),
    .name = name_of (document),
    .created_ms = bson_iter_date_time (&created),
    .updated_ms = updated_ms_of (document, bson_iter_date_time (&created)),
    .version = version_of (document),
    .done = done_of (document),
  };
  tw_id_from_bytes (bson_iter_oid (&id)->bytes, task->id);
  return task;
}
