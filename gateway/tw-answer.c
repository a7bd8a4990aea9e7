/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-answer.h"

#include "tw-cookies.h"
#include "tw-error.h"
#include "tw-etag.h"
#include "tw-inputs.h"
#include "tw-json.h"
#include "tw-link.h"
#include "tw-log.h"
#include "tw-reply.h"

#include <string.h>

/* A reply's struct that is being answered. */
typedef struct
{
  const TwAnswerContext *context;
  const TwAnswerCall *call;
  const TwMethod *method;
  const TwField *field; /* of the method's result; NULL for void */
  TwReader reader;      /* before its value */
} Reply;

static const TwStruct *
structure_of (const Reply *reply)
{
  return reply->field != NULL ? reply->field->type->structure : NULL;
}

/* --- What a reply carries outside of its body. --- */

typedef struct
{
  const Reply *reply;
  TwResponse *response;
  gboolean unfit; /* a value that the client has to get can't be a cookie */
} Outside;

static void
add_cookie (Outside *outside, const TwField *field, const char *value)
{
  const TwCookie plain = { field->source_name, "/", 0 };
  const TwCookie *cookie = field->cookie != NULL ? field->cookie : &plain;

  if (tw_cookies_is_value (value))
    tw_cookies_set (outside->response, cookie, value, outside->reply->context->secure_cookies);
  else
    outside->unfit = outside->unfit || field->cookie != NULL;
}

static void
add_outside_header (const TwField *field, const char *value, gpointer user_data)
{
  Outside *outside = user_data;

  if (field->source == TW_SOURCE_HEADER)
    tw_response_set_header (outside->response, field->source_name, value);
  else if (field->source == TW_SOURCE_COOKIE || (field->cookie != NULL && outside->reply->call->cookies))
    add_cookie (outside, field, value);
}

/* FALSE where the answer would lack something. */
static gboolean
add_outside_headers (const Reply *reply, TwResponse *response)
{
  Outside outside = { reply, response, FALSE };

  if (structure_of (reply) != NULL)
    tw_reply_each_outside (&reply->reader, structure_of (reply), add_outside_header, &outside);
  return !outside.unfit;
}

typedef struct
{
  GPtrArray *names, *values;
} ClaimList;

static void
collect_claim (const TwField *field, const char *value, gpointer user_data)
{
  ClaimList *list = user_data;

  if (strcmp (field->source_name, TW_CLAIM_ENDED) == 0)
    return;
  g_ptr_array_add (list->names, g_strdup (field->source_name));
  g_ptr_array_add (list->values, g_strdup (value));
}

/* The fields of the reply that are claims of a token. */
static ClaimList
claims_of (const Reply *reply)
{
  ClaimList list = { g_ptr_array_new_with_free_func (g_free), g_ptr_array_new_with_free_func (g_free) };

  if (structure_of (reply) != NULL)
    tw_reply_each_claim (&reply->reader, structure_of (reply), collect_claim, &list);
  return list;
}

static void
claims_clear (ClaimList *list)
{
  g_clear_pointer (&list->names, g_ptr_array_unref);
  g_clear_pointer (&list->values, g_ptr_array_unref);
}

/* The text of one field of the reply's struct; NULL where it has no such. */
static char *
text_of (const Reply *reply, const char *name, gsize length)
{
  const TwField *field = tw_struct_find_name (structure_of (reply), name, length);

  return field != NULL ? tw_reply_scalar (&reply->reader, field) : NULL;
}

/* Fills the names in braces of a method's location; NULL where a field is absent. */
static char *
expand_location (const Reply *reply)
{
  g_autoptr (GString) location = g_string_new (NULL);
  const char *at = reply->method->location;

  for (const char *open = strchr (at, '{'); open != NULL; open = strchr (at, '{'))
    {
      const char *close = strchr (open, '}');
      g_autofree char *text = close != NULL ? text_of (reply, open + 1, (gsize) (close - open) - 1) : NULL;

      if (text == NULL)
        return NULL;
      g_string_append_len (location, at, open - at);
      g_string_append_uri_escaped (location, text, NULL, FALSE);
      at = close + 1;
    }
  g_string_append (location, at);
  return g_string_free (g_steal_pointer (&location), FALSE);
}

/* --- Sessions. --- */

static void
revoke_session (const TwAnswerContext *context, const char *session)
{
  /* No token of the session can be valid for longer than one that is issued now, by a gateway whose clock is ahead. */
  tw_revocations_add (context->revocations, session,
                      tw_clock_wall_ms (context->clock) / 1000 + context->token_lifetime_s + TW_TOKEN_MAX_SKEW_S);
}

typedef struct
{
  const TwAnswerContext *context;
  const char *claim;
} Revoking;

static void
revoke_claim (const TwField *field, const char *value, gpointer user_data)
{
  const Revoking *revoking = user_data;

  if (strcmp (field->source_name, revoking->claim) == 0)
    revoke_session (revoking->context, value);
}

