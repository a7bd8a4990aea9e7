/* SPDX-License-Identifier: Apache-2.0 */

/* Types and fields as JSON Schema 2020-12, the dialect of OpenAPI 3.1: tw-bind.h's and tw-json.h's mapping and
 * tw-limits.h's checks, said in a schema. */

#include "tw-openapi-private.h"

#include "tw-example.h"
#include "tw-visible.h"

#include <string.h>

/* What tw_base64_decode() takes: whole groups, the last one padded and without stray bits. */
#define BASE64_PATTERN "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$"

/* Any text: JSON can write U+0000, which none may hold. */
#define TEXT_PATTERN "^[^\\x00]*$"

/* A whole number as a map's key. */
#define KEY_PATTERN "^(?:0|-?[1-9][0-9]*)$"

void
tw_openapi_set_text (json_t *object, const char *name, const char *text)
{
  if (text != NULL && *text != '\0')
    json_object_set_new (object, name, json_string (text));
}

static void
set_integer (json_t *schema, const char *name, guint64 value)
{
  json_object_set_new (schema, name, json_integer ((json_int_t) MIN (value, G_MAXINT64)));
}

static json_t *
describe_integer (TwWireType wire, TwDirection direction)
{
  guint bits = wire == TW_WIRE_BYTE ? 8 : wire == TW_WIRE_I16 ? 16 : wire == TW_WIRE_I32 ? 32 : 64;
  gint64 highest = (gint64) (G_MAXUINT64 >> (65 - bits));
  json_t *schema = json_pack ("{s:s}", "type", "integer");

  if (bits >= 32)
    json_object_set_new (schema, "format", json_string (bits == 32 ? "int32" : "int64"));
  if (direction == TW_OPENAPI_INPUT)
    {
      json_object_set_new (schema, "minimum", json_integer (-highest - 1));
      json_object_set_new (schema, "maximum", json_integer (highest));
    }
  return schema;
}

static json_t *
describe_string (const TwType *type, TwDirection direction)
{
  json_t *schema = json_pack ("{s:s}", "type", "string");

  if (type->binary)
    json_object_set_new (schema, "contentEncoding", json_string ("base64"));
  if (direction == TW_OPENAPI_INPUT)
    json_object_set_new (schema, "pattern", json_string (type->binary ? BASE64_PATTERN : TEXT_PATTERN));
  return schema;
}

static json_t *
describe_map (TwOpenApi *api, const TwType *type, TwDirection direction)
{
  json_t *schema = json_pack ("{s:s, s:o}", "type", "object", "additionalProperties",
                              tw_openapi_type (api, type->element, direction));

  if (type->key->wire != TW_WIRE_STRING)
    json_object_set_new (schema, "propertyNames", json_pack ("{s:s}", "pattern", KEY_PATTERN));
  else if (direction == TW_OPENAPI_INPUT)
    json_object_set_new (schema, "propertyNames", json_pack ("{s:s}", "pattern", TEXT_PATTERN));
  return schema;
}

json_t *
tw_openapi_type (TwOpenApi *api, const TwType *type, TwDirection direction)
{
  switch (type->wire)
    {
    case TW_WIRE_BOOL:
      return json_pack ("{s:s}", "type", "boolean");
    case TW_WIRE_BYTE:
    case TW_WIRE_I16:
    case TW_WIRE_I32:
    case TW_WIRE_I64:
      return describe_integer (type->wire, direction);
    case TW_WIRE_DOUBLE:
      if (direction == TW_OPENAPI_INPUT)
        return json_pack ("{s:s, s:s}", "type", "number", "format", "double");
      return json_pack ("{s:[s, s], s:s}", "type", "number", "null", "format", "double");
    case TW_WIRE_STRING:
      return describe_string (type, direction);
    case TW_WIRE_STRUCT:
      return tw_openapi_reference (api, type->structure, direction);
    case TW_WIRE_LIST:
      return json_pack ("{s:s, s:o}", "type", "array", "items", tw_openapi_type (api, type->element, direction));
    case TW_WIRE_SET:
      return json_pack ("{s:s, s:o, s:b}", "type", "array", "items", tw_openapi_type (api, type->element, direction),
                        "uniqueItems", 1);
    case TW_WIRE_MAP:
      return describe_map (api, type, direction);
    case TW_WIRE_STOP:
    default:
      g_assert_not_reached ();
    }
}

