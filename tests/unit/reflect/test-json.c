/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-json.h"
#include "tw-reply.h"
#include "tw-writer.h"

#include "address-book.h"
#include "fields.h"
#include "schemas.h"
#include "tw-openapi.h"

#include <jansson.h>
#include <math.h>

static const TwProtocol PROTOCOLS[] = { TW_PROTOCOL_BINARY, TW_PROTOCOL_COMPACT };

static void
assert_string (const char *data, gsize length, const char *expected)
{
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  tw_json_write_string (&out, data, length);
  tw_buffer_append_byte (&out, '\0');
  g_assert_cmpstr ((const char *) out.data, ==, expected);
}

#define ASSERT_STRING(data, expected) assert_string (data, sizeof data - 1, expected)

static void
test_strings (void)
{
  ASSERT_STRING ("", "\"\"");
  ASSERT_STRING ("plain text of more than eight bytes", "\"plain text of more than eight bytes\"");
  ASSERT_STRING ("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
  ASSERT_STRING ("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
  ASSERT_STRING ("\0\x01\x1f\x7f", "\"\\u0000\\u0001\\u001f\x7f\"");
  ASSERT_STRING ("é€😀", "\"é€😀\"");
}

static void
test_bytes_that_are_not_utf8 (void)
{
  ASSERT_STRING ("\x80", "\"\xef\xbf\xbd\"");
  ASSERT_STRING ("a\xc3", "\"a\xef\xbf\xbd\"");
  ASSERT_STRING ("\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  ASSERT_STRING ("\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  ASSERT_STRING ("\xf4\x90\x80\x80!", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd!\"");
  ASSERT_STRING ("\xe2\x82x", "\"\xef\xbf\xbd\xef\xbf\xbdx\"");
}

/* At every place of a run, whatever stands there is seen: the eight bytes that are looked at at once hide none. */
static void
test_every_byte_at_every_place (void)
{
  for (guint byte = 0; byte < 256; byte++)
    for (guint place = 0; place < 17; place++)
      {
        g_auto (TwBuffer) out = TW_BUFFER_INIT;
        char text[17];
        gsize length;

        memset (text, 'x', sizeof text);
        text[place] = (char) byte;
        tw_json_write_string (&out, text, sizeof text);

        json_auto_t *read = json_loadb ((const char *) out.data, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

        g_assert_nonnull (read);
        length = json_string_length (read);
        if (byte < 0x80)
          g_assert_cmpmem (json_string_value (read), length, text, sizeof text);
        else
          g_assert_cmpmem (json_string_value (read) + place, 3, "\xef\xbf\xbd", 3);
      }
}

/* The same of a reply's string, which is looked at sixteen bytes at a time: whether it is shorter, as long or longer, it
 * comes out as it would by itself, whatever stands behind it, and if nothing does. */
static void
test_every_byte_of_a_reply (void)
{
  static const TwType type = { .wire = TW_WIRE_STRING };
  static const char *const behind[] = { "", "\"", "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"" };
  static const gsize lengths[] = { 0, 1, 15, 16, 17, 31, 32, 33, 48, 50 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths) * G_N_ELEMENTS (behind); i++)
    for (guint byte = 0; byte < 256; byte++)
      for (gsize place = 0, length = lengths[i / G_N_ELEMENTS (behind)]; place <= length; place++)
        {
          g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
          g_auto (TwBuffer) out = TW_BUFFER_INIT;
          g_auto (TwBuffer) expected = TW_BUFFER_INIT;
          g_autofree guint8 *exactly = NULL;
          char text[50];
          TwWriter writer;
          TwReader reader;

          memset (text, 'x', sizeof text);
          if (place < length)
            text[place] = (char) byte;
          tw_writer_init (&writer, TW_PROTOCOL_BINARY, &bytes);
          tw_writer_string (&writer, text, length);
          tw_buffer_append_string (&bytes, behind[i % G_N_ELEMENTS (behind)]);
          exactly = g_memdup2 (bytes.data, bytes.len); /* so that a sanitizer sees what is read behind it */
          tw_reader_init (&reader, TW_PROTOCOL_BINARY, exactly, bytes.len);

          tw_json_write_string (&expected, text, length);
          g_assert_true (tw_json_write (&out, &type, &reader, TW_JSON_PLAIN));
          g_assert_cmpmem (out.data, out.len, expected.data, expected.len);
        }
}

static void
assert_integer (gint64 value, const char *expected)
{
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  tw_json_write_integer (&out, value);
  tw_buffer_append_byte (&out, '\0');
  g_assert_cmpstr ((const char *) out.data, ==, expected);
}

static void
test_integers (void)
{
  assert_integer (0, "0");
  assert_integer (9, "9");
  assert_integer (10, "10");
  assert_integer (-1, "-1");
  assert_integer (G_MAXINT64, "9223372036854775807");
  assert_integer (G_MININT64, "-9223372036854775808");
}

static void
assert_double (double value, const char *expected)
{
  static const TwType type = { .wire = TW_WIRE_DOUBLE };
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  TwWriter writer;
  TwReader reader;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &bytes);
  tw_writer_double (&writer, value);
  tw_reader_init (&reader, TW_PROTOCOL_BINARY, bytes.data, bytes.len);
  g_assert_true (tw_json_write (&out, &type, &reader, TW_JSON_PLAIN));
  tw_buffer_append_byte (&out, '\0');
  g_assert_cmpstr ((const char *) out.data, ==, expected);
}

static void
test_doubles (void)
{
  assert_double (0, "0");
  assert_double (5, "5");
  assert_double (-0.5, "-0.5");
  assert_double (0.1, "0.1");
  assert_double (0.1 + 0.2, "0.30000000000000004");
  assert_double (1e300, "1e+300");
  assert_double (5e-324, "4.94065645841247e-324");
  assert_double (NAN, "null");
  assert_double (INFINITY, "null");
  assert_double (-INFINITY, "null");
  assert_double (-0.0, "-0");
  assert_double (0.0625, "0.0625");
  assert_double (-1048576.03125, "-1048576.03125");
  assert_double (0.0001, "0.0001");
  assert_double (0.00001, "1e-05");
  assert_double (0.1234567, "0.1234567");
  assert_double (999999999999999, "999999999999999");
  assert_double (1e15, "1e+15");
}

/* However many digits it has, and wherever its point is: the first of these that reads as the number. */
static void
test_doubles_as_printf_writes_them (void)
{
  static const char *const FORMATS[] = { "%.15g", "%.16g", "%.17g" };
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint i = 0; i < 20000; i++)
    {
      const gint64 whole = g_rand_int_range (random, -0x40000000, 0x40000000) * (gint64) g_rand_int_range (random, 1, 1000);
      double value = (double) (whole >> g_rand_int_range (random, 0, 40));
      char expected[32];

      for (gint places = g_rand_int_range (random, 0, 9); places > 0; places--)
        value /= 10;
      for (guint j = 0; j < G_N_ELEMENTS (FORMATS); j++)
        {
          double again;

          g_ascii_formatd (expected, sizeof expected, FORMATS[j], value);
          again = g_ascii_strtod (expected, NULL);
          if (memcmp (&again, &value, sizeof value) == 0)
            break;
        }
      assert_double (value, expected);
    }
}

/* A reply to "look", with one field that the schema does not know. */
static void
write_contact (TwWriter *writer)
{
  tw_writer_struct_begin (writer);
  tw_writer_field (writer, TW_WIRE_STRING, 1);
  tw_writer_string (writer, "k1", 2);
  tw_writer_field (writer, TW_WIRE_STRING, 2);
  tw_writer_string (writer, "mia", 3);
  tw_writer_field (writer, TW_WIRE_STRING, 3);
  tw_writer_string (writer, "Ada", 3);
  tw_writer_field (writer, TW_WIRE_LIST, 5);
  tw_writer_list (writer, TW_WIRE_STRING, 0);
  tw_writer_field (writer, TW_WIRE_SET, 6);
  tw_writer_set (writer, TW_WIRE_I32, 2);
  tw_writer_i32 (writer, -1);
  tw_writer_i32 (writer, G_MAXINT32);
  tw_writer_field (writer, TW_WIRE_MAP, 8);
  tw_writer_map (writer, TW_WIRE_I32, TW_WIRE_STRUCT, 1);
  tw_writer_i32 (writer, -44);
  tw_writer_struct_begin (writer);
  tw_writer_field (writer, TW_WIRE_STRING, 2);
  tw_writer_string (writer, "Ulm", 3);
  tw_writer_field (writer, TW_WIRE_I16, 3);
  tw_writer_i16 (writer, -9);
  tw_writer_struct_end (writer);
  tw_writer_field (writer, TW_WIRE_STRING, 9);
  tw_writer_string (writer, "\0\1\377", 3);
  tw_writer_field (writer, TW_WIRE_BYTE, 10);
  tw_writer_byte (writer, G_MININT8);
  tw_writer_field (writer, TW_WIRE_BOOL, 13);
  tw_writer_bool (writer, TRUE);
  tw_writer_field (writer, TW_WIRE_I64, 14);
  tw_writer_i64 (writer, G_MININT64);
  tw_writer_field (writer, TW_WIRE_STRING, 15);
  tw_writer_string (writer, "", 0);
  tw_writer_field (writer, TW_WIRE_DOUBLE, 900);
  tw_writer_double (writer, 1);
  tw_writer_struct_end (writer);
}

static void
write_reply (TwBuffer *bytes, TwProtocol protocol)
{
  TwWriter writer;

  tw_writer_init (&writer, protocol, bytes);
  tw_writer_struct_begin (&writer);
  tw_writer_field (&writer, TW_WIRE_BOOL, 77);
  tw_writer_bool (&writer, FALSE);
  tw_writer_field (&writer, TW_WIRE_STRUCT, 0);
  write_contact (&writer);
  tw_writer_struct_end (&writer);
}

#define INSIDE                                                                                                         \
  "{\"key\":\"k1\",\"full_name\":\"Ada\",\"labels\":[],\"groups\":[-1,2147483647],"                                    \
  "\"addresses\":{\"-44\":{\"city\":\"Ulm\",\"floor\":-9}},\"portrait\":\"AAH/\",\"stars\":-128,\"starred\":true"

static void
assert_contact (TwJsonFlags flags, const char *expected)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwMethod *method = address_book_method (schema, "look");

  for (guint i = 0; i < G_N_ELEMENTS (PROTOCOLS); i++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      g_auto (TwBuffer) out = TW_BUFFER_INIT;
      const TwField *field;
      TwReader reader;

      write_reply (&bytes, PROTOCOLS[i]);
      g_assert_cmpint (tw_reply_open (method, PROTOCOLS[i], bytes.data, bytes.len, &field, &reader), ==,
                       TW_REPLY_VALUE);
      g_assert_cmpint (field->id, ==, 0);
      g_assert_true (tw_json_write (&out, field->type, &reader, flags));
      tw_buffer_append_byte (&out, '\0');
      g_assert_cmpstr ((const char *) out.data, ==, expected);
    }
}

static void
test_struct (void)
{
  assert_contact (TW_JSON_PLAIN, INSIDE "}");
}

static void
test_open_struct (void)
{
  assert_contact (TW_JSON_OPEN, INSIDE);
}

static void
test_trusted_reader (void)
{
  assert_contact (TW_JSON_CLAIMS,
                  "{\"key\":\"k1\",\"owner\":\"mia\",\"full_name\":\"Ada\",\"labels\":[],\"groups\":[-1,2147483647],"
                  "\"addresses\":{\"-44\":{\"city\":\"Ulm\",\"floor\":-9}},\"portrait\":\"AAH/\",\"stars\":-128,"
                  "\"starred\":true,\"revision\":-9223372036854775808,\"lastSeen\":\"\"}");
}

/* What is internal is in no answer, however deep it lies, and in no document. */
static void
test_internal (void)
{
  static const char structs[]
      = "{'name':'T','isException':false,'isUnion':false,'fields':["
        "{'key':1,'name':'id','required':'optional','typeId':'string'},"
        "{'key':2,'name':'owner','required':'optional','typeId':'string','annotations':{'tw.internal':'true'}},"
        "{'key':3,'name':'inner','required':'optional','typeId':'struct','type':{'typeId':'struct','class':'T'}}]}";
  static const char method[] = "{'name':'m','returnTypeId':'struct','returnType':{'typeId':'struct','class':'T'},"
                               "'arguments':[],'exceptions':[],'annotations':{'api.post':'/m'}}";
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = schema_from_words (structs, method, &error);
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT, shown = TW_BUFFER_INIT, trusted = TW_BUFFER_INIT;
  const TwType *type = tw_schema_service (schema, 0)->methods[0].returns;
  json_auto_t *document = tw_openapi_new (schema, NULL, "1");
  g_autofree char *described = json_dumps (document, JSON_COMPACT);
  TwWriter writer;
  TwReader reader;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &bytes);
  tw_writer_struct_begin (&writer);
  put_string (&writer, 1, "a");
  put_string (&writer, 2, "mia");
  open_struct (&writer, 3);
  put_string (&writer, 2, "mia");
  tw_writer_struct_end (&writer);
  tw_writer_struct_end (&writer);
  tw_reader_init (&reader, TW_PROTOCOL_BINARY, bytes.data, bytes.len);
  g_assert_true (tw_json_write (&shown, type, &reader, TW_JSON_PLAIN));
  tw_buffer_append_byte (&shown, '\0');
  g_assert_cmpstr ((const char *) shown.data, ==, "{\"id\":\"a\",\"inner\":{}}");
  tw_reader_init (&reader, TW_PROTOCOL_BINARY, bytes.data, bytes.len);
  g_assert_true (tw_json_write (&trusted, type, &reader, TW_JSON_CLAIMS));
  tw_buffer_append_byte (&trusted, '\0');
  g_assert_cmpstr ((const char *) trusted.data, ==,
                   "{\"id\":\"a\",\"owner\":\"mia\",\"inner\":{\"owner\":\"mia\"}}");
  g_assert_null (strstr (described, "owner"));
}

