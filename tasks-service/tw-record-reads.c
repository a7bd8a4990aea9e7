/* SPDX-License-Identifier: Apache-2.0 */

/* One record of the caller's, and a page of them. */

#include "tw-record-methods-private.h"

#include "tw-error.h"
#include "tw-task-store-query.h"

#include <string.h>

/* What stands behind a page's records. */
#define CURSOR_SIZE 64

static void
answer_one (const TwRecordRequest *request)
{
  const TwRecordMethod *method = request->served->method;
  const TwRecordType *type = method->record;
  const guint owner = tw_record_find_role (type, TW_RECORD_OWNER);
  const char *key = tw_record_request_text (request, &method->key);
  const TwRecordQuery query
      = { .type = type, .field = TW_RECORD_BIT (tw_record_find_role (type, TW_RECORD_KEY)), .values = &key,
          .n_values = 1, .limit = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = tw_task_store_gather (request->served->methods->store,
                                                      tw_call_context (request->call)->deadline_ms, &query, &error);
  gconstpointer record = found != NULL && found->len > 0 ? found->pdata[0] : NULL;
  const char *asker = tw_record_request_text (request, &method->owner);

  if (record != NULL && strcmp (*tw_record_text (type, record, owner), asker) == 0)
    {
      tw_record_answer (request->call, type, record);
      return;
    }
  if (error == NULL)
    tw_record_not_found (method, &error);
  tw_call_fail (request->call, error);
}

/* One record more has been asked for than the page has; what would make the reply longer than it may be is left for the
 * next one. */
static void
answer_page (const TwRecordRequest *request, const GPtrArray *found, guint limit)
{
  const TwRecordMethod *method = request->served->method;
  const TwRecordType *type = method->record;
  TwWriter *writer = tw_record_begin_success (request->call);
  const char *last = NULL;
  guint n = 0;
  gsize list;

  tw_writer_struct_begin (writer);
  tw_writer_field (writer, TW_WIRE_LIST, method->list);
  list = tw_writer_list_begin (writer, TW_WIRE_STRUCT);
  for (; n < MIN (limit, found->len); n++)
    {
      const gsize start = writer->out->len;

      tw_record_write_shown (type, found->pdata[n], writer);
      if (n > 0 && !tw_call_reply_has_room (request->call, CURSOR_SIZE))
        {
          writer->out->len = start;
          break;
        }
      last = *tw_record_text (type, found->pdata[n], tw_record_find_role (type, TW_RECORD_KEY));
    }
  tw_writer_list_end (writer, list, n);
  if (n < found->len && last != NULL)
    {
      tw_writer_field (writer, TW_WIRE_STRING, method->next);
      tw_writer_string (writer, last, strlen (last));
    }
  tw_writer_struct_end (writer);
  tw_call_reply (request->call);
}

static void
answer_list (const TwRecordRequest *request)
{
  const TwRecordMethod *method = request->served->method;
  const TwRecordPlace *limit = &method->limit;
  const char *owner = tw_record_request_text (request, &method->owner), *cursor;
  TwRecordQuery query = { .type = method->record, .values = &owner, .n_values = 1, .newest_first = TRUE };
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  tw_record_fill (limit->type, (guint8 *) request->asked + limit->offset);
  query.field = TW_RECORD_BIT (tw_record_find_role (method->record, TW_RECORD_OWNER));
  query.limit = (guint) *(const gint64 *) tw_record_place_member (limit, request->asked) + 1;
  cursor = tw_record_request_text (request, &method->cursor);
  query.after = cursor != NULL && *cursor != '\0' ? cursor : NULL;
  if (query.after != NULL && !tw_id_is_valid (query.after))
    {
      error = g_error_new_literal (TW_ERROR, TW_ERROR_INVALID, "The cursor is none of this list's");
      tw_error_locate (error, "%s", method->cursor.type->fields[method->cursor.field].name);
    }
  else
    found = tw_task_store_gather (request->served->methods->store, tw_call_context (request->call)->deadline_ms, &query,
                                  &error);
  if (found != NULL)
    answer_page (request, found, query.limit - 1);
  else
    tw_call_fail (request->call, error);
}

gboolean
tw_record_answer_read (TwCall *call, gboolean may_wait, gpointer served)
{
  g_auto (TwRecordRequest) request;

  tw_record_request_init (&request, served, call);
  if (request.served->method->verb == TW_SERVE_GET)
    answer_one (&request);
  else
    answer_list (&request);
  return TRUE;
}
