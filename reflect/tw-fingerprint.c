/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-fingerprint.h"

#include "tw-reader.h"

#include <sodium.h>
#include <string.h>

typedef crypto_generichash_state Sum;

/* Behind a struct's last field, where a field's number would be; no field has that one. */
#define END_OF_STRUCT 0

static void add_value (Sum *sum, const TwType *type, TwReader *reader);

static void
begin (Sum *sum)
{
  crypto_generichash_init (sum, NULL, 0, TW_FINGERPRINT_SIZE);
}

static void
end (Sum *sum, guint8 out[TW_FINGERPRINT_SIZE])
{
  crypto_generichash_final (sum, out, TW_FINGERPRINT_SIZE);
}

static void
add_number (Sum *sum, guint64 number)
{
  const guint64 bytes = GUINT64_TO_BE (number);

  crypto_generichash_update (sum, (const guchar *) &bytes, sizeof bytes);
}

static void
add_bytes (Sum *sum, const void *bytes, gsize length)
{
  add_number (sum, length);
  crypto_generichash_update (sum, bytes, length);
}

static void
add_string (Sum *sum, TwReader *reader)
{
  const char *data;
  gsize length;

  tw_reader_string (reader, &data, &length);
  add_bytes (sum, length > 0 ? data : "", length);
}

static void
add_real (Sum *sum, double real)
{
  guint64 bits;

  memcpy (&bits, &real, sizeof bits);
  add_number (sum, bits);
}

static gboolean
is_left_out (const TwField *field)
{
  return field->source == TW_SOURCE_CLAIM || field->source == TW_SOURCE_COOKIE || field->source == TW_SOURCE_MADE
         || field->form != TW_FORM_PLAIN || field->guessable;
}

static void
add_struct (Sum *sum, const TwStruct *structure, TwReader *reader)
{
  TwWireType wire;
  gint16 id;

  tw_reader_struct_begin (reader);
  while (tw_reader_field (reader, &wire, &id))
    {
      const TwField *field = tw_struct_find_field (structure, id);

      if (field == NULL || is_left_out (field))
        {
          tw_reader_skip (reader, wire);
          continue;
        }
      add_number (sum, (guint64) (guint16) id);
      add_value (sum, field->type, reader);
    }
  tw_reader_struct_end (reader);
  add_number (sum, END_OF_STRUCT);
}

static void
add_list (Sum *sum, const TwType *type, TwReader *reader)
{
  TwWireType wire;
  guint32 n = tw_reader_list (reader, &wire);

  add_number (sum, n);
  for (guint32 i = 0; i < n && !reader->failed; i++)
    add_value (sum, type->element, reader);
}

static int
compare_sums (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, TW_FINGERPRINT_SIZE);
}

/* A set's elements, or a map's pairs: @n, each by a sum of its own, in the order of these. */
static void
add_unordered (Sum *sum, const TwType *type, guint32 n, TwReader *reader)
{
  g_autofree guint8 *sums = g_new (guint8, (gsize) n * TW_FINGERPRINT_SIZE);
  guint32 found = 0;

  for (; found < n && !reader->failed; found++)
    {
      Sum own;

      begin (&own);
      if (type->key != NULL)
        add_value (&own, type->key, reader);
      add_value (&own, type->element, reader);
      end (&own, sums + (gsize) found * TW_FINGERPRINT_SIZE);
    }
  if (found > 0)
    qsort (sums, found, TW_FINGERPRINT_SIZE, compare_sums);
  add_bytes (sum, sums != NULL ? sums : (const guint8 *) "", (gsize) found * TW_FINGERPRINT_SIZE);
}

static void
add_map (Sum *sum, const TwType *type, TwReader *reader)
{
  TwWireType key, value;
  guint32 n = tw_reader_map (reader, &key, &value);

  add_unordered (sum, type, n, reader);
}

static void
add_set (Sum *sum, const TwType *type, TwReader *reader)
{
  TwWireType wire;
  guint32 n = tw_reader_list (reader, &wire);

  add_unordered (sum, type, n, reader);
}

static void
add_value (Sum *sum, const TwType *type, TwReader *reader)
{
  switch (type->wire)
    {
    case TW_WIRE_BOOL:
      add_number (sum, tw_reader_bool (reader));
      return;
    case TW_WIRE_BYTE:
      add_number (sum, (guint64) tw_reader_byte (reader));
      return;
    case TW_WIRE_I16:
      add_number (sum, (guint64) tw_reader_i16 (reader));
      return;
    case TW_WIRE_I32:
      add_number (sum, (guint64) tw_reader_i32 (reader));
      return;
    case TW_WIRE_I64:
      add_number (sum, (guint64) tw_reader_i64 (reader));
      return;
    case TW_WIRE_DOUBLE:
      add_real (sum, tw_reader_double (reader));
      return;
    case TW_WIRE_STRING:
      add_string (sum, reader);
      return;
    case TW_WIRE_STRUCT:
      add_struct (sum, type->structure, reader);
      return;
    case TW_WIRE_LIST:
      add_list (sum, type, reader);
      return;
    case TW_WIRE_SET:
      add_set (sum, type, reader);
      return;
    case TW_WIRE_MAP:
      add_map (sum, type, reader);
      return;
    case TW_WIRE_STOP:
    default:
      g_assert_not_reached ();
    }
}

void
tw_fingerprint_make (const TwMethod *method, TwProtocol protocol, const guint8 *bytes, gsize length,
                     guint8 out[TW_FINGERPRINT_SIZE])
{
  TwReader reader;
  Sum sum;

  begin (&sum);
  add_bytes (&sum, method->service->name, strlen (method->service->name));
  add_bytes (&sum, method->name, strlen (method->name));
  tw_reader_init (&reader, protocol, bytes, length);
  add_struct (&sum, method->arguments, &reader);
  end (&sum, out);
}
