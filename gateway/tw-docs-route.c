/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-docs-private.h"

#include <string.h>

/* "path.id" and the like stand in problems' locations, so the place is told as they have it. */
static void
add_parameters (TwDocs *docs, json_t *parameters)
{
  if (json_array_size (parameters) == 0)
    return;
  tw_docs_add_html (docs, "<h4>Parameters</h4>\n<dl>\n");
  for (gsize i = 0; i < json_array_size (parameters); i++)
    {
      json_t *parameter = json_array_get (parameters, i);

      tw_docs_add_entry (docs, &(TwDocsEntry) {
                                 .name = tw_docs_text (parameter, "name"),
                                 .schema = json_object_get (parameter, "schema"),
                                 .mark = json_is_true (json_object_get (parameter, "required")) ? TW_DOCS_ASKED : NULL,
                                 .note = tw_docs_text (parameter, "in"),
                                 .description = tw_docs_text (parameter, "description"),
                                 .example = json_object_get (parameter, "example"),
                               });
    }
  tw_docs_add_html (docs, "</dl>\n");
}

static void
add_body (TwDocs *docs, json_t *body)
{
  json_t *content = json_object_get (body, "content"), *media, *first = NULL;
  const char *type;

  if (body == NULL)
    return;
  tw_docs_add_html (docs, "<h4>Body</h4>\n<p class=\"media\">");
  json_object_foreach (content, type, media)
    {
      tw_docs_add_html (docs, first == NULL ? "<code>%s</code>" : " or <code>%s</code>", type);
      first = media;
    }
  if (!json_is_true (json_object_get (body, "required")))
    tw_docs_add_html (docs, ", or none");
  tw_docs_add_html (docs, "</p>\n");
  tw_docs_add_schema (docs, json_object_get (first, "schema"), TW_DOCS_ASKED);
}

static void
add_curl (TwDocs *docs, const char *verb, const char *path, json_t *operation)
{
  g_autofree char *curl = tw_docs_curl (docs, verb, path, operation);

  tw_docs_add_html (docs, "<figure class=\"curl\"><figcaption>Call it</figcaption>"
                          "<pre><code>%s</code></pre></figure>\n",
                    curl);
}

static void
add_header_name (TwDocs *docs, const char *name, json_t *header, gboolean first)
{
  g_autofree char *slug = tw_docs_slug (name);

  if (!first)
    tw_docs_add_html (docs, ", ");
  if (tw_docs_reference (header) != NULL)
    tw_docs_add_html (docs, "<a href=\"#header-%s\"><code>%s</code></a>", slug, name);
  else
    tw_docs_add_html (docs, "<code>%s</code>", name);
}

/* Whether every refusal that has headers has this one: then it is told once, in the section of headers. */
static gboolean
is_on_all (const TwDocs *docs, const char *header)
{
  json_t *responses = json_object_get (json_object_get (docs->openapi, "components"), "responses"), *response;
  const char *name;
  guint n = 0;

  json_object_foreach (responses, name, response)
    {
      const json_t *headers = json_object_get (response, "headers");

      if (headers != NULL && json_object_get (headers, header) == NULL)
        return FALSE;
      n += headers != NULL;
    }
  return n > 1;
}

static void
add_header_names (TwDocs *docs, json_t *headers)
{
  const char *name;
  json_t *header;
  gboolean first = TRUE;

  json_object_foreach (headers, name, header)
    {
      if (is_on_all (docs, name))
        continue;
      if (first)
        tw_docs_add_html (docs, "<p class=\"detail\">With ");
      add_header_name (docs, name, header, first);
      first = FALSE;
    }
  if (!first)
    tw_docs_add_html (docs, "</p>\n");
}

void
tw_docs_add_header (TwDocs *docs, const char *name, const json_t *header, const char *note)
{
  tw_docs_add_entry (docs, &(TwDocsEntry) {
                             .name = name,
                             .schema = json_object_get (header, "schema"),
                             .note = note,
                             .description = tw_docs_text (header, "description"),
                             .example = json_object_get (header, "example"),
                           });
}

