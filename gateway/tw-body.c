/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-body.h"

#include "tw-error.h"
#include "tw-json-load.h"

#include <string.h>

#define JSON_TYPE "application/json"
#define CHARSET "charset"
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

static const char *
skip_blanks (const char *at)
{
  return at + strspn (at, " \t");
}

/* Reads a token or a quoted string (RFC 9110, section 5.6) at *@at, which is moved behind it, into @text. */
static gboolean
read_value (const char **at, GString *text)
{
  const char *from = *at;

  g_string_truncate (text, 0);
  if (*from != '"')
    {
      *at += strcspn (from, " \t;=,\"");
      g_string_append_len (text, from, *at - from);
      return text->len > 0;
    }
  for (from++; *from != '"'; from++)
    {
      if (*from == '\\')
        from++;
      if (*from == '\0')
        return FALSE;
      g_string_append_c (text, *from);
    }
  *at = from + 1;
  return TRUE;
}

/* Whether what is behind the type is a list of parameters, with none that says that the text is not UTF-8 (which it has to
 * be). Empty ones are allowed, and what nobody knows is passed over (RFC 2045, section 5.1). */
static gboolean
are_parameters (const char *at)
{
  g_autoptr (GString) value = g_string_new (NULL);

  for (at = skip_blanks (at); *at != '\0'; at = skip_blanks (at))
    {
      const char *name;
      gsize length;

      if (*at != ';')
        return FALSE;
      name = at = skip_blanks (at + 1);
      length = strcspn (name, " \t;=,\"");
      if (length == 0 && (*at == ';' || *at == '\0'))
        continue;
      at += length;
      if (length == 0 || *at++ != '=' || !read_value (&at, value))
        return FALSE;
      if (length == strlen (CHARSET) && g_ascii_strncasecmp (name, CHARSET, length) == 0
          && g_ascii_strcasecmp (value->str, "utf-8") != 0)
        return FALSE;
    }
  return TRUE;
}

gboolean
tw_body_accepts (const char *verb, const char *type, gsize length)
{
  g_autofree char *text = g_strndup (type, length);
  gsize name = strcspn (text, " \t;");

  return ((name == strlen (JSON_TYPE) && g_ascii_strncasecmp (text, JSON_TYPE, name) == 0)
          || (is_patch (verb) && name == strlen (MERGE_PATCH_TYPE)
              && g_ascii_strncasecmp (text, MERGE_PATCH_TYPE, name) == 0))
         && are_parameters (text + name);
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
