/* SPDX-License-Identifier: Apache-2.0 */

/* One walk over the bytes, beside the schema. It runs on every call, so nothing is allocated while all is well, but for
 * what sets and maps of more than a few elements need to be compared, and what GRegex needs: where a value lies is
 * known by a chain of places on the stack, which becomes text only for a failure. The recursion is as deep as the bytes
 * are nested, which the scanner has bounded. */

#include "tw-check.h"

#include "tw-distinct.h"
#include "tw-limits.h"
#include "tw-reader.h"
#include "tw-repeats.h"
#include "tw-schema-private.h"

#include <string.h>

#define REPEATED "must not be there twice"

/* Where a value lies, seen from the value. */
typedef struct _Place Place;
struct _Place
{
  const Place *up;
  const char *name; /* a field's, or NULL for an element's index */
  guint32 index;
};

typedef struct
{
  TwReader reader;
  TwProblems *problems;
  gboolean failed;
} Check;

static void check_value (Check *check, const TwField *field, const Place *place, guint depth);

static void
append_place (GString *text, const Place *place)
{
  if (place->up != NULL)
    append_place (text, place->up);
  if (place->name == NULL)
    g_string_append_printf (text, "[%u]", place->index);
  else
    g_string_append_printf (text, "%s%s", text->len > 0 ? "." : "", place->name);
}

/* Takes @detail; NULL is none. */
static void
judge (Check *check, const Place *place, char *detail)
{
  if (G_LIKELY (detail == NULL))
    return;

  GString *location = g_string_new (NULL);

  append_place (location, place);
  tw_problems_take (check->problems, g_string_free (location, FALSE), detail);
  check->failed = TRUE;
}

static gboolean
is_full (const Check *check)
{
  return check->failed && tw_problems_count (check->problems) == TW_PROBLEMS_MAX;
}

static const char *
describe_type (const TwType *type)
{
  switch (type->wire)
    {
    case TW_WIRE_BOOL:
      return "a bool";
    case TW_WIRE_BYTE:
      return "an i8";
    case TW_WIRE_I16:
      return "an i16";
    case TW_WIRE_I32:
      return "an i32";
    case TW_WIRE_I64:
      return "an i64";
    case TW_WIRE_DOUBLE:
      return "a double";
    case TW_WIRE_STRING:
      return type->binary ? "a binary" : "a string";
    case TW_WIRE_LIST:
      return "a list";
    case TW_WIRE_SET:
      return "a set";
    case TW_WIRE_MAP:
      return "a map";
    case TW_WIRE_STRUCT:
    case TW_WIRE_STOP:
    default:
      return "a struct";
    }
}

static gboolean
check_type (Check *check, const TwType *type, TwWireType found, const Place *place)
{
  if (G_LIKELY (found == type->wire))
    return TRUE;
  judge (check, place, g_strdup_printf ("must be %s", describe_type (type)));
  return FALSE;
}

/* Old clients send a default that they were never told to keep from sending. */
static gboolean
stands_for_absent (const TwField *field, gsize length)
{
  return length == 0 && field->presence == TW_OPTIONAL && field->fallback.set && field->fallback.string[0] == '\0';
}

static void
check_string (Check *check, const TwField *field, const Place *place)
{
  const char *data;
  gsize length;

  tw_reader_string (&check->reader, &data, &length);
  if (!stands_for_absent (field, length))
    judge (check, place, tw_limits_check_string (field, data, length));
}

/* Containers */

/* What makes the value before which @reader stands the same as another; @end is where it ends. */
static TwElement
identify (TwReader reader, const TwType *type, const guint8 *end)
{
  TwElement element = { NULL, 0, 0, 0 };
  const char *data;
  gsize length;

  if (type->wire == TW_WIRE_BOOL)
    element.integer = tw_reader_bool (&reader);
  else if (type->wire == TW_WIRE_BYTE)
    element.integer = tw_reader_byte (&reader);
  else if (type->wire == TW_WIRE_I16)
    element.integer = tw_reader_i16 (&reader);
  else if (type->wire == TW_WIRE_I32)
    element.integer = tw_reader_i32 (&reader);
  else if (type->wire == TW_WIRE_I64)
    element.integer = tw_reader_i64 (&reader);
  else if (type->wire == TW_WIRE_STRING)
    {
      tw_reader_string (&reader, &data, &length);
      element.bytes = (const guint8 *) data;
      element.length = (guint32) length;
    }
  else
    {
      element.bytes = reader.at;
      element.length = (guint32) (end - reader.at);
    }
  return element;
}

