/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-response.h"

#include "tw-error.h"
#include "tw-etag.h"
#include "tw-gzip.h"
#include "tw-json.h"
#include "tw-status.h"

#include <string.h>

#define API_POLICY "default-src 'none'; frame-ancestors 'none'"
#define QUOTA_TYPE "https://iana.org/assignments/http-problem-types#quota-exceeded"
#define PAGE_POLICY                                                                                                    \
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "     \
  "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

typedef struct
{
  const char *name; /* the adder's */
  char *value;
} Header;

/* Most answers have no more of their own. */
#define FEW_HEADERS 4

struct _TwResponse
{
  guint status;
  const char *content_type; /* static; NULL where there is no body */
  guint n_headers, room;
  Header *headers;          /* but for the content type: these, while they are enough */
  Header few[FEW_HEADERS];
  guint vary;               /* TwVary */
  gboolean secret;
  const char *rate_policy, *rate; /* the values of these headers, not ours; NULL where they are not told */
  TwFlow *flow;             /* what the body comes by, or */
  GBytes *shared;           /* the body, or */
  TwBuffer own;             /* the body, until it is queued */
};

/* On every answer; a response's own header of the same name wins. */
static const struct
{
  const char *name;
  const char *value;
} common_headers[] = {
  { "Content-Security-Policy", API_POLICY },
  { "Cross-Origin-Resource-Policy", "same-origin" },
  { "X-Content-Type-Options", "nosniff" },
};

/* By the bits of TwVary. */
static const char *const vary_texts[] = { NULL, "Accept-Encoding", "Origin", "Accept-Encoding, Origin" };

TwResponse *
tw_response_new (guint status)
{
  TwResponse *response = g_new (TwResponse, 1);

  *response = (TwResponse) { .status = status, .room = FEW_HEADERS, .own = TW_BUFFER_INIT };
  response->headers = response->few;
  return response;
}

void
tw_response_free (TwResponse *response)
{
  for (guint i = 0; i < response->n_headers; i++)
    g_free (response->headers[i].value);
  if (response->headers != response->few)
    g_free (response->headers);
  g_clear_pointer (&response->shared, g_bytes_unref);
  g_clear_pointer (&response->flow, tw_flow_free);
  tw_buffer_clear (&response->own);
  g_free (response);
}

TwResponse *
tw_response_new_bytes (guint status, const char *content_type, GBytes *bytes)
{
  TwResponse *response = tw_response_new (status);

  response->content_type = content_type;
  response->shared = g_bytes_ref (bytes);
  return response;
}

TwResponse *
tw_response_new_flow (guint status, const char *content_type, TwFlow *flow)
{
  TwResponse *response = tw_response_new (status);

  response->content_type = content_type;
  response->flow = flow;
  return response;
}

TwFlow *
tw_response_flow (const TwResponse *response)
{
  return response->flow;
}

static TwResponse *
new_from_buffer (guint status, const char *content_type, TwBuffer *buffer)
{
  TwResponse *response = tw_response_new (status);

  response->content_type = content_type;
  response->own = *buffer;
  *buffer = (TwBuffer) TW_BUFFER_INIT;
  return response;
}

TwResponse *
tw_response_new_json (guint status, TwBuffer *json)
{
  return new_from_buffer (status, "application/json", json);
}

static void
append_member (TwBuffer *out, const char *name, const char *value)
{
  if (out->data[out->len - 1] != '{')
    tw_buffer_append_byte (out, ',');
  tw_json_write_string (out, name, strlen (name));
  tw_buffer_append_byte (out, ':');
  tw_json_write_string (out, value, strlen (value));
}

static void
append_errors (TwBuffer *out, const TwProblems *problems)
{
  tw_buffer_append_string (out, ",\"errors\":[");
  for (guint i = 0; i < tw_problems_count (problems); i++)
    {
      const TwProblem *problem = tw_problems_get (problems, i);

      tw_buffer_append_string (out, i == 0 ? "{" : ",{");
      append_member (out, "location", problem->location);
      append_member (out, "detail", problem->detail);
      tw_buffer_append_byte (out, '}');
    }
  tw_buffer_append_byte (out, ']');
}

/* Leaves the object open. @type NULL: it says no more than its status does. */
static void
begin_problem (TwBuffer *out, const char *type, guint status, const char *detail)
{
  char number[16];

  g_snprintf (number, sizeof number, ",\"status\":%u", status);
  tw_buffer_append_byte (out, '{');
  if (type != NULL)
    append_member (out, "type", type);
  append_member (out, "title", tw_status_title (status));
  tw_buffer_append_string (out, number);
  if (detail != NULL)
    append_member (out, "detail", detail);
}

TwResponse *
tw_response_new_problem_of (const char *type, guint status, const char *detail, const TwProblems *problems)
{
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  TwResponse *response;

  begin_problem (&out, type, status, detail);
  if (problems != NULL && tw_problems_count (problems) > 0)
    append_errors (&out, problems);
  tw_buffer_append_byte (&out, '}');

  response = new_from_buffer (status, "application/problem+json", &out);
  if (status == 401)
    tw_response_add_header (response, "WWW-Authenticate", "Bearer");
  if (status == 429 || status == 503)
    tw_response_add_header (response, "Retry-After", "1");
  return response;
}

