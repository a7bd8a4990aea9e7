/* SPDX-License-Identifier: Apache-2.0 */

/* What a server and its connections share. All of it is the loop's own. */

#pragma once

#include "tw-clock.h"
#include "tw-mailbox.h"
#include "tw-problems.h"
#include "tw-refusal-log.h"
#include "tw-server.h"

G_BEGIN_DECLS

/* Bytes that are read at once. */
#define TW_SERVER_READ_SIZE (64 * 1024)

typedef struct
{
  TwCallFunc func;
  gpointer user_data;
} TwCallHandler;

typedef struct
{
  TwServerTurnFunc func;
  gpointer user_data;
} TwTurnHandler;

struct _TwServer
{
  TwSchema *schema;
  const TwService *service;
  TwServerLimits limits;
  TwCallHandler *handlers; /* one for each of the service's methods */
  GArray *turn_handlers;   /* of TwTurnHandler */
  gboolean turn_is_ending; /* they are being called */

  GMainContext *context;
  TwMailbox *answers;
  int epoll_fd;
  GSource *events; /* epoll_fd is readable */
  GSource *sweep;

  int listen_fd; /* -1 once it accepts no more */
  guint16 port;
  gboolean accept_paused; /* no file descriptor was left */

  GQueue connections; /* of TwServerConnection that are open */
  GQueue starved;     /* those that read on when the whole server may have more calls */
  guint n_calls;      /* taken and not answered yet */
  gsize call_bytes;   /* of those calls */
  gsize input_bytes;  /* allocated by connections for what has been read and not been taken */

  gboolean stopping;
  GSource *drain_timeout;
  GSource *stopped_source; /* set: it has stopped, and says so */
  void (*stopped) (gpointer user_data);
  gpointer stopped_data;

  TwProblems *problems; /* for the check of the next call; empty */
  TwRefusalLog refusals;
  guint8 scratch[TW_SERVER_READ_SIZE];
};

/* Whether no more calls may be taken for now, of whatever connection. */
static inline gboolean
tw_server_is_full (const TwServer *server)
{
  return server->n_calls >= server->limits.max_calls || server->call_bytes >= server->limits.max_input;
}

static inline gint64
tw_server_now_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

G_END_DECLS
