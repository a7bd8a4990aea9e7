/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-rest.h"

#include "tw-bind.h"
#include "tw-body.h"
#include "tw-clock.h"
#include "tw-conditions.h"
#include "tw-cookies.h"
#include "tw-error.h"

#include <string.h>

/* A request that has a route; kept with it. */
typedef struct
{
  const TwRest *rest;
  TwRequest *request;
  TwRoute route;
  TwClaims *claims; /* NULL where no token is needed */
  gboolean cookies; /* it asks for cookies */
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_clear_pointer (&call->claims, tw_claims_unref);
  g_free (call);
}

/* --- From the head. --- */

static TwResponse *
answer_without_route (const TwRest *rest, const TwRequest *request)
{
  TwResponse *response = tw_static_answer (rest->files, request);

  return response != NULL ? response : tw_response_new_problem (404, "There is nothing at this path");
}

/* identity is no coding (RFC 9110, section 8.4.1), and neither is nothing. */
static gboolean
has_coding (const TwRequest *request)
{
  gsize length = 0;
  const char *coding;

  for (guint n = 0; (coding = tw_request_nth_header (request, "content-encoding", n, &length)) != NULL; n++)
    if (length > 0 && (length != strlen ("identity") || g_ascii_strncasecmp (coding, "identity", length) != 0))
      return TRUE;
  return FALSE;
}

/* What a body that comes with this head is answered with; NULL where it is taken. */
static TwResponse *
judge_body (const TwRequest *request, const TwMethod *method)
{
  gsize length = 0;
  const char *type = tw_request_header (request, "content-type", &length);
  TwResponse *response;

  if (!tw_method_takes_body (method))
    return tw_response_new_problem (400, "A request for this method has no body");
  if (type == NULL || !tw_body_accepts (method->verb, type, length))
    {
      response = tw_response_new_problem (415, "The body must be JSON, and its content-type say so");
      tw_response_add_header (response, "Accept", tw_body_accepted (method->verb));
      return response;
    }
  if (!has_coding (request))
    return NULL;
  response = tw_response_new_problem (415, "The body must not have a content-encoding");
  tw_response_add_header (response, "Accept-Encoding", "identity");
  return response;
}

/* Judges what the head says of a body, before it is read: at once where there is one, and where that is not known for
 * the case that there is. */
static TwResponse *
begin_body (TwRequest *request, const TwMethod *method)
{
  TwBodyPresence presence = tw_request_body_presence (request);
  TwResponse *refusal;

  if (presence == TW_BODY_ABSENT)
    return NULL;
  refusal = judge_body (request, method);
  if (refusal == NULL)
    tw_request_set_body_limit (request, tw_method_max_body (method));
  else if (presence == TW_BODY_UNKNOWN)
    tw_request_refuse_body (request, g_steal_pointer (&refusal));
  return refusal;
}

static TwResponse *
begin_call (const TwRest *rest, TwRequest *request, const TwRoute *route)
{
  TwResponse *refusal = NULL;
  Call *call = g_new0 (Call, 1);

  call->rest = rest;
  call->request = request;
  call->route = *route;
  tw_request_set_data (request, call, call_free);
  if (route->method->confidential)
    tw_request_set_confidential (request);
  if (route->method->needs_token)
    call->claims = tw_bearer_authenticate (rest->bearer, route->method, request, &refusal);
  if (call->claims != NULL)
    refusal = tw_rate_limits_take_account (rest->rate_limits, request, call->claims);
  if (refusal == NULL)
    call->cookies = tw_cookies_wanted (request, route->method, tw_cors_names (rest->cors, request), &refusal);
  return refusal != NULL ? refusal : begin_body (request, route->method);
}

static TwResponse *
find (const TwRest *rest, TwRequest *request)
{
  const TwTarget *target = tw_request_target (request);
  const char *verb = tw_request_method (request);
  const char *allow = NULL;
  TwRoute route;

  switch (tw_router_find (rest->router, verb, (const char *const *) target->segments, target->n_segments, &route,
                          &allow))
    {
    case TW_ROUTE_FOUND:
      return begin_call (rest, request, &route);
    case TW_ROUTE_NO_VERB:
      return tw_response_new_for_verb (verb, allow);
    case TW_ROUTE_NO_PATH:
    default:
      return answer_without_route (rest, request);
    }
}

/* Whose answer it is, also where it was made before a route was looked for; for a preflight the method that asks to be
 * allowed. NULL where there is none. */
static const TwMethod *
find_method (const TwRest *rest, const TwRequest *request)
{
  const TwTarget *target = tw_request_target (request);
  const Call *call = tw_request_data (request);
  gsize length = 0;
  const char *asked = call == NULL ? tw_cors_asked_verb (request, &length) : NULL;
  g_autofree char *verb = asked != NULL ? g_strndup (asked, length) : NULL;
  const char *allow = NULL;
  TwRoute route;

  if (call != NULL)
    return call->route.method;
  return tw_router_find (rest->router, verb != NULL ? verb : tw_request_method (request),
                         (const char *const *) target->segments, target->n_segments, &route, &allow)
                 == TW_ROUTE_FOUND
             ? route.method
             : NULL;
}

