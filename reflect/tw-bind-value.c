/* SPDX-License-Identifier: Apache-2.0 */

/* One JSON value to wire bytes, by its Thrift type. */

#include "tw-binding.h"
#include "tw-base64.h"
#include "tw-distinct.h"
#include "tw-limits.h"
#include "tw-repeats.h"

#include <math.h>
#include <string.h>

/* No double from here on, either way, is less than the largest of 64 bits. */
#define TOO_LARGE 0x1p63

/* As much of a name that a client chose as a location repeats, in bytes. */
#define MAX_NAME 100

static void
append_spot (GString *text, const TwSpotIn *spot)
{
  g_autofree char *name = NULL;
  gsize length;

  if (spot == NULL)
    return;
  append_spot (text, spot->parent);
  if (spot->name == NULL)
    {
      g_string_append_printf (text, "[%" G_GSIZE_FORMAT "]", spot->index);
      return;
    }
  length = strlen (spot->name);
  name = g_utf8_make_valid (spot->name, (gssize) MIN (length, MAX_NAME));
  g_string_append_printf (text, "%s%s%s", text->len > 0 ? "." : "", name, length > MAX_NAME ? "…" : "");
}

void
tw_binding_refuse_take (TwBinding *binding, const TwSpotIn *spot, char *detail)
{
  GString *location = g_string_new (NULL);

  append_spot (location, spot);
  tw_problems_take (binding->problems, g_string_free (location, FALSE), detail);
  binding->refused += 1;
}

void
tw_binding_refuse (TwBinding *binding, const TwSpotIn *spot, const char *detail)
{
  tw_binding_refuse_take (binding, spot, g_strdup (detail));
}

static void
refuse_if (TwBinding *binding, const TwSpotIn *spot, char *detail)
{
  if (detail != NULL)
    tw_binding_refuse_take (binding, spot, detail);
}

static void
write_integer (TwWriter *writer, TwWireType wire, gint64 value)
{
  if (wire == TW_WIRE_BYTE)
    tw_writer_byte (writer, (gint8) value);
  else if (wire == TW_WIRE_I16)
    tw_writer_i16 (writer, (gint16) value);
  else if (wire == TW_WIRE_I32)
    tw_writer_i32 (writer, (gint32) value);
  else
    tw_writer_i64 (writer, value);
}

void
tw_bind_integer (TwBinding *binding, const TwField *field, gint64 value, const TwSpotIn *spot)
{
  refuse_if (binding, spot, tw_limits_check_integer (field, value));
  write_integer (&binding->writer, field->type->wire, value);
}

void
tw_bind_real (TwBinding *binding, const TwField *field, double value, const TwSpotIn *spot)
{
  refuse_if (binding, spot, tw_limits_check_real (field, value));
  tw_writer_double (&binding->writer, value);
}

void
tw_bind_string (TwBinding *binding, const TwField *field, const char *data, gsize length, const TwSpotIn *spot)
{
  g_autofree guint8 *bytes = NULL;
  gsize n = 0;

  if (!field->type->binary)
    {
      refuse_if (binding, spot, tw_limits_check_string (field, data, length));
      tw_writer_string (&binding->writer, data, length);
      return;
    }
  bytes = tw_base64_decode (data, length, &n);
  if (bytes == NULL)
    {
      tw_binding_refuse (binding, spot, "must be base64");
      tw_writer_string (&binding->writer, "", 0);
      return;
    }
  refuse_if (binding, spot, tw_limits_check_string (field, (const char *) bytes, n));
  tw_writer_string (&binding->writer, bytes, n);
}

static void
bind_bool (TwBinding *binding, const json_t *value, const TwSpotIn *spot)
{
  if (!json_is_boolean (value))
    tw_binding_refuse (binding, spot, "must be true or false");
  tw_writer_bool (&binding->writer, json_is_true (value));
}

