/* SPDX-License-Identifier: Apache-2.0 */

/* Connections that end with calls on them, and answers that are none. */

#include "client-fixture.h"
#include "tw-reader.h"
#include "tw-writer.h"

static void
test_closed_in_a_call (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };

  puppet_set_closing (puppet, 1);
  puppet_set_echo (puppet, TRUE);
  call_number (client, 1, in_ms (LONG_MS), FALSE, &outcome);
  wait_told (&outcome);
  g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 1);
}

static void
test_safe_call_is_sent_again (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };

  warm_up (client, puppet, TRUE);
  puppet_set_closing (puppet, 1);
  call_number (client, 7, in_ms (LONG_MS), TRUE, &outcome);
  wait_told (&outcome);
  assert_number (&outcome, 7);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 3);
  g_assert_cmpuint (puppet_n_accepted (puppet), ==, 2);
}

static void
test_safe_call_is_sent_again_once (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };

  warm_up (client, puppet, TRUE);
  puppet_set_closing (puppet, 5);
  call_number (client, 7, in_ms (LONG_MS), TRUE, &outcome);
  wait_told (&outcome);
  g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 3);
}

/* It has a key, by which the service knows it again. It stays one that changes something. */
static void
test_repeatable_call_is_sent_again_once (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 }, again = { 0 };
  const TwClientRequest request = { .repeatable = TRUE, .context.deadline_ms = in_ms (LONG_MS) };

  warm_up (client, puppet, FALSE);
  puppet_set_closing (puppet, 1);
  call_number_as (client, 7, request, &outcome);
  wait_told (&outcome);
  assert_number (&outcome, 7);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 3);
  g_assert_cmpuint (puppet_n_accepted (puppet), ==, 2);

  puppet_set_closing (puppet, 5);
  call_number_as (client, 8, request, &again);
  wait_told (&again);
  g_assert_error (again.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 5);
}

/* The connection was closed before anything was sent: that harms no call. */
static void
test_unsent_call_is_sent_elsewhere (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };

  warm_up (client, puppet, FALSE);
  puppet_hang_up (puppet);
  call_number (client, 7, in_ms (LONG_MS), FALSE, &outcome);
  wait_told (&outcome);
  assert_number (&outcome, 7);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 2);
}

static void
assert_answer_is_refused (const guint8 *bytes, gsize length)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) first = { 0 }, second = { 0 };

  call_number (client, 1, in_ms (LONG_MS), TRUE, &first);
  call_number (client, 2, in_ms (LONG_MS), TRUE, &second);
  wait_kept (puppet, 2);
  puppet_send (puppet, 0, bytes, length);
  wait_told (&first);
  wait_told (&second);
  g_assert_error (first.error, TW_ERROR, TW_ERROR_INTERNAL);
  g_assert_error (second.error, TW_ERROR, TW_ERROR_INTERNAL);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 2);
}

static void
test_garbage_answer (void)
{
  assert_answer_is_refused ((const guint8 *) "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
  assert_answer_is_refused ((const guint8 *) "\0\0\0\0", 4);
}

/* Well-formed, and yet no reply to a framed binary call. */
static void
test_answer_in_another_encoding (void)
{
  static const struct
  {
    TwEncoding encoding;
    TwMessageType type;
  } cases[] = {
    { { TW_PROTOCOL_BINARY, FALSE }, TW_MESSAGE_REPLY },
    { { TW_PROTOCOL_COMPACT, TRUE }, TW_MESSAGE_REPLY },
    { { TW_PROTOCOL_BINARY, TRUE }, TW_MESSAGE_CALL },
    { { TW_PROTOCOL_BINARY, TRUE }, TW_MESSAGE_ONEWAY },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      TwWriter writer;

      tw_writer_init (&writer, cases[i].encoding.protocol, &bytes);
      tw_writer_message_begin (&writer, cases[i].encoding.framed, cases[i].type, "method", 6, 1);
      tw_writer_struct_begin (&writer);
      tw_writer_struct_end (&writer);
      tw_writer_message_end (&writer);
      assert_answer_is_refused (bytes.data, bytes.len);
    }
}

static void
test_application_exception (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  g_autofree char *message = NULL;
  TwApplicationError code;
  const guint8 *body;
  gsize length;

  call_number (client, 1, in_ms (LONG_MS), FALSE, &outcome);
  wait_kept (puppet, 1);
  tw_writer_application_exception (&bytes, &(TwEncoding) { TW_PROTOCOL_BINARY, TRUE }, "method", 6,
                                   puppet_sequence_id (puppet, 0), TW_APPLICATION_UNKNOWN_METHOD, "No such thing");
  puppet_send (puppet, 0, bytes.data, bytes.len);
  wait_told (&outcome);
  g_assert_cmpint (outcome.type, ==, TW_MESSAGE_EXCEPTION);
  body = g_bytes_get_data (outcome.body, &length);
  tw_application_exception_read (TW_PROTOCOL_BINARY, body, length, &code, &message);
  g_assert_cmpint (code, ==, TW_APPLICATION_UNKNOWN_METHOD);
  g_assert_cmpstr (message, ==, "No such thing");
}

static void
test_odd_application_exception (void)
{
  const guint8 odd[] = { 11, 0, 1, 0, 0, 0, 1, 0xff, 3, 0, 9, 1, 8, 0, 2, 0, 0, 0, 99, 0 };
  g_autofree char *message = NULL, *none = NULL;
  TwApplicationError code;

  tw_application_exception_read (TW_PROTOCOL_BINARY, odd, sizeof odd, &code, &message);
  g_assert_cmpint (code, ==, TW_APPLICATION_UNKNOWN);
  g_assert_cmpstr (message, ==, "\xef\xbf\xbd");

  tw_application_exception_read (TW_PROTOCOL_COMPACT, (const guint8 *) "", 1, &code, &none);
  g_assert_cmpint (code, ==, TW_APPLICATION_UNKNOWN);
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/closed-in-a-call-is-unavailable", test_closed_in_a_call);
  g_test_add_func ("/client/safe-call-is-sent-again", test_safe_call_is_sent_again);
  g_test_add_func ("/client/safe-call-is-sent-again-only-once", test_safe_call_is_sent_again_once);
  g_test_add_func ("/client/repeatable-call-is-sent-again-once", test_repeatable_call_is_sent_again_once);
  g_test_add_func ("/client/unsent-call-is-sent-elsewhere", test_unsent_call_is_sent_elsewhere);
  g_test_add_func ("/client/garbage-answer-is-internal", test_garbage_answer);
  g_test_add_func ("/client/answer-in-another-encoding-is-internal", test_answer_in_another_encoding);
  g_test_add_func ("/client/application-exception-is-a-reply", test_application_exception);
  g_test_add_func ("/client/odd-application-exception-is-read", test_odd_application_exception);
  return g_test_run ();
}
