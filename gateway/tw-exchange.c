/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-exchange.h"

#include "tw-connections.h"
#include "tw-json.h"
#include "tw-log.h"

#include <string.h>

/* A body that is not wanted is read and dropped when it is announced as no larger than this, so that the connection
 * can go on and the client reads its answer; a larger one ends the connection. */
#define MAX_UNWANTED_BODY (64 * 1024)

/* A request that waits for its answer is looked at once or twice in each run of the daemon; suspending and resuming its
 * connection costs as much as about so many looks. */
#define MAX_LOOKS 24

/* One request on its way. */
typedef struct
{
  GList link;
  TwExchanges *exchanges;
  struct MHD_Connection *mhd;
  TwRequest *request;
  gint64 start_us;
  gboolean begun;   /* the head was judged */
  gboolean handled; /* the handler has it */
  gboolean waiting; /* it has not answered yet, and the connection is not suspended */
  gboolean suspended;
  gboolean queued; /* libmicrohttpd has the answer */
  guint looks;     /* while waiting */
} Exchange;

static void
exchange_free (Exchange *exchange)
{
  g_queue_unlink (&exchange->exchanges->open, &exchange->link);
  tw_request_free (exchange->request);
  g_free (exchange);
}

static void
on_answered (gpointer data)
{
  Exchange *exchange = data;
  const gboolean gone = exchange->mhd == NULL;

  if (gone || exchange->waiting || exchange->suspended)
    exchange->exchanges->unfinished = TRUE;
  if (exchange->suspended)
    MHD_resume_connection (exchange->mhd);
  exchange->suspended = FALSE;
  if (gone)
    exchange_free (exchange);
}

/* For deadlines, which are so long that the time at which the daemon began to run is good enough. */
static void
set_deadline (const TwExchanges *exchanges, struct MHD_Connection *mhd, guint timeout_ms)
{
  tw_connection_set_deadline (mhd, exchanges->now_us / 1000 + timeout_ms);
}

static void
set_waiting (Exchange *exchange, gboolean waiting)
{
  if (exchange->waiting == waiting)
    return;
  exchange->waiting = waiting;
  exchange->exchanges->n_waiting += waiting ? 1 : -1;
}

/* The first that is heard of a request, and the only place where its target is still as it came. */
void *
tw_exchanges_on_target (void *cls, const char *target, struct MHD_Connection *mhd)
{
  TwExchanges *exchanges = cls;
  Exchange *exchange = g_new (Exchange, 1);

  *exchange = (Exchange) { .link.data = exchange, .exchanges = exchanges, .mhd = mhd, .start_us = exchanges->now_us };
  exchange->request = tw_request_new (exchanges->pool, target, on_answered, exchange);
  g_queue_push_tail_link (&exchanges->open, &exchange->link);
  set_deadline (exchanges, mhd, exchanges->limits.head_timeout_ms);
  return exchange;
}

/* Method, path, status, time, id: put together by hand, since it is done for every request. */
static void
log_access (const TwExchanges *exchanges, const TwRequest *request, guint status, gint64 duration_us)
{
  const char *path = tw_request_target (request)->path;
  g_auto (TwBuffer) line = TW_BUFFER_INIT;

  tw_buffer_append_string (&line, tw_request_method (request));
  tw_buffer_append_byte (&line, ' ');
  tw_buffer_append_string (&line, path != NULL ? path : "-");
  tw_buffer_append_byte (&line, ' ');
  tw_json_write_integer (&line, status);
  tw_buffer_append_byte (&line, ' ');
  tw_json_write_integer (&line, duration_us / 1000);
  tw_buffer_append_string (&line, "ms ");
  tw_buffer_append_string (&line, tw_request_id (request));
  tw_log_text (exchanges->handler.access, (const char *) line.data, line.len);
}

/* Says of a request that the handler has answered, or has been asked to, what became of it. An answer that was known
 * from the head, but waited for a body that never came whole, is none. */