static void
bind_integer (TwBinding *binding, const TwField *field, const json_t *value, const TwSpotIn *spot)
{
  if (json_is_integer (value))
    {
      tw_bind_integer (binding, field, json_integer_value (value), spot);
      return;
    }
  /* tw_json_load() has made an integer of whatever is one, so that this is no whole number, or too large a one. */
  tw_binding_refuse (binding, spot,
                     json_is_real (value) && fabs (json_real_value (value)) >= TOO_LARGE ? TW_BINDING_TOO_LARGE
                                                                                          : TW_BINDING_NOT_WHOLE);
  write_integer (&binding->writer, field->type->wire, 0);
}

static void
bind_real (TwBinding *binding, const TwField *field, const json_t *value, const TwSpotIn *spot)
{
  if (json_is_number (value))
    {
      tw_bind_real (binding, field, json_number_value (value), spot);
      return;
    }
  tw_binding_refuse (binding, spot, "must be a number");
  tw_writer_double (&binding->writer, 0);
}

static void
bind_string (TwBinding *binding, const TwField *field, const json_t *value, const TwSpotIn *spot)
{
  if (json_is_string (value))
    {
      tw_bind_string (binding, field, json_string_value (value), json_string_length (value), spot);
      return;
    }
  tw_binding_refuse (binding, spot, "must be a string");
  tw_writer_string (&binding->writer, "", 0);
}

/* Refuses an element of a set that is there already: its bytes, which begin at @starts[i] and end where the next one's
 * begin, are another's. */
static void
refuse_repeated (TwBinding *binding, const gsize *starts, guint32 n, const TwSpotIn *spot)
{
  const guint8 *bytes = binding->writer.out->data;
  TwRepeats repeats;
  guint32 index;

  tw_repeats_init (&repeats, n);
  for (guint32 i = 0; i < n; i++)
    tw_repeats_add (&repeats,
                    (TwElement){ .bytes = bytes + starts[i], .length = (guint32) (starts[i + 1] - starts[i]) });
  if (tw_repeats_find (&repeats, &index))
    tw_binding_refuse (binding, &(TwSpotIn){ spot, NULL, index }, "must not be there twice");
  tw_repeats_clear (&repeats);
}

/* What holds for each element. */
static TwField
element_of (const TwField *field)
{
  return field->elements != NULL ? *field->elements : (TwField) { .type = field->type->element };
}

/* Of strings that keep their limits. */
static void
refuse_alike (TwBinding *binding, const json_t *texts, const TwSpotIn *spot)
{
  g_auto (TwDistinct) distinct = TW_DISTINCT_INIT;

  for (gsize i = 0; i < json_array_size (texts); i++)
    {
      const json_t *text = json_array_get (texts, i);

      if (!tw_distinct_add (&distinct, json_string_value (text), json_string_length (text)))
        tw_binding_refuse (binding, &(TwSpotIn){ spot, NULL, i }, TW_DISTINCT_REFUSED);
    }
}

static void
bind_list (TwBinding *binding, const TwField *field, const json_t *value, const TwSpotIn *spot, guint depth)
{
  const TwField element = element_of (field);
  guint32 n = (guint32) json_array_size (value);
  const guint refused_before = binding->refused;

  refuse_if (binding, spot, tw_limits_check_count (field, n));
  tw_writer_list (&binding->writer, element.type->wire, n);
  for (guint32 i = 0; i < n; i++)
    tw_bind_value (binding, &element, json_array_get (value, i), &(TwSpotIn){ spot, NULL, i }, depth);
  if (field->distinct && binding->refused == refused_before)
    refuse_alike (binding, value, spot);
}

