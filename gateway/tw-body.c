/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-body.h"

#include "tw-error.h"
#include "tw-json-load.h"

#include <string.h>

#define JSON_TYPE "application/json"
#define MERGE_PATCH_TYPE "application/merge-patch+json"

static gboolean
is_patch (const char *verb)
{
  return strcmp (verb, "PATCH") == 0;
}

const char *
tw_body_accepted (const char *verb)
{
  return is_patch (verb) ? MERGE_PATCH_TYPE ", " JSON_TYPE : JSON_TYPE;
}

/* What is behind the type: nothing, or that the text is UTF-8, which it has to be anyway. */
static gboolean
is_utf8_parameter (const char *text)
{
  return *text == '\0' || g_ascii_strcasecmp (text, "charset=utf-8") == 0
         || g_ascii_strcasecmp (text, "charset=\"utf-8\"") == 0;
}

gboolean
tw_body_accepts (const char *verb, const char *type, gsize length)
{
  g_autofree char *text = g_strndup (type, length);
  char *semicolon = strchr (text, ';');
  const char *parameter = "";

  if (semicolon != NULL)
    {
      *semicolon = '\0';
      parameter = g_strstrip (semicolon + 1);
    }
  g_strchomp (text);
  return (g_ascii_strcasecmp (text, JSON_TYPE) == 0
          || (is_patch (verb) && g_ascii_strcasecmp (text, MERGE_PATCH_TYPE) == 0))
         && is_utf8_parameter (parameter);
}

/* Brackets outside of strings tell the depth; whether they match is the parser's to judge. */
static gboolean
is_shallow (const TwBuffer *body)
{
  guint depth = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < body->len; i++)
    {
      guint8 byte = body->data[i];

      if (in_string && byte == '\\')
        i++;
      else if (byte == '"')
        in_string = !in_string;
      else if (!in_string && (byte == '{' || byte == '['))
        depth++;
      else if (!in_string && (byte == '}' || byte == ']') && depth > 0)
        depth--;
      if (depth > TW_BODY_MAX_DEPTH)
        return FALSE;
    }
  return TRUE;
}

/* jansson's own text repeats the input. */
static const char *
describe (const json_error_t *failure)
{
  static const struct
  {
    enum json_error_code code;
    const char *text;
  } texts[] = {
    { json_error_duplicate_key, "has a name twice in one object" },
    { json_error_invalid_utf8, "is not UTF-8" },
    { json_error_null_character, "has a NUL" },
    { json_error_null_byte_in_key, "has a NUL" },
    { json_error_numeric_overflow, "has a number out of range" },
    { json_error_premature_end_of_input, "ends too early" },
    { json_error_end_of_input_expected, "goes on behind its end" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (json_error_code (failure) == texts[i].code)
      return texts[i].text;
  return "is not JSON";
}

json_t *
tw_body_parse (const TwBuffer *body, GError **error)
{
  json_error_t failure;
  json_t *json;

  if (!is_shallow (body))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "The body nests deeper than %d levels", TW_BODY_MAX_DEPTH);
      return NULL;
    }
  json = tw_json_load ((const char *) body->data, body->len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &failure);
  if (json == NULL)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "The body %s, at line %d, column %d", describe (&failure),
                   failure.line, failure.column);
      return NULL;
    }
  if (!json_is_object (json))
    {
      g_set_error_literal (error, TW_ERROR, TW_ERROR_INVALID, "The body must be a JSON object");
      json_decref (json);
      return NULL;
    }
  return json;
}