/* Only a reply's own struct has headers: in a list each element shows what would be in one. */
static void
test_headers_of_elements_are_shown (void)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwMethod *method = address_book_method (schema, "leaf");
  const TwField *contacts = tw_struct_find_field (method->returns->structure, 1);
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  TwWriter writer;
  TwReader reader;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &bytes);
  tw_writer_list (&writer, TW_WIRE_STRUCT, 2);
  write_contact (&writer);
  write_contact (&writer);
  tw_reader_init (&reader, TW_PROTOCOL_BINARY, bytes.data, bytes.len);
  g_assert_true (tw_json_write (&out, contacts->type, &reader, TW_JSON_PLAIN));
  tw_buffer_append_byte (&out, '\0');
  g_assert_cmpstr ((const char *) out.data, ==,
                   "[" INSIDE ",\"revision\":-9223372036854775808,\"lastSeen\":\"\"}"
                   "," INSIDE ",\"revision\":-9223372036854775808,\"lastSeen\":\"\"}]");
}

/* Cut off anywhere, bytes are refused and the buffer stays as it was; nothing is read past the end. */
static void
test_cut_replies (void)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwMethod *method = address_book_method (schema, "look");

  for (guint i = 0; i < G_N_ELEMENTS (PROTOCOLS); i++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;

      write_reply (&bytes, PROTOCOLS[i]);
      for (gsize length = 0; length + 1 < bytes.len; length++)
        {
          g_autofree guint8 *cut = g_memdup2 (bytes.data, length);
          g_auto (TwBuffer) out = TW_BUFFER_INIT;
          const TwField *field;
          TwReader reader;

          if (tw_reply_open (method, PROTOCOLS[i], cut, length, &field, &reader) == TW_REPLY_MALFORMED)
            continue;
          g_assert_false (tw_json_write (&out, field->type, &reader, TW_JSON_PLAIN));
          g_assert_cmpuint (out.len, ==, 0);
        }
    }
}

