/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-docs-private.h"

#include "tw-docs-resource.h"

#include <string.h>

/* The folder of the bundle that holds docs/. */
#define BUNDLE "/gateway/"

/* Called for each route that has the tag @tag. */
typedef void (*RouteFunc) (TwDocs *docs, const char *id, const char *verb, const char *path, json_t *operation);

/* Two paths can have one slug: the later one gets a number. The same ids come in the same order each time. */
static char *
choose_id (GHashTable *taken, const char *verb, const char *path)
{
  g_autofree char *text = g_strconcat (verb, path, NULL);
  g_autofree char *slug = tw_docs_slug (text);
  char *id = g_strdup (slug);

  for (guint n = 2; g_hash_table_contains (taken, id); n++)
    {
      g_free (id);
      id = g_strdup_printf ("%s-%u", slug, n);
    }
  g_hash_table_add (taken, g_strdup (id));
  return id;
}

static void
each_route (TwDocs *docs, const char *tag, RouteFunc func)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *path, *method;
  json_t *methods, *operation;

  json_object_foreach (json_object_get (docs->openapi, "paths"), path, methods)
    json_object_foreach (methods, method, operation)
      {
        g_autofree char *id = choose_id (taken, method, path);
        g_autofree char *verb = g_ascii_strup (method, -1);

        if (g_strcmp0 (json_string_value (json_array_get (json_object_get (operation, "tags"), 0)), tag) == 0)
          func (docs, id, verb, path, operation);
      }
}

static void
link_route (TwDocs *docs, const char *id, const char *verb, const char *path, json_t *operation)
{
  g_autofree char *lower = g_ascii_strdown (verb, -1);

  tw_docs_add_html (docs,
                    "<li><a href=\"#%s\"><span class=\"verb %s\">%s</span> <span class=\"path\">%s</span></a></li>\n",
                    id, lower, verb, path);
}

static void
add_navigation (TwDocs *docs, const json_t *tags)
{
  tw_docs_add_html (docs, "<nav aria-label=\"Routes\">\n<ul class=\"sections\"><li><a href=\"#about\">About</a></li>"
                          "<li><a href=\"#answers\">Refusals</a></li><li><a href=\"#headers\">Headers</a></li></ul>\n");
  for (gsize i = 0; i < json_array_size (tags); i++)
    {
      const char *tag = tw_docs_text (json_array_get (tags, i), "name");
      g_autofree char *slug = tw_docs_slug (tag);

      tw_docs_add_html (docs,
                        "<p class=\"tag\" id=\"routes-%s\"><a href=\"#tag-%s\">%s</a></p>\n"
                        "<ul aria-labelledby=\"routes-%s\">\n",
                        slug, slug, tag, slug);
      each_route (docs, tag, link_route);
      tw_docs_add_html (docs, "</ul>\n");
    }
  tw_docs_add_html (docs, "</nav>\n");
}

static void
begin_section (TwDocs *docs, const char *id, const char *title)
{
  tw_docs_add_html (docs, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">%s</h2>\n", id, id, id,
                    title);
}

static void
add_about (TwDocs *docs, const char *openapi_path)
{
  begin_section (docs, "about", "About");
  tw_docs_add_paragraphs (docs, tw_docs_text (json_object_get (docs->openapi, "info"), "description"));
  tw_docs_add_html (docs,
                    "<p>All of this, for programs: <a href=\"%s\">%s</a> (OpenAPI %s).</p>\n"
                    "<p>The commands that call a route are for a shell that knows where, and with which token:</p>\n"
                    "<figure class=\"curl\"><figcaption>Before the first call</figcaption><pre><code>"
                    "URL=<span data-origin>http://localhost:8080</span>\nTOKEN=…</code></pre></figure>\n</section>\n",
                    openapi_path, openapi_path, tw_docs_text (docs->openapi, "openapi"));
}

static void
add_tags (TwDocs *docs, const json_t *tags)
{
  for (gsize i = 0; i < json_array_size (tags); i++)
    {
      const json_t *tag = json_array_get (tags, i);
      const char *name = tw_docs_text (tag, "name");
      g_autofree char *slug = tw_docs_slug (name);
      g_autofree char *id = g_strconcat ("tag-", slug, NULL);

      begin_section (docs, id, name);
      tw_docs_add_paragraphs (docs, tw_docs_text (tag, "description"));
      each_route (docs, name, tw_docs_add_route);
      tw_docs_add_html (docs, "</section>\n");
    }
}

