/* SPDX-License-Identifier: Apache-2.0 */

#include "bindings.h"

#include "address-book.h"
#include "tw-json-load.h"
#include "tw-json.h"
#include "tw-scanner.h"
#include "tw-writer.h"

const TwProtocol PROTOCOLS[2] = { TW_PROTOCOL_BINARY, TW_PROTOCOL_COMPACT };

const Sent OWNER[2] = { { TW_SOURCE_CLAIM, "sub", "mia" }, { 0, NULL, NULL } };
const Sent KEYED[3] = { { TW_SOURCE_CLAIM, "sub", "mia" }, { TW_SOURCE_PATH, "key", "k1" }, { 0, NULL, NULL } };

static const char *
look_up (gpointer request, TwSource source, const char *name, gsize *length)
{
  for (const Sent *sent = ((const Request *) request)->sent; sent != NULL && sent->name != NULL; sent++)
    if (sent->source == source && strcmp (sent->name, name) == 0)
      {
        *length = strlen (sent->value);
        return sent->value;
      }
  return NULL;
}

static gboolean
is_repeated (gpointer request, TwSource source, const char *name)
{
  guint n = 0;

  for (const Sent *sent = ((const Request *) request)->sent; sent != NULL && sent->name != NULL; sent++)
    n += sent->source == source && strcmp (sent->name, name) == 0;
  return n > 1;
}

static const char *
nth_header (gpointer request, const char *name, guint n, gsize *length)
{
  for (const Sent *sent = ((const Request *) request)->sent; sent != NULL && sent->name != NULL; sent++)
    if (sent->source == TW_SOURCE_HEADER && strcmp (sent->name, name) == 0 && n-- == 0)
      {
        *length = strlen (sent->value);
        return sent->value;
      }
  return NULL;
}

static void
each_query (gpointer request, void (*found) (const char *name, gpointer user_data), gpointer user_data)
{
  for (const Sent *sent = ((const Request *) request)->sent; sent != NULL && sent->name != NULL; sent++)
    if (sent->source == TW_SOURCE_QUERY)
      found (sent->name, user_data);
}

TwRequestValues
request_values (Request *request, const json_t *body)
{
  return (TwRequestValues) { look_up, is_repeated, nth_header, each_query, request, body, FALSE };
}

json_t *
parse (const char *text)
{
  json_error_t error;
  json_t *value = tw_json_load (text, strlen (text), JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);

  if (value == NULL)
    g_error ("%s: %s", text, error.text);
  return value;
}

char *
show (const TwMethod *method, TwProtocol protocol, const TwBuffer *bytes)
{
  const TwType type = { .wire = TW_WIRE_STRUCT, .structure = method->arguments };
  g_auto (TwBuffer) json = TW_BUFFER_INIT;
  TwReader reader;

  tw_reader_init (&reader, protocol, bytes->data, bytes->len);
  g_assert_true (tw_json_write (&json, &type, &reader, TW_JSON_CLAIMS));
  g_assert_true (reader.at == bytes->data + bytes->len);
  return g_strndup ((const char *) json.data, json.len);
}

void
assert_scans (const TwMethod *method, TwProtocol protocol, const TwBuffer *bytes)
{
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REQUEST_LIMITS);
  g_autoptr (GError) error = NULL;
  TwMessage message;
  TwWriter writer;

  tw_writer_init (&writer, protocol, &out);
  tw_writer_message_begin (&writer, FALSE, TW_MESSAGE_CALL, method->name, strlen (method->name), 1);
  tw_buffer_append (&out, bytes->data, bytes->len);
  g_assert_cmpint (tw_scanner_scan (scanner, out.data, out.len, &message, &error), ==, TW_SCAN_COMPLETE);
  g_assert_no_error (error);
  g_assert_cmpuint (message.total, ==, out.len);
}

void
assert_request (const char *name, const Sent *sent, const char *body, const char *expected)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwMethod *method = address_book_method (schema, name);
  json_auto_t *json = body != NULL ? parse (body) : NULL;
  json_auto_t *wanted = parse (expected);
  Request request = { sent };
  const TwRequestValues values = request_values (&request, json);

  for (guint i = 0; i < G_N_ELEMENTS (PROTOCOLS); i++)
    {
      g_autoptr (TwProblems) problems = tw_problems_new ();
      g_auto (TwBuffer) out = TW_BUFFER_INIT;
      gboolean bound = tw_bind_request (method, &values, PROTOCOLS[i], &out, problems);
      g_autofree char *said = tw_problems_to_string (problems);

      g_assert_cmpstr (said, ==, "");
      g_assert_true (bound);
      assert_scans (method, PROTOCOLS[i], &out);

      g_autofree char *shown = show (method, PROTOCOLS[i], &out);
      json_auto_t *got = parse (shown);

      if (!json_equal (got, wanted))
        g_error ("%s is not %s", shown, expected);
    }
}

void
assert_refused (const char *name, const Sent *sent, const char *body, const char *expected)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  json_auto_t *json = body != NULL ? parse (body) : NULL;
  Request request = { sent };
  const TwRequestValues values = request_values (&request, json);
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  tw_buffer_append_string (&out, "before");
  g_assert_false (tw_bind_request (address_book_method (schema, name), &values, TW_PROTOCOL_COMPACT, &out, problems));
  g_assert_cmpuint (out.len, ==, strlen ("before"));

  g_autofree char *said = tw_problems_to_string (problems);

  g_assert_cmpstr (said, ==, expected);
}
