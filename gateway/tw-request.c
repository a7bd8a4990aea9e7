/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-request.h"

#include "tw-client-address.h"
#include "tw-error.h"
#include "tw-random.h"

#include <stddef.h>
#include <string.h>

/* A body over its limit that came without announcement is read on this far, so that the client gets its answer:
 * libmicrohttpd takes none in the middle of a body. */
#define MAX_DROPPED (1024 * 1024)

#define MAX_ID 128

/* Requests that are kept: as many as are under way at once most of the time. */
#define MAX_SPARE 64

/* What the head says: most of a request's memory, and filled in as far as it is used. */
typedef struct
{
  TwTarget target;
  TwHead head;
  char rate[TW_REQUEST_RATE_SIZE]; /* what is told of that with the answer's head */
} Parsed;

struct _TwRequestPool
{
  guint64 random, count; /* ids tell requests apart, and are no secret */
  guint n_spare;
  TwRequest *spare[MAX_SPARE];
};

struct _TwRequest
{
  TwRequestPool *pool;
  GError *target_error;
  TwBodyFrame frame;
  TwBuffer body;
  gsize body_limit;
  gsize dropped;
  gboolean confidential;
  gpointer data;
  GDestroyNotify free_data;
  TwResponse *body_refusal; /* for a body that may come */
  TwResponse *response;
  void (*answered) (gpointer user_data);
  gpointer user_data;
  gboolean behind_proxy; /* one that is trusted */
  TwClientNamed named;   /* by it */
  const char *rate_policies; /* NULL where no rate is told */
  gsize rate_length;
  char *path, *method; /* when the head has been forgotten */
  gint64 size;         /* likewise */
  /* From here on nothing is zeroed. */
  Parsed *parsed; /* NULL: forgotten */
  char id[MAX_ID + 1];
  TwIp ip;
  char client[TW_IP_TEXT_SIZE]; /* the same */
};

TwRequestPool *
tw_request_pool_new (void)
{
  TwRequestPool *pool = g_new0 (TwRequestPool, 1);

  tw_random_bytes (&pool->random, sizeof pool->random);
  return pool;
}

void
tw_request_pool_free (TwRequestPool *pool)
{
  while (pool->n_spare > 0)
    {
      TwRequest *request = pool->spare[--pool->n_spare];

      g_free (request->parsed);
      g_free (request);
    }
  g_free (pool);
}

static TwRequest *
new_request (void)
{
  TwRequest *request = g_new (TwRequest, 1);

  request->parsed = g_new (Parsed, 1);
  return request;
}

TwRequest *
tw_request_new (TwRequestPool *pool, const char *raw_target, const TwIp *ip, const char *client,
                void (*answered) (gpointer user_data), gpointer user_data)
{
  TwRequest *request = pool->n_spare > 0 ? pool->spare[--pool->n_spare] : new_request ();
  const char *target = raw_target != NULL ? raw_target : "";

  memset (request, 0, offsetof (TwRequest, parsed));
  request->pool = pool;
  request->answered = answered;
  request->user_data = user_data;
  request->parsed->head.target = target;
  request->parsed->head.target_length = strlen (target);
  request->parsed->head.n_headers = 0;
  request->id[0] = '\0';
  request->ip = *ip;
  g_strlcpy (request->client, client, sizeof request->client);
  tw_target_parse (&request->parsed->target, target, &request->target_error);
  return request;
}

void
tw_request_free (TwRequest *request)
{
  TwRequestPool *pool = request->pool;

  if (request->free_data != NULL)
    request->free_data (request->data);
  if (request->parsed != NULL)
    tw_target_clear (&request->parsed->target);
  g_free (request->path);
  g_free (request->method);
  g_clear_error (&request->target_error);
  tw_buffer_clear (&request->body);
  g_clear_pointer (&request->body_refusal, tw_response_free);
  g_clear_pointer (&request->response, tw_response_free);
  if (pool->n_spare < MAX_SPARE && request->parsed != NULL)
    {
      pool->spare[pool->n_spare++] = request;
      return;
    }
  g_free (request->parsed);
  g_free (request);
}

