/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-cors.h"

#include "tw-error.h"
#include "tw-inputs.h"

#include <string.h>

/* For how long a browser remembers what it was allowed: no browser does so for longer than one of these (Chromium). */
#define MAX_AGE "7200"

/* What is let through whatever the schema: also what no method takes or gives as yet, for the services whose IDL will. What a
 * schema has beside that is added. */
static const char *const allowed[] = { "Authorization", "Content-Type",  "Idempotency-Key",
                                       "If-Match",      "If-None-Match", "X-Request-Id" };
static const char *const exposed[]
    = { "ETag", "Link", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-Id" };

struct _TwCors
{
  GPtrArray *origins; /* of char *: those that are named */
  gboolean everybody;
  char *allowed, *allowed_with_cookies, *exposed; /* lists of headers' names */
};

/* --- Origins. --- */

static gboolean
is_scheme (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_islower (text[i]) && (i == 0 || (!g_ascii_isdigit (text[i]) && strchr ("+-.", text[i]) == NULL)))
      return FALSE;
  return length > 0;
}

static gboolean
is_host (const char *text, gsize length)
{
  const gboolean bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';

  for (gsize i = bracketed; i < length - bracketed; i++)
    if (bracketed ? !g_ascii_isxdigit (text[i]) && text[i] != ':' && text[i] != '.'
                  : !g_ascii_isalnum (text[i]) && strchr ("-._", text[i]) == NULL)
      return FALSE;
  return length > 0;
}

static gboolean
is_port (const char *text)
{
  guint64 port;

  return g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &port, NULL) && text[0] != '0';
}

/* An origin as browsers send it (https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin):
 * in lower case, without the port that the scheme has anyway. NULL where it is none. */
static char *
read_origin (const char *text)
{
  g_autofree char *origin = g_ascii_strdown (text, -1);
  char *host = strstr (origin, "://"), *port;
  gsize scheme = host != NULL ? (gsize) (host - origin) : 0;

  if (host == NULL || !is_scheme (origin, scheme))
    return NULL;
  host += strlen ("://");
  port = strrchr (host, ':');
  if (port != NULL && strchr (port, ']') != NULL)
    port = NULL;
  if (!is_host (host, port != NULL ? (gsize) (port - host) : strlen (host)) || (port != NULL && !is_port (port + 1)))
    return NULL;
  if (port != NULL
      && ((g_str_has_prefix (origin, "http:") && strcmp (port, ":80") == 0)
          || (g_str_has_prefix (origin, "https:") && strcmp (port, ":443") == 0)))
    *port = '\0';
  return g_steal_pointer (&origin);
}

static gboolean
add_origin (TwCors *cors, const char *given, GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (given));
  char *origin;

  if (strcmp (text, "*") == 0)
    {
      cors->everybody = TRUE;
      return TRUE;
    }
  origin = read_origin (text);
  if (origin == NULL)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
                   "\"%s\" is neither * nor an origin: SCHEME://HOST[:PORT], and nothing more", text);
      return FALSE;
    }
  g_ptr_array_add (cors->origins, origin);
  return TRUE;
}

/* --- Lists of headers. --- */

static void
add_name (GPtrArray *names, const char *name)
{
  for (guint i = 0; i < names->len; i++)
    if (g_ascii_strcasecmp (g_ptr_array_index (names, i), name) == 0)
      return;
  g_ptr_array_add (names, (gpointer) (guintptr) name);
}

static void
add_inputs (GPtrArray *names, const TwMethod *method)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (field->source == TW_SOURCE_HEADER)
      add_name (names, field->source_name);
  if (method->stream != NULL)
    add_name (names, "Last-Event-ID");
}

/* The reply's own, and its exceptions'. */
static void
add_outputs (GPtrArray *names, const TwMethod *method)
{
  for (guint i = 0; i < method->result->n_fields; i++)
    {
      const TwStruct *structure = method->result->fields[i].type->structure;

      for (guint k = 0; structure != NULL && k < structure->n_fields; k++)
        if (structure->fields[k].source == TW_SOURCE_HEADER)
          add_name (names, structure->fields[k].source_name);
    }
}

