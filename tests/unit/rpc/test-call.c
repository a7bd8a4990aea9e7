/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-call-private.h"

#include "tw-context-field.h"
#include "tw-error.h"

/* A method that declares one exception whose struct requires a field of every type. */

static const TwType t_bool = { .wire = TW_WIRE_BOOL }, t_byte = { .wire = TW_WIRE_BYTE },
                    t_i16 = { .wire = TW_WIRE_I16 }, t_i32 = { .wire = TW_WIRE_I32 }, t_i64 = { .wire = TW_WIRE_I64 },
                    t_double = { .wire = TW_WIRE_DOUBLE }, t_string = { .wire = TW_WIRE_STRING },
                    t_list = { .wire = TW_WIRE_LIST, .element = &t_string },
                    t_set = { .wire = TW_WIRE_SET, .element = &t_i32 },
                    t_map = { .wire = TW_WIRE_MAP, .key = &t_string, .element = &t_bool };

static const TwField inner_fields[] = { { .id = 1, .type = &t_bool }, { .id = 2, .type = &t_string } };
static const TwStruct inner = { .name = "Inner", .n_fields = G_N_ELEMENTS (inner_fields), .fields = inner_fields };
static const TwType t_inner = { .wire = TW_WIRE_STRUCT, .structure = &inner };

static const TwField refusal_fields[] = {
  { .id = -2, .type = &t_bool },
  { .id = 1, .type = &t_i16, .error_role = TW_ERROR_ROLE_STATUS },
  { .id = 2, .type = &t_byte },
  { .id = 3, .type = &t_i32 },
  { .id = 4, .type = &t_i64 },
  { .id = 5, .type = &t_double },
  { .id = 6, .type = &t_list },
  { .id = 7, .type = &t_set },
  { .id = 8, .type = &t_map },
  { .id = 9, .type = &t_inner },
  { .id = 10, .type = &t_string, .presence = TW_OPTIONAL, .error_role = TW_ERROR_ROLE_DETAIL },
  { .id = 11, .type = &t_string, .presence = TW_OPTIONAL, .error_role = TW_ERROR_ROLE_LOCATION },
  { .id = 12, .type = &t_string, .presence = TW_OPTIONAL },
};
static const TwStruct refusal
    = { .name = "Refusal", .is_exception = TRUE, .n_fields = G_N_ELEMENTS (refusal_fields), .fields = refusal_fields };
static const TwType t_refusal = { .wire = TW_WIRE_STRUCT, .structure = &refusal };

/* Another exception, which comes first and can't hold a status. */
static const TwStruct mute = { .name = "Mute", .is_exception = TRUE };
static const TwType t_mute = { .wire = TW_WIRE_STRUCT, .structure = &mute };

static const TwField result_fields[]
    = { { .id = 0, .type = &t_string }, { .id = 1, .type = &t_mute }, { .id = 2, .type = &t_refusal } };
static const TwStruct no_fields = { .name = "arguments" };
static const TwStruct result = { .name = "result", .n_fields = G_N_ELEMENTS (result_fields), .fields = result_fields };
static const TwMethod method = { .name = "method", .arguments = &no_fields, .result = &result, .returns = &t_string };
static const TwMethod oneway = { .name = "method", .arguments = &no_fields, .result = &no_fields, .oneway = TRUE };
static const TwMethod bare = { .name = "method", .arguments = &no_fields, .result = &no_fields };

typedef struct
{
  TwMailbox *mailbox;
  TwCall *answered;
} Fixture;