/* Headers that this answer alone has are told in full; of the others there is a section. */
static void
add_own_headers (TwDocs *docs, json_t *headers)
{
  const char *name;
  json_t *header;
  gboolean any = FALSE;

  json_object_foreach (headers, name, header)
    {
      if (tw_docs_reference (header) != NULL)
        continue;
      if (!any)
        tw_docs_add_html (docs, "<dl>\n");
      tw_docs_add_header (docs, name, header, "header");
      any = TRUE;
    }
  if (any)
    tw_docs_add_html (docs, "</dl>\n");
}

static void
add_success (TwDocs *docs, const char *status, json_t *answer)
{
  json_t *content = json_object_get (answer, "content");
  json_t *media = json_object_get (content, "application/json"), *events = json_object_get (content, "text/event-stream");

  tw_docs_add_html (docs, "<h4><span class=\"status\">%s</span> %s</h4>\n", status,
                    tw_docs_text (answer, "description"));
  add_header_names (docs, json_object_get (answer, "headers"));
  add_own_headers (docs, json_object_get (answer, "headers"));
  if (events != NULL)
    tw_docs_add_paragraphs (docs, tw_docs_text (json_object_get (events, "schema"), "description"));
  if (media == NULL)
    return;
  tw_docs_add_schema (docs, json_object_get (media, "schema"), TW_DOCS_GIVEN);
  tw_docs_add_json (docs, "An answer", json_object_get (media, "example"));
}

static void
add_refusal (TwDocs *docs, const char *status, json_t *answer)
{
  json_t *resolved = tw_docs_resolve (docs, answer);
  const char *reference = tw_docs_reference (answer);
  g_autofree char *slug = tw_docs_slug (reference != NULL ? reference : status);
  const char *shown = strcmp (status, "default") == 0 ? "other" : status;

  tw_docs_add_html (docs, "<div class=\"entry\"><dt>");
  if (reference != NULL)
    tw_docs_add_html (docs, "<a class=\"status\" href=\"#answer-%s\">%s</a>", slug, shown);
  else
    tw_docs_add_html (docs, "<span class=\"status\">%s</span>", shown);
  tw_docs_add_html (docs, "</dt><dd><p>%s</p>\n", tw_docs_text (resolved, "description"));
  add_header_names (docs, json_object_get (resolved, "headers"));
  tw_docs_add_html (docs, "</dd></div>\n");
}

static void
add_answers (TwDocs *docs, json_t *answers)
{
  const char *status;
  json_t *answer;

  json_object_foreach (answers, status, answer)
    if (*status == '2')
      add_success (docs, status, answer);
  tw_docs_add_html (docs, "<h4>Refusals</h4>\n<dl class=\"refusals\">\n");
  json_object_foreach (answers, status, answer)
    if (*status != '2')
      add_refusal (docs, status, answer);
  tw_docs_add_html (docs, "</dl>\n");
}

void
tw_docs_add_route (TwDocs *docs, const char *id, const char *verb, const char *path, json_t *operation)
{
  const char *description = tw_docs_text (operation, "description");
  const char *summary = tw_docs_text (operation, "summary");
  gboolean needs_token = json_array_size (json_object_get (operation, "security")) > 0;
  g_autofree char *lower = g_ascii_strdown (verb, -1);

  tw_docs_add_html (docs,
                    "<article class=\"route\" id=\"%s\" aria-labelledby=\"%s-title\">\n<h3 id=\"%s-title\">"
                    "<a href=\"#%s\"><span class=\"verb %s\">%s</span> <code>%s</code></a></h3>\n",
                    id, id, id, id, lower, verb, path);
  if (description != NULL)
    tw_docs_add_paragraphs (docs, description);
  else if (summary != NULL)
    tw_docs_add_html (docs, "<p>%s.</p>\n", summary);
  tw_docs_add_html (docs, "<p class=\"auth\">%s</p>\n", needs_token ? "Needs a token." : "Needs no token.");
  add_parameters (docs, json_object_get (operation, "parameters"));
  add_body (docs, json_object_get (operation, "requestBody"));
  add_curl (docs, verb, path, operation);
  add_answers (docs, json_object_get (operation, "responses"));
  tw_docs_add_html (docs, "</article>\n");
}