/* An element or a key. With @repeats, it is also noted there. */
static void
check_element (Check *check, const TwField *element, const Place *place, TwRepeats *repeats, guint depth)
{
  if (repeats == NULL)
    {
      check_value (check, element, place, depth);
      return;
    }

  TwReader before = check->reader;

  check_value (check, element, place, depth);
  tw_repeats_add (repeats, identify (before, element->type, check->reader.at));
}

/* A list, set or map: its elements, or its values with a key each. */
typedef struct
{
  TwField key, element; /* key.type is NULL but for a map */
  TwWireType found_key, found_element;
  guint32 n;
} Container;

static void
open_container (TwReader *reader, const TwField *field, Container *container)
{
  *container = (Container) { .key.type = field->type->key, .element.type = field->type->element };
  if (field->elements != NULL)
    container->element = *field->elements;
  if (field->type->wire == TW_WIRE_MAP)
    container->n = tw_reader_map (reader, &container->found_key, &container->found_element);
  else
    container->n = tw_reader_list (reader, &container->found_element);
}

static void
skip_elements (TwReader *reader, const Container *container, guint32 from)
{
  for (guint32 i = from; i < container->n && !reader->failed; i++)
    {
      if (container->key.type != NULL)
        tw_reader_skip (reader, container->found_key);
      tw_reader_skip (reader, container->found_element);
    }
}

/* An empty one may say anything about what it does not hold. */
static gboolean
check_element_types (Check *check, const Container *container, const Place *place)
{
  Place at = { place, NULL, 0 }, at_key = { &at, "key", 0 };

  return container->n == 0
         || ((container->key.type == NULL || check_type (check, container->key.type, container->found_key, &at_key))
             && check_type (check, container->element.type, container->found_element, &at));
}

/* @repeats is NULL for a list. */
static void
check_elements (Check *check, const Container *container, const Place *place, TwRepeats *repeats, guint depth)
{
  gboolean map = container->key.type != NULL;
  Place at = { place, NULL, 0 }, at_key = { &at, "key", 0 };
  guint32 repeated;

  for (; at.index < container->n && !is_full (check) && !check->reader.failed; at.index++)
    {
      if (map)
        check_element (check, &container->key, &at_key, repeats, depth);
      check_element (check, &container->element, &at, map ? NULL : repeats, depth);
    }
  skip_elements (&check->reader, container, at.index);
  if (repeats != NULL && tw_repeats_find (repeats, &repeated))
    {
      at.index = repeated;
      judge (check, map ? &at_key : &at, g_strdup (REPEATED));
    }
}

/* Of @n strings before which @reader stands, and which keep their limits. */
static void
check_distinct (Check *check, TwReader reader, guint32 n, const Place *place)
{
  g_auto (TwDistinct) distinct = TW_DISTINCT_INIT;
  Place at = { place, NULL, 0 };

  for (; at.index < n; at.index++)
    {
      const char *data;
      gsize length;

      tw_reader_string (&reader, &data, &length);
      if (!tw_distinct_add (&distinct, data, length))
        judge (check, &at, g_strdup (TW_DISTINCT_REFUSED));
    }
}

static void
check_list (Check *check, const TwField *field, const Container *container, const Place *place, guint depth)
{
  const TwReader before = check->reader;
  const guint n_problems = tw_problems_count (check->problems);

  check_elements (check, container, place, NULL, depth);
  if (field->distinct && !check->reader.failed && !is_full (check)
      && tw_problems_count (check->problems) == n_problems)
    check_distinct (check, before, container->n, place);
}

static void
check_container (Check *check, const TwField *field, const Place *place, guint depth)
{
  Container container;
  TwRepeats repeats;

  open_container (&check->reader, field, &container);

  char *detail = tw_limits_check_count (field, container.n);
  gboolean sound = detail == NULL && check_element_types (check, &container, place);

  judge (check, place, detail);
  if (!sound)
    {
      skip_elements (&check->reader, &container, 0);
      return;
    }
  if (field->type->wire == TW_WIRE_LIST)
    {
      check_list (check, field, &container, place, depth);
      return;
    }
  tw_repeats_init (&repeats, container.n);
  check_elements (check, &container, place, &repeats, depth);
  tw_repeats_clear (&repeats);
}

/* Structs */

typedef struct
{
  guint64 bits[TW_SCHEMA_MAX_FIELDS / 64];
} FieldSet;

static gboolean
field_set_has (const FieldSet *set, guint i)
{
  return (set->bits[i / 64] >> (i % 64) & 1) != 0;
}