/* Ends the sessions that the reply's fields with this claim name. */
static void
revoke_named (const Reply *reply, const char *claim)
{
  Revoking revoking = { reply->context, claim };

  if (structure_of (reply) != NULL)
    tw_reply_each_claim (&reply->reader, structure_of (reply), revoke_claim, &revoking);
}

/* Whether both claims of a session are there: without one, nobody could end it. */
static gboolean
names_session (const ClaimList *claims)
{
  static const char *const needed[] = { "sub", "sid" };
  guint found = 0;

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    for (guint k = 0; k < claims->names->len; k++)
      if (strcmp (g_ptr_array_index (claims->names, k), needed[i]) == 0
          && *(const char *) g_ptr_array_index (claims->values, k) != '\0')
        found++;
  return found == G_N_ELEMENTS (needed);
}

static char *
issue_token (const Reply *reply, GError **error)
{
  const TwAnswerContext *context = reply->context;
  ClaimList claims = claims_of (reply);
  char *token = NULL;

  if (names_session (&claims))
    token = tw_token_issue (context->keys, (const char *const *) claims.names->pdata,
                            (const char *const *) claims.values->pdata, claims.names->len, context->token_lifetime_s,
                            context->clock, error);
  else
    g_set_error_literal (error, TW_ERROR, TW_ERROR_INTERNAL, "the reply does not say whose session it is, or which");
  claims_clear (&claims);
  return token;
}

/* Adds the access token to the object that stands open at the end of @json. */
static gboolean
append_token (const Reply *reply, TwBuffer *json)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = issue_token (reply, &error);
  g_autofree char *members = NULL;

  if (token == NULL)
    {
      tw_log_error ("%s: no token can be issued: %s", reply->method->name, error->message);
      return FALSE;
    }
  members = g_strdup_printf ("%s\"accessToken\":\"%s\",\"tokenType\":\"Bearer\",\"expiresIn\":%" G_GINT64_FORMAT "}",
                             json->data[json->len - 1] == '{' ? "" : ",", token, reply->context->token_lifetime_s);
  tw_buffer_append_string (json, members);
  return TRUE;
}

/* --- The kinds of answer. --- */

static TwResponse *
new_internal (const TwMethod *method, const char *what)
{
  tw_log_error ("%s.%s: %s", method->service->name, method->name, what);
  return tw_response_new_problem (500, "Something went wrong on our side");
}

/* Links to other parts of the answer, gathered as its JSON is written. */
typedef struct
{
  const TwTarget *target;
  GString *header; /* NULL while there is none */
} Links;

static void
add_link (const TwField *field, const TwReader *reader, gpointer user_data)
{
  Links *links = user_data;
  g_autofree char *value = tw_reply_text (reader, field->type);

  if (value == NULL)
    return;
  if (links->header == NULL)
    links->header = g_string_sized_new (128);
  tw_link_append (links->header, links->target, field->link, value);
}

