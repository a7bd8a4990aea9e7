/* SPDX-License-Identifier: Apache-2.0 */

/* The closed set of annotations: one table says of each where it may stand, which types it holds for and who decodes
 * it. docs/annotations.md says the same to people. Keys that do not begin with api., vt. or tw. are somebody else's. */

#include "tw-annotation.h"

#include "tw-example.h"

#include <string.h>

TwKind
tw_annotation_kind (const TwType *type)
{
  switch (type->wire)
    {
    case TW_WIRE_BOOL:
      return TW_KIND_BOOL;
    case TW_WIRE_BYTE:
    case TW_WIRE_I16:
    case TW_WIRE_I32:
    case TW_WIRE_I64:
      return TW_KIND_INTEGER;
    case TW_WIRE_DOUBLE:
      return TW_KIND_REAL;
    case TW_WIRE_STRING:
      return type->binary ? TW_KIND_BINARY : TW_KIND_TEXT;
    case TW_WIRE_STRUCT:
      return TW_KIND_STRUCT;
    case TW_WIRE_LIST:
    case TW_WIRE_SET:
    case TW_WIRE_MAP:
      return TW_KIND_CONTAINER;
    case TW_WIRE_STOP:
    default:
      g_return_val_if_reached (TW_KIND_STRUCT);
    }
}

gboolean
tw_reading_is (TwReading *reading, const char *wanted, GError **error)
{
  if (strcmp (reading->value, wanted) != 0)
    return TW_READING_FAIL (reading, error, "must be \"%s\"", wanted);
  return TRUE;
}

#define INPUT (TW_PLACE_ARGUMENT | TW_PLACE_FIELD)
#define VALUE (INPUT | TW_PLACE_EXCEPTION_FIELD)

