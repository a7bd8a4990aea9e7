/* SPDX-License-Identifier: Apache-2.0 */

/* What a server and its connections share. All of it is the loop's own. */

#pragma once

#include "tw-backlog.h"
#include "tw-call-context.h"
#include "tw-call-kind.h"
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

/* The calls of a kind. */
typedef struct
{
  guint n_calls; /* taken, and not answered or abandoned yet */
  gsize bytes;   /* of those */
  gsize abandoned_bytes; /* of those that their handlers have still */
} TwServerBudget;

/* Why a connection does not go on that nothing of its own will wake. */
typedef enum
{
  TW_STARVED_READS, /* its next call reads, and there are too many of them */
  TW_STARVED_WRITES,
  TW_STARVED_BOTH, /* there are too many of either kind */
  TW_STARVED_ROOM, /* others have too much unsent */
  TW_N_STARVED,
  TW_NOT_STARVED = TW_N_STARVED,
} TwStarved;

struct _TwServer
{
  TwSchema *schema;
  const TwService *service;
  TwServerLimits limits;
  TwCallHandler *handlers; /* one for each of the service's methods */
  GArray *turn_handlers;   /* of TwTurnHandler */
  gboolean turn_is_ending; /* they are being called */
  gboolean turn_goes_on;   /* and once more, because answers have come meanwhile */

  GMainContext *context;
  TwMailbox *answers;
  int epoll_fd;
  GSource *events; /* epoll_fd is readable */
  GSource *sweep;

  int listen_fd; /* -1 once it accepts no more */
  guint16 port;
  gboolean accept_paused; /* no file descriptor was left */
  guint sweep_ms;   /* between two sweeps: it looks for what has come as often at least */
  gint64 looked_ms; /* when it did last */

  GQueue connections; /* of TwServerConnection that are open */
  GQueue starved[TW_N_STARVED];
  TwServerBudget budgets[TW_N_CALL_KINDS];
  TwBacklogTotal backlog;
  gsize input_bytes; /* allocated by connections for messages that are not whole yet */
  gsize kept_bytes;  /* and for calls that are, but there was no place for them */

  GQueue by_deadline; /* of TwCall: those that are handed on, or wait for room, soonest first */
  GSource *deadline;
  gint64 armed_ms; /* when it fires; TW_DEADLINE_NONE: it does not */

  gboolean stopping;
  GSource *drain_timeout;
  GSource *stopped_source; /* set: it has stopped, and says so */
  void (*stopped) (gpointer user_data);
  gpointer stopped_data;

  TwProblems *problems; /* for the check of the next call; empty */
  TwRefusalLog refusals;
  guint8 scratch[TW_SERVER_READ_SIZE];
};

/* Whether no more calls of @kind may be taken for now, of whatever connection. */
static inline gboolean
tw_server_is_full (const TwServer *server, TwCallKind kind)
{
  const TwServerBudget *budget = &server->budgets[kind];

  return budget->n_calls >= server->limits.max_calls || budget->bytes >= server->limits.max_input;
}

/* Ends the drain of a server that is stopping when all is answered and written: its connections close themselves
 * then. */
void tw_server_check_drained (TwServer *server);

/* To be called where the loop looks for what has come, before it does. If it has not for longer than it may, it stood still:
 * what is there now may have come right after the last look. To do what writes then could be to do what its caller has
 * been told is not done; what reads does no harm. */
void tw_server_look (TwServer *server, gint64 now_ms);

/* Has deadlines looked at, at @at_ms at the latest. */
void tw_server_arm (TwServer *server, gint64 at_ms);

static inline gint64
tw_server_now_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

G_END_DECLS