static void
report (const Exchange *exchange)
{
  const TwExchanges *exchanges = exchange->exchanges;
  const TwRequest *request = exchange->request;
  const TwResponse *response = tw_request_response (request);
  guint status = exchange->queued ? tw_response_status (response) : TW_HTTPD_STATUS_GONE;
  gint64 duration_us;

  if (response == NULL && !exchange->handled)
    return;
  duration_us = g_get_monotonic_time () - exchange->start_us;
  if (exchanges->handler.completed != NULL)
    exchanges->handler.completed (request, status, duration_us, exchanges->user_data);
  if (tw_log_wants (exchanges->handler.access))
    log_access (exchanges, request, status, duration_us);
}

void
tw_exchanges_on_completed (void *cls, struct MHD_Connection *mhd, void **context,
                           enum MHD_RequestTerminationCode code)
{
  TwExchanges *exchanges = cls;
  Exchange *exchange = *context;

  if (exchange == NULL)
    return;
  *context = NULL;
  report (exchange);
  set_deadline (exchanges, mhd, exchanges->limits.idle_timeout_ms);
  set_waiting (exchange, FALSE);
  exchange->mhd = NULL;
  /* The handler may still answer. */
  if (!exchange->handled || tw_request_response (exchange->request) != NULL)
    exchange_free (exchange);
}

static enum MHD_Result
collect_header (void *cls, enum MHD_ValueKind kind, const char *name, size_t name_length, const char *value,
                size_t value_length)
{
  TwHead *head = cls;

  if (head->n_headers == TW_HEAD_MAX_HEADERS)
    return MHD_NO;
  head->headers[head->n_headers++] = (TwHeader) { name, name_length, value, value_length };
  return MHD_YES;
}