static void
links_clear (Links *links)
{
  if (links->header != NULL)
    g_string_free (links->header, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Links, links_clear)

static TwResponse *
new_value_body (const Reply *reply)
{
  const TwMethod *method = reply->method;
  g_auto (Links) links = { reply->call->target, NULL };
  const TwJsonLinks watch = { add_link, &links };
  g_auto (TwBuffer) json = TW_BUFFER_INIT;
  TwResponse *response;
  TwReader reader = reply->reader;
  TwJsonFlags flags = (method->issues_session ? TW_JSON_OPEN : 0) | (reply->call->cookies ? TW_JSON_COOKIES : 0);

  if (reply->field == NULL || method->status == 204)
    return tw_response_new (method->status);
  tw_buffer_reserve (&json, 2 * (gsize) (reader.end - reader.at) + 64);
  if (!tw_json_write_linked (&json, reply->field->type, &reader, flags, method->links ? &watch : NULL))
    return new_internal (method, "the reply does not fit the schema");
  if (method->issues_session && !append_token (reply, &json))
    return new_internal (method, "the session can't be answered");
  response = tw_response_new_json (method->status, &json);
  if (links.header != NULL && links.header->len <= TW_LINK_MAX_SIZE)
    tw_response_take_header (response, "Link", g_string_free (g_steal_pointer (&links.header), FALSE));
  return response;
}

static TwResponse *
new_value (const Reply *reply)
{
  const TwMethod *method = reply->method;
  const TwClaims *claims = reply->call->claims;
  TwResponse *response = new_value_body (reply);
  const char *session = claims != NULL && method->revokes != NULL ? tw_claims_get (claims, method->revokes) : NULL;
  char *location, *tag;

  if (session != NULL)
    revoke_session (reply->context, session);
  if (method->revokes != NULL)
    revoke_named (reply, TW_CLAIM_ENDED);
  if (tw_response_status (response) != method->status)
    return response;
  location = method->location != NULL ? expand_location (reply) : NULL;
  tag = method->tagged ? tw_etag_of_reply (structure_of (reply), &reply->reader) : NULL;
  if (location != NULL)
    tw_response_take_header (response, "Location", location);
  if (tag != NULL)
    tw_response_take_header (response, "ETag", tag);
  if (!add_outside_headers (reply, response))
    {
      tw_response_free (response);
      return new_internal (method, "what was to be a cookie can't be one");
    }
  if (reply->call->cookies && method->drops != NULL)
    tw_cookies_drop (response, method->drops, reply->context->secure_cookies);
  return response;
}

/* The text of the exception's field with @role. */
static char *
error_text (const Reply *reply, TwErrorRole role)
{
  const TwStruct *structure = structure_of (reply);

  for (guint i = 0; structure != NULL && i < structure->n_fields; i++)
    if (structure->fields[i].error_role == role)
      return tw_reply_scalar (&reply->reader, &structure->fields[i]);
  return NULL;
}

/* Where in a request stands what a service calls by the names that lead to it: "body.operations[2].id". */
static char *
place_of (const TwMethod *method, const char *names)
{
  g_autofree char *first = g_strndup (names, strcspn (names, ".["));
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (field->source != TW_SOURCE_CLAIM && strcmp (field->name, first) == 0)
      return g_strconcat (tw_source_name (field->source), ".",
                          field->source == TW_SOURCE_BODY ? field->json_name : field->source_name,
                          names + strlen (first), NULL);
  return g_strconcat (tw_source_name (TW_SOURCE_BODY), ".", names, NULL);
}

static TwResponse *
new_exception (const Reply *reply)
{
  g_autofree char *status_text = error_text (reply, TW_ERROR_ROLE_STATUS);
  g_autofree char *detail = error_text (reply, TW_ERROR_ROLE_DETAIL);
  g_autofree char *location = error_text (reply, TW_ERROR_ROLE_LOCATION);
  g_autofree char *type = error_text (reply, TW_ERROR_ROLE_TYPE);
  g_autoptr (TwProblems) problems = NULL;
  guint64 status = 0;
  TwResponse *response;

  if (reply->method->revokes != NULL)
    revoke_named (reply, reply->method->revokes);
  if (status_text == NULL || !g_ascii_string_to_unsigned (status_text, 10, 400, 599, &status, NULL))
    return new_internal (reply->method, "an exception has no status from 400 to 599");
  if (detail != NULL && detail[0] == '\0')
    g_clear_pointer (&detail, g_free);
  if (location != NULL && location[0] != '\0')
    {
      problems = tw_problems_new ();
      tw_problems_take (problems, place_of (reply->method, location), g_strdup (detail != NULL ? detail : ""));
    }
  if (type != NULL && type[0] == '\0')
    g_clear_pointer (&type, g_free);
  response = tw_response_new_problem_of (type, (guint) status, detail, problems);
  add_outside_headers (reply, response);
  /* What the browser would only send again. */
  if (reply->call->cookies && (status == 400 || status == 401))
    tw_cookies_drop_taken (response, reply->method, reply->context->secure_cookies);
  return response;
}

static TwResponse *
new_failure (const TwMethod *method, const GError *error)
{
  if (g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE))
    return tw_response_new_problem (503, "The service can't be reached at the moment");
  if (g_error_matches (error, TW_ERROR, TW_ERROR_TIMEOUT))
    return tw_response_new_problem (504, "The service took too long to answer");
  return new_internal (method, error->message);
}

/* Nothing that a method declares: the service's own log says more. */
static TwResponse *
new_application_exception (const TwMethod *method, const TwClientReply *reply)
{
  g_autofree char *message = NULL, *what = NULL;
  TwApplicationError code = TW_APPLICATION_UNKNOWN;

  tw_application_exception_read (reply->protocol, reply->body, reply->length, &code, &message);
  what = g_strdup_printf ("the service answered with application exception %d", (int) code);
  return new_internal (method, what);
}

TwResponse *
tw_answer_new (const TwAnswerContext *context, const TwAnswerCall *call, const TwClientReply *reply)
{
  const TwMethod *method = call->method;
  Reply opened = { .context = context, .call = call, .method = method };

  if (reply->error != NULL)
    return new_failure (method, reply->error);
  if (reply->type == TW_MESSAGE_EXCEPTION)
    return new_application_exception (method, reply);
  switch (tw_reply_open (method, reply->protocol, reply->body, reply->length, &opened.field, &opened.reader))
    {
    case TW_REPLY_VALUE:
      return new_value (&opened);
    case TW_REPLY_EXCEPTION:
      return new_exception (&opened);
    case TW_REPLY_MALFORMED:
    default:
      return new_internal (method, "the reply does not fit the schema");
    }
}