static void
take (gpointer *calls, guint n, gpointer data)
{
  Fixture *fixture = data;

  g_assert_cmpuint (n, ==, 1);
  g_assert_null (fixture->answered);
  fixture->answered = calls[0];
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->mailbox = tw_mailbox_new (NULL, take, fixture, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_mailbox_free (fixture->mailbox);
}

#define NOW_MS 1000000
#define MAX_MS 4000

/* Writes the arguments' fields that come before what a test is about. */
typedef void (*WriteContext) (TwWriter *writer);

static TwCall *
make_call_with (Fixture *fixture, const TwMethod *of, TwEncoding encoding, gsize max_reply, WriteContext write)
{
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  const TwCallSetup setup = { max_reply, MAX_MS, fixture->mailbox };
  g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REQUEST_LIMITS);
  TwWriter writer;
  TwMessage message;

  tw_writer_init (&writer, encoding.protocol, &bytes);
  tw_writer_message_begin (&writer, encoding.framed, TW_MESSAGE_CALL, "method", 6, 42);
  tw_writer_struct_begin (&writer);
  if (write != NULL)
    write (&writer);
  tw_writer_struct_end (&writer);
  tw_writer_message_end (&writer);
  g_assert_cmpint (tw_scanner_scan (scanner, bytes.data, bytes.len, &message, NULL), ==, TW_SCAN_COMPLETE);
  return tw_call_new (bytes.data, &message, of, &setup, NOW_MS);
}

static TwCall *
make_call (Fixture *fixture, const TwMethod *of, TwEncoding encoding, gsize max_reply)
{
  return make_call_with (fixture, of, encoding, max_reply, NULL);
}

static TwCall *
wait_for_answer (Fixture *fixture)
{
  while (fixture->answered == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (&fixture->answered);
}

/* The answer's message; it must be whole and well-formed. Valid as long as the call. */
static TwMessage
read_answer (const TwCall *call)
{
  g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REPLY_LIMITS);
  g_autoptr (GError) error = NULL;
  TwMessage message;

  tw_scanner_scan (scanner, call->reply.data, call->reply.len, &message, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (message.total, ==, call->reply.len);
  g_assert_cmpint (message.sequence_id, ==, 42);
  g_assert_cmpmem (message.name, message.name_length, "method", 6);
  g_assert_cmpint (message.encoding.framed, ==, call->encoding.framed && !call->reply_unframed);
  return message;
}

static const TwEncoding encodings[] = { { TW_PROTOCOL_BINARY, FALSE },
                                        { TW_PROTOCOL_BINARY, TRUE },
                                        { TW_PROTOCOL_COMPACT, FALSE },
                                        { TW_PROTOCOL_COMPACT, TRUE } };

static void
nothing_written (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      TwCall *call = make_call (fixture, &bare, encodings[i], 100);

      tw_call_reply (call);
      call = wait_for_answer (fixture);
      g_assert_cmpint (read_answer (call).type, ==, TW_MESSAGE_REPLY);
      g_assert_cmpuint (read_answer (call).body_length, ==, 1);
      tw_call_free (call);
    }
}

/* @location: of the error, or NULL. */
static void
assert_declared (Fixture *fixture, const GError *error, const char *location)
{
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      TwCall *call = make_call (fixture, &method, encodings[i], 1000);
      TwMessage message;
      TwReader reader;
      TwWireType type;
      gint16 id;
      guint n = 0;

      tw_writer_field (tw_call_begin_reply (call), TW_WIRE_STRING, 0);
      tw_call_fail (call, error); /* what was begun is forgotten */
      call = wait_for_answer (fixture);
      message = read_answer (call);
      g_assert_cmpint (message.type, ==, TW_MESSAGE_REPLY);
      tw_reader_init (&reader, message.encoding.protocol, message.body, message.body_length);
      tw_reader_struct_begin (&reader);
      g_assert_true (tw_reader_field (&reader, &type, &id));
      g_assert_cmpint (id, ==, 2);
      tw_reader_struct_begin (&reader);
      for (; tw_reader_field (&reader, &type, &id); n++)
        {
          g_assert_cmpint (id, ==, refusal_fields[n].id);
          g_assert_cmpint (type, ==, refusal_fields[n].type->wire);
          if (id == 1)
            g_assert_cmpint (tw_reader_i16 (&reader), ==, 409);
          else if (id == 11)
            {
              const char *text;
              gsize length;

              tw_reader_string (&reader, &text, &length);
              g_assert_cmpmem (text, length, location, strlen (location));
            }
          else
            tw_reader_skip (&reader, type);
        }
      g_assert_false (reader.failed);
      g_assert_cmpuint (n, ==, location != NULL ? 12 : 11);
      tw_call_free (call);
    }
}