/* A field, element, key or value of another type than the schema's. */
static void
test_other_types (void)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwType *contact = address_book_method (schema, "look")->returns;

  for (guint kind = 0; kind < 4; kind++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      g_auto (TwBuffer) out = TW_BUFFER_INIT;
      TwWriter writer;
      TwReader reader;

      tw_writer_init (&writer, TW_PROTOCOL_BINARY, &bytes);
      tw_writer_struct_begin (&writer);
      if (kind == 0)
        {
          tw_writer_field (&writer, TW_WIRE_I32, 1);
          tw_writer_i32 (&writer, 1);
        }
      else if (kind == 1)
        {
          tw_writer_field (&writer, TW_WIRE_LIST, 5);
          tw_writer_list (&writer, TW_WIRE_BOOL, 1);
          tw_writer_bool (&writer, TRUE);
        }
      else
        {
          tw_writer_field (&writer, TW_WIRE_MAP, 7);
          tw_writer_map (&writer, kind == 2 ? TW_WIRE_BYTE : TW_WIRE_STRING, kind == 2 ? TW_WIRE_STRING : TW_WIRE_BYTE,
                         1);
          if (kind == 2)
            tw_writer_byte (&writer, 1);
          tw_writer_string (&writer, "x", 1);
          if (kind == 3)
            tw_writer_byte (&writer, 1);
        }
      tw_writer_struct_end (&writer);
      tw_buffer_append_string (&out, "before");
      tw_reader_init (&reader, TW_PROTOCOL_BINARY, bytes.data, bytes.len);
      g_assert_false (tw_json_write (&out, contact, &reader, TW_JSON_PLAIN));
      g_assert_cmpuint (out.len, ==, strlen ("before"));
    }
}