/* What many routes are refused with. */
static void
add_refusals (TwDocs *docs, json_t *components)
{
  const char *name;
  json_t *answer;

  begin_section (docs, "answers", "Refusals");
  tw_docs_add_schema (docs, json_object_get (json_object_get (components, "schemas"), "Problem"),
                      TW_DOCS_GIVEN);
  json_object_foreach (json_object_get (components, "responses"), name, answer)
    {
      g_autofree char *slug = tw_docs_slug (name);
      json_t *media = json_object_get (json_object_get (answer, "content"), "application/problem+json");
      json_t *example = json_object_get (media, "example");
      const char *title = tw_docs_text (example, "title");

      tw_docs_add_html (docs, "<article class=\"refusal\" id=\"answer-%s\">\n<h3>", slug);
      if (json_is_integer (json_object_get (example, "status")))
        {
          g_autofree char *status = json_dumps (json_object_get (example, "status"), JSON_ENCODE_ANY);

          tw_docs_add_html (docs, "<span class=\"status\">%s</span> ", status);
        }
      tw_docs_add_html (docs, "%s</h3>\n<p>%s</p>\n", title != NULL ? title : name,
                        tw_docs_text (answer, "description"));
      tw_docs_add_json (docs, "application/problem+json", example);
      tw_docs_add_html (docs, "</article>\n");
    }
  tw_docs_add_html (docs, "</section>\n");
}

static void
add_headers (TwDocs *docs, json_t *headers)
{
  const char *name;
  json_t *header;

  begin_section (docs, "headers", "Headers");
  tw_docs_add_html (docs, "<p>Of those that are on every answer it is not said again at each.</p>\n");
  json_object_foreach (headers, name, header)
    {
      g_autofree char *slug = tw_docs_slug (name);

      tw_docs_add_html (docs, "<dl id=\"header-%s\">\n", slug);
      tw_docs_add_header (docs, name, header, NULL);
      tw_docs_add_html (docs, "</dl>\n");
    }
  tw_docs_add_html (docs, "</section>\n");
}

char *
tw_docs_page (const json_t *openapi, const char *openapi_path)
{
  TwDocs page = { openapi, g_string_new (NULL) };
  TwDocs *docs = &page;
  const json_t *info = json_object_get (openapi, "info"), *tags = json_object_get (openapi, "tags");
  json_t *components = json_object_get (openapi, "components");

  tw_docs_add_html (docs,
                    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>API: %s</title>\n"
                    "<link rel=\"stylesheet\" href=\"" TW_DOCS_PATH "/style.css\">\n"
                    "<link rel=\"icon\" type=\"image/svg+xml\" href=\"" TW_DOCS_PATH "/icon.svg\">\n"
                    "<script type=\"module\" src=\"" TW_DOCS_PATH "/copy.js\"></script>\n</head>\n<body>\n"
                    "<a class=\"skip\" href=\"#content\">Skip to the content</a>\n"
                    "<header><h1>%s</h1> <p>version %s</p></header>\n",
                    tw_docs_text (info, "title"), tw_docs_text (info, "title"), tw_docs_text (info, "version"));
  add_navigation (docs, tags);
  tw_docs_add_html (docs, "<main id=\"content\" tabindex=\"-1\">\n");
  add_about (docs, openapi_path);
  add_tags (docs, tags);
  add_refusals (docs, components);
  add_headers (docs, json_object_get (components, "headers"));
  tw_docs_add_html (docs, "</main>\n<p id=\"said\" class=\"visually-hidden\" role=\"status\"></p>\n</body>\n</html>\n");
  return g_string_free (docs->out, FALSE);
}

gboolean
tw_docs_add (TwStatic *files, char *page, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (page, strlen (page));

  tw_static_add (files, TW_DOCS_PATH, "text/html; charset=utf-8", bytes);
  tw_static_add (files, TW_DOCS_PATH "/", "text/html; charset=utf-8", bytes);
  return tw_static_add_bundle (files, tw_docs_get_resource (), BUNDLE, error);
}
