/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-request.h"

#include "tw-error.h"
#include "tw-random.h"

#include <string.h>

/* A body over its limit that came without announcement is read on this far, so that the client gets its answer:
 * libmicrohttpd takes none in the middle of a body. */
#define MAX_DROPPED (1024 * 1024)

#define MAX_ID 128
#define RANDOM_ID_BYTES 16

struct _TwRequest
{
  TwTarget target;
  GError *target_error;
  TwHead head;
  TwBodyFrame frame;
  char *id;
  TwBuffer body;
  gsize body_limit;
  gsize dropped;
  gpointer data;
  GDestroyNotify free_data;
  TwResponse *response;
  void (*answered) (gpointer user_data);
  gpointer user_data;
};

TwRequest *
tw_request_new (const char *raw_target, void (*answered) (gpointer user_data), gpointer user_data)
{
  TwRequest *request = g_new0 (TwRequest, 1);
  const char *target = raw_target != NULL ? raw_target : "";

  request->answered = answered;
  request->user_data = user_data;
  request->head.target = target;
  request->head.target_length = strlen (target);
  tw_target_parse (&request->target, target, &request->target_error);
  return request;
}

void
tw_request_free (TwRequest *request)
{
  if (request->free_data != NULL)
    request->free_data (request->data);
  tw_target_clear (&request->target);
  g_clear_error (&request->target_error);
  tw_buffer_clear (&request->body);
  g_clear_pointer (&request->response, tw_response_free);
  g_free (request->id);
  g_free (request);
}

TwHead *
tw_request_head (TwRequest *request)
{
  return &request->head;
}

static char *
choose_id (const TwHead *head)
{
  gsize length = 0;
  const char *sent = tw_head_find (head, "x-request-id", &length);
  guint8 random[RANDOM_ID_BYTES];
  gboolean usable = sent != NULL && length > 0 && length <= MAX_ID;

  for (gsize i = 0; usable && i < length; i++)
    usable = g_ascii_isalnum (sent[i]) || (sent[i] != '\0' && strchr ("._-", sent[i]) != NULL);
  if (usable)
    return g_strndup (sent, length);
  tw_random_bytes (random, sizeof random);
  return tw_base64url_encode (random, sizeof random);
}

TwResponse *
tw_request_check (TwRequest *request)
{
  g_autoptr (GError) error = NULL;

  request->id = choose_id (&request->head);
  if (request->target_error != NULL)
    return tw_response_new_refusal (request->target_error);
  if (!tw_head_check (&request->head, &request->frame, &error))
    return tw_response_new_refusal (error);
  return NULL;
}

TwResponse *
tw_request_check_body (const TwRequest *request)
{
  g_autofree char *detail = NULL;
  TwResponse *response;

  if (request->dropped == 0 && (guint64) request->frame.length <= request->body_limit)
    return NULL;
  detail = g_strdup_printf ("The body may have at most %" G_GSIZE_FORMAT " bytes", request->body_limit);
  response = tw_response_new_problem (413, detail);
  tw_response_close (response);
  return response;
}

gint64
tw_request_announced (const TwRequest *request)
{
  return request->frame.length;
}

gboolean
tw_request_append_body (TwRequest *request, const char *bytes, gsize n)
{
  if (request->dropped == 0 && n <= request->body_limit - request->body.len)
    {
      tw_buffer_append (&request->body, bytes, n);
      return TRUE;
    }
  tw_buffer_clear (&request->body);
  request->dropped += n;
  return request->dropped <= MAX_DROPPED;
}

const char *
tw_request_method (const TwRequest *request)
{
  return request->head.method;
}

const TwTarget *
tw_request_target (const TwRequest *request)
{
  return &request->target;
}

const char *
tw_request_id (const TwRequest *request)
{
  return request->id;
}

const char *
tw_request_header (const TwRequest *request, const char *name, gsize *length)
{
  return tw_head_find (&request->head, name, length);
}

const char *
tw_request_cookie (const TwRequest *request, const char *name, gsize *length)
{
  gsize left = 0, name_length = strlen (name);
  const char *at = tw_head_find (&request->head, "cookie", &left);

  while (at != NULL && left > 0)
    {
      const char *semicolon = memchr (at, ';', left);
      gsize pair = semicolon != NULL ? (gsize) (semicolon - at) : left;

      if (pair > name_length && at[name_length] == '=' && memcmp (at, name, name_length) == 0)
        {
          *length = pair - name_length - 1;
          return at + name_length + 1;
        }
      pair = MIN (pair + 1, left);
      while (pair < left && at[pair] == ' ')
        pair++;
      at += pair;
      left -= pair;
    }
  return NULL;
}

gboolean
tw_request_has_body (const TwRequest *request)
{
  return request->frame.chunked || request->frame.length > 0;
}

void
tw_request_set_body_limit (TwRequest *request, gsize limit)
{
  request->body_limit = limit;
}

const TwBuffer *
tw_request_body (const TwRequest *request)
{
  return &request->body;
}

void
tw_request_set_data (TwRequest *request, gpointer data, GDestroyNotify free_data)
{
  g_return_if_fail (request->free_data == NULL);
  request->data = data;
  request->free_data = free_data;
}

gpointer
tw_request_data (const TwRequest *request)
{
  return request->data;
}

void
tw_request_answer (TwRequest *request, TwResponse *response)
{
  g_return_if_fail (request->response == NULL);
  request->response = response;
  request->answered (request->user_data);
}

const TwResponse *
tw_request_response (const TwRequest *request)
{
  return request->response;
}
