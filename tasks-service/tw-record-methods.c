/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-methods-private.h"

#include "tw-error.h"
#include "tw-record-wire.h"

/* Reads at a time. */
#define READERS 4

void
tw_record_request_init (TwRecordRequest *request, const TwRecordServed *served, TwCall *call)
{
  const TwRecordMethod *method = served->method;

  *request = (TwRecordRequest) { .served = served, .call = call, .arguments = TW_ARGUMENTS_INIT };
  request->asked = g_malloc0 (method->arguments->size);
  tw_arguments_read (&request->arguments, call, method->arguments, request->asked);
}

void
tw_record_request_clear (TwRecordRequest *request)
{
  tw_arguments_clear (&request->arguments);
  g_free (request->asked);
  g_free (request->said);
  g_free (request->found);
}

const char *
tw_record_request_text (const TwRecordRequest *request, const TwRecordPlace *place)
{
  return place->type != NULL ? *(const char *const *) tw_record_place_member (place, request->asked) : NULL;
}

void
tw_record_not_found (const TwRecordMethod *method, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "%s not found", method->record->name);
}

TwWriter *
tw_record_begin_success (TwCall *call)
{
  TwWriter *writer = tw_call_begin_reply (call);

  tw_writer_field (writer, TW_WIRE_STRUCT, 0);
  return writer;
}

void
tw_record_write_shown (const TwRecordType *type, gconstpointer record, TwWriter *writer)
{
  g_autofree gpointer shown = g_memdup2 (record, type->size);

  *tw_record_has (shown) &= type->shown;
  tw_record_write (type, shown, writer);
}

void
tw_record_answer (TwCall *call, const TwRecordType *type, gconstpointer record)
{
  tw_record_write_shown (type, record, tw_record_begin_success (call));
  tw_call_reply (call);
}

/* Life */

static void
take_read (TwCall *call, gpointer data)
{
  TwRecordServed *served = data;

  tw_call_pool_collect (served->methods->readers, call, tw_record_answer_read, served);
}

static void
served_init (TwRecordServed *served, TwRecordMethods *methods, const TwRecordMethod *method)
{
  *served = (TwRecordServed) { .methods = methods, .method = method };
  if (method->said.type != NULL)
    tw_record_map_init (&served->said, method->said.type->fields[method->said.field].structure, method->record);
}

static gboolean
is_read (const TwRecordMethod *method)
{
  return method->verb == TW_SERVE_GET || method->verb == TW_SERVE_LIST;
}

TwRecordMethods *
tw_record_methods_new (TwServer *server, TwTaskStore *store, const TwClock *clock, const TwRecordMethod *table,
                       const TwServiceLimits *limits)
{
  TwRecordMethods *methods = g_new0 (TwRecordMethods, 1);

  methods->store = store;
  methods->clock = clock;
  while (table[methods->n].name != NULL)
    methods->n++;
  if (methods->n == 0)
    return methods;
  methods->served = g_new (TwRecordServed, methods->n);
  methods->readers = tw_call_pool_new (&(TwCallPoolSpec) {
    .name = "record-reader",
    .threads = READERS,
    .max_queued = limits->max_queued,
    .max_wait_ms = limits->max_wait_ms,
  });
  tw_server_add_turn_func (server, tw_call_pool_flush, methods->readers);
  for (guint i = 0; i < methods->n; i++)
    {
      TwRecordServed *served = &methods->served[i];

      served_init (served, methods, &table[i]);
      tw_server_set_method (server, table[i].name, is_read (&table[i]) ? take_read : tw_record_take_change, served);
    }
  return methods;
}

void
tw_record_methods_stop (TwRecordMethods *methods)
{
  g_clear_pointer (&methods->readers, tw_call_pool_free);
}

void
tw_record_methods_free (TwRecordMethods *methods)
{
  if (methods == NULL)
    return;
  tw_record_methods_stop (methods);
  g_free (methods->served);
  g_free (methods);
}
