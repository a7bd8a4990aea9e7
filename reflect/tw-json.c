/* SPDX-License-Identifier: Apache-2.0 */

/* Thrift to JSON: one walk over the reply's bytes beside the schema, each value appended where it is met. No object
 * and no allocation stands in between; a string is copied in runs that need no escape. */

#include "tw-json.h"

#include "tw-base64.h"
#include "tw-json-sixteen.h"

typedef struct
{
  TwBuffer *out;
  TwReader *reader;
  TwJsonFlags flags;
  const TwJsonLinks *links; /* NULL where nobody wants to know */
  guint depth;
} Walk;

static inline gboolean write_value (Walk *walk, const TwType *type);

/* Writes @field's key; of a struct's @first without the comma that it begins with. */
static inline void
write_name (TwBuffer *out, const TwField *field, gboolean first)
{
  gsize from = first ? 1 : 0;
  guint8 *to = tw_buffer_reserve (out, field->json_key_length + TW_JSON_SLACK);

  tw_sixteen_copy (to, field->json_key + from);
  for (gsize i = 16; i < field->json_key_length; i += 16)
    tw_sixteen_copy (to + i, field->json_key + from + i);
  out->len += field->json_key_length - from;
}

static inline gboolean
write_text (Walk *walk)
{
  const char *data;
  gsize length;

  tw_reader_string (walk->reader, &data, &length);
  if (G_UNLIKELY (walk->reader->failed))
    return FALSE;
  if (!tw_json_write_plain (walk->out, data, length, (gsize) (walk->reader->end - (const guint8 *) data)))
    tw_json_write_string (walk->out, data, length);
  return TRUE;
}

static void
write_binary (Walk *walk)
{
  const char *data;
  gsize length;

  tw_reader_string (walk->reader, &data, &length);
  tw_buffer_append_byte (walk->out, '"');
  tw_base64_append (walk->out, data, length);
  tw_buffer_append_byte (walk->out, '"');
}

static gboolean
write_list (Walk *walk, const TwType *type)
{
  TwWireType element;
  guint32 n = tw_reader_list (walk->reader, &element);

  if (n > 0 && element != type->element->wire)
    return FALSE;
  tw_buffer_append_byte (walk->out, '[');
  for (guint32 i = 0; i < n; i++)
    {
      if (i > 0)
        tw_buffer_append_byte (walk->out, ',');
      if (!write_value (walk, type->element))
        return FALSE;
    }
  tw_buffer_append_byte (walk->out, ']');
  return TRUE;
}

/* JSON's keys are strings: a number is written between quotes. */
static gboolean
write_key (Walk *walk, const TwType *type)
{
  gboolean written;

  if (type->wire == TW_WIRE_STRING)
    return write_value (walk, type);
  tw_buffer_append_byte (walk->out, '"');
  written = write_value (walk, type);
  tw_buffer_append_byte (walk->out, '"');
  return written;
}

static gboolean
write_map (Walk *walk, const TwType *type)
{
  TwWireType key, value;
  guint32 n = tw_reader_map (walk->reader, &key, &value);

  if (n > 0 && (key != type->key->wire || value != type->element->wire))
    return FALSE;
  tw_buffer_append_byte (walk->out, '{');
  for (guint32 i = 0; i < n; i++)
    {
      if (i > 0)
        tw_buffer_append_byte (walk->out, ',');
      if (!write_key (walk, type->key))
        return FALSE;
      tw_buffer_append_byte (walk->out, ':');
      if (!write_value (walk, type->element))
        return FALSE;
    }
  tw_buffer_append_byte (walk->out, '}');
  return TRUE;
}

/* Whether a reader who is not trusted does not find @field in the JSON. */
static inline gboolean
is_outside (const Walk *walk, const TwField *field)
{
  if (G_LIKELY (field->source == TW_SOURCE_BODY))
    return G_UNLIKELY (walk->flags & TW_JSON_COOKIES) && walk->depth == 1 && field->cookie != NULL;
  if (walk->flags & TW_JSON_CLAIMS)
    return FALSE;
  return field->source == TW_SOURCE_CLAIM || field->source == TW_SOURCE_INTERNAL
         || (walk->depth == 1 && (field->source == TW_SOURCE_HEADER || field->source == TW_SOURCE_COOKIE));
}