static const TwAnnotation annotations[] = {
  { "api.get", TW_PLACE_METHOD, 0, tw_decode_route },
  { "api.post", TW_PLACE_METHOD, 0, tw_decode_route },
  { "api.put", TW_PLACE_METHOD, 0, tw_decode_route },
  { "api.patch", TW_PLACE_METHOD, 0, tw_decode_route },
  { "api.delete", TW_PLACE_METHOD, 0, tw_decode_route },
  { "tw.auth", TW_PLACE_METHOD, 0, tw_decode_auth },
  { "tw.status", TW_PLACE_METHOD, 0, tw_decode_status },
  { "tw.errors", TW_PLACE_METHOD, 0, tw_decode_errors },
  { "tw.location", TW_PLACE_METHOD, 0, tw_decode_location },
  { "tw.retry", TW_PLACE_METHOD, 0, tw_decode_retry },
  { "tw.issues", TW_PLACE_METHOD, 0, tw_decode_issues },
  { "tw.revokes", TW_PLACE_METHOD, 0, tw_decode_revokes },
  { "tw.drops", TW_PLACE_METHOD, 0, tw_decode_drops },
  { "tw.role", TW_PLACE_METHOD, 0, tw_decode_role },
  { "tw.stream", TW_PLACE_METHOD, 0, tw_decode_stream },
  { "tw.serve", TW_PLACE_METHOD, 0, tw_decode_serve },

  { "tw.calls", TW_PLACE_SERVICE, 0, tw_decode_calls },
  { "tw.context", TW_PLACE_SERVICE, 0, tw_decode_context },

  { "api.path", INPUT, TW_KIND_SCALAR, tw_decode_path },
  { "api.query", INPUT, TW_KIND_SCALAR, tw_decode_query },
  { "api.header", VALUE, TW_KIND_SCALAR, tw_decode_header },
  { "api.cookie", INPUT, TW_KIND_SCALAR, tw_decode_cookie },
  { "api.body", INPUT, TW_KIND_ANY, tw_decode_body },
  { "tw.cookie", INPUT, TW_KIND_TEXT, tw_decode_carrier },
  { "tw.claim", VALUE, TW_KIND_TEXT, tw_decode_claim },
  { "tw.if_match", INPUT, TW_KIND_CONTAINER, tw_decode_if_match },
  { "tw.if_none_match", INPUT, TW_KIND_CONTAINER, tw_decode_if_none_match },
  { "tw.key", INPUT, TW_KIND_TEXT, tw_decode_key },
  { "tw.fingerprint", INPUT, TW_KIND_BINARY, tw_decode_fingerprint },
  { "tw.internal", TW_PLACE_FIELD, TW_KIND_ANY, tw_decode_internal },
  { "tw.link", TW_PLACE_FIELD, TW_KIND_SCALAR, tw_decode_link },

  { "vt.min_size", VALUE, TW_KIND_SIZED, tw_decode_size },
  { "vt.max_size", VALUE, TW_KIND_SIZED, tw_decode_size },
  { "tw.max_bytes", VALUE, TW_KIND_TEXT, tw_decode_size },
  { "tw.visible", VALUE, TW_KIND_TEXT, tw_decode_visible },
  { "tw.normalize", VALUE, TW_KIND_TEXT, tw_decode_normalize },
  { "vt.pattern", VALUE, TW_KIND_TEXT, tw_decode_pattern },
  { "vt.ge", VALUE, TW_KIND_NUMBER, tw_decode_bound },
  { "vt.le", VALUE, TW_KIND_NUMBER, tw_decode_bound },
  { "vt.in", VALUE, TW_KIND_TEXT | TW_KIND_INTEGER, tw_decode_in },
  { "tw.format", VALUE, TW_KIND_TEXT, tw_decode_format },
  { "tw.distinct", VALUE, TW_KIND_CONTAINER, tw_decode_distinct },

  { "vt.elem.min_size", VALUE, TW_KIND_CONTAINER, tw_decode_elements },
  { "vt.elem.max_size", VALUE, TW_KIND_CONTAINER, tw_decode_elements },
  { "tw.elem.max_bytes", VALUE, TW_KIND_CONTAINER, tw_decode_elements },
  { "tw.elem.visible", VALUE, TW_KIND_CONTAINER, tw_decode_elements },
  { "tw.elem.normalize", VALUE, TW_KIND_CONTAINER, tw_decode_elements },
  { "vt.elem.pattern", VALUE, TW_KIND_CONTAINER, tw_decode_elements },
  { "vt.elem.ge", VALUE, TW_KIND_CONTAINER, tw_decode_elements },
  { "vt.elem.le", VALUE, TW_KIND_CONTAINER, tw_decode_elements },
  { "vt.elem.in", VALUE, TW_KIND_CONTAINER, tw_decode_elements },
  { "tw.elem.format", VALUE, TW_KIND_CONTAINER, tw_decode_elements },

  { "tw.example", VALUE, TW_KIND_SCALAR | TW_KIND_BINARY | TW_KIND_CONTAINER, tw_decode_example },
  { "tw.example_alone", INPUT, TW_KIND_ANY, tw_decode_example_alone },
  { "tw.secret", VALUE, TW_KIND_TEXT | TW_KIND_BINARY, tw_decode_secret },
  { "tw.nulls", TW_PLACE_FIELD, TW_KIND_CONTAINER, tw_decode_nulls },
  { "tw.null", TW_PLACE_FIELD, TW_KIND_ANY, tw_decode_null },
  { "tw.error", TW_PLACE_EXCEPTION_FIELD, TW_KIND_INTEGER | TW_KIND_TEXT, tw_decode_error },

  { "tw.tag", TW_PLACE_STRUCT, 0, tw_decode_tag },
  { "tw.record", TW_PLACE_STRUCT, 0, tw_decode_record },
  { "tw.kept", TW_PLACE_FIELD, TW_KIND_ANY, tw_decode_kept },
  { "tw.query", TW_PLACE_STRUCT, 0, tw_decode_asks },
  { "tw.filter", TW_PLACE_FIELD, TW_KIND_SCALAR, tw_decode_filter },
  { "tw.order", TW_PLACE_FIELD, TW_KIND_TEXT, tw_decode_order },
  { "tw.former", TW_PLACE_FIELD, TW_KIND_TEXT, tw_decode_former },
};