static void
declared (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (TW_ERROR, TW_ERROR_CONFLICT, "Taken");
  g_autoptr (GError) copy = NULL;

  assert_declared (fixture, error, NULL);
  tw_error_locate (error, "color");
  tw_error_locate (error, "items[%d].%s", 2, "id");
  copy = g_error_copy (error);
  g_clear_error (&error);
  assert_declared (fixture, copy, "items[2].id");
}

static void
undeclared (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (TW_ERROR, TW_ERROR_CONFLICT, "Taken");
  TwCall *call = make_call (fixture, &bare, encodings[0], 1000);

  tw_call_fail (call, error);
  call = wait_for_answer (fixture);
  g_assert_cmpint (read_answer (call).type, ==, TW_MESSAGE_EXCEPTION);
  tw_call_free (call);
}

static void
whole_message (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      TwBuffer made = TW_BUFFER_INIT;
      TwCall *call = make_call (fixture, &method, encodings[i], 1000);
      TwWriter writer;

      tw_writer_init (&writer, encodings[i].protocol, &made);
      tw_writer_message_begin (&writer, FALSE, TW_MESSAGE_REPLY, "method", 6, 42);
      tw_writer_struct_begin (&writer);
      tw_writer_struct_end (&writer);
      tw_writer_message_end (&writer);
      tw_call_reply_message (call, &made);
      g_assert_null (made.data);
      call = wait_for_answer (fixture);
      g_assert_cmpint (call->reply_unframed, ==, encodings[i].framed);
      g_assert_cmpint (read_answer (call).type, ==, TW_MESSAGE_REPLY);
      tw_call_free (call);
    }
}

static void
at_the_limit (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    for (gsize over = 0; over < 2; over++)
      {
        TwCall *call = make_call (fixture, &bare, encodings[i], 0);
        gsize smallest = encodings[i].protocol == TW_PROTOCOL_BINARY ? 4 + 4 + 6 + 4 + 1 : 2 + 1 + 1 + 6 + 1;

        call->max_reply = smallest - over;
        tw_call_reply (call);
        call = wait_for_answer (fixture);
        g_assert_cmpint (read_answer (call).type, ==, over ? TW_MESSAGE_EXCEPTION : TW_MESSAGE_REPLY);
        tw_call_free (call);
      }
}

static void
no_answer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (TW_ERROR, TW_ERROR_CONFLICT, "Taken");
  TwCall *call = make_call (fixture, &oneway, encodings[1], 1000);

  tw_call_reply (call);
  call = wait_for_answer (fixture);
  g_assert_cmpuint (call->reply.len, ==, 0);
  tw_call_free (call);

  call = make_call (fixture, &oneway, encodings[1], 1000);
  tw_call_fail (call, error);
  call = wait_for_answer (fixture);
  g_assert_cmpuint (call->reply.len, ==, 0);
  tw_call_free (call);
}

/* The context */

static const TwService open_service = { .name = "Open", .takes_context = TRUE };
static const TwService closed_service = { .name = "Closed" };
static const TwMethod takes = { .name = "method", .service = &open_service, .arguments = &no_fields, .result = &no_fields };
static const TwMethod ignores
    = { .name = "method", .service = &closed_service, .arguments = &no_fields, .result = &no_fields };

static const TwCallContext sent = {
  .deadline_ms = 5000 + 2500,
  .request_id = "request-1",
  .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  .client = "2001:db8::7",
  .session = "5f5e1000aabbccddeeff0011",
};

static void
write_sent (TwWriter *writer)
{
  tw_context_field_write (writer, &sent, 5000);
}

static void
test_context_arrives (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      TwCall *call = make_call_with (fixture, &takes, encodings[i], 1000, write_sent);
      const TwCallContext *context = tw_call_context (call);

      /* A fifth of what is left is for the way back. */
      g_assert_cmpint (context->deadline_ms, ==, NOW_MS + 2000);
      g_assert_cmpstr (context->request_id, ==, sent.request_id);
      g_assert_cmpstr (context->traceparent, ==, sent.traceparent);
      g_assert_cmpstr (context->client, ==, sent.client);
      g_assert_cmpstr (context->session, ==, sent.session);
      tw_call_free (call);
    }
}

