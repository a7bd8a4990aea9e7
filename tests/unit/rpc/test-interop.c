/* SPDX-License-Identifier: Apache-2.0 */

/* Apache Thrift's own C library as the yardstick: the same calls must give the same bytes. */

#include "samples.h"
#include "tw-cglib-finalizers.h"
#include "tw-scanner.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
#include <thrift/c_glib/thrift_application_exception.h>
#include <thrift/c_glib/transport/thrift_memory_buffer.h>

static const gint64 INTEGERS[] = { 0, 1, -1, 64, -65, 300, G_MAXINT16, G_MININT16, G_MAXINT32, G_MININT32, G_MAXINT64 };

/* c_glib's name for one of our types: the numbers are the wire's. */
static ThriftType
theirs (TwWireType type)
{
  return (ThriftType) type;
}

static void
write_theirs (ThriftProtocol *protocol)
{
  gint16 id = 0;

  thrift_protocol_write_message_begin (protocol, "svc:name", T_CALL, -5, NULL);
  thrift_protocol_write_struct_begin (protocol, "s", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (INTEGERS); i++)
    {
      thrift_protocol_write_field_begin (protocol, "b", T_BYTE, ++id, NULL);
      thrift_protocol_write_byte (protocol, (gint8) INTEGERS[i], NULL);
      thrift_protocol_write_field_begin (protocol, "h", T_I16, ++id, NULL);
      thrift_protocol_write_i16 (protocol, (gint16) INTEGERS[i], NULL);
      thrift_protocol_write_field_begin (protocol, "i", T_I32, ++id, NULL);
      thrift_protocol_write_i32 (protocol, (gint32) INTEGERS[i], NULL);
      thrift_protocol_write_field_begin (protocol, "l", T_I64, ++id, NULL);
      thrift_protocol_write_i64 (protocol, INTEGERS[i], NULL);
      thrift_protocol_write_field_begin (protocol, "t", T_BOOL, ++id, NULL);
      thrift_protocol_write_bool (protocol, i % 2 == 0, NULL);
    }
  thrift_protocol_write_field_begin (protocol, "d", T_DOUBLE, 200, NULL);
  thrift_protocol_write_double (protocol, -2.25, NULL);
  thrift_protocol_write_field_begin (protocol, "s", T_STRING, 201, NULL);
  thrift_protocol_write_string (protocol, "text", NULL);
  thrift_protocol_write_field_begin (protocol, "bl", T_LIST, 1, NULL);
  thrift_protocol_write_list_begin (protocol, T_BOOL, 2, NULL);
  thrift_protocol_write_bool (protocol, TRUE, NULL);
  thrift_protocol_write_bool (protocol, FALSE, NULL);
  thrift_protocol_write_field_begin (protocol, "es", T_SET, 2, NULL);
  thrift_protocol_write_set_begin (protocol, T_STRING, 0, NULL);
  thrift_protocol_write_field_begin (protocol, "ls", T_SET, 3, NULL);
  thrift_protocol_write_set_begin (protocol, T_BYTE, 15, NULL);
  for (gint8 i = 0; i < 15; i++)
    thrift_protocol_write_byte (protocol, i, NULL);
  thrift_protocol_write_field_begin (protocol, "m", T_MAP, 4, NULL);
  thrift_protocol_write_map_begin (protocol, T_I32, T_STRUCT, 1, NULL);
  thrift_protocol_write_i32 (protocol, 77, NULL);
  thrift_protocol_write_struct_begin (protocol, "inner", NULL);
  thrift_protocol_write_field_begin (protocol, "deep", T_STRING, -3, NULL);
  thrift_protocol_write_string (protocol, "", NULL);
  thrift_protocol_write_field_stop (protocol, NULL);
  thrift_protocol_write_struct_end (protocol, NULL);
  thrift_protocol_write_field_begin (protocol, "em", T_MAP, 5, NULL);
  thrift_protocol_write_map_begin (protocol, T_I32, T_BOOL, 0, NULL);
  thrift_protocol_write_field_stop (protocol, NULL);
  thrift_protocol_write_struct_end (protocol, NULL);
  thrift_protocol_write_message_end (protocol, NULL);
}

static void
write_ours (TwWriter *writer)
{
  gint16 id = 0;

  tw_writer_message_begin (writer, FALSE, TW_MESSAGE_CALL, "svc:name", 8, -5);
  tw_writer_struct_begin (writer);
  for (gsize i = 0; i < G_N_ELEMENTS (INTEGERS); i++)
    {
      tw_writer_field (writer, TW_WIRE_BYTE, ++id);
      tw_writer_byte (writer, (gint8) INTEGERS[i]);
      tw_writer_field (writer, TW_WIRE_I16, ++id);
      tw_writer_i16 (writer, (gint16) INTEGERS[i]);
      tw_writer_field (writer, TW_WIRE_I32, ++id);
      tw_writer_i32 (writer, (gint32) INTEGERS[i]);
      tw_writer_field (writer, TW_WIRE_I64, ++id);
      tw_writer_i64 (writer, INTEGERS[i]);
      tw_writer_field (writer, TW_WIRE_BOOL, ++id);
      tw_writer_bool (writer, i % 2 == 0);
    }
  tw_writer_field (writer, TW_WIRE_DOUBLE, 200);
  tw_writer_double (writer, -2.25);
  tw_writer_field (writer, TW_WIRE_STRING, 201);
  tw_writer_string (writer, "text", 4);
  tw_writer_field (writer, TW_WIRE_LIST, 1);
  tw_writer_list (writer, TW_WIRE_BOOL, 2);
  tw_writer_bool (writer, TRUE);
  tw_writer_bool (writer, FALSE);
  tw_writer_field (writer, TW_WIRE_SET, 2);
  tw_writer_set (writer, TW_WIRE_STRING, 0);
  tw_writer_field (writer, TW_WIRE_SET, 3);
  tw_writer_set (writer, TW_WIRE_BYTE, 15);
  for (gint8 i = 0; i < 15; i++)
    tw_writer_byte (writer, i);
  tw_writer_field (writer, TW_WIRE_MAP, 4);
  tw_writer_map (writer, TW_WIRE_I32, TW_WIRE_STRUCT, 1);
  tw_writer_i32 (writer, 77);
  tw_writer_struct_begin (writer);
  tw_writer_field (writer, TW_WIRE_STRING, -3);
  tw_writer_string (writer, "", 0);
  tw_writer_struct_end (writer);
  tw_writer_field (writer, TW_WIRE_MAP, 5);
  tw_writer_map (writer, TW_WIRE_I32, TW_WIRE_BOOL, 0);
  tw_writer_struct_end (writer);
  tw_writer_message_end (writer);
}