/* Fields come in ascending order nearly always: *@next is where the next one is looked for first. */
static inline const TwField *
find_field (const TwStruct *structure, gint16 id, const TwField **next)
{
  const TwField *end = structure->fields + structure->n_fields;
  const TwField *field = *next;

  while (field < end && field->id < id)
    field++;
  if (G_UNLIKELY (field == end || field->id != id))
    return tw_struct_find_field (structure, id);
  *next = field + 1;
  return field;
}

static gboolean
write_struct (Walk *walk, const TwType *type)
{
  gboolean left_open = walk->depth == 1 && (walk->flags & TW_JSON_OPEN);
  const TwJsonLinks *links = walk->depth == 1 ? walk->links : NULL;
  const TwField *next = type->structure->fields;
  gboolean first = TRUE;
  TwWireType wire;
  gint16 id;

  tw_buffer_append_byte (walk->out, '{');
  tw_reader_struct_begin (walk->reader);
  while (tw_reader_field (walk->reader, &wire, &id))
    {
      const TwField *field = find_field (type->structure, id, &next);

      if (field == NULL || is_outside (walk, field))
        {
          tw_reader_skip (walk->reader, wire);
          continue;
        }
      if (wire != field->type->wire)
        return FALSE;
      if (G_UNLIKELY (links != NULL) && field->link != NULL)
        links->found (field, walk->reader, links->user_data);
      write_name (walk->out, field, first);
      first = FALSE;
      if (!write_value (walk, field->type))
        return FALSE;
    }
  tw_reader_struct_end (walk->reader);
  if (!left_open)
    tw_buffer_append_byte (walk->out, '}');
  return TRUE;
}

static gboolean
write_nested (Walk *walk, const TwType *type)
{
  gboolean written = FALSE;

  if (walk->depth == TW_WIRE_MAX_DEPTH)
    return FALSE;
  walk->depth += 1;
  if (type->wire == TW_WIRE_STRUCT)
    written = write_struct (walk, type);
  else if (type->wire == TW_WIRE_MAP)
    written = write_map (walk, type);
  else
    written = write_list (walk, type);
  walk->depth -= 1;
  return written;
}

static gboolean
write_other (Walk *walk, const TwType *type)
{
  switch (type->wire)
    {
    case TW_WIRE_BOOL:
      tw_buffer_append_string (walk->out, tw_reader_bool (walk->reader) ? "true" : "false");
      break;
    case TW_WIRE_BYTE:
      tw_json_write_integer (walk->out, tw_reader_byte (walk->reader));
      break;
    case TW_WIRE_I16:
      tw_json_write_integer (walk->out, tw_reader_i16 (walk->reader));
      break;
    case TW_WIRE_I32:
      tw_json_write_integer (walk->out, tw_reader_i32 (walk->reader));
      break;
    case TW_WIRE_I64:
      tw_json_write_integer (walk->out, tw_reader_i64 (walk->reader));
      break;
    case TW_WIRE_DOUBLE:
      tw_json_write_double (walk->out, tw_reader_double (walk->reader));
      break;
    case TW_WIRE_STRING:
      write_binary (walk);
      break;
    case TW_WIRE_STRUCT:
    case TW_WIRE_MAP:
    case TW_WIRE_SET:
    case TW_WIRE_LIST:
      if (!write_nested (walk, type))
        return FALSE;
      break;
    case TW_WIRE_STOP:
    default:
      return FALSE;
    }
  return !walk->reader->failed;
}

/* Most values are texts. */
static inline gboolean
write_value (Walk *walk, const TwType *type)
{
  if (G_LIKELY (type->wire == TW_WIRE_STRING && !type->binary))
    return write_text (walk);
  return write_other (walk, type);
}

gboolean
tw_json_write_linked (TwBuffer *out, const TwType *type, TwReader *reader, TwJsonFlags flags, const TwJsonLinks *links)
{
  Walk walk = { .out = out, .reader = reader, .flags = flags, .links = links };
  gsize start = out->len;

  if (write_value (&walk, type))
    return TRUE;
  out->len = start;
  return FALSE;
}

gboolean
tw_json_write (TwBuffer *out, const TwType *type, TwReader *reader, TwJsonFlags flags)
{
  return tw_json_write_linked (out, type, reader, flags, NULL);
}