static void
bind_set (TwBinding *binding, const TwField *field, const json_t *value, const TwSpotIn *spot, guint depth)
{
  const TwField element = element_of (field);
  guint32 n = (guint32) json_array_size (value);
  g_autofree gsize *starts = g_new (gsize, n + 1);
  guint refused_before;

  refuse_if (binding, spot, tw_limits_check_count (field, n));
  refused_before = binding->refused;
  tw_writer_set (&binding->writer, element.type->wire, n);
  for (guint32 i = 0; i < n; i++)
    {
      starts[i] = binding->writer.out->len;
      tw_bind_value (binding, &element, json_array_get (value, i), &(TwSpotIn){ spot, NULL, i }, depth);
    }
  starts[n] = binding->writer.out->len;
  /* Where an element was refused, a zero stands in its place. */
  if (binding->refused == refused_before)
    refuse_repeated (binding, starts, n, spot);
}

static void
bind_map (TwBinding *binding, const TwField *field, const json_t *value, const TwSpotIn *spot, guint depth)
{
  const TwField key = { .type = field->type->key };
  const TwField element = { .type = field->type->element };
  gsize n = json_object_size (value);
  const char *name;
  json_t *member;

  refuse_if (binding, spot, tw_limits_check_count (field, n));
  tw_writer_map (&binding->writer, key.type->wire, element.type->wire, (guint32) n);
  json_object_foreach (tw_json_iterable (value), name, member)
    {
      const TwSpotIn at = { spot, name, 0 };

      tw_bind_key (binding, &key, name, &at);
      tw_bind_value (binding, &element, member, &at, depth);
    }
}

/* All that can hold another: the only way to go deeper. */
static void
bind_nested (TwBinding *binding, const TwField *field, const json_t *value, const TwSpotIn *spot, guint depth)
{
  const TwType *type = field->type;

  if (type->wire == TW_WIRE_MAP)
    bind_map (binding, field, value, spot, depth);
  else if (type->wire == TW_WIRE_SET)
    bind_set (binding, field, value, spot, depth);
  else if (type->wire == TW_WIRE_LIST)
    bind_list (binding, field, value, spot, depth);
  else if (tw_bind_struct (binding, type->structure, value, spot, depth, FALSE) < json_object_size (value))
    tw_bind_refuse_unknown (binding, value, spot, tw_bind_find_member, type->structure);
}

/* An empty one, for what was refused. */
static void
write_empty (TwWriter *writer, const TwType *type)
{
  if (type->wire == TW_WIRE_STRUCT)
    {
      tw_writer_struct_begin (writer);
      tw_writer_struct_end (writer);
    }
  else if (type->wire == TW_WIRE_MAP)
    tw_writer_map (writer, type->key->wire, type->element->wire, 0);
  else if (type->wire == TW_WIRE_SET)
    tw_writer_set (writer, type->element->wire, 0);
  else
    tw_writer_list (writer, type->element->wire, 0);
}

void
tw_bind_value (TwBinding *binding, const TwField *field, const json_t *value, const TwSpotIn *spot, guint depth)
{
  gboolean wants_array = field->type->wire == TW_WIRE_LIST || field->type->wire == TW_WIRE_SET;

  switch (field->type->wire)
    {
    case TW_WIRE_BOOL:
      bind_bool (binding, value, spot);
      return;
    case TW_WIRE_BYTE:
    case TW_WIRE_I16:
    case TW_WIRE_I32:
    case TW_WIRE_I64:
      bind_integer (binding, field, value, spot);
      return;
    case TW_WIRE_DOUBLE:
      bind_real (binding, field, value, spot);
      return;
    case TW_WIRE_STRING:
      bind_string (binding, field, value, spot);
      return;
    case TW_WIRE_STRUCT:
    case TW_WIRE_MAP:
    case TW_WIRE_SET:
    case TW_WIRE_LIST:
      break;
    case TW_WIRE_STOP:
    default:
      g_assert_not_reached ();
    }

  if (wants_array ? json_is_array (value) : json_is_object (value))
    {
      if (depth < TW_BINDING_MAX_DEPTH)
        {
          bind_nested (binding, field, value, spot, depth + 1);
          return;
        }
      tw_binding_refuse (binding, spot, "is nested too deeply");
    }
  else
    tw_binding_refuse (binding, spot, wants_array ? "must be an array" : "must be an object");
  write_empty (&binding->writer, field->type);
}
