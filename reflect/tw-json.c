/* SPDX-License-Identifier: Apache-2.0 */

/* Thrift to JSON: one walk over the reply's bytes beside the schema, each value appended where it is met. No object
 * and no allocation stands in between; a string is copied in runs that need no escape. */

#include "tw-json.h"
#include "tw-base64.h"

#include <math.h>

/* The longest 64-bit integer, with its sign. */
#define MAX_DIGITS 20

/* The longest double that "%.17g" writes, with its NUL. */
#define MAX_DOUBLE 32

typedef struct
{
  TwBuffer *out;
  TwReader *reader;
  TwJsonFlags flags;
  const TwJsonLinks *links; /* NULL where nobody wants to know */
  guint depth;
} Walk;

static inline gboolean write_value (Walk *walk, const TwType *type);

/* What follows the backslash; 0: no escape. */
/* clang-format off: two rows of sixteen */
static const guint8 ESCAPES[128] = {
  'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
  'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
  ['"'] = '"', ['\\'] = '\\',
};
/* clang-format on */

/* The length of the UTF-8 sequence (RFC 3629) that starts at @at, where a byte above 0x7f stands; 0: there is none. */
static gsize
sequence_length (const guint8 *at, gsize left)
{
  guint8 low = 0x80, high = 0xbf;
  gsize length;

  if (at[0] >= 0xc2 && at[0] <= 0xdf)
    length = 2;
  else if (at[0] >= 0xe0 && at[0] <= 0xef)
    length = 3;
  else if (at[0] >= 0xf0 && at[0] <= 0xf4)
    length = 4;
  else
    return 0;
  if (left < length)
    return 0;

  /* No overlong forms, no surrogates, nothing above U+10FFFF. */
  if (at[0] == 0xe0)
    low = 0xa0;
  else if (at[0] == 0xed)
    high = 0x9f;
  else if (at[0] == 0xf0)
    low = 0x90;
  else if (at[0] == 0xf4)
    high = 0x8f;
  if (at[1] < low || at[1] > high)
    return 0;
  for (gsize i = 2; i < length; i++)
    if ((at[i] & 0xc0) != 0x80)
      return 0;
  return length;
}

/* Bytes that are looked at together: the compiler has instructions for such a vector, or makes do without. Signed, so
 * that what is above 0x7f is below a blank as well. */
typedef gint8 Sixteen __attribute__ ((vector_size (16)));
typedef guint64 Halves __attribute__ ((vector_size (16)));

/* Not zero where one of the sixteen is a control character, a quote, a backslash or above 0x7f. */
static inline Halves
need_care (Sixteen bytes)
{
  return (Halves) ((bytes < 0x20) | (bytes == '"') | (bytes == '\\'));
}

#define EACH(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))

/* Whether one of the eight bytes is such a one ("hasless" and "haszero" of Sean Anderson's Bit Twiddling Hacks). */
static inline gboolean
eight_need_care (const guint8 *at)
{
  guint64 word, quote, backslash;

  memcpy (&word, at, sizeof word);
  quote = word ^ EACH ('"');
  backslash = word ^ EACH ('\\');
  return ((word | (word - EACH (0x20)) | (quote - EACH (1)) | (backslash - EACH (1))) & EACH (0x80)) != 0;
}

/* How many bytes from @at on can stand in a JSON string as they are. */
static inline gsize
plain_run (const guint8 *at, gsize left)
{
  gsize run = 0;

  while (run < left)
    if (left - run >= 8 && !eight_need_care (at + run))
      run += 8;
    else if (at[run] >= 0x80)
      {
        gsize length = sequence_length (at + run, left - run);

        if (length == 0)
          break;
        run += length;
      }
    else if (ESCAPES[at[run]] == 0)
      run += 1;
    else
      break;
  return run;
}

static void
write_escape (TwBuffer *out, guint8 byte)
{
  static const char HEX[] = "0123456789abcdef";

  if (byte >= 0x80)
    tw_buffer_append (out, "\xef\xbf\xbd", 3);
  else if (ESCAPES[byte] == 'u')
    {
      const char escape[] = { '\\', 'u', '0', '0', HEX[byte >> 4], HEX[byte & 15] };

      tw_buffer_append (out, escape, sizeof escape);
    }
  else
    {
      tw_buffer_append_byte (out, '\\');
      tw_buffer_append_byte (out, ESCAPES[byte]);
    }
}