/* What a browser asks by itself. To a page, a preflight that is refused is a network that failed: it is to hear of the
 * limit from the request that follows. */
static gboolean
is_preflight_of_ours (const TwRest *rest, const TwRequest *request)
{
  return tw_cors_is_preflight (rest->cors, request) && find_method (rest, request) != NULL;
}

/* By address before anything else: a request that is refused has cost no more than its head. */
static TwResponse *
begin (TwRequest *request, gpointer user_data)
{
  const TwRest *rest = user_data;
  TwResponse *refusal
      = is_preflight_of_ours (rest, request) ? NULL : tw_rate_limits_take_address (rest->rate_limits, request);

  return refusal != NULL ? refusal : find (rest, request);
}

/* --- What the arguments are bound from. --- */

static const char *
measured (const char *text, gsize *length)
{
  if (text != NULL)
    *length = strlen (text);
  return text;
}

static const char *
lookup_path (const Call *call, const char *name)
{
  for (guint i = 0; i < call->route.n_parameters; i++)
    if (strcmp (call->route.names[i], name) == 0)
      return tw_request_target (call->request)->segments[call->route.segments[i]];
  return NULL;
}

static const char *
lookup_query (const Call *call, const char *name)
{
  const TwTarget *target = tw_request_target (call->request);

  for (guint i = 0; i < target->n_parameters; i++)
    if (strcmp (target->names[i], name) == 0)
      return target->values[i];
  return NULL;
}

/* The header that says which event a stream's client has seen last. */
#define LAST_EVENT "last-event-id"

static gboolean
is_since (const Call *call, const char *name)
{
  return call->route.stream && strcmp (name, call->route.method->stream->since_name) == 0;
}

/* Where a stream begins: behind the last event that its client has seen, or where the parameter says. An empty header is what
 * an empty id leaves: the client is to begin anew. */
static const char *
lookup_since (const Call *call, gsize *length)
{
  const char *last = tw_request_header (call->request, LAST_EVENT, length);

  if (last == NULL)
    return measured (lookup_query (call, call->route.method->stream->since_name), length);
  return *length > 0 ? last : NULL;
}

static const char *
lookup (gpointer data, TwSource source, const char *name, gsize *length)
{
  const Call *call = data;

  switch (source)
    {
    case TW_SOURCE_PATH:
      return measured (lookup_path (call, name), length);
    case TW_SOURCE_QUERY:
      return is_since (call, name) ? lookup_since (call, length) : measured (lookup_query (call, name), length);
    case TW_SOURCE_HEADER:
      return tw_request_header (call->request, name, length);
    case TW_SOURCE_COOKIE:
      return tw_request_cookie (call->request, name, length);
    case TW_SOURCE_CLAIM:
      return measured (call->claims != NULL ? tw_claims_get (call->claims, name) : NULL, length);
    case TW_SOURCE_BODY:
    case TW_SOURCE_MADE:
    case TW_SOURCE_INTERNAL:
    default:
      return NULL;
    }
}

static gboolean
is_repeated (gpointer data, TwSource source, const char *name)
{
  const Call *call = data;

  return source == TW_SOURCE_COOKIE ? tw_request_is_cookie_repeated (call->request, name)
                                    : tw_request_is_header_repeated (call->request, name);
}

static const char *
nth_header (gpointer data, const char *name, guint n, gsize *length)
{
  return tw_request_nth_header (((const Call *) data)->request, name, n, length);
}

static void
each_query (gpointer data, void (*found) (const char *name, gpointer user_data), gpointer user_data)
{
  const TwTarget *target = tw_request_target (((const Call *) data)->request);

  for (guint i = 0; i < target->n_parameters; i++)
    found (target->names[i], user_data);
}

/* --- The call. --- */

static void
on_reply (const TwClientReply *reply, gpointer user_data)
{
  Call *call = user_data;

  const TwAnswerCall answered
      = { call->route.method, call->claims, call->cookies, tw_request_target (call->request) };

  TwResponse *response = tw_answer_new (&call->rest->answers, &answered, reply);

  if (tw_method_answers_conditions (call->route.method))
    response = tw_conditions_apply (call->request, response);
  tw_request_answer (call->request, response);
}

static TwResponse *
new_invalid (const TwProblems *problems)
{
  return tw_response_new_problem_of (NULL, 400, "The request is not valid", problems);
}

static TwResponse *
new_invalid_body (const GError *error)
{
  g_autoptr (TwProblems) problems = tw_problems_new ();

  tw_problems_add (problems, "body", "%s", error->message);
  return new_invalid (problems);
}