static void
set_sizes (json_t *schema, const TwField *field)
{
  const TwType *type = field->type;
  const char *least = type->wire == TW_WIRE_STRING ? "minLength"
                      : type->wire == TW_WIRE_MAP  ? "minProperties"
                                                   : "minItems";
  const char *most = type->wire == TW_WIRE_STRING ? "maxLength"
                     : type->wire == TW_WIRE_MAP  ? "maxProperties"
                                                  : "maxItems";
  guint64 max_size = field->has_max_size ? field->max_size : G_MAXUINT64;

  /* No text has more code points than bytes. */
  if (field->has_max_bytes)
    max_size = MIN (max_size, field->max_bytes);
  /* Three bytes are four characters of base64. */
  if (field->has_min_size)
    set_integer (schema, least, type->binary ? (field->min_size + 2) / 3 * 4 : field->min_size);
  if (max_size != G_MAXUINT64)
    set_integer (schema, most, type->binary ? (max_size + 2) / 3 * 4 : max_size);
}

static void
set_bounds (json_t *schema, const TwField *field)
{
  gboolean real = field->type->wire == TW_WIRE_DOUBLE;

  if (field->has_ge)
    json_object_set_new (schema, "minimum", real ? json_real (field->ge_real) : json_integer (field->ge));
  if (field->has_le)
    json_object_set_new (schema, "maximum", real ? json_real (field->le_real) : json_integer (field->le));
}

static void
set_choice (json_t *schema, const TwField *field)
{
  json_t *choice;

  if (field->in == NULL)
    return;
  choice = json_array ();
  for (char **name = field->in; *name != NULL; name++)
    json_array_append_new (choice, field->type->wire == TW_WIRE_STRING
                                       ? json_string (*name)
                                       : json_integer (g_ascii_strtoll (*name, NULL, 10)));
  json_object_set_new (schema, "enum", choice);
  json_object_del (schema, "pattern");
}

/* A schema has one pattern: where there are two, one stands beside it. The field's own is in place of its type's. */
static void
set_patterns (json_t *schema, const TwField *field)
{
  g_autofree char *visible = field->visible ? tw_visible_pattern () : NULL;
  g_autofree char *anchored = field->pattern != NULL ? g_strdup_printf ("^(?:%s)$", field->pattern) : NULL;

  if (anchored != NULL)
    json_object_set_new (schema, "pattern", json_string (anchored));
  if (visible != NULL)
    json_object_set_new (schema, "allOf", json_pack ("[{s:s}]", "pattern", visible));
}

/* A format says more than that it is any text; of two, either. */
static void
set_format (json_t *schema, const TwField *field)
{
  if (field->format == 0)
    return;
  if (field->pattern == NULL)
    json_object_del (schema, "pattern");
  if (field->format == (TW_FORMAT_DATE | TW_FORMAT_DATE_TIME))
    json_object_set_new (schema, "anyOf", json_pack ("[{s:s, s:s}, {s:s, s:s}]", "type", "string", "format", "date",
                                                     "type", "string", "format", "date-time"));
  else
    json_object_set_new (schema, "format", json_string (field->format == TW_FORMAT_DATE ? "date" : "date-time"));
}

static void
set_limits (json_t *schema, const TwField *field)
{
  set_sizes (schema, field);
  set_bounds (schema, field);
  set_choice (schema, field);
  set_patterns (schema, field);
  set_format (schema, field);
  if (field->distinct)
    json_object_set_new (schema, "uniqueItems", json_true ());
  if (field->elements != NULL)
    set_limits (json_object_get (schema, "items"), field->elements);
  if (field->fallback.set)
    json_object_set_new (schema, "default", tw_example_default (field));
  if (field->secret)
    json_object_set_new (schema, "writeOnly", json_true ());
}

/* Lets a schema take null too. */
static json_t *
or_null (json_t *schema)
{
  json_t *type = json_object_get (schema, "type");
  json_t *choice = json_object_get (schema, "enum");
  json_t *either = json_object_get (schema, "anyOf");

  if (type == NULL)
    return json_pack ("{s:[o, {s:s}]}", "anyOf", schema, "type", "null");
  json_object_set_new (schema, "type", json_pack ("[O, s]", type, "null"));
  if (choice != NULL)
    json_array_append_new (choice, json_null ());
  if (either != NULL)
    json_array_append_new (either, json_pack ("{s:s}", "type", "null"));
  return schema;
}

