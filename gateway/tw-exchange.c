/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-exchange.h"

#include "tw-access-log.h"
#include "tw-coding.h"
#include "tw-connections.h"
#include "tw-log.h"

#include <string.h>

/* A body that is not wanted is read and dropped when it is announced as no larger than this, so that the connection
 * can go on and the client reads its answer; a larger one ends the connection. */
#define MAX_UNWANTED_BODY (64 * 1024)

/* A request that waits for its answer is looked at once or twice in each run of the daemon; suspending and resuming its
 * connection costs as much as about so many looks. */
#define MAX_LOOKS 24

/* One request on its way. What it is at is its connection's phase; without a connection it is the handler's. */
typedef struct
{
  GList link;
  TwExchanges *exchanges;
  struct MHD_Connection *mhd; /* NULL when it is gone */
  TwConnection *connection;   /* the same */
  TwRequest *request;
  gint64 start_us;
  guint looks; /* while waiting */
} Exchange;

static void
exchange_free (Exchange *exchange)
{
  g_queue_unlink (&exchange->exchanges->open, &exchange->link);
  tw_request_free (exchange->request);
  g_free (exchange);
}

static TwPhase
phase_of (const Exchange *exchange)
{
  return tw_connection_phase (exchange->connection);
}

/* Deadlines are so long that the time at which the daemon began to run is good enough. */
static void
move (Exchange *exchange, TwPhase phase)
{
  TwExchanges *exchanges = exchange->exchanges;
  gboolean answered = tw_phase_has_request (phase) && tw_request_response (exchange->request) != NULL;

  if (phase_of (exchange) == TW_PHASE_WAITING)
    exchanges->n_waiting--;
  if (phase == TW_PHASE_WAITING)
    exchanges->n_waiting++;
  tw_connection_move (exchange->connection, phase, answered, exchanges->now_us / 1000);
}

static void
on_answered (gpointer data)
{
  Exchange *exchange = data;

  if (exchange->connection == NULL)
    {
      /* It may be the last one that was waited for. */
      exchange->exchanges->n_to_do++;
      exchange_free (exchange);
      return;
    }
  if (tw_phase_is_handlers (phase_of (exchange)))
    exchange->exchanges->n_to_do++;
  if (phase_of (exchange) == TW_PHASE_SUSPENDED)
    MHD_resume_connection (exchange->mhd);
  move (exchange, TW_PHASE_ANSWERED);
}

/* The first that is heard of a request, and the only place where its target is still as it came. */
void *
tw_exchanges_on_target (void *cls, const char *target, struct MHD_Connection *mhd)
{
  TwExchanges *exchanges = cls;
  TwConnection *connection = tw_connection_find (mhd);
  Exchange *exchange = g_new (Exchange, 1);

  *exchange = (Exchange) {
    .link.data = exchange,
    .exchanges = exchanges,
    .mhd = mhd,
    .connection = connection,
    .start_us = exchanges->now_us,
  };
  exchange->request = tw_request_new (exchanges->pool, target, tw_connection_ip (connection),
                                      tw_connection_address (connection), on_answered, exchange);
  g_queue_push_tail_link (&exchanges->open, &exchange->link);
  move (exchange, TW_PHASE_HEAD);
  return exchange;
}

static gboolean
is_sending (TwPhase phase)
{
  return phase == TW_PHASE_SENDING || phase == TW_PHASE_STREAMING || phase == TW_PHASE_RESTING;
}

/* Says of a request that was answered, or given to the handler, what became of it. An answer that was not handed to
 * libmicrohttpd is none. */
static void
report (const Exchange *exchange)
{
  const TwExchanges *exchanges = exchange->exchanges;
  const TwRequest *request = exchange->request;
  const TwPhase phase = phase_of (exchange);
  guint status = is_sending (phase) ? tw_response_status (tw_request_response (request)) : TW_HTTPD_STATUS_GONE;
  gint64 duration_us;

  if (!tw_phase_has_answer (phase) && !tw_phase_is_handlers (phase))
    return;
  duration_us = g_get_monotonic_time () - exchange->start_us;
  if (exchanges->handler.completed != NULL)
    exchanges->handler.completed (request, status, duration_us, exchanges->user_data);
  if (tw_log_wants (exchanges->handler.access))
    tw_access_log_write (exchanges->handler.access, request, status, duration_us);
}

void
tw_exchanges_on_completed (void *cls, struct MHD_Connection *mhd, void **context,
                           enum MHD_RequestTerminationCode code)
{
  Exchange *exchange = *context;
  gboolean handlers, sent;

  if (exchange == NULL)
    return;
  *context = NULL;
  report (exchange);
  handlers = tw_phase_is_handlers (phase_of (exchange));
  sent = is_sending (phase_of (exchange)) && code == MHD_REQUEST_TERMINATED_COMPLETED_OK;
  tw_connection_watch (exchange->connection, NULL, NULL);
  if (sent)
    tw_connection_took (exchange->connection, tw_request_size (exchange->request));
  move (exchange, sent ? TW_PHASE_IDLE : TW_PHASE_CLOSING);
  exchange->mhd = NULL;
  exchange->connection = NULL;
  /* The handler may still answer. */
  if (!handlers)
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
  /* What a proxy adds stands last: without that, what is left may be anybody's words. */
  if (tw_connection_trusted (exchange->connection) != NULL && wanted <= TW_HEAD_MAX_HEADERS)
    tw_request_believe (exchange->request, tw_connection_trusted (exchange->connection));
  response = tw_request_check (exchange->request);
  if (wanted <= TW_HEAD_MAX_HEADERS)
    return response;
  g_clear_pointer (&response, tw_response_free);
  response = tw_response_new_problem (431, "The request has too many headers");
  tw_response_close (response);
  return response;
}