static gboolean
is_ours (const char *key)
{
  return g_str_has_prefix (key, "api.") || g_str_has_prefix (key, "vt.") || g_str_has_prefix (key, "tw.");
}

static const TwAnnotation *
find_annotation (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (annotations); i++)
    if (strcmp (annotations[i].key, key) == 0)
      return &annotations[i];
  return NULL;
}

static const char *
describe_place (TwPlace place)
{
  switch (place)
    {
    case TW_PLACE_METHOD:
      return "a method";
    case TW_PLACE_ARGUMENT:
      return "an argument";
    case TW_PLACE_FIELD:
      return "a struct's field";
    case TW_PLACE_EXCEPTION_FIELD:
      return "an exception's field";
    case TW_PLACE_SERVICE:
      return "a service";
    case TW_PLACE_STRUCT:
      return "a struct";
    case TW_PLACE_ELSEWHERE:
    default:
      return "a type, typedef, enum, exception or union";
    }
}

static gboolean
read_one (TwReading *reading, const char *key, const json_t *value, GError **error)
{
  const TwAnnotation *annotation = find_annotation (key);

  if (annotation == NULL)
    return tw_spot_fail (reading->spot, key, error, "there is no such annotation");
  if ((annotation->places & (int) reading->place) == 0)
    return tw_spot_fail (reading->spot, key, error, "can't stand on %s", describe_place (reading->place));
  if (reading->field != NULL && (annotation->kinds & (int) tw_annotation_kind (reading->field->type)) == 0)
    return tw_spot_fail (reading->spot, key, error, "can't hold for a value of this type");
  if (!json_is_string (value))
    return tw_spot_fail (reading->spot, key, error, "must be a string");
  reading->annotation = annotation;
  reading->value = json_string_value (value);
  return annotation->decode (reading, error);
}

/* A limit of each element: what the limit of that name says of a field whose type is the element's. */
gboolean
tw_decode_elements (TwReading *reading, GError **error)
{
  const TwType *element = reading->field->type->element;
  g_autofree char *name = g_strdup_printf ("%s[]", reading->field->name);
  const TwSpot spot = { reading->spot->document, reading->spot->owner, name };
  TwField *elements = (TwField *) (guintptr) reading->field->elements; /* ours while loading */
  TwReading inside = { .schema = reading->schema, .spot = &spot, .place = reading->place };
  g_autoptr (GString) key = g_string_new (reading->annotation->key);

  g_string_replace (key, ".elem.", ".", 1);
  inside.annotation = find_annotation (key->str);
  inside.value = reading->value;
  if (reading->field->type->wire == TW_WIRE_MAP || (inside.annotation->kinds & (int) tw_annotation_kind (element)) == 0)
    return TW_READING_FAIL (reading, error, "can't hold for a value of this type");
  if (elements == NULL)
    {
      elements = tw_schema_new (reading->schema, TwField, 1);
      elements->name = elements->json_name = elements->doc = tw_schema_string (reading->schema, "");
      elements->type = element;
      reading->field->elements = elements;
    }
  inside.field = elements;
  return inside.annotation->decode (&inside, error);
}