/* What JSON Schema has no word for. */
static void
append_sentence (GString *text, gsize doc_length, const char *sentence)
{
  if (text->len > 0)
    g_string_append (text, text->len == doc_length ? "\n\n" : " ");
  g_string_append (text, sentence);
}

/* The doc comment, and in words what a schema can't say, or not so that a person sees it. */
static void
set_description (json_t *schema, const TwField *field, TwDirection direction)
{
  g_autoptr (GString) text = g_string_new (field->doc);
  const gsize doc_length = text->len;
  const gboolean is_input = direction == TW_OPENAPI_INPUT;
  g_autofree char *bytes = g_strdup_printf ("At most %" G_GUINT64_FORMAT " bytes in UTF-8.", field->max_bytes);

  if (is_input && field->has_max_bytes)
    append_sentence (text, doc_length, bytes);
  if (is_input && field->composed)
    append_sentence (text, doc_length, "Characters are counted as in Unicode's form NFC.");
  if (is_input && field->visible)
    append_sentence (text, doc_length, "At least one character can be seen.");
  if (is_input && field->distinct)
    append_sentence (text, doc_length, "No two may differ in case and accents alone.");
  tw_openapi_set_text (schema, "description", text->str);
}

json_t *
tw_openapi_field (TwOpenApi *api, const TwField *field, TwDirection direction, gboolean nullable)
{
  json_t *schema = tw_openapi_type (api, field->type, direction);

  if (direction == TW_OPENAPI_INPUT)
    set_limits (schema, field);
  if (nullable)
    schema = or_null (schema);
  if (field->example != NULL)
    json_object_set_new (schema, "examples", json_pack ("[o]", tw_example_given (field)));
  set_description (schema, field, direction);
  return schema;
}

json_t *
tw_openapi_object (TwDirection direction)
{
  json_t *object = json_pack ("{s:s, s:{}}", "type", "object", "properties");

  if (direction == TW_OPENAPI_INPUT)
    json_object_set_new (object, "additionalProperties", json_false ());
  return object;
}

void
tw_openapi_add_member (json_t *object, const char *name, json_t *schema, gboolean required)
{
  json_object_set_new (json_object_get (object, "properties"), name, schema);
  if (!required)
    return;
  if (json_object_get (object, "required") == NULL)
    json_object_set_new (object, "required", json_array ());
  json_array_append_new (json_object_get (object, "required"), json_string (name));
}

void
tw_openapi_drop_member (json_t *object, const char *name)
{
  json_t *required = json_object_get (object, "required");

  json_object_del (json_object_get (object, "properties"), name);
  for (gsize i = json_array_size (required); i-- > 0;)
    if (strcmp (json_string_value (json_array_get (required, i)), name) == 0)
      json_array_remove (required, i);
}

gboolean
tw_openapi_is_required (const TwStruct *structure, const TwField *field)
{
  return field->presence == TW_REQUIRED && !structure->is_union && field->cookie == NULL;
}

gboolean
tw_openapi_is_nullable (const TwStruct *structure, const TwField *field)
{
  if (structure->is_union || field->presence == TW_REQUIRED || field->never_null)
    return FALSE;
  for (guint i = 0; i < structure->n_fields; i++)
    if (structure->fields[i].nulls && structure->fields[i].has_max_size && structure->fields[i].max_size == 0)
      return FALSE;
  return TRUE;
}

json_t *
tw_openapi_struct (TwOpenApi *api, const TwStruct *structure, TwDirection direction)
{
  gboolean input = direction == TW_OPENAPI_INPUT;
  json_t *object = tw_openapi_object (direction);

  for (guint i = 0; i < structure->n_fields; i++)
    {
      const TwField *field = &structure->fields[i];
      gboolean nullable = input && tw_openapi_is_nullable (structure, field);

      if (field->source == TW_SOURCE_CLAIM || field->source == TW_SOURCE_MADE || field->source == TW_SOURCE_INTERNAL
          || (input && field->nulls))
        continue;
      tw_openapi_add_member (object, field->json_name, tw_openapi_field (api, field, direction, nullable),
                             tw_openapi_is_required (structure, field));
    }
  if (structure->is_union)
    {
      json_object_set_new (object, "minProperties", json_integer (1));
      json_object_set_new (object, "maxProperties", json_integer (1));
    }
  tw_openapi_set_text (object, "description", structure->doc);
  return object;
}