static void
test_declared_exception (void)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwMethod *method = address_book_method (schema, "strike");

  for (guint i = 0; i < G_N_ELEMENTS (PROTOCOLS); i++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      const TwField *field;
      TwWriter writer;
      TwReader reader;

      tw_writer_init (&writer, PROTOCOLS[i], &bytes);
      tw_writer_struct_begin (&writer);
      tw_writer_field (&writer, TW_WIRE_STRUCT, 1);
      tw_writer_struct_begin (&writer);
      tw_writer_field (&writer, TW_WIRE_I32, 1);
      tw_writer_i32 (&writer, 404);
      tw_writer_field (&writer, TW_WIRE_STRING, 2);
      tw_writer_string (&writer, "No\xff", 3);
      tw_writer_struct_end (&writer);
      tw_writer_struct_end (&writer);

      g_assert_cmpint (tw_reply_open (method, PROTOCOLS[i], bytes.data, bytes.len, &field, &reader), ==,
                       TW_REPLY_EXCEPTION);
      g_assert_cmpstr (field->name, ==, "refused");

      const TwStruct *refusal = field->type->structure;
      g_autofree char *status = tw_reply_scalar (&reader, tw_struct_find_field (refusal, 1));
      g_autofree char *detail = tw_reply_scalar (&reader, tw_struct_find_field (refusal, 2));
      g_autofree char *times = tw_reply_scalar (&reader, tw_struct_find_field (refusal, 3));

      g_assert_cmpstr (status, ==, "404");
      g_assert_cmpstr (detail, ==, "No\xef\xbf\xbd");
      g_assert_null (times);
    }
}

