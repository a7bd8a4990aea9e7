/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-call-private.h"

#include "tw-context-field.h"
#include "tw-declared-exception.h"
#include "tw-error.h"
#include "tw-log.h"

#include <string.h>

#define FRAME_SIZE 4
#define MIB (1024 * 1024)

static gint64
deadline_of (const TwContextField *field, const TwCallSetup *setup, gint64 now_ms)
{
  if (!field->has_remaining)
    return now_ms + setup->max_ms;
  return now_ms + (gint64) MAX (field->remaining_ms, 0) * 4 / 5;
}

TwCall *
tw_call_new (const guint8 *start, const TwMessage *message, const TwMethod *method, const TwCallSetup *setup,
             gint64 now_ms)
{
  gsize skip = message->encoding.framed ? FRAME_SIZE : 0;
  gsize length = message->total - skip;
  TwContextField field = { .has_remaining = FALSE };
  TwCall *call;

  if (method != NULL && method->service != NULL && method->service->takes_context)
    tw_context_field_read (message->encoding.protocol, message->body, message->body_length, &field);
  call = g_malloc (sizeof *call + length + field.size);
  memset (call, 0, sizeof *call);
  atomic_init (&call->state, TW_CALL_HANDED_ON);
  memcpy (call->bytes, start + skip, length);
  tw_context_field_copy (&field, (char *) call->bytes + length, &call->context);
  call->context.deadline_ms = deadline_of (&field, setup, now_ms);
  call->answers = setup->answers;
  call->method = method;
  call->kind = tw_call_kind_of (method);
  call->link.data = call;
  call->max_reply = setup->max_reply;
  call->encoding = message->encoding;
  call->type = message->type;
  call->sequence_id = message->sequence_id;
  call->name_offset = (gsize) ((const guint8 *) message->name - start) - skip;
  call->name_length = message->name_length;
  call->body_offset = (gsize) (message->body - start) - skip;
  call->body_length = message->body_length;
  call->length = length;
  return call;
}

void
tw_call_free (TwCall *call)
{
  tw_buffer_clear (&call->reply);
  g_free (call);
}

const TwMethod *
tw_call_method (const TwCall *call)
{
  return call->method;
}

const TwCallContext *
tw_call_context (const TwCall *call)
{
  return &call->context;
}

void
tw_call_arguments (const TwCall *call, TwReader *reader)
{
  tw_reader_init (reader, call->encoding.protocol, call->bytes + call->body_offset, call->body_length);
}

const guint8 *
tw_call_message (const TwCall *call, gsize *length, TwProtocol *protocol)
{
  *length = call->length;
  *protocol = call->encoding.protocol;
  return call->bytes;
}

static const char *
name_of (const TwCall *call)
{
  return (const char *) call->bytes + call->name_offset;
}

/* The method's own word decides, not the message's type, as in Thrift's generated processors. Who names a method that
 * there is not is told, unless no answer is expected. */
static gboolean
wants_answer (const TwCall *call)
{
  return call->method != NULL ? !call->method->oneway : call->type != TW_MESSAGE_ONEWAY;
}

/* For the answer that is to be written instead of what there is. */
static TwBuffer *
clear_reply (TwCall *call)
{
  tw_buffer_clear (&call->reply);
  call->reply_unframed = FALSE;
  return &call->reply;
}

static void
write_application_exception (const TwCall *call, TwApplicationError code, const char *message, TwBuffer *out)
{
  tw_writer_application_exception (out, &call->encoding, name_of (call), call->name_length, call->sequence_id, code,
                                   message);
}

static void
begin_message (const TwCall *call, TwWriter *writer, TwBuffer *out)
{
  tw_writer_init (writer, call->encoding.protocol, out);
  tw_writer_message_begin (writer, call->encoding.framed, TW_MESSAGE_REPLY, name_of (call), call->name_length,
                           call->sequence_id);
  tw_writer_struct_begin (writer);
}

static void
end_message (TwWriter *writer)
{
  tw_writer_struct_end (writer);
  tw_writer_message_end (writer);
}

static void
write_failure (const TwCall *call, const GError *error, TwBuffer *out)
{
  const TwField *exception = call->method != NULL ? tw_declared_exception_find (call->method) : NULL;
  TwWriter writer;

  if (exception == NULL)
    {
      write_application_exception (call,
                                   g_error_matches (error, TW_ERROR, TW_ERROR_INVALID) ? TW_APPLICATION_PROTOCOL_ERROR
                                                                                       : TW_APPLICATION_INTERNAL_ERROR,
                                   tw_error_public_message (error), out);
      return;
    }
  begin_message (call, &writer, out);
  tw_declared_exception_write (&writer, exception, error);
  end_message (&writer);
}