/* What is wrong with a call's arguments. A cookie that is missing, or none, is a matter of who asks. */
static TwResponse *
new_unbound (const Call *call, const TwProblems *problems)
{
  const TwMethod *method = call->route.method;
  TwResponse *response;

  if (!call->cookies || !tw_cookies_are_bad (method, problems))
    return new_invalid (problems);
  response = tw_response_new_problem_of (NULL, 401, "The cookie is missing, or can't be used", problems);
  tw_cookies_drop_taken (response, method, call->rest->answers.secure_cookies);
  return response;
}

static gboolean
has_header (const Call *call, const TwField *field)
{
  gsize length;

  return field != NULL && tw_request_header (call->request, field->source_name, &length) != NULL;
}

static gboolean
lacks_if_match (const Call *call)
{
  const TwField *if_match = call->route.method->if_match;

  return call->rest->require_if_match && if_match != NULL && !has_header (call, if_match);
}

/* The arguments' bytes, or the answer that says what is wrong with them. */
static TwResponse *
bind_call (Call *call, TwBuffer *arguments)
{
  const TwBuffer *body = tw_request_body (call->request);
  g_autoptr (GError) error = NULL;
  g_autoptr (TwProblems) problems = tw_problems_new ();
  json_t *json = body->len > 0 ? tw_body_parse (body, &error) : NULL;
  const TwRequestValues values = {
    .lookup = lookup,
    .is_repeated = is_repeated,
    .nth_header = nth_header,
    .each_query = each_query,
    .request = call,
    .body = json,
    .cookies = call->cookies,
  };
  gboolean bound = error == NULL
                   && tw_bind_request (call->route.method, &values, TW_PROTOCOL_BINARY, arguments, problems);

  json_decref (json);
  if (error != NULL)
    return new_invalid_body (error);
  if (!bound)
    return new_unbound (call, problems);
  return lacks_if_match (call) ? tw_response_new_problem (428, "If-Match is needed: the ETag of what is to be changed")
                               : NULL;
}

static TwCallContext
context_of (const Call *call)
{
  return (TwCallContext) {
    .deadline_ms = tw_clock_monotonic_ms (tw_clock_system ()) + call->rest->upstream_timeout_ms,
    .request_id = tw_request_id (call->request),
    .client = tw_request_client (call->request),
    .session = call->claims != NULL ? tw_claims_get (call->claims, "sid") : NULL,
  };
}

/* The stream keeps what it needs of the claims. */
static void
open_stream (Call *call)
{
  gsize length = 0;
  const char *since = lookup_since (call, &length);
  g_autofree char *token = since != NULL ? g_strndup (since, length) : NULL;

  g_autoptr (TwClaims) claims = g_steal_pointer (&call->claims);

  tw_streams_open (call->rest->streams, call->request, &call->route, claims, token);
}

static void
handle (TwRequest *request, gpointer user_data)
{
  const TwRest *rest = user_data;
  Call *call = tw_request_data (request);
  const TwMethod *method = call->route.method;
  g_auto (TwBuffer) arguments = TW_BUFFER_INIT;
  /* Again: a body may take its time, and the session end meanwhile. */
  TwResponse *refusal = call->claims != NULL ? tw_bearer_check_session (rest->bearer, call->claims) : NULL;

  if (refusal == NULL)
    refusal = bind_call (call, &arguments);
  if (refusal != NULL)
    {
      tw_request_answer (request, refusal);
      return;
    }
  if (call->route.stream)
    {
      open_stream (call);
      return;
    }
  tw_client_call (tw_clients_get (rest->clients, method->service),
                  &(TwClientRequest) {
                    .method = method->name,
                    .arguments = arguments.data,
                    .length = arguments.len,
                    .safe = method->retry_safe,
                    .repeatable = method->retry_keyed && has_header (call, method->key),
                    .context = context_of (call),
                  },
                  on_reply, call);
}

static void
handled (gpointer user_data)
{
  const TwRest *rest = user_data;

  tw_clients_flush (rest->clients);
}

static void
answering (const TwRequest *request, TwResponse *response, gpointer user_data)
{
  const TwRest *rest = user_data;
  /* Nobody else may use cookies, which is all that the method matters for. */
  const TwMethod *method = tw_cors_names (rest->cors, request) ? find_method (rest, request) : NULL;

  tw_cors_add (rest->cors, request, method, response);
}

static const char *
path_of (const TwRoute *route)
{
  return route->stream ? route->method->stream->path : route->method->path;
}

static void
completed (const TwRequest *request, guint status, gint64 duration_us, gpointer user_data)
{
  const TwRest *rest = user_data;
  const Call *call = tw_request_data (request);

  tw_http_metrics_observe (rest->metrics, tw_request_method (request), call != NULL ? path_of (&call->route) : NULL, status,
                           duration_us);
}

const TwHttpdHandler TW_REST_HANDLER = {
  .begin = begin,
  .handle = handle,
  .handled = handled,
  .answering = answering,
  .completed = completed,
  .access = TW_LOG_INFO,
};