static gboolean
read_all (TwReading *reading, const json_t *object, GError **error)
{
  const char *key;
  json_t *value;

  /* The macro only reads, but json_object_iter() wants an object that it could write. */
  json_object_foreach ((json_t *) (guintptr) json_object_get (object, "annotations"), key, value)
    if (is_ours (key) && !read_one (reading, key, value, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_example (const TwSpot *spot, const TwField *field, GError **error)
{
  g_autofree char *wrong = NULL;

  if (field->example == NULL)
    return TRUE;
  if (field->source == TW_SOURCE_CLAIM || field->source == TW_SOURCE_MADE || field->source == TW_SOURCE_INTERNAL
      || field->nulls)
    return tw_spot_fail (spot, "tw.example", error, "can't stand on what no request and no answer shows");
  wrong = tw_example_check (field);
  return wrong == NULL || tw_spot_fail (spot, "tw.example", error, "%s", wrong);
}

static gboolean
check_range (const TwSpot *spot, const TwField *field, GError **error)
{
  gboolean real = field->type->wire == TW_WIRE_DOUBLE;

  if (field->has_min_size && field->has_max_size && field->min_size > field->max_size)
    return tw_spot_fail (spot, "vt.min_size", error, "is more than vt.max_size");
  if (field->has_ge && field->has_le && (real ? field->ge_real > field->le_real : field->ge > field->le))
    return tw_spot_fail (spot, "vt.ge", error, "is more than vt.le");
  return TRUE;
}

/* What two annotations of a field must not say together. */
static gboolean
check_field (const TwSpot *spot, const TwField *field, GError **error)
{
  g_autofree char *each = field->elements != NULL ? g_strdup_printf ("%s[]", field->name) : NULL;
  const TwSpot at_elements = { spot->document, spot->owner, each };

  if (!check_range (spot, field, error)
      || (field->elements != NULL && !check_range (&at_elements, field->elements, error)))
    return FALSE;
  /* Sorting combining marks, as folding does, takes the square of their number. */
  if (field->distinct && (field->elements == NULL || !field->elements->has_max_size))
    return tw_spot_fail (spot, "tw.distinct", error, "needs vt.elem.max_size");
  if (field->cookie != NULL && field->source != TW_SOURCE_BODY)
    return tw_spot_fail (spot, "tw.cookie", error, "can't stand on what does not come from the body");
  if (field->link != NULL && (field->source != TW_SOURCE_BODY || field->cookie != NULL))
    return tw_spot_fail (spot, "tw.link", error, "can't stand on what is not in the answer's body");
  if (field->link != NULL && field->secret)
    return tw_spot_fail (spot, "tw.link", error, "a secret can't go into a query: they end up in logs");
  if (field->secret && (field->source == TW_SOURCE_PATH || field->source == TW_SOURCE_QUERY))
    return tw_spot_fail (spot, "tw.secret", error, "a secret can't come from path or query: they end up in logs");
  if (field->never_null && (field->presence == TW_REQUIRED || field->source != TW_SOURCE_BODY))
    return tw_spot_fail (spot, "tw.null", error, "is for what is optional, and comes from the body");
  return check_example (spot, field, error);
}

gboolean
tw_annotations_read_field (TwSchema *schema, const TwSpot *spot, TwPlace place, const json_t *object, TwField *field,
                           GError **error)
{
  TwReading reading = { .schema = schema, .spot = spot, .place = place, .field = field };

  return read_all (&reading, object, error) && check_field (spot, field, error);
}

gboolean
tw_annotations_read_method (TwSchema *schema, const TwSpot *spot, const json_t *object, TwMethod *method,
                            GError **error)
{
  TwReading reading = { .schema = schema, .spot = spot, .place = TW_PLACE_METHOD, .method = method };

  if (!read_all (&reading, object, error))
    return FALSE;
  if (reading.open && method->verb == NULL)
    return tw_spot_fail (spot, "tw.auth", error, "needs a route");
  if (method->status != 0 && method->verb == NULL)
    return tw_spot_fail (spot, "tw.status", error, "needs a route");
  method->needs_token = method->verb != NULL && !reading.open;
  if (method->status == 0)
    method->status = method->returns != NULL ? 200 : 204;
  return TRUE;
}

gboolean
tw_annotations_read_service (TwSchema *schema, const TwSpot *spot, const json_t *object, TwService *service,
                             GError **error)
{
  TwReading reading = { .schema = schema, .spot = spot, .place = TW_PLACE_SERVICE, .service = service };

  return read_all (&reading, object, error);
}

gboolean
tw_annotations_read_struct (TwSchema *schema, const TwSpot *spot, const json_t *object, TwStruct *structure,
                            GError **error)
{
  TwReading reading = { .schema = schema, .spot = spot, .place = TW_PLACE_STRUCT, .structure = structure };

  return read_all (&reading, object, error);
}

gboolean
tw_annotations_refuse (const TwSpot *spot, const json_t *object, GError **error)
{
  TwReading reading = { .spot = spot, .place = TW_PLACE_ELSEWHERE };

  return read_all (&reading, object, error);
}