static TwResponse *
read_head (Exchange *exchange, const char *method, const char *version)
{
  TwHead *head = tw_request_head (exchange->request);
  guint wanted = (guint) MHD_get_connection_values_n (exchange->mhd, MHD_HEADER_KIND, NULL, NULL);
  TwResponse *response;

  head->method = method;
  head->version = version;
  head->size = MHD_get_connection_info (exchange->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
  MHD_get_connection_values_n (exchange->mhd, MHD_HEADER_KIND, collect_header, head);
  response = tw_request_check (exchange->request);
  if (wanted <= TW_HEAD_MAX_HEADERS)
    return response;
  g_clear_pointer (&response, tw_response_free);
  response = tw_response_new_problem (431, "The request has too many headers");
  tw_response_close (response);
  return response;
}

static enum MHD_Result
queue (Exchange *exchange)
{
  const TwExchanges *exchanges = exchange->exchanges;
  TwResponse *response = tw_request_response (exchange->request);
  gboolean last = exchanges->last;

  set_waiting (exchange, FALSE);
  exchange->exchanges->unfinished = TRUE; /* libmicrohttpd writes it in its next run */
  set_deadline (exchanges, exchange->mhd, exchanges->limits.write_timeout_ms);
  exchange->queued = tw_response_queue (response, exchange->mhd, tw_request_id (exchange->request), last);
  return exchange->queued ? MHD_YES : MHD_NO;
}

/* Whether an answer that is known before the body has come goes out at once, which ends the connection. */
static gboolean
ends_connection (const Exchange *exchange)
{
  const TwRequest *request = exchange->request;
  gsize length;

  return tw_response_header (tw_request_response (request), "Connection") != NULL
         || tw_request_announced (request) > MAX_UNWANTED_BODY
         || tw_request_header (request, "expect", &length) != NULL;
}

static TwResponse *
new_stopping_response (void)
{
  return tw_response_new_problem (503, "The server is stopping");
}

static enum MHD_Result
begin (Exchange *exchange, const char *method, const char *version)
{
  TwExchanges *exchanges = exchange->exchanges;
  TwResponse *response = read_head (exchange, method, version);

  exchange->begun = TRUE;
  if (response == NULL && exchanges->closing)
    response = new_stopping_response ();
  if (response == NULL)
    response = exchanges->handler.begin (exchange->request, exchanges->user_data);
  if (response == NULL)
    response = tw_request_check_body (exchange->request);
  set_deadline (exchanges, exchange->mhd, exchanges->limits.body_timeout_ms);
  if (response == NULL)
    return MHD_YES;
  tw_request_answer (exchange->request, response);
  return ends_connection (exchange) ? queue (exchange) : MHD_YES;
}

static void
handle (Exchange *exchange)
{
  TwExchanges *exchanges = exchange->exchanges;
  TwResponse *response;

  exchange->handled = TRUE;
  if (tw_request_response (exchange->request) != NULL)
    return;
  response = tw_request_check_body (exchange->request);
  if (response == NULL && exchanges->closing)
    response = new_stopping_response ();
  if (response != NULL)
    tw_request_answer (exchange->request, response);
  else
    {
      exchanges->handed_on = TRUE;
      exchanges->handler.handle (exchange->request, exchanges->user_data);
    }
}

/* Waits for the answer: unsuspended while it is worth it. */
static void
await_answer (Exchange *exchange)
{
  if (!exchange->waiting)
    {
      set_waiting (exchange, TRUE);
      tw_connection_set_deadline (exchange->mhd, TW_CONNECTION_NO_DEADLINE);
    }
  else if (++exchange->looks == MAX_LOOKS)
    {
      set_waiting (exchange, FALSE);
      exchange->suspended = TRUE;
      MHD_suspend_connection (exchange->mhd);
    }
}

static enum MHD_Result
take_body (Exchange *exchange, const char *bytes, gsize n)
{
  exchange->exchanges->unfinished = TRUE; /* more may have come already */
  return tw_request_append_body (exchange->request, bytes, n) ? MHD_YES : MHD_NO;
}

/* Called once with the head, then with each piece of body, then until there is an answer. */
enum MHD_Result
tw_exchanges_on_request (void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                         const char *version, const char *upload, size_t *upload_size, void **context)
{
  Exchange *exchange = *context;
  gsize n = *upload_size;

  if (!exchange->begun)
    return begin (exchange, method, version);
  *upload_size = 0;
  if (n > 0)
    return take_body (exchange, upload, n);
  if (!exchange->handled)
    handle (exchange);
  if (tw_request_response (exchange->request) != NULL)
    return queue (exchange);
  await_answer (exchange);
  return MHD_YES;
}

/* A Content-Length that is no number gets libmicrohttpd 0.9.75's own answer with its head twice, so such a connection
 * ends without one. Its complaint is all that is heard of it, and does not say which connection it is about. */
void
tw_exchanges_on_complaint (void *cls, const char *format, va_list arguments)
{
  TwExchanges *exchanges = cls;

  if (strstr (format, "Content-Length") == NULL)
    return;
  for (GList *at = exchanges->open.head; at != NULL; at = at->next)
    {
      const Exchange *exchange = at->data;
      const char *length
          = exchange->begun ? NULL : MHD_lookup_connection_value (exchange->mhd, MHD_HEADER_KIND, "Content-Length");

      if (length != NULL && !g_ascii_string_to_unsigned (length, 10, 0, G_MAXUINT64, NULL, NULL))
        tw_connection_end (exchange->mhd);
    }
}

/* The target is taken apart by tw-target.h: libmicrohttpd leaves it as it is. */
size_t
tw_exchanges_keep_escapes (void *cls, struct MHD_Connection *mhd, char *text)
{
  return strlen (text);
}

void
tw_exchanges_answer_waiting (TwExchanges *exchanges)
{
  for (GList *at = exchanges->open.head, *next; at != NULL; at = next)
    {
      Exchange *exchange = at->data;

      next = at->next; /* one without a connection is gone with its answer */
      if (exchange->handled && tw_request_response (exchange->request) == NULL)
        tw_request_answer (exchange->request, new_stopping_response ());
    }
}