static void
test_context_is_for_services_that_take_it (Fixture *fixture, gconstpointer data)
{
  TwCall *call
      = make_call_with (fixture, &ignores, (TwEncoding) { .framed = TRUE, .protocol = TW_PROTOCOL_BINARY }, 1000,
                        write_sent);

  g_assert_cmpint (tw_call_context (call)->deadline_ms, ==, NOW_MS + MAX_MS);
  g_assert_null (tw_call_context (call)->request_id);
  tw_call_free (call);
}

static void
test_absent_context_leaves_the_servers_time (Fixture *fixture, gconstpointer data)
{
  TwCall *call = make_call (fixture, &takes, (TwEncoding) { .framed = TRUE, .protocol = TW_PROTOCOL_BINARY }, 1000);

  g_assert_cmpint (tw_call_context (call)->deadline_ms, ==, NOW_MS + MAX_MS);
  g_assert_null (tw_call_context (call)->client);
  tw_call_free (call);
}

static void
write_over (TwWriter *writer)
{
  tw_context_field_write (writer, &(TwCallContext) { .deadline_ms = 10 }, 20);
}

/* What would break a log's line, or is no such thing by its length, or has another type. */
static void
write_hostile (TwWriter *writer)
{
  g_autofree char *long_text = g_strnfill (1000, 'a');

  tw_writer_field (writer, TW_WIRE_STRUCT, G_MAXINT16);
  tw_writer_struct_begin (writer);
  tw_writer_field (writer, TW_WIRE_STRING, 1);
  tw_writer_string (writer, "soon", 4);
  tw_writer_field (writer, TW_WIRE_STRING, 2);
  tw_writer_string (writer, "a\nb", 3);
  tw_writer_field (writer, TW_WIRE_STRING, 3);
  tw_writer_string (writer, long_text, 1000);
  tw_writer_field (writer, TW_WIRE_I32, 4);
  tw_writer_i32 (writer, 7);
  tw_writer_field (writer, TW_WIRE_STRING, 5);
  tw_writer_string (writer, "", 0);
  tw_writer_struct_end (writer);
}

static void
test_hostile_context_is_none (Fixture *fixture, gconstpointer data)
{
  const TwEncoding encoding = { .framed = TRUE, .protocol = TW_PROTOCOL_BINARY };
  TwCall *call = make_call_with (fixture, &takes, encoding, 1000, write_hostile);
  const TwCallContext *context = tw_call_context (call);

  g_assert_cmpint (context->deadline_ms, ==, NOW_MS + MAX_MS);
  g_assert_true (context->request_id == NULL && context->traceparent == NULL && context->client == NULL
                 && context->session == NULL);
  tw_call_free (call);

  call = make_call_with (fixture, &takes, encoding, 1000, write_over);
  g_assert_cmpint (tw_call_context (call)->deadline_ms, ==, NOW_MS);
  tw_call_free (call);
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/call/nothing-written-is-a-void-reply", nothing_written);
  ADD ("/call/a-failure-fills-all-that-the-declared-exception-requires", declared);
  ADD ("/call/a-failure-without-a-declared-exception-is-an-application-exception", undeclared);
  ADD ("/call/a-whole-message-is-taken-as-it-is", whole_message);
  ADD ("/call/a-reply-at-the-limit-goes-out-one-byte-more-does-not", at_the_limit);
  ADD ("/call/a-oneway-method-has-no-answer", no_answer);
  ADD ("/call/context/arrives", test_context_arrives);
  ADD ("/call/context/is-for-services-that-take-it", test_context_is_for_services_that_take_it);
  ADD ("/call/context/absent-leaves-the-servers-time", test_absent_context_leaves_the_servers_time);
  ADD ("/call/context/hostile-is-none", test_hostile_context_is_none);
  return g_test_run ();
}
