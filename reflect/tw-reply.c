/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-reply.h"

#include "tw-json.h"

TwReplyKind
tw_reply_open (const TwMethod *method, TwProtocol protocol, const guint8 *bytes, gsize length, const TwField **field,
               TwReader *reader)
{
  TwWireType wire;
  gint16 id;

  *field = NULL;
  tw_reader_init (reader, protocol, bytes, length);
  tw_reader_struct_begin (reader);
  while (tw_reader_field (reader, &wire, &id))
    {
      const TwField *known = tw_struct_find_field (method->result, id);

      if (known == NULL)
        {
          tw_reader_skip (reader, wire);
          continue;
        }
      if (wire != known->type->wire)
        return TW_REPLY_MALFORMED;
      *field = known;
      return id == 0 ? TW_REPLY_VALUE : TW_REPLY_EXCEPTION;
    }
  return reader->failed || method->returns != NULL ? TW_REPLY_MALFORMED : TW_REPLY_VALUE;
}

/* The JSON text of the scalar that @reader stands before, a string or binary without its quotes and escapes; NULL if it
 * is none. */
static char *
read_text (TwReader *reader, const TwType *type)
{
  g_auto (TwBuffer) json = TW_BUFFER_INIT;

  if (type->wire == TW_WIRE_STRING && !type->binary)
    {
      const char *data;
      gsize length;

      tw_reader_string (reader, &data, &length);
      return reader->failed ? NULL : g_utf8_make_valid (length > 0 ? data : "", (gssize) length);
    }
  if (type->wire >= TW_WIRE_STRUCT || !tw_json_write (&json, type, reader, TW_JSON_PLAIN))
    return NULL;
  if (type->binary)
    return g_strndup ((const char *) json.data + 1, json.len - 2);
  return g_strndup ((const char *) json.data, json.len);
}

char *
tw_reply_text (const TwReader *reader, const TwType *type)
{
  TwReader at = *reader;

  return read_text (&at, type);
}

gboolean
tw_reply_find (const TwReader *reader, const TwField *field, TwReader *at)
{
  TwWireType wire;
  gint16 id;

  *at = *reader;
  tw_reader_struct_begin (at);
  while (tw_reader_field (at, &wire, &id))
    {
      if (id == field->id)
        return wire == field->type->wire;
      tw_reader_skip (at, wire);
    }
  return FALSE;
}

char *
tw_reply_scalar (const TwReader *reader, const TwField *field)
{
  TwReader at;

  return tw_reply_find (reader, field, &at) ? read_text (&at, field->type) : NULL;
}

static void
show (const TwReader *reader, const TwField *field, TwReplyFound found, gpointer user_data)
{
  g_autofree char *value = tw_reply_scalar (reader, field);

  if (value != NULL)
    found (field, value, user_data);
}

void
tw_reply_each_claim (const TwReader *reader, const TwStruct *structure, TwReplyFound found, gpointer user_data)
{
  for (guint i = 0; i < structure->n_fields; i++)
    if (structure->fields[i].source == TW_SOURCE_CLAIM)
      show (reader, &structure->fields[i], found, user_data);
}

void
tw_reply_each_outside (const TwReader *reader, const TwStruct *structure, TwReplyFound found, gpointer user_data)
{
  for (guint i = 0; structure->has_outside && i < structure->n_fields; i++)
    if (tw_field_is_outside (&structure->fields[i]))
      show (reader, &structure->fields[i], found, user_data);
}