/* What every answer goes through, whoever made it. */
static void
complete (const Exchange *exchange, TwResponse *response)
{
  const TwHttpdHandler *handler = &exchange->exchanges->handler;
  TwCodings wanted;

  if (tw_request_is_confidential (exchange->request))
    tw_response_keep_secret (response);
  if (handler->answering != NULL)
    handler->answering (exchange->request, response, exchange->exchanges->user_data);
  if (!tw_response_is_compressible (response))
    return;
  tw_response_vary (response, TW_VARY_ACCEPT_ENCODING);
  wanted = tw_codings_wanted (exchange->request);
  if (tw_codings_prefer_gzip (&wanted))
    tw_response_compress (response);
}

/* The answer comes bit by bit, and goes on, or rests. */
static void
on_flow_moved (gboolean rests, gpointer data)
{
  Exchange *exchange = data;

  exchange->exchanges->n_to_do += !rests;
  move (exchange, rests ? TW_PHASE_RESTING : TW_PHASE_STREAMING);
}

static void
on_peer_ended (gpointer data)
{
  const Exchange *exchange = data;

  tw_flow_leave (tw_response_flow (tw_request_response (exchange->request)));
}

static void
begin_flow (Exchange *exchange, TwFlow *flow)
{
  tw_response_tell_rate (tw_request_response (exchange->request), NULL, NULL); /* it has been */
  tw_request_forget_head (exchange->request);
  tw_flow_start (flow, exchange->mhd, on_flow_moved, exchange);
  tw_connection_notice_loss (exchange->connection);
  tw_connection_watch (exchange->connection, on_peer_ended, exchange);
}

static enum MHD_Result
queue (Exchange *exchange)
{
  TwExchanges *exchanges = exchange->exchanges;
  TwResponse *response = tw_request_response (exchange->request);
  gboolean last = exchanges->serving != TW_SERVING;

  exchanges->n_to_do++; /* libmicrohttpd writes it in its next run */
  complete (exchange, response);
  if (!tw_response_queue (response, exchange->mhd, tw_request_id (exchange->request), last))
    return MHD_NO;
  move (exchange, TW_PHASE_SENDING);
  if (tw_response_flow (response) != NULL)
    begin_flow (exchange, tw_response_flow (response));
  return MHD_YES;
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

  if (response == NULL && exchanges->serving == TW_SERVING_NO_MORE)
    response = new_stopping_response ();
  if (response == NULL)
    response = exchanges->handler.begin (exchange->request, exchanges->user_data);
  if (response == NULL)
    response = tw_request_check_body (exchange->request);
  if (response == NULL)
    {
      move (exchange, TW_PHASE_BODY);
      return MHD_YES;
    }
  tw_request_answer (exchange->request, response);
  if (ends_connection (exchange))
    return queue (exchange);
  move (exchange, TW_PHASE_UNWANTED);
  return MHD_YES;
}

static void
handle (Exchange *exchange)
{
  TwExchanges *exchanges = exchange->exchanges;
  TwResponse *response = tw_request_check_body (exchange->request);

  if (response == NULL && exchanges->serving == TW_SERVING_NO_MORE)
    response = new_stopping_response ();
  if (response != NULL)
    {
      tw_request_answer (exchange->request, response);
      return;
    }
  exchanges->n_handed++;
  move (exchange, TW_PHASE_HANDLING);
  exchanges->handler.handle (exchange->request, exchanges->user_data);
  if (phase_of (exchange) == TW_PHASE_HANDLING)
    move (exchange, TW_PHASE_WAITING);
}

static enum MHD_Result
take_body (Exchange *exchange, const char *bytes, gsize n)
{
  exchange->exchanges->n_to_do++; /* more may have come already */
  return tw_request_append_body (exchange->request, bytes, n) ? MHD_YES : MHD_NO;
}

/* Called once with the head, then with each piece of body, then until there is an answer. */
enum MHD_Result
tw_exchanges_on_request (void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                         const char *version, const char *upload, size_t *upload_size, void **context)
{
  Exchange *exchange = *context;
  gsize n = *upload_size;

  if (phase_of (exchange) == TW_PHASE_HEAD)
    return begin (exchange, method, version);
  *upload_size = 0;
  if (n > 0)
    return take_body (exchange, upload, n);
  if (phase_of (exchange) == TW_PHASE_BODY)
    handle (exchange);
  else if (phase_of (exchange) == TW_PHASE_WAITING && ++exchange->looks == MAX_LOOKS)
    {
      move (exchange, TW_PHASE_SUSPENDED);
      MHD_suspend_connection (exchange->mhd);
    }
  return tw_phase_has_answer (phase_of (exchange)) ? queue (exchange) : MHD_YES;
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
          = exchange->connection != NULL && phase_of (exchange) == TW_PHASE_HEAD
                ? MHD_lookup_connection_value (exchange->mhd, MHD_HEADER_KIND, "Content-Length")
                : NULL;

      if (length != NULL && !g_ascii_string_to_unsigned (length, 10, 0, G_MAXUINT64, NULL, NULL))
        tw_connection_end (exchange->connection);
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

      TwFlow *flow = tw_request_response (exchange->request) != NULL
                         ? tw_response_flow (tw_request_response (exchange->request))
                         : NULL;

      next = at->next; /* one without a connection is gone with its answer */
      if (flow != NULL)
        tw_flow_end (flow);
      if (exchange->connection == NULL || tw_phase_is_handlers (phase_of (exchange)))
        tw_request_answer (exchange->request, new_stopping_response ());
    }
}