/* What @always names, and what @add finds in the methods that have a route. */
static char *
list_names (const char *const *always, gsize n, const TwSchema *schema,
            void (*add) (GPtrArray *names, const TwMethod *method))
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (gsize i = 0; i < n; i++)
    add_name (names, always[i]);
  for (guint i = 0; i < tw_schema_n_services (schema); i++)
    {
      const TwService *service = tw_schema_service (schema, i);

      for (guint k = 0; k < service->n_methods; k++)
        if (service->methods[k].verb != NULL)
          add (names, &service->methods[k]);
    }
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **) names->pdata);
}

TwCors *
tw_cors_new (const char *const *origins, const TwSchema *schema, GError **error)
{
  g_autoptr (TwCors) cors = g_new0 (TwCors, 1);

  cors->origins = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; origins != NULL && origins[i] != NULL; i++)
    if (!add_origin (cors, origins[i], error))
      return NULL;
  cors->allowed = list_names (allowed, G_N_ELEMENTS (allowed), schema, add_inputs);
  cors->allowed_with_cookies = g_strconcat (cors->allowed, ", " TW_COOKIES_HEADER, NULL);
  cors->exposed = list_names (exposed, G_N_ELEMENTS (exposed), schema, add_outputs);
  return g_steal_pointer (&cors);
}

void
tw_cors_free (TwCors *cors)
{
  g_ptr_array_unref (cors->origins);
  g_free (cors->allowed);
  g_free (cors->allowed_with_cookies);
  g_free (cors->exposed);
  g_free (cors);
}

/* --- Answers. --- */

/* The one origin that @request says it is from; NULL where it does not, or says nothing that is one. */
static const char *
sent_origin (const TwRequest *request, gsize *length)
{
  const char *origin = tw_request_header (request, "origin", length);

  if (origin == NULL || *length == 0 || tw_request_is_header_repeated (request, "origin")
      || (*length == strlen ("null") && g_ascii_strncasecmp (origin, "null", *length) == 0))
    return NULL;
  return origin;
}

static const char *
find_named (const TwCors *cors, const char *origin, gsize length)
{
  for (guint i = 0; i < cors->origins->len; i++)
    {
      const char *named = g_ptr_array_index (cors->origins, i);

      if (strlen (named) == length && memcmp (named, origin, length) == 0)
        return named;
    }
  return NULL;
}

gboolean
tw_cors_names (const TwCors *cors, const TwRequest *request)
{
  gsize length = 0;
  const char *origin = cors->origins->len > 0 ? sent_origin (request, &length) : NULL;

  return origin != NULL && find_named (cors, origin, length) != NULL;
}

const char *
tw_cors_asked_verb (const TwRequest *request, gsize *length)
{
  return strcmp (tw_request_method (request), "OPTIONS") == 0
             ? tw_request_header (request, "access-control-request-method", length)
             : NULL;
}

gboolean
tw_cors_is_preflight (const TwCors *cors, const TwRequest *request)
{
  gsize length = 0;

  return (tw_cors_names (cors, request) || (cors->everybody && sent_origin (request, &length) != NULL))
         && tw_cors_asked_verb (request, &length) != NULL;
}

/* What the actual request may be. */
static void
add_permissions (const TwCors *cors, gboolean cookies, TwResponse *response)
{
  const char *allow = tw_response_header (response, "Allow");

  if (allow != NULL)
    tw_response_add_header (response, "Access-Control-Allow-Methods", allow);
  tw_response_add_header (response, "Access-Control-Allow-Headers",
                          cookies ? cors->allowed_with_cookies : cors->allowed);
  tw_response_add_header (response, "Access-Control-Max-Age", MAX_AGE);
}

void
tw_cors_add (const TwCors *cors, const TwRequest *request, const TwMethod *method, TwResponse *response)
{
  gsize length = 0;
  const char *origin, *named;
  gboolean cookies;

  if (!cors->everybody && cors->origins->len == 0)
    return;
  tw_response_vary (response, TW_VARY_ORIGIN);
  origin = sent_origin (request, &length);
  named = origin != NULL ? find_named (cors, origin, length) : NULL;
  if (origin == NULL || (named == NULL && !cors->everybody))
    return;
  cookies = named != NULL && method != NULL && method->uses_cookies;
  tw_response_set_header (response, "Access-Control-Allow-Origin", named != NULL ? named : "*");
  if (cookies)
    tw_response_set_header (response, "Access-Control-Allow-Credentials", "true");
  if (tw_cors_asked_verb (request, &length) != NULL)
    add_permissions (cors, cookies, response);
  else
    tw_response_set_header (response, "Access-Control-Expose-Headers", cors->exposed);
}