void
tw_request_forget_head (TwRequest *request)
{
  request->size = tw_request_size (request);
  request->path = g_strdup (request->parsed->target.path);
  request->method = g_strdup (request->parsed->head.method);
  tw_target_clear (&request->parsed->target);
  g_clear_pointer (&request->parsed, g_free);
}

TwHead *
tw_request_head (TwRequest *request)
{
  return &request->parsed->head;
}

/* 16 digits of the pool, 16 of the request. */
static void
make_id (TwRequestPool *pool, char *id)
{
  const guint64 parts[] = { pool->random, pool->count++ };

  for (guint i = 0; i < 2 * 16; i++)
    id[i] = "0123456789abcdef"[parts[i / 16] >> (60 - 4 * (i % 16)) & 15];
  id[2 * 16] = '\0';
}

static gboolean
is_usable_id (const char *sent, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (sent[i]) && sent[i] != '.' && sent[i] != '_' && sent[i] != '-')
      return FALSE;
  return length > 0 && length <= MAX_ID;
}

static void
choose_id (TwRequest *request)
{
  gsize length = 0;
  const char *sent = tw_head_find (&request->parsed->head, "x-request-id", &length);

  if (sent == NULL || !is_usable_id (sent, length))
    {
      make_id (request->pool, request->id);
      return;
    }
  memcpy (request->id, sent, length);
  request->id[length] = '\0';
}

void
tw_request_believe (TwRequest *request, const TwCidrs *trusted)
{
  TwIp client;

  request->behind_proxy = TRUE;
  request->named = tw_client_address_find (&request->parsed->head, trusted, &client);
  if (request->named != TW_CLIENT_NAMED)
    return;
  request->ip = client;
  tw_ip_to_text (&client, request->client);
}

/* What is not about where the request ends, and so leaves the connection as it is. */
static TwResponse *
check_wishes (const TwRequest *request)
{
  if (!tw_head_expects_known (&request->parsed->head))
    return tw_response_new_problem (417, "The only expectation that is met is 100-continue");
  if (request->parsed->target.form != TW_TARGET_ASTERISK)
    return NULL;
  if (strcmp (request->parsed->head.method, "OPTIONS") != 0)
    return tw_response_new_problem (400, "The target * is for OPTIONS alone");
  return tw_response_new (204);
}

TwResponse *
tw_request_check (TwRequest *request)
{
  g_autoptr (GError) error = NULL;

  choose_id (request);
  if (request->target_error != NULL)
    return tw_response_new_refusal (request->target_error);
  if (!tw_head_check (&request->parsed->head, &request->frame, &error)
      || (request->parsed->target.authority != NULL
          && !tw_head_check_authority (&request->parsed->head, request->parsed->target.authority, &error)))
    return tw_response_new_refusal (error);
  return check_wishes (request);
}

