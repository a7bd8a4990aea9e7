/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-status.h"

#include "tw-inputs.h"

/* 405 and 501 are no route's: a path has them for verbs that it does not take. */
static const TwStatus statuses[] = {
  { 400, "Bad Request", "The request is not what it must be; errors names each bad value.", "The request is not valid",
    TW_GIVEN_ALWAYS, TW_REFUSAL_PROBLEM },
  { 401, "Unauthorized", "The token, or what stands for it, is missing, bad, expired or revoked.",
    "A bearer token is needed", TW_GIVEN_TOKEN, TW_REFUSAL_PROBLEM },
  { 403, "Forbidden", "It is not for whoever asks; for cookies: not for a page of another origin.",
    "Cookies are for the pages of this server", TW_GIVEN_COOKIES, TW_REFUSAL_PROBLEM },
  { 404, "Not Found", "It does not exist, or is somebody else's.", "There is no such thing", TW_GIVEN_DECLARED,
    TW_REFUSAL_PROBLEM },
  { 405, "Method Not Allowed", "The path does not take this method.", "This path does not take this method",
    TW_GIVEN_DECLARED, TW_REFUSAL_PROBLEM },
  { 409, "Conflict", "It does not go together with what is there already.", "That is there already",
    TW_GIVEN_DECLARED, TW_REFUSAL_PROBLEM },
  { 410, "Gone", "It was there, and is no more.", "That is there no more", TW_GIVEN_DECLARED, TW_REFUSAL_PROBLEM },
  { 412, "Precondition Failed", "It is not in the state that the request asks for.", "It was changed meanwhile",
    TW_GIVEN_TAGS, TW_REFUSAL_PROBLEM },
  { 413, "Content Too Large", "The body is larger than all of its limits allow.",
    "The body may have at most 65536 bytes", TW_GIVEN_BODY, TW_REFUSAL_PROBLEM },
  { 414, "URI Too Long", "The target is longer than 10 KiB.", NULL, TW_GIVEN_ALWAYS, TW_REFUSAL_BARE },
  { 415, "Unsupported Media Type", "The body is not of a type that is taken here, or is encoded.",
    "The body must be JSON, and its content-type say so", TW_GIVEN_BODY, TW_REFUSAL_PROBLEM },
  { 417, "Expectation Failed", "The request expects something other than 100-continue.",
    "The only expectation that is met is 100-continue", TW_GIVEN_ALWAYS, TW_REFUSAL_PROBLEM },
  { 422, "Unprocessable Content",
    "The request is well-formed, and can't be done as it stands; with an Idempotency-Key: another request had it.",
    "This key was used for another request", TW_GIVEN_KEY, TW_REFUSAL_PROBLEM },
  { 428, "Precondition Required", "The request must say which state it is meant for, where the server asks for that.",
    "If-Match is needed", TW_GIVEN_IF_MATCH, TW_REFUSAL_PROBLEM },
  { 429, "Too Many Requests", "Too much was asked in too short a time.", "Too many requests: try again later",
    TW_GIVEN_ALWAYS, TW_REFUSAL_PROBLEM },
  { 431, "Request Header Fields Too Large", "The head has more than 64 headers, or some 10 KiB.",
    "The request has too many headers", TW_GIVEN_ALWAYS, TW_REFUSAL_BARE },
  { 500, "Internal Server Error", "Something went wrong behind this; the log says more.",
    "Something went wrong on our side", TW_GIVEN_ALWAYS, TW_REFUSAL_PROBLEM },
  { 501, "Not Implemented", "The method is none of HTTP's.", "There is no such method here", TW_GIVEN_DECLARED,
    TW_REFUSAL_PROBLEM },
  { 502, "Bad Gateway", "What the service behind this answered makes no sense.", "The answer makes no sense",
    TW_GIVEN_DECLARED, TW_REFUSAL_PROBLEM },
  { 503, "Service Unavailable", "The service behind this can't be reached or has too much to do.",
    "The service can't be reached at the moment", TW_GIVEN_ALWAYS, TW_REFUSAL_PROBLEM },
  { 504, "Gateway Timeout", "The service behind this took too long: whether it was done is not known.",
    "The service took too long to answer", TW_GIVEN_ALWAYS, TW_REFUSAL_PROBLEM },
};

const TwStatus *
tw_status_nth (guint i)
{
  return i < G_N_ELEMENTS (statuses) ? &statuses[i] : NULL;
}

const TwStatus *
tw_status_find (guint status)
{
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i].status == status)
      return &statuses[i];
  return NULL;
}

const char *
tw_status_title (guint status)
{
  const TwStatus *known = tw_status_find (status);

  if (known != NULL)
    return known->title;
  return status < 500 ? "Client Error" : "Server Error";
}

gboolean
tw_status_is_declared (const TwMethod *method, guint status)
{
  for (guint i = 0; i < method->n_errors; i++)
    if (method->errors[i] == status)
      return TRUE;
  return FALSE;
}

static gboolean
is_given (const TwStatus *status, const TwMethod *method)
{
  switch (status->given)
    {
    case TW_GIVEN_ALWAYS:
      return TRUE;
    case TW_GIVEN_TOKEN:
      return method->needs_token || tw_inputs_take_cookie (method);
    case TW_GIVEN_COOKIES:
      return method->uses_cookies;
    case TW_GIVEN_BODY:
      return tw_method_takes_body (method);
    case TW_GIVEN_TAGS:
      return method->if_match != NULL || tw_method_answers_conditions (method);
    case TW_GIVEN_IF_MATCH:
      return method->if_match != NULL;
    case TW_GIVEN_KEY:
      return method->key != NULL;
    case TW_GIVEN_DECLARED:
    default:
      return FALSE;
    }
}

gboolean
tw_status_can_be (const TwStatus *status, const TwMethod *method)
{
  return is_given (status, method) || tw_status_is_declared (method, status->status);
}
