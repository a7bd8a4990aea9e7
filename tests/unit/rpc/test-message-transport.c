/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-message-transport.h"

static void
reads_and_ends (void)
{
  static const guint8 message[] = "0123456789";
  g_autoptr (TwMessageTransport) self = tw_message_transport_new (message, 10);
  ThriftTransport *transport = THRIFT_TRANSPORT (self);
  g_autoptr (GError) error = NULL;
  char out[16];

  g_assert_true (thrift_transport_is_open (transport));
  g_assert_true (thrift_transport_peek (transport, NULL));
  g_assert_cmpint (thrift_transport_read_all (transport, out, 4, &error), ==, 4);
  g_assert_cmpmem (out, 4, "0123", 4);
  g_assert_cmpint (thrift_transport_read (transport, out, 0, &error), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpint (thrift_transport_read_all (transport, out, 7, &error), ==, -1);
  g_assert_error (error, THRIFT_TRANSPORT_ERROR, THRIFT_TRANSPORT_ERROR_RECEIVE);
  g_clear_error (&error);
  g_assert_cmpint (thrift_transport_read_all (transport, out, G_MAXUINT32, &error), ==, -1);
  g_clear_error (&error);
  g_assert_cmpint (thrift_transport_read (transport, out, 6, &error), ==, 6);
  g_assert_cmpmem (out, 6, "456789", 6);
  g_assert_false (thrift_transport_peek (transport, NULL));
  g_assert_cmpint (thrift_transport_read (transport, out, 1, &error), ==, -1);
}

static void
checks_what_is_left (void)
{
  static const guint8 message[] = "0123456789";
  g_autoptr (TwMessageTransport) self = tw_message_transport_new (message, 10);
  ThriftTransport *transport = THRIFT_TRANSPORT (self);
  ThriftTransportClass *class = THRIFT_TRANSPORT_GET_CLASS (transport);

  g_assert_true (class->checkReadBytesAvailable (transport, 10, NULL));
  g_assert_false (class->checkReadBytesAvailable (transport, 11, NULL));
  g_assert_false (class->checkReadBytesAvailable (transport, -1, NULL));
}

static void
writes (void)
{
  g_autoptr (TwMessageTransport) self = tw_message_transport_new (NULL, 0);
  ThriftTransport *transport = THRIFT_TRANSPORT (self);
  char half[] = "half and ", rest[] = "half";

  g_assert_true (thrift_transport_write (transport, half, 9, NULL));
  g_assert_true (thrift_transport_write (transport, rest, 4, NULL));
  g_assert_true (thrift_transport_flush (transport, NULL));
  g_assert_cmpmem (tw_message_transport_written (self)->data, tw_message_transport_written (self)->len,
                   "half and half", 13);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-transport/reads-up-to-the-end-and-no-further", reads_and_ends);
  g_test_add_func ("/message-transport/says-how-much-is-left", checks_what_is_left);
  g_test_add_func ("/message-transport/keeps-what-is-written", writes);
  return g_test_run ();
}