TwResponse *
tw_response_new_problem (guint status, const char *detail)
{
  return tw_response_new_problem_of (NULL, status, detail, NULL);
}

TwResponse *
tw_response_new_quota_problem (const char *policy, const char *detail, guint retry_after_s)
{
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  char number[16];
  TwResponse *response;

  begin_problem (&out, QUOTA_TYPE, 429, detail);
  tw_buffer_append_string (&out, ",\"violated-policies\":[");
  tw_json_write_string (&out, policy, strlen (policy));
  tw_buffer_append_string (&out, "]}");
  response = new_from_buffer (429, "application/problem+json", &out);
  g_snprintf (number, sizeof number, "%u", retry_after_s);
  tw_response_add_header (response, "Retry-After", number);
  return response;
}

TwResponse *
tw_response_new_error (const GError *error)
{
  return tw_response_new_problem ((guint) tw_error_status (error), tw_error_public_message (error));
}

TwResponse *
tw_response_new_refusal (const GError *error)
{
  TwResponse *response = tw_response_new_error (error);

  tw_response_close (response);
  return response;
}

TwResponse *
tw_response_new_for_verb (const char *verb, const char *allow)
{
  static const char *const known[] = { "CONNECT", "DELETE", "GET",  "HEAD",  "PATCH",
                                       "POST",    "PUT",    "QUERY", "TRACE", NULL };
  TwResponse *response;

  if (strcmp (verb, "OPTIONS") == 0)
    response = tw_response_new (204);
  else if (g_strv_contains (known, verb))
    response = tw_response_new_problem (405, "This path does not take this method");
  else
    response = tw_response_new_problem (501, "There is no such method here");
  tw_response_add_header (response, "Allow", allow);
  return response;
}