static TwReplyKind
open_reply (const char *name, const void *bytes, gsize length)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwField *field;
  TwReader reader;

  return tw_reply_open (address_book_method (schema, name), TW_PROTOCOL_BINARY, bytes, length, &field, &reader);
}

static void
test_kinds_of_reply (void)
{
  static const guint8 EMPTY[] = { 0 };
  static const guint8 NUMBER[] = { 8, 0, 0, 0, 0, 0, 7, 0 };

  g_assert_cmpint (open_reply ("strike", EMPTY, sizeof EMPTY), ==, TW_REPLY_VALUE);
  g_assert_cmpint (open_reply ("look", EMPTY, sizeof EMPTY), ==, TW_REPLY_MALFORMED);
  g_assert_cmpint (open_reply ("total", NUMBER, sizeof NUMBER), ==, TW_REPLY_VALUE);
  g_assert_cmpint (open_reply ("look", NUMBER, sizeof NUMBER), ==, TW_REPLY_MALFORMED);
  g_assert_cmpint (open_reply ("total", NUMBER, 0), ==, TW_REPLY_MALFORMED);
}

static void
note_outside (const TwField *field, const char *value, gpointer user_data)
{
  g_string_append_printf (user_data, "%s=%s;", field->name, value);
}

static void
test_what_is_outside (void)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwMethod *method = address_book_method (schema, "look");

  for (guint i = 0; i < G_N_ELEMENTS (PROTOCOLS); i++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      g_autoptr (GString) seen = g_string_new (NULL);
      const TwField *field;
      TwReader reader;

      write_reply (&bytes, PROTOCOLS[i]);
      tw_reply_open (method, PROTOCOLS[i], bytes.data, bytes.len, &field, &reader);
      tw_reply_each_claim (&reader, field->type->structure, note_outside, seen);
      tw_reply_each_outside (&reader, field->type->structure, note_outside, seen);
      g_assert_cmpstr (seen->str, ==, "owner=mia;revision=-9223372036854775808;lastSeen=;");

      g_autofree char *stars = tw_reply_scalar (&reader, tw_struct_find_field (field->type->structure, 10));
      g_autofree char *starred = tw_reply_scalar (&reader, tw_struct_find_field (field->type->structure, 13));
      g_autofree char *portrait = tw_reply_scalar (&reader, tw_struct_find_field (field->type->structure, 9));
      g_autofree char *groups = tw_reply_scalar (&reader, tw_struct_find_field (field->type->structure, 6));

      g_assert_cmpstr (stars, ==, "-128");
      g_assert_cmpstr (starred, ==, "true");
      g_assert_cmpstr (portrait, ==, "AAH/");
      g_assert_null (groups);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/internal-fields-are-not-shown", test_internal);
  g_test_add_func ("/json/strings-are-escaped", test_strings);
  g_test_add_func ("/json/bytes-that-are-not-utf8-are-replaced", test_bytes_that_are_not_utf8);
  g_test_add_func ("/json/every-byte-is-seen-at-every-place", test_every_byte_at_every_place);
  g_test_add_func ("/json/every-byte-of-a-reply-is-seen", test_every_byte_of_a_reply);
  g_test_add_func ("/json/integers", test_integers);
  g_test_add_func ("/json/doubles-are-shortest", test_doubles);
  g_test_add_func ("/json/doubles-as-printf-writes-them", test_doubles_as_printf_writes_them);
  g_test_add_func ("/json/struct-without-claims-and-headers", test_struct);
  g_test_add_func ("/json/struct-can-be-left-open", test_open_struct);
  g_test_add_func ("/json/trusted-reader-sees-all", test_trusted_reader);
  g_test_add_func ("/json/headers-of-elements-are-shown", test_headers_of_elements_are_shown);
  g_test_add_func ("/json/cut-bytes-are-refused", test_cut_replies);
  g_test_add_func ("/json/other-types-are-refused", test_other_types);
  g_test_add_func ("/reply/declared-exception", test_declared_exception);
  g_test_add_func ("/reply/kinds", test_kinds_of_reply);
  g_test_add_func ("/reply/what-is-outside-of-the-body", test_what_is_outside);
  return g_test_run ();
}
