/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-example.h"

#include "tw-binding.h"
#include "tw-json-load.h"
#include "tw-limits.h"

#include <string.h>

/* What a text may look like, where nothing is said of it. */
static const char *const words[] = { "text", "a", "example", "1", "+4930123456", "2026-01-31", "2026-01-31T12:00:00Z",
                                     "ada@example.org", "#336699", "" };

/* The longest text that is made to have a least length. */
#define MAX_MADE 64

json_t *
tw_example_given (const TwField *field)
{
  json_error_t reason;

  if (field->example == NULL)
    return NULL;
  if (field->type->wire == TW_WIRE_STRING)
    return json_string (field->example);
  return tw_json_load (field->example, strlen (field->example), JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &reason);
}

/* What a request would be told that brought @value for @field; NULL where it would be taken. */
static char *
judge (const TwField *field, const json_t *value)
{
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  g_autoptr (TwProblems) problems = tw_problems_new ();
  TwBinding binding = { .problems = problems };

  tw_writer_init (&binding.writer, TW_PROTOCOL_BINARY, &bytes);
  tw_bind_value (&binding, field, value, NULL, 1);
  return tw_problems_count (problems) > 0 ? g_strdup (tw_problems_get (problems, 0)->detail) : NULL;
}

char *
tw_example_check (const TwField *field)
{
  json_t *value = tw_example_given (field);
  char *wrong = NULL;

  if (field->example != NULL && value == NULL)
    return g_strdup ("is not the JSON of such a value");
  if (value != NULL)
    wrong = judge (field, value);
  json_decref (value);
  return wrong;
}

json_t *
tw_example_default (const TwField *field)
{
  if (field->type->wire == TW_WIRE_BOOL)
    return json_boolean (field->fallback.integer);
  if (field->type->wire == TW_WIRE_DOUBLE)
    return json_real (field->fallback.real);
  if (field->type->wire == TW_WIRE_STRING && field->type->binary)
    {
      g_autofree char *text =
          g_base64_encode ((const guchar *) field->fallback.string, strlen (field->fallback.string));

      return json_string (text);
    }
  if (field->type->wire == TW_WIRE_STRING)
    return json_string (field->fallback.string);
  return json_integer (field->fallback.integer);
}

static json_t *
example_of_integer (const TwField *field)
{
  return json_integer (field->has_ge && field->ge > 1 ? field->ge : field->has_le && field->le < 1 ? field->le : 1);
}

static json_t *
example_of_real (const TwField *field)
{
  return json_real (field->has_ge && field->ge_real > 1.5   ? field->ge_real
                    : field->has_le && field->le_real < 1.5 ? field->le_real
                                                            : 1.5);
}

/* "aaa": as long as it has to be. */
static json_t *
example_of_length (const TwField *field)
{
  g_autofree char *made = g_strnfill (field->has_min_size ? MIN (field->min_size, MAX_MADE) : 1, 'a');
  g_autofree char *wrong = tw_limits_check_string (field, made, strlen (made));

  if (wrong != NULL)
    return NULL;
  if (!field->type->binary)
    return json_string (made);

  g_autofree char *encoded = g_base64_encode ((const guchar *) made, strlen (made));

  return json_string (encoded);
}

static json_t *
example_of_text (const TwField *field)
{
  for (guint i = 0; i < G_N_ELEMENTS (words) && !field->type->binary; i++)
    {
      g_autofree char *wrong = tw_limits_check_string (field, words[i], strlen (words[i]));

      if (wrong == NULL)
        return json_string (words[i]);
    }
  return example_of_length (field);
}

static json_t *
example_of_type (const TwField *field)
{
  switch (field->type->wire)
    {
    case TW_WIRE_BOOL:
      return json_true ();
    case TW_WIRE_BYTE:
    case TW_WIRE_I16:
    case TW_WIRE_I32:
    case TW_WIRE_I64:
      return field->in != NULL ? json_integer (g_ascii_strtoll (field->in[0], NULL, 10)) : example_of_integer (field);
    case TW_WIRE_DOUBLE:
      return example_of_real (field);
    case TW_WIRE_STRING:
      return field->in != NULL ? json_string (field->in[0]) : example_of_text (field);
    case TW_WIRE_STRUCT:
    case TW_WIRE_LIST:
    case TW_WIRE_SET:
    case TW_WIRE_MAP:
    case TW_WIRE_STOP:
    default:
      g_return_val_if_reached (NULL);
    }
}

/* A limit may refuse a default: limits are for input, and a default is what is there without any. */
static json_t *
unless_refused (const TwField *field, json_t *value)
{
  g_autofree char *wrong = value != NULL ? judge (field, value) : NULL;

  if (wrong != NULL)
    g_clear_pointer (&value, json_decref);
  return value;
}

json_t *
tw_example_of_scalar (const TwField *field)
{
  json_t *value = tw_example_given (field);

  if (value == NULL && field->fallback.set)
    value = unless_refused (field, tw_example_default (field));
  return value != NULL ? value : unless_refused (field, example_of_type (field));
}
