/* SPDX-License-Identifier: Apache-2.0 */

/* Examples of whole values: a struct's are those of its fields, a container's has one element where that is enough. */

#include "tw-openapi-private.h"

#include "tw-example.h"
#include "tw-inputs.h"

#include <string.h>

/* A list of the same again is made no longer than this. */
#define MAX_ELEMENTS 8

static json_t *make (const TwField *field, TwDirection direction, GPtrArray *open);

/* Elements of which there is no example leave it empty. */
static json_t *
make_elements (const TwField *field, TwDirection direction, GPtrArray *open)
{
  const TwField element
      = field->elements != NULL ? *field->elements : (TwField) { .doc = "", .type = field->type->element };
  json_t *elements = json_array ();
  json_t *one = field->has_max_size && field->max_size == 0 ? NULL : make (&element, direction, open);
  guint64 n = field->has_min_size ? MAX (field->min_size, 1) : 1;

  for (guint64 i = 0; i < n && one != NULL && n <= MAX_ELEMENTS; i++)
    json_array_append (elements, one);
  json_decref (one);
  return elements;
}

static json_t *
make_map (const TwField *field, TwDirection direction, GPtrArray *open)
{
  const TwField element = { .doc = "", .type = field->type->element };
  json_t *map = json_object ();
  json_t *one = field->has_max_size && field->max_size == 0 ? NULL : make (&element, direction, open);

  if (one != NULL)
    json_object_set_new (map, field->type->key->wire == TW_WIRE_STRING ? "text" : "1", one);
  return map;
}

static gboolean
is_part (const TwField *field, TwDirection direction)
{
  return field->source != TW_SOURCE_CLAIM && field->source != TW_SOURCE_MADE
         && field->source != TW_SOURCE_INTERNAL
         && !(direction == TW_OPENAPI_INPUT && (field->nulls || field->example_alone));
}

/* NULL where what must be there has no example, or would hold itself. */
static json_t *
make_struct (const TwStruct *structure, TwDirection direction, GPtrArray *open)
{
  json_t *object;
  gboolean whole = TRUE;

  if (g_ptr_array_find (open, structure, NULL))
    return NULL;
  object = json_object ();
  g_ptr_array_add (open, (gpointer) (guintptr) structure);
  for (guint i = 0; i < structure->n_fields; i++)
    {
      const TwField *field = &structure->fields[i];
      json_t *value = is_part (field, direction) ? make (field, direction, open) : NULL;

      if (value != NULL)
        json_object_set_new (object, field->json_name, value);
      else if (is_part (field, direction) && field->presence == TW_REQUIRED && !structure->is_union)
        whole = FALSE;
      if (structure->is_union && value != NULL)
        break;
    }
  g_ptr_array_set_size (open, (gint) open->len - 1);
  if (!whole || (structure->is_union && json_object_size (object) == 0))
    g_clear_pointer (&object, json_decref);
  return object;
}

static gboolean
is_refused (const TwField *field, const json_t *elements)
{
  gsize n = json_is_array (elements) ? json_array_size (elements) : json_object_size (elements);

  return (field->has_min_size && n < field->min_size) || (field->has_max_size && n > field->max_size)
         || (field->type->wire == TW_WIRE_SET && n > 1);
}

static json_t *
make_container (const TwField *field, TwDirection direction, GPtrArray *open)
{
  json_t *given = tw_example_given (field);
  json_t *made;

  if (given != NULL)
    return given;
  made = field->type->wire == TW_WIRE_MAP ? make_map (field, direction, open) : make_elements (field, direction, open);
  if (is_refused (field, made))
    g_clear_pointer (&made, json_decref);
  return made;
}

static json_t *
make (const TwField *field, TwDirection direction, GPtrArray *open)
{
  if (field->type->wire == TW_WIRE_STRUCT)
    return make_struct (field->type->structure, direction, open);
  return field->type->element != NULL ? make_container (field, direction, open) : tw_example_of_scalar (field);
}