void
tw_call_write_over (const TwCall *call, TwBuffer *out)
{
  g_autoptr (GError) error
      = g_error_new_literal (TW_ERROR, TW_ERROR_UNAVAILABLE, "The service could not answer in time: try again later");

  if (wants_answer (call))
    write_failure (call, error, out);
}

static void
write_too_large (TwCall *call)
{
  g_autofree char *message = NULL;

  if (call->max_reply % MIB == 0)
    message = g_strdup_printf ("The reply is larger than %" G_GSIZE_FORMAT " MiB: ask for it in pages",
                               call->max_reply / MIB);
  else
    message = g_strdup_printf ("The reply is larger than %" G_GSIZE_FORMAT " bytes: ask for it in pages",
                               call->max_reply);
  tw_log_info ("%s: a reply of %" G_GSIZE_FORMAT " bytes was not sent", call->method->name, call->reply.len);
  write_application_exception (call, TW_APPLICATION_INTERNAL_ERROR, message, clear_reply (call));
}

/* Before the loop has it, so that no other answer of the connection is begun meanwhile. */
static void
count_reply (TwCall *call)
{
  if (call->backlog == NULL || call->reply.len == 0)
    return;
  call->reply_counted = call->reply.len + (call->reply_unframed ? FRAME_SIZE : 0);
  tw_backlog_add (call->backlog, call->reply_counted);
}

static void
drop_reply (TwCall *call)
{
  if (call->reply_counted > 0)
    tw_backlog_remove (call->backlog, call->reply_counted);
  call->reply_counted = 0;
  tw_buffer_clear (&call->reply);
}

/* Gives the call back to the loop: it is not ours any more. */
static void
finish (TwCall *call)
{
  gsize frame = call->encoding.framed && !call->reply_unframed ? FRAME_SIZE : 0;

  if (!wants_answer (call))
    tw_buffer_clear (&call->reply);
  else if (call->method != NULL && call->reply.len - frame > call->max_reply)
    write_too_large (call);
  count_reply (call);
  if (!tw_call_move (call, TW_CALL_HANDED_ON, TW_CALL_ANSWERED))
    drop_reply (call);
  tw_mailbox_post (call->answers, call);
}

gboolean
tw_call_begin (TwCall *call)
{
  const gboolean has_room = call->backlog == NULL || tw_backlog_has_room (call->backlog);

  if (has_room && tw_call_state (call) == TW_CALL_HANDED_ON)
    return TRUE;
  if (!has_room)
    tw_call_move (call, TW_CALL_HANDED_ON, TW_CALL_RETURNED);
  drop_reply (call);
  tw_mailbox_post (call->answers, call);
  return FALSE;
}

TwWriter *
tw_call_begin_reply (TwCall *call)
{
  call->reply.len = 0;
  call->reply_unframed = FALSE;
  call->reply_begun = TRUE;
  begin_message (call, &call->writer, &call->reply);
  return &call->writer;
}

gboolean
tw_call_reply_is_too_large (const TwCall *call)
{
  return call->reply.len > call->max_reply + FRAME_SIZE;
}

gboolean
tw_call_reply_has_room (const TwCall *call, gsize bytes)
{
  return call->reply.len + bytes <= call->max_reply + FRAME_SIZE;
}

void
tw_call_reply (TwCall *call)
{
  if (!call->reply_begun)
    tw_call_begin_reply (call);
  end_message (&call->writer);
  finish (call);
}

void
tw_call_reply_message (TwCall *call, TwBuffer *message)
{
  tw_buffer_clear (&call->reply);
  call->reply = *message;
  *message = (TwBuffer) TW_BUFFER_INIT;
  call->reply_unframed = call->encoding.framed;
  finish (call);
}

void
tw_call_refuse (TwCall *call, TwApplicationError code, const char *message)
{
  write_application_exception (call, code, message, clear_reply (call));
  finish (call);
}

void
tw_call_fail (TwCall *call, const GError *error)
{
  if (tw_error_public_message (error) != error->message)
    tw_log_warning ("%s: %s%s%s", call->method->name, error->message, call->context.request_id != NULL ? " of " : "",
                    call->context.request_id != NULL ? call->context.request_id : "");
  write_failure (call, error, clear_reply (call));
  finish (call);
}