/* What @write makes c_glib's @protocol write. */
static GByteArray *
their_bytes (TwProtocol protocol, void (*write) (ThriftProtocol *protocol))
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GObject) transport = g_object_new (THRIFT_TYPE_MEMORY_BUFFER, "buf", bytes, "owner", FALSE, NULL);
  g_autoptr (GObject) writer = NULL;

  writer = g_object_new (protocol == TW_PROTOCOL_BINARY ? THRIFT_TYPE_BINARY_PROTOCOL : THRIFT_TYPE_COMPACT_PROTOCOL,
                         "transport", transport, NULL);
  write (THRIFT_PROTOCOL (writer));
  return g_steal_pointer (&bytes);
}

static void
test_same_bytes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i += 2)
    {
      g_autoptr (GByteArray) bytes = their_bytes (SAMPLE_ENCODINGS[i].protocol, write_theirs);
      g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REQUEST_LIMITS);
      g_auto (TwBuffer) ours = TW_BUFFER_INIT;
      TwMessage message;
      TwWriter writer;

      tw_writer_init (&writer, SAMPLE_ENCODINGS[i].protocol, &ours);
      write_ours (&writer);
      g_assert_cmpmem (ours.data, ours.len, bytes->data, bytes->len);
      g_assert_cmpint (tw_scanner_scan (scanner, bytes->data, bytes->len, &message, NULL), ==, TW_SCAN_COMPLETE);
      g_assert_cmpuint (message.total, ==, bytes->len);
    }
}

static void
write_their_exception (ThriftProtocol *protocol)
{
  g_autoptr (GObject) exception = NULL;

  exception = g_object_new (THRIFT_TYPE_APPLICATION_EXCEPTION, "type",
                            THRIFT_APPLICATION_EXCEPTION_ERROR_UNKNOWN_METHOD, "message", "No", NULL);
  thrift_protocol_write_message_begin (protocol, "nix", T_EXCEPTION, 3, NULL);
  thrift_struct_write (THRIFT_STRUCT (exception), protocol, NULL);
  thrift_protocol_write_message_end (protocol, NULL);
}

static void
test_same_application_exception (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i += 2)
    {
      g_autoptr (GByteArray) bytes = their_bytes (SAMPLE_ENCODINGS[i].protocol, write_their_exception);
      g_auto (TwBuffer) ours = TW_BUFFER_INIT;

      tw_writer_application_exception (&ours, &SAMPLE_ENCODINGS[i], "nix", 3, 3, TW_APPLICATION_UNKNOWN_METHOD, "No");
      g_assert_cmpmem (ours.data, ours.len, bytes->data, bytes->len);
    }
}

static void
test_same_types (void)
{
  g_assert_cmpint (theirs (TW_WIRE_STOP), ==, T_STOP);
  g_assert_cmpint (theirs (TW_WIRE_BOOL), ==, T_BOOL);
  g_assert_cmpint (theirs (TW_WIRE_BYTE), ==, T_BYTE);
  g_assert_cmpint (theirs (TW_WIRE_DOUBLE), ==, T_DOUBLE);
  g_assert_cmpint (theirs (TW_WIRE_I16), ==, T_I16);
  g_assert_cmpint (theirs (TW_WIRE_I32), ==, T_I32);
  g_assert_cmpint (theirs (TW_WIRE_I64), ==, T_I64);
  g_assert_cmpint (theirs (TW_WIRE_STRING), ==, T_STRING);
  g_assert_cmpint (theirs (TW_WIRE_STRUCT), ==, T_STRUCT);
  g_assert_cmpint (theirs (TW_WIRE_MAP), ==, T_MAP);
  g_assert_cmpint (theirs (TW_WIRE_SET), ==, T_SET);
  g_assert_cmpint (theirs (TW_WIRE_LIST), ==, T_LIST);
}

int
main (int argc, char **argv)
{
  /* Its own classes leak as generated ones do. */
  static const TwGetTypeFunc leaking[]
    = { thrift_memory_buffer_get_type, thrift_binary_protocol_get_type, thrift_compact_protocol_get_type };

  g_test_init (&argc, &argv, NULL);
  tw_cglib_init (leaking, G_N_ELEMENTS (leaking));
  tw_cglib_mend_finalizers (leaking, G_N_ELEMENTS (leaking));
  g_test_add_func ("/interop/same-types", test_same_types);
  g_test_add_func ("/interop/same-bytes", test_same_bytes);
  g_test_add_func ("/interop/same-application-exception", test_same_application_exception);
  return g_test_run ();
}