/* Nothing that could end the line. */
static gboolean
is_header_value (const char *value)
{
  for (const char *at = value; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      return FALSE;
  return TRUE;
}

static void
make_room (TwResponse *response)
{
  Header *more = g_new (Header, 2 * response->room);

  memcpy (more, response->headers, response->n_headers * sizeof *more);
  if (response->headers != response->few)
    g_free (response->headers);
  response->headers = more;
  response->room *= 2;
}

void
tw_response_take_header (TwResponse *response, const char *name, char *value)
{
  if (!is_header_value (value))
    {
      g_free (value);
      return;
    }
  if (response->n_headers == response->room)
    make_room (response);
  response->headers[response->n_headers++] = (Header) { name, value };
}

void
tw_response_add_header (TwResponse *response, const char *name, const char *value)
{
  tw_response_take_header (response, name, g_strdup (value));
}

/* Mostly the first letter tells that it is another one. */
static inline gboolean
is_named (const Header *header, const char *name)
{
  return g_ascii_tolower (header->name[0]) == g_ascii_tolower (name[0]) && g_ascii_strcasecmp (header->name, name) == 0;
}

/* The first one of its own with this name; NULL where it has none. */
static const Header *
find_own (const TwResponse *response, const char *name)
{
  for (guint i = 0; i < response->n_headers; i++)
    if (is_named (&response->headers[i], name))
      return &response->headers[i];
  return NULL;
}

static void
remove_own (TwResponse *response, const char *name)
{
  guint left = 0;

  for (guint i = 0; i < response->n_headers; i++)
    if (is_named (&response->headers[i], name))
      g_free (response->headers[i].value);
    else
      response->headers[left++] = response->headers[i];
  response->n_headers = left;
}

void
tw_response_set_header (TwResponse *response, const char *name, const char *value)
{
  if (!is_header_value (value))
    return;
  if (g_ascii_strcasecmp (name, "Content-Type") == 0)
    response->content_type = NULL;
  remove_own (response, name);
  tw_response_add_header (response, name, value);
}

void
tw_response_tell_rate (TwResponse *response, const char *policy, const char *state)
{
  response->rate_policy = policy;
  response->rate = state;
}

void
tw_response_allow_page (TwResponse *response)
{
  tw_response_set_header (response, "Content-Security-Policy", PAGE_POLICY);
  tw_response_set_header (response, "Cross-Origin-Opener-Policy", "same-origin");
  tw_response_set_header (response, "Referrer-Policy", "no-referrer");
  tw_response_set_header (response, "X-Frame-Options", "DENY");
  tw_response_set_header (response, "Cache-Control", "no-cache");
}

void
tw_response_vary (TwResponse *response, TwVary vary)
{
  response->vary |= vary;
}

void
tw_response_keep_secret (TwResponse *response)
{
  response->secret = TRUE;
}

gboolean
tw_response_is_compressible (const TwResponse *response)
{
  return response->own.len > TW_GZIP_THRESHOLD && response->own.len <= TW_GZIP_MAX_WHILE_OTHERS_WAIT
         && !response->secret && find_own (response, "Content-Encoding") == NULL;
}

void
tw_response_compress (TwResponse *response)
{
  g_auto (TwBuffer) compressed = TW_BUFFER_INIT;
  const Header *etag = find_own (response, "ETag");
  g_autofree char *in_gzip = etag != NULL ? tw_etag_in_gzip (etag->value) : NULL;

  if (!tw_gzip (TW_GZIP_QUICK, response->own.data, response->own.len, &compressed))
    return;
  tw_buffer_clear (&response->own);
  response->own = compressed;
  compressed = (TwBuffer) TW_BUFFER_INIT;
  tw_response_add_header (response, "Content-Encoding", "gzip");
  if (in_gzip != NULL)
    tw_response_set_header (response, "ETag", in_gzip);
}

void
tw_response_close (TwResponse *response)
{
  tw_response_set_header (response, "Connection", "close");
}

guint
tw_response_status (const TwResponse *response)
{
  return response->status;
}

/* What caches may do with the answer. */
static const char *
cache_control_of (const TwResponse *response)
{
  const Header *own = find_own (response, "Cache-Control");

  if (own != NULL && !response->secret)
    return own->value;
  return find_own (response, "ETag") != NULL && !response->secret ? "private, no-cache" : "no-store";
}

const char *
tw_response_header (const TwResponse *response, const char *name)
{
  const Header *own = find_own (response, name);

  if (g_ascii_strcasecmp (name, "Cache-Control") == 0)
    return cache_control_of (response);
  if (own != NULL)
    return own->value;
  if (g_ascii_strcasecmp (name, "Vary") == 0)
    return vary_texts[response->vary];
  if (response->content_type != NULL && g_ascii_strcasecmp (name, "Content-Type") == 0)
    return response->content_type;
  if (g_ascii_strcasecmp (name, "RateLimit-Policy") == 0)
    return response->rate_policy;
  if (g_ascii_strcasecmp (name, "RateLimit") == 0)
    return response->rate;
  for (guint i = 0; i < G_N_ELEMENTS (common_headers); i++)
    if (g_ascii_strcasecmp (common_headers[i].name, name) == 0)
      return common_headers[i].value;
  return NULL;
}

const guint8 *
tw_response_body (const TwResponse *response, gsize *length)
{
  *length = response->own.len;
  return response->shared != NULL ? g_bytes_get_data (response->shared, length) : response->own.data;
}

static void
release_bytes (void *bytes)
{
  g_bytes_unref (bytes);
}

/* Takes the body's own bytes. */
static struct MHD_Response *
new_mhd_response (TwResponse *response)
{
  gsize length;
  const guint8 *body = tw_response_body (response, &length);
  TwBuffer own = response->own;
  struct MHD_Response *mhd;

  if (response->flow != NULL)
    return MHD_create_response_from_callback (MHD_SIZE_UNKNOWN, TW_FLOW_BLOCK, tw_flow_read, response->flow, NULL);
  if (length == 0)
    return MHD_create_response_from_buffer (0, NULL, MHD_RESPMEM_PERSISTENT);
  if (response->shared != NULL)
    /* libmicrohttpd reads it only, whatever its prototype says. */
    return MHD_create_response_from_buffer_with_free_callback_cls (length, (void *) (guintptr) body, release_bytes,
                                                                   g_bytes_ref (response->shared));
  mhd = MHD_create_response_from_buffer (length, own.data, MHD_RESPMEM_MUST_FREE);
  if (mhd != NULL)
    response->own = (TwBuffer) TW_BUFFER_INIT;
  return mhd;
}

gboolean
tw_response_queue (TwResponse *response, struct MHD_Connection *connection, const char *request_id, gboolean last)
{
  struct MHD_Response *mhd = new_mhd_response (response);
  gboolean queued;

  if (mhd == NULL)
    return FALSE;
  if (response->flow != NULL)
    tw_flow_set_response (response->flow, mhd);
  if (response->content_type != NULL)
    MHD_add_response_header (mhd, "Content-Type", response->content_type);
  for (guint i = 0; i < response->n_headers; i++)
    if (!is_named (&response->headers[i], "Cache-Control"))
      MHD_add_response_header (mhd, response->headers[i].name, response->headers[i].value);
  MHD_add_response_header (mhd, "Cache-Control", cache_control_of (response));
  if (response->vary != 0)
    MHD_add_response_header (mhd, "Vary", vary_texts[response->vary]);
  for (guint i = 0; i < G_N_ELEMENTS (common_headers); i++)
    if (find_own (response, common_headers[i].name) == NULL)
      MHD_add_response_header (mhd, common_headers[i].name, common_headers[i].value);
  MHD_add_response_header (mhd, "X-Request-Id", request_id);
  if (response->rate_policy != NULL)
    {
      MHD_add_response_header (mhd, "RateLimit-Policy", response->rate_policy);
      MHD_add_response_header (mhd, "RateLimit", response->rate);
    }
  if (last)
    MHD_add_response_header (mhd, "Connection", "close");
  queued = MHD_queue_response (connection, response->status, mhd) == MHD_YES;
  MHD_destroy_response (mhd);
  return queued;
}
