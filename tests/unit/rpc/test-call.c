/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-call-private.h"

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
  { .id = 11, .type = &t_string, .presence = TW_OPTIONAL },
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

static TwCall *
make_call (Fixture *fixture, const TwMethod *of, TwEncoding encoding, gsize max_reply)
{
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REQUEST_LIMITS);
  TwWriter writer;
  TwMessage message;

  tw_writer_init (&writer, encoding.protocol, &bytes);
  tw_writer_message_begin (&writer, encoding.framed, TW_MESSAGE_CALL, "method", 6, 42);
  tw_writer_struct_begin (&writer);
  tw_writer_struct_end (&writer);
  tw_writer_message_end (&writer);
  g_assert_cmpint (tw_scanner_scan (scanner, bytes.data, bytes.len, &message, NULL), ==, TW_SCAN_COMPLETE);
  return tw_call_new (bytes.data, &message, of, max_reply, fixture->mailbox);
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

static void
declared (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (TW_ERROR, TW_ERROR_CONFLICT, "Taken");

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
          else
            tw_reader_skip (&reader, type);
        }
      g_assert_false (reader.failed);
      g_assert_cmpuint (n, ==, 11);
      tw_call_free (call);
    }
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
  return g_test_run ();
}
