/* SPDX-License-Identifier: Apache-2.0 */

/* Types and defaults as `thrift --gen json` writes them. Plain typedefs and enums never show: the compiler has put the
 * type, and i32, in their place. */

#include "tw-schema-private.h"

#include <string.h>

/* Each type's name in the JSON. */
static const struct
{
  const char *name;
  TwWireType wire;
  gboolean binary;
} type_names[] = {
  { "bool", TW_WIRE_BOOL, FALSE },     { "i8", TW_WIRE_BYTE, FALSE },          { "byte", TW_WIRE_BYTE, FALSE },
  { "i16", TW_WIRE_I16, FALSE },       { "i32", TW_WIRE_I32, FALSE },          { "i64", TW_WIRE_I64, FALSE },
  { "double", TW_WIRE_DOUBLE, FALSE }, { "string", TW_WIRE_STRING, FALSE },    { "binary", TW_WIRE_STRING, TRUE },
  { "list", TW_WIRE_LIST, FALSE },     { "set", TW_WIRE_SET, FALSE },          { "map", TW_WIRE_MAP, FALSE },
  { "struct", TW_WIRE_STRUCT, FALSE }, { "exception", TW_WIRE_STRUCT, FALSE }, { "union", TW_WIRE_STRUCT, FALSE },
};

static const TwType *read_type (const TwTypeReader *reader, const TwSpot *spot, const json_t *object,
                                const char *id_member, const char *type_member, guint depth, GError **error);

static gboolean
find_type (const char *name, TwType *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++)
    if (strcmp (type_names[i].name, name) == 0)
      {
        type->wire = type_names[i].wire;
        type->binary = type_names[i].binary;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_structure (const TwTypeReader *reader, const TwSpot *spot, const json_t *rest, TwType *type, GError **error)
{
  const char *name;

  if (!tw_spot_get_string (spot, rest, "class", &name, error))
    return FALSE;
  type->structure = g_hash_table_lookup (reader->structs, name);
  if (type->structure == NULL)
    return tw_spot_fail (spot, NULL, error, "there is no struct \"%s\" in the document: was it made with json:merge?",
                         name);
  return TRUE;
}

static gboolean
read_map (const TwTypeReader *reader, const TwSpot *spot, const json_t *rest, TwType *type, guint depth, GError **error)
{
  type->key = read_type (reader, spot, rest, "keyTypeId", "keyType", depth + 1, error);
  if (type->key == NULL)
    return FALSE;

  gboolean integer = type->key->wire == TW_WIRE_BYTE || type->key->wire == TW_WIRE_I16 || type->key->wire == TW_WIRE_I32
                     || type->key->wire == TW_WIRE_I64;

  if (!integer && (type->key->wire != TW_WIRE_STRING || type->key->binary))
    return tw_spot_fail (spot, NULL, error, "a map's keys must be strings or integers: JSON knows no others");
  type->element = read_type (reader, spot, rest, "valueTypeId", "valueType", depth + 1, error);
  return type->element != NULL;
}

/* What a struct or container needs beside its name. */
static gboolean
read_rest (const TwTypeReader *reader, const TwSpot *spot, const json_t *rest, TwType *type, guint depth,
           GError **error)
{
  /* Where a struct is used the compiler repeats its annotations, which are read where it stands. */
  if (type->wire == TW_WIRE_STRUCT)
    return read_structure (reader, spot, rest, type, error);
  if (!tw_annotations_refuse (spot, rest, error))
    return FALSE;
  if (type->wire == TW_WIRE_MAP)
    return read_map (reader, spot, rest, type, depth, error);
  type->element = read_type (reader, spot, rest, "elemTypeId", "elemType", depth + 1, error);
  return type->element != NULL;
}

static const TwType *
read_type (const TwTypeReader *reader, const TwSpot *spot, const json_t *object, const char *id_member,
           const char *type_member, guint depth, GError **error)
{
  TwType *type = tw_schema_new (reader->schema, TwType, 1);
  const char *name;

  if (depth > TW_SCHEMA_MAX_DEPTH)
    {
      tw_spot_fail (spot, NULL, error, "containers lie more than %d deep inside each other", TW_SCHEMA_MAX_DEPTH);
      return NULL;
    }
  if (!tw_spot_get_string (spot, object, id_member, &name, error))
    return NULL;
  if (!find_type (name, type))
    {
      tw_spot_fail (spot, NULL, error, "\"%s\" is not a type that Taskwire knows", name);
      return NULL;
    }
  if (type->wire < TW_WIRE_STRUCT)
    return type;

  const json_t *rest = json_object_get (object, type_member);

  return read_rest (reader, spot, rest, type, depth, error) ? type : NULL;
}

const TwType *
tw_type_read (const TwTypeReader *reader, const TwSpot *spot, const json_t *object, const char *id_member,
              const char *type_member, GError **error)
{
  return read_type (reader, spot, object, id_member, type_member, 1, error);
}

static gboolean
default_integer (const TwSpot *spot, const json_t *value, gint64 lowest, gint64 highest, TwField *field, GError **error)
{
  if (!json_is_integer (value) || json_integer_value (value) < lowest || json_integer_value (value) > highest)
    return tw_spot_fail (spot, NULL, error,
                         "the default must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, lowest,
                         highest);
  field->fallback.integer = json_integer_value (value);
  field->fallback.set = TRUE;
  return TRUE;
}

static gboolean
default_real (const TwSpot *spot, const json_t *value, TwField *field, GError **error)
{
  if (!json_is_number (value))
    return tw_spot_fail (spot, NULL, error, "the default must be a number");
  field->fallback.real = json_number_value (value);
  field->fallback.set = TRUE;
  return TRUE;
}

static gboolean
default_string (TwSchema *schema, const TwSpot *spot, const json_t *value, TwField *field, GError **error)
{
  if (!json_is_string (value))
    return tw_spot_fail (spot, NULL, error, "the default must be a string");
  field->fallback.string = tw_schema_string (schema, json_string_value (value));
  field->fallback.set = TRUE;
  return TRUE;
}

gboolean
tw_default_read (TwSchema *schema, const TwSpot *spot, const json_t *value, TwField *field, GError **error)
{
  switch (field->type->wire)
    {
    case TW_WIRE_BOOL: /* the compiler writes 0 and 1 */
      return default_integer (spot, value, 0, 1, field, error);
    case TW_WIRE_BYTE:
      return default_integer (spot, value, G_MININT8, G_MAXINT8, field, error);
    case TW_WIRE_I16:
      return default_integer (spot, value, G_MININT16, G_MAXINT16, field, error);
    case TW_WIRE_I32:
      return default_integer (spot, value, G_MININT32, G_MAXINT32, field, error);
    case TW_WIRE_I64:
      return default_integer (spot, value, G_MININT64, G_MAXINT64, field, error);
    case TW_WIRE_DOUBLE:
      return default_real (spot, value, field, error);
    case TW_WIRE_STRING:
      return default_string (schema, spot, value, field, error);
    case TW_WIRE_STRUCT:
    case TW_WIRE_MAP:
    case TW_WIRE_SET:
    case TW_WIRE_LIST:
    case TW_WIRE_STOP:
    default:
      return TRUE;
    }
}
