/* SPDX-License-Identifier: Apache-2.0 */

/* A command that a person can paste: $URL and $TOKEN are the shell's, all else is quoted for it. Only what the route
 * can't do without is in it. */

#include "tw-docs-private.h"

#include <string.h>

/* What is on a line of its own. */
#define NEXT " \\\n  "

static void
append_value (GString *out, const json_t *parameter)
{
  const json_t *example = json_object_get (parameter, "example");
  g_autofree char *printed = NULL;
  const char *text = json_string_value (example);

  if (text == NULL)
    text = printed = json_dumps (example, JSON_ENCODE_ANY);
  g_string_append_uri_escaped (out, text != NULL ? text : tw_docs_text (parameter, "name"), NULL, FALSE);
}

static const json_t *
find_path_parameter (const json_t *parameters, const char *name, gsize length)
{
  for (gsize i = 0; i < json_array_size (parameters); i++)
    {
      const json_t *parameter = json_array_get (parameters, i);
      const char *its = tw_docs_text (parameter, "name");

      if (strcmp (tw_docs_text (parameter, "in"), "path") == 0 && strlen (its) == length
          && memcmp (its, name, length) == 0)
        return parameter;
    }
  return NULL;
}

static void
append_path (GString *target, const char *path, const json_t *parameters)
{
  const char *at = path;

  while (*at != '\0')
    {
      gsize plain = strcspn (at, "{");
      gsize name = at[plain] == '{' ? strcspn (at + plain + 1, "}") : 0;
      const json_t *parameter = find_path_parameter (parameters, at + plain + 1, name);

      g_string_append_len (target, at, (gssize) plain);
      if (name > 0 && parameter != NULL)
        append_value (target, parameter);
      at += plain + (at[plain] == '{' ? name + 2 : 0);
    }
}

static void
append_query (GString *target, const json_t *parameters)
{
  char before = '?';

  for (gsize i = 0; i < json_array_size (parameters); i++)
    {
      const json_t *parameter = json_array_get (parameters, i);

      if (strcmp (tw_docs_text (parameter, "in"), "query") != 0
          || !json_is_true (json_object_get (parameter, "required")))
        continue;
      g_string_append_c (target, before);
      g_string_append_uri_escaped (target, tw_docs_text (parameter, "name"), NULL, FALSE);
      g_string_append_c (target, '=');
      append_value (target, parameter);
      before = '&';
    }
}

/* In double quotes, which $URL needs, where the shell leaves the rest alone too. */
static void
append_target (GString *curl, const char *target)
{
  g_autofree char *quoted = g_shell_quote (target);

  if (strpbrk (target, "$`\\\"!") == NULL)
    g_string_append_printf (curl, " \"$URL%s\"", target);
  else
    g_string_append_printf (curl, " \"$URL\"%s", quoted);
}

static void
append_header (GString *curl, const char *name, const char *value)
{
  g_autofree char *header = g_strdup_printf ("%s: %s", name, value);
  g_autofree char *quoted = g_shell_quote (header);

  g_string_append_printf (curl, NEXT "-H %s", quoted);
}

/* Headers and cookies that have to be there. */
static void
append_headers (GString *curl, const json_t *parameters)
{
  for (gsize i = 0; i < json_array_size (parameters); i++)
    {
      const json_t *parameter = json_array_get (parameters, i);
      const char *in = tw_docs_text (parameter, "in"), *name = tw_docs_text (parameter, "name");
      g_autoptr (GString) value = g_string_new (NULL);

      if (!json_is_true (json_object_get (parameter, "required")))
        continue;
      if (strcmp (in, "cookie") == 0)
        g_string_append_printf (value, "%s=", name);
      append_value (value, parameter);
      if (strcmp (in, "header") == 0 || strcmp (in, "cookie") == 0)
        append_header (curl, strcmp (in, "cookie") == 0 ? "Cookie" : name, value->str);
    }
}

/* FALSE where there is no body. */
static gboolean
append_body (GString *curl, const json_t *operation)
{
  const json_t *content = json_object_get (json_object_get (operation, "requestBody"), "content");
  const json_t *example = json_object_get (json_object_get (content, "application/json"), "example");
  g_autofree char *text = example != NULL ? json_dumps (example, JSON_ENCODE_ANY) : NULL;
  g_autofree char *quoted = text != NULL ? g_shell_quote (text) : NULL;

  if (quoted == NULL)
    return FALSE;
  append_header (curl, "Content-Type", "application/json");
  g_string_append_printf (curl, NEXT "-d %s", quoted);
  return TRUE;
}

char *
tw_docs_curl (const TwDocs *docs, const char *verb, const char *path, json_t *operation)
{
  const json_t *parameters = json_object_get (operation, "parameters");
  g_autoptr (GString) target = g_string_new (NULL);
  g_autoptr (GString) rest = g_string_new (NULL);
  GString *curl = g_string_new ("curl");
  gboolean has_body;

  append_path (target, path, parameters);
  append_query (target, parameters);
  if (json_array_size (json_object_get (operation, "security")) > 0)
    g_string_append (rest, NEXT "-H \"Authorization: Bearer $TOKEN\"");
  append_headers (rest, parameters);
  has_body = append_body (rest, operation);
  if (strcmp (verb, "GET") != 0 && !(has_body && strcmp (verb, "POST") == 0))
    g_string_append_printf (curl, " -X %s", verb);
  append_target (curl, target->str);
  g_string_append (curl, rest->str);
  return g_string_free (curl, FALSE);
}