TwResponse *
tw_request_check_body (TwRequest *request)
{
  g_autofree char *detail = NULL;
  TwResponse *response;

  if (request->dropped == 0 && (guint64) request->frame.length <= request->body_limit)
    return NULL;
  if (request->body_refusal != NULL)
    return g_steal_pointer (&request->body_refusal);
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

gint64
tw_request_size (const TwRequest *request)
{
  if (request->parsed == NULL)
    return request->size;
  return request->frame.chunked ? -1 : (gint64) request->parsed->head.size + request->frame.length;
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
  return request->parsed != NULL ? request->parsed->head.method : request->method;
}

const char *
tw_request_path (const TwRequest *request)
{
  return request->parsed != NULL ? request->parsed->target.path : request->path;
}

const TwTarget *
tw_request_target (const TwRequest *request)
{
  return &request->parsed->target;
}

const char *
tw_request_client (const TwRequest *request)
{
  return request->client;
}

const TwIp *
tw_request_ip (const TwRequest *request)
{
  return &request->ip;
}

gboolean
tw_request_is_local (const TwRequest *request)
{
  return !request->behind_proxy && tw_ip_is_loopback (&request->ip);
}

gboolean
tw_request_is_unclear (const TwRequest *request)
{
  return request->named == TW_CLIENT_NAMED_UNCLEAR;
}

const char *
tw_request_id (const TwRequest *request)
{
  return request->id;
}

const char *
tw_request_header (const TwRequest *request, const char *name, gsize *length)
{
  return tw_head_find (&request->parsed->head, name, length);
}

/* The value of the first cookie @name of those at *@at, which is moved behind it. NULL where there is none. */
static const char *
next_cookie (const char **at, gsize *left, const char *name, gsize *length)
{
  gsize name_length = strlen (name);

  while (*at != NULL && *left > 0)
    {
      const char *cookie = *at, *semicolon = memchr (cookie, ';', *left);
      gsize pair = semicolon != NULL ? (gsize) (semicolon - cookie) : *left;
      gsize step = MIN (pair + 1, *left);

      while (step < *left && cookie[step] == ' ')
        step++;
      *at += step;
      *left -= step;
      if (pair > name_length && cookie[name_length] == '=' && memcmp (cookie, name, name_length) == 0)
        {
          *length = pair - name_length - 1;
          return cookie + name_length + 1;
        }
    }
  return NULL;
}

const char *
tw_request_nth_header (const TwRequest *request, const char *name, guint n, gsize *length)
{
  return tw_head_find_nth (&request->parsed->head, name, n, length);
}

const char *
tw_request_cookie (const TwRequest *request, const char *name, gsize *length)
{
  gsize left = 0;
  const char *at = tw_head_find (&request->parsed->head, "cookie", &left);

  return next_cookie (&at, &left, name, length);
}

gboolean
tw_request_is_header_repeated (const TwRequest *request, const char *name)
{
  return tw_head_is_repeated (&request->parsed->head, name);
}

gboolean
tw_request_is_cookie_repeated (const TwRequest *request, const char *name)
{
  gsize left = 0, length;
  const char *at = tw_head_find (&request->parsed->head, "cookie", &left);

  return next_cookie (&at, &left, name, &length) != NULL && next_cookie (&at, &left, name, &length) != NULL;
}

TwBodyPresence
tw_request_body_presence (const TwRequest *request)
{
  gsize length;

  if (!request->frame.chunked)
    return request->frame.length > 0 ? TW_BODY_PRESENT : TW_BODY_ABSENT;
  /* Whoever waits for a 100 has something to send (RFC 9110, section 10.1.1). */
  return tw_head_find (&request->parsed->head, "expect", &length) != NULL ? TW_BODY_PRESENT : TW_BODY_UNKNOWN;
}

void
tw_request_refuse_body (TwRequest *request, TwResponse *response)
{
  g_return_if_fail (request->body_refusal == NULL);
  request->body_limit = 0;
  request->body_refusal = response;
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
tw_request_tell_rate (TwRequest *request, const char *policies, const char *state, gsize length)
{
  const gsize between = request->rate_policies != NULL ? 2 : 0;
  char *end = request->parsed->rate + request->rate_length;

  if (request->rate_length + between + length >= sizeof request->parsed->rate)
    return;
  memcpy (end, ", ", between);
  memcpy (end + between, state, length);
  end[between + length] = '\0';
  request->rate_length += between + length;
  request->rate_policies = policies;
}

void
tw_request_set_confidential (TwRequest *request)
{
  request->confidential = TRUE;
}

gboolean
tw_request_is_confidential (const TwRequest *request)
{
  return request->confidential;
}

void
tw_request_answer (TwRequest *request, TwResponse *response)
{
  g_return_if_fail (request->response == NULL);
  if (request->rate_policies != NULL)
    tw_response_tell_rate (response, request->rate_policies, request->parsed->rate);
  request->response = response;
  request->answered (request->user_data);
}

TwResponse *
tw_request_response (const TwRequest *request)
{
  return request->response;
}
