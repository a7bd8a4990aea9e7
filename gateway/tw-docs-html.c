/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-docs-private.h"

#include <string.h>

void
tw_docs_add_html (TwDocs *docs, const char *format, ...)
{
  g_autofree char *html = NULL;
  va_list values;

  va_start (values, format);
  html = g_markup_vprintf_escaped (format, values);
  va_end (values);
  g_string_append (docs->out, html);
}

void
tw_docs_add_paragraphs (TwDocs *docs, const char *text)
{
  g_auto (GStrv) paragraphs = g_strsplit (text != NULL ? text : "", "\n\n", -1);

  for (char **paragraph = paragraphs; *paragraph != NULL; paragraph++)
    if (*g_strstrip (*paragraph) != '\0')
      tw_docs_add_html (docs, "<p>%s</p>\n", *paragraph);
}

void
tw_docs_add_json (TwDocs *docs, const char *label, const json_t *value)
{
  g_autofree char *text = value != NULL ? json_dumps (value, JSON_INDENT (2) | JSON_ENCODE_ANY) : NULL;

  if (text != NULL)
    tw_docs_add_html (docs, "<figure><figcaption>%s</figcaption><pre><code>%s</code></pre></figure>\n",
                      label, text);
}

char *
tw_docs_slug (const char *text)
{
  GString *slug = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_isalnum (*at))
      g_string_append_c (slug, g_ascii_tolower (*at));
    else if (slug->len > 0 && slug->str[slug->len - 1] != '-')
      g_string_append_c (slug, '-');
  if (slug->len > 0 && slug->str[slug->len - 1] == '-')
    g_string_truncate (slug, slug->len - 1);
  return g_string_free (slug, FALSE);
}

const char *
tw_docs_text (const json_t *object, const char *member)
{
  return json_string_value (json_object_get (object, member));
}

const char *
tw_docs_reference (const json_t *value)
{
  const char *path = tw_docs_text (value, "$ref");
  const char *slash = path != NULL ? strrchr (path, '/') : NULL;

  return slash != NULL ? slash + 1 : NULL;
}

json_t *
tw_docs_resolve (const TwDocs *docs, json_t *value)
{
  const char *path = tw_docs_text (value, "$ref");
  g_auto (GStrv) names = g_strsplit (path != NULL ? path : "", "/", -1);
  const json_t *found = docs->openapi;

  if (path == NULL)
    return value;
  for (guint i = 1; i < g_strv_length (names); i++)
    found = json_object_get (found, names[i]);
  return (json_t *) (guintptr) found;
}