static void
write_escaped (TwBuffer *out, const guint8 *at, gsize length)
{
  tw_buffer_append_byte (out, '"');
  for (gsize i = 0; i < length;)
    {
      gsize run = plain_run (at + i, length - i);

      tw_buffer_append (out, at + i, run);
      i += run;
      if (i < length)
        write_escape (out, at[i++]);
    }
  tw_buffer_append_byte (out, '"');
}

/* Pieces are short, and a call of memcpy(3) would be most of what they cost: they are copied in whole sixteens. */
static inline Sixteen
copy_sixteen (guint8 *to, const void *from)
{
  Sixteen bytes;

  memcpy (&bytes, from, sizeof bytes);
  memcpy (to, &bytes, sizeof bytes);
  return bytes;
}

/* Nothing that needs care instead of what stands behind the first @n bytes. */
static inline Sixteen
mask_tail (Sixteen bytes, gsize n)
{
  static const gint8 keep[32] = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
  Sixteen mask;

  memcpy (&mask, keep + 16 - n, sizeof mask);
  return (bytes & mask) | (~mask & 'a');
}

/* Writes a string of which @left bytes from @data on may be read, if none of its bytes needs care. */
static inline gboolean
write_plain (TwBuffer *out, const char *data, gsize length, gsize left)
{
  guint8 *to = tw_buffer_reserve (out, length + 2 + TW_JSON_SLACK);
  Halves care;

  to[0] = '"';
  if (G_LIKELY (length >= 16))
    {
      /* The last sixteen are these again in part. */
      care = need_care (copy_sixteen (to + 1 + length - 16, data + length - 16));
      for (gsize i = 0; i < length - 16; i += 16)
        care |= need_care (copy_sixteen (to + 1 + i, data + i));
    }
  else if (left >= 16)
    care = need_care (mask_tail (copy_sixteen (to + 1, data), length));
  else
    return FALSE;
  if (G_UNLIKELY ((care[0] | care[1]) != 0))
    return FALSE;
  to[length + 1] = '"';
  out->len += length + 2;
  return TRUE;
}

/* Writes @field's key; of a struct's @first without the comma that it begins with. */
static inline void
write_name (TwBuffer *out, const TwField *field, gboolean first)
{
  gsize from = first ? 1 : 0;
  guint8 *to = tw_buffer_reserve (out, field->json_key_length + TW_JSON_SLACK);

  copy_sixteen (to, field->json_key + from);
  for (gsize i = 16; i < field->json_key_length; i += 16)
    copy_sixteen (to + i, field->json_key + from + i);
  out->len += field->json_key_length - from;
}

void
tw_json_write_string (TwBuffer *out, const char *data, gsize length)
{
  guint8 *to = tw_buffer_reserve (out, length + 2);

  if (G_UNLIKELY (plain_run ((const guint8 *) data, length) < length))
    {
      write_escaped (out, (const guint8 *) data, length);
      return;
    }
  to[0] = '"';
  if (length > 0)
    memcpy (to + 1, data, length);
  to[length + 1] = '"';
  out->len += length + 2;
}

void
tw_json_write_integer (TwBuffer *out, gint64 value)
{
  guint8 digits[MAX_DIGITS];
  guint64 rest = value < 0 ? -(guint64) value : (guint64) value;
  gsize at = sizeof digits;

  if (value >= 0 && value < 10)
    {
      tw_buffer_append_byte (out, (guint8) ('0' + value));
      return;
    }
  do
    digits[--at] = (guint8) ('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (value < 0)
    digits[--at] = '-';
  tw_buffer_append (out, digits + at, sizeof digits - at);
}

/* The shortest text that reads as the same number. */
static void
write_double (TwBuffer *out, double value)
{
  char text[MAX_DOUBLE];
  const char *formats[] = { "%.15g", "%.16g", "%.17g" };

  if (!isfinite (value))
    {
      tw_buffer_append_string (out, "null");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      double again;

      g_ascii_formatd (text, sizeof text, formats[i], value);
      again = g_ascii_strtod (text, NULL);
      if (memcmp (&again, &value, sizeof value) == 0)
        break;
    }
  tw_buffer_append_string (out, text);
}

static inline gboolean
write_text (Walk *walk)
{
  const char *data;
  gsize length;

  tw_reader_string (walk->reader, &data, &length);
  if (G_UNLIKELY (walk->reader->failed))
    return FALSE;
  if (!write_plain (walk->out, data, length, (gsize) (walk->reader->end - (const guint8 *) data)))
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
  return field->source == TW_SOURCE_CLAIM
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
      write_double (walk->out, tw_reader_double (walk->reader));
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
