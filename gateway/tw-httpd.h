/* SPDX-License-Identifier: Apache-2.0 */

/* libmicrohttpd on a GMainContext: HTTP in, TwRequest to a handler, its answer out. All on one thread, without a lock.
 *
 * The daemon runs in external epoll mode; its epoll descriptor is a source of the loop. Each phase of a connection has
 * an absolute deadline (tw-connections.h).
 */

#pragma once

#include "tw-cidr.h"
#include "tw-client-limit.h"
#include "tw-log.h"
#include "tw-request.h"

G_BEGIN_DECLS

typedef struct _TwHttpd TwHttpd;

typedef struct
{
  guint max_connections;    /* further ones wait in the kernel's queue */
  guint connection_memory;  /* bytes: a head that does not fit is refused */
  guint idle_timeout_ms;    /* absolute, from an answer, or the connection's start, to the next request's first byte */
  guint line_timeout_ms;    /* absolute, from that to the end of the request line */
  guint silence_timeout_s;  /* without any byte, in whatever phase */
  guint head_timeout_ms;    /* absolute, from the request line to the head's end */
  guint body_timeout_ms;    /* absolute */
  guint write_timeout_ms;   /* absolute, for an answer */
  guint stream_timeout_ms;  /* without a byte that is taken, of an answer that comes bit by bit */
} TwHttpdLimits;

/* What serves a few thousand clients: see the .c file. */
extern const TwHttpdLimits TW_HTTPD_DEFAULT_LIMITS;

/* Who connects. */
typedef struct
{
  TwClientLimit *limit;   /* NULL: none */
  const TwCidrs *trusted; /* proxies that are believed in whom they say that a request is from; NULL: none */
} TwHttpdPeers;

typedef struct
{
  /* The head is there and well-formed: allow a body (tw_request_set_body_limit()) and return NULL, or answer
   * already. */
  TwResponse *(*begin) (TwRequest *request, gpointer user_data);
  /* All is there: answer now or later, on this thread. The request lives until it is answered, whatever becomes of its
   * connection; what its head says is there during this call. */
  void (*handle) (TwRequest *request, gpointer user_data);
  /* Some requests have been handed over, and no more come in this turn of the loop; NULL where that is nothing to the
   * handler. */
  void (*handled) (gpointer user_data);
  /* @response, whoever made it, is about to go out to @request: the last moment to add to its head. NULL where that is
   * nothing to the handler. */
  void (*answering) (const TwRequest *request, TwResponse *response, gpointer user_data);
  /* The request has got its answer, or its client has gone away, or not sent all of its body, before that
   * (TW_HTTPD_STATUS_GONE). Not called for what libmicrohttpd answers by itself, nor for a body that broke off before
   * there was an answer. NULL where that is nothing to the handler. */
  void (*completed) (const TwRequest *request, guint status, gint64 duration_us, gpointer user_data);
  TwLogLevel access; /* at which each request is logged then */
} TwHttpdHandler;

/* What is said of a request whose client went away before its answer was there: there is no such status, but nginx and
 * those who read its logs have used this one for long. */
#define TW_HTTPD_STATUS_GONE 499

/* Serves what @listen_fd (a listening, non-blocking socket; taken) accepts, on the thread-default context. What @peers
 * (NULL: nobody is limited or believed) names outlives it. Fails with TW_ERROR_CONFIGURATION. */
TwHttpd *tw_httpd_new (int listen_fd, const TwHttpdLimits *limits, const TwHttpdPeers *peers,
                       const TwHttpdHandler *handler, gpointer user_data, GError **error);

/* Sends what answers are ready. A TwClientBatchFunc; @httpd is a TwHttpd. Answers go out at the loop's next turn all
 * the same. */
void tw_httpd_run (gpointer httpd);

/* Accepts no more, answers what is under way, and calls @stopped on the loop when nothing is any more. */
void tw_httpd_stop (TwHttpd *httpd, void (*stopped) (gpointer user_data), gpointer user_data);

/* Hands nothing on to the handler any more: requests are answered with 503, and their connections closed. For when what
 * the handler needs goes. */
void tw_httpd_close (TwHttpd *httpd);

/* Closes all connections and frees. Requests that still wait are answered with 503; nobody may touch them any more. */
void tw_httpd_free (TwHttpd *httpd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwHttpd, tw_httpd_free)

G_END_DECLS