/* Peers write fields in the order of their ids, so the one after the last is tried first. NULL for an unknown one. */
static const TwField *
find_field (const TwStruct *structure, gint16 id, guint *next)
{
  const TwField *field = *next < structure->n_fields && structure->fields[*next].id == id
                           ? &structure->fields[*next]
                           : tw_struct_find_field (structure, id);

  if (field != NULL)
    *next = (guint) (field - structure->fields) + 1;
  return field;
}

static void
check_field (Check *check, const TwField *field, gboolean repeated, TwWireType type, const Place *up, guint depth)
{
  Place place = { up, field->name, 0 };

  if (repeated)
    judge (check, &place, g_strdup (REPEATED));
  if (repeated || !check_type (check, field->type, type, &place))
    tw_reader_skip (&check->reader, type);
  else
    check_value (check, field, &place, depth);
}

static void
check_presence (Check *check, const TwStruct *structure, const FieldSet *seen, const Place *up)
{
  guint n = 0;

  for (guint i = 0; i < structure->n_fields; i++)
    if (field_set_has (seen, i))
      n += 1;
    else if (structure->fields[i].presence == TW_REQUIRED)
      judge (check, &(Place) { up, structure->fields[i].name, 0 }, g_strdup ("is required"));
  if (structure->is_union && n != 1)
    judge (check, up != NULL ? up : &(Place) { NULL, structure->name, 0 },
           g_strdup ("must have exactly one of its fields"));
}

static void
check_structure (Check *check, const TwStruct *structure, const Place *up, guint depth)
{
  FieldSet seen;
  guint next = 0;
  TwWireType type;
  gint16 id;

  memset (seen.bits, 0, (structure->n_fields + 63) / 64 * sizeof seen.bits[0]);
  tw_reader_struct_begin (&check->reader);
  while (tw_reader_field (&check->reader, &type, &id))
    {
      const TwField *field = find_field (structure, id, &next);

      if (field == NULL)
        {
          tw_reader_skip (&check->reader, type);
          continue;
        }
      check_field (check, field, field_set_has (&seen, next - 1), type, up, depth);
      /* find_field() has left next behind the field. */
      seen.bits[(next - 1) / 64] |= G_GUINT64_CONSTANT (1) << ((next - 1) % 64);
    }
  tw_reader_struct_end (&check->reader);
  if (!check->reader.failed)
    check_presence (check, structure, &seen, up);
}

static void
check_value (Check *check, const TwField *field, const Place *place, guint depth)
{
  TwReader *reader = &check->reader;

  if (depth > TW_SCHEMA_MAX_DEPTH)
    {
      judge (check, place, g_strdup_printf ("must not be nested more than %d deep", TW_SCHEMA_MAX_DEPTH));
      tw_reader_skip (reader, field->type->wire);
      return;
    }
  switch (field->type->wire)
    {
    case TW_WIRE_BOOL:
      tw_reader_bool (reader);
      break;
    case TW_WIRE_BYTE:
      judge (check, place, tw_limits_check_integer (field, tw_reader_byte (reader)));
      break;
    case TW_WIRE_I16:
      judge (check, place, tw_limits_check_integer (field, tw_reader_i16 (reader)));
      break;
    case TW_WIRE_I32:
      judge (check, place, tw_limits_check_integer (field, tw_reader_i32 (reader)));
      break;
    case TW_WIRE_I64:
      judge (check, place, tw_limits_check_integer (field, tw_reader_i64 (reader)));
      break;
    case TW_WIRE_DOUBLE:
      judge (check, place, tw_limits_check_real (field, tw_reader_double (reader)));
      break;
    case TW_WIRE_STRING:
      check_string (check, field, place);
      break;
    case TW_WIRE_LIST:
    case TW_WIRE_SET:
    case TW_WIRE_MAP:
      check_container (check, field, place, depth + 1);
      break;
    case TW_WIRE_STRUCT:
      check_structure (check, field->type->structure, place, depth + 1);
      break;
    case TW_WIRE_STOP:
    default:
      g_return_if_reached ();
    }
}

gboolean
tw_check_struct (const TwStruct *structure, TwProtocol protocol, const guint8 *bytes, gsize length,
                 TwProblems *problems)
{
  Check check = { .problems = problems, .failed = FALSE };

  tw_reader_init (&check.reader, protocol, bytes, length);
  check_structure (&check, structure, NULL, 1);
  if (check.reader.failed)
    judge (&check, &(Place) { NULL, structure->name, 0 }, g_strdup ("must be well-formed"));
  return !check.failed;
}