json_t *
tw_openapi_example (const TwField *field, TwDirection direction)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new ();

  return make (field, direction, open);
}

json_t *
tw_openapi_example_of_body (const TwMethod *method, const TwStruct *whole)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  json_t *body = json_object ();
  const TwField *field;

  if (whole != NULL && whole->is_union)
    {
      g_autoptr (GPtrArray) open = g_ptr_array_new ();

      json_decref (body);
      return make_struct (whole, TW_OPENAPI_INPUT, open);
    }
  while (body != NULL && (field = tw_inputs_next (&inputs)) != NULL)
    {
      const gboolean is_shown = tw_inputs_is_member (field) && !field->example_alone;
      json_t *value = is_shown ? tw_openapi_example (field, TW_OPENAPI_INPUT) : NULL;

      if (value != NULL)
        json_object_set_new (body, field->json_name, value);
      else if (tw_inputs_is_member (field) && field->presence == TW_REQUIRED)
        g_clear_pointer (&body, json_decref);
    }
  return body;
}

json_t *
tw_openapi_example_of_answer (const TwMethod *method)
{
  const TwField value = { .doc = "", .type = method->returns };
  const TwStruct *structure = method->returns->structure;
  json_t *answer = tw_openapi_example (&value, TW_OPENAPI_OUTPUT);

  for (guint i = 0; answer != NULL && structure != NULL && i < structure->n_fields; i++)
    if (tw_openapi_is_in_header (&structure->fields[i]))
      json_object_del (answer, structure->fields[i].json_name);
  if (answer != NULL && method->issues_session)
    {
      json_object_set_new (answer, "accessToken", json_string ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI2N2YifQ.c2lnbmF0dXJl"));
      json_object_set_new (answer, "tokenType", json_string ("Bearer"));
      json_object_set_new (answer, "expiresIn", json_integer (900));
    }
  return answer;
}

/* An example of what stands for @name in a location: that itself where there is none, as for what keeps to a vt.pattern. */
static char *
example_of_part (const TwStruct *structure, const char *name, gsize length)
{
  const TwField *field = tw_struct_find_name (structure, name, length);
  json_auto_t *example = field != NULL ? tw_openapi_example (field, TW_OPENAPI_OUTPUT) : NULL;

  if (example == NULL)
    return g_strndup (name, length);
  return json_is_string (example) ? g_strdup (json_string_value (example)) : json_dumps (example, JSON_ENCODE_ANY);
}

json_t *
tw_openapi_example_of_location (const TwMethod *method)
{
  g_autoptr (GString) location = g_string_new (NULL);
  const char *at = method->location;

  for (const char *open = strchr (at, '{'); open != NULL; open = strchr (at, '{'))
    {
      gsize length = strcspn (open + 1, "}");
      g_autofree char *text = example_of_part (method->returns->structure, open + 1, length);

      g_string_append_len (location, at, open - at);
      g_string_append_uri_escaped (location, text, NULL, FALSE);
      at = open + 1 + length + 1;
    }
  g_string_append (location, at);
  return json_string (location->str);
}

json_t *
tw_openapi_example_of_cookie (const TwField *field)
{
  const TwCookie plain = { field->source_name, "/", 0 };
  const TwCookie *cookie = field->cookie != NULL ? field->cookie : &plain;
  json_auto_t *value = tw_openapi_example (field, TW_OPENAPI_OUTPUT);
  g_autofree char *age
      = cookie->max_age_s > 0 ? g_strdup_printf ("; Max-Age=%" G_GINT64_FORMAT, cookie->max_age_s) : g_strdup ("");

  return json_sprintf ("%s=%s; Path=%s%s; HttpOnly; SameSite=Strict; Secure", cookie->name,
                       json_is_string (value) ? json_string_value (value) : "1", cookie->path, age);
}
