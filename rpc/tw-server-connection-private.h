/* SPDX-License-Identifier: Apache-2.0 */

/* What a connection of a server is: for the file that leads it through its life and the one that reads. */

#pragma once

#include "tw-clock.h"
#include "tw-send-queue.h"
#include "tw-server-connection.h"

G_BEGIN_DECLS

struct _TwServerConnection
{
  guint refs;
  TwServer *server;
  GList link;         /* in the server's connections */
  GList starved_link; /* in the server's starved ones */
  TwStarved starved;

  int fd; /* -1: closed */
  guint32 interest;
  gboolean ended; /* the peer sends no more */

  TwScanner *scanner;
  TwBuffer input; /* what has been read and not been taken, from `taken` on; empty between messages */
  gsize taken;
  gboolean input_is_part; /* there is no whole message in it */
  gsize counted; /* of `input`, in the server's sum for calls that are kept or that for parts of messages */
  gboolean counted_as_kept;
  gint64 came_ms;        /* when the last of it came, at the earliest */
  gint64 paused_ms;      /* since when it has not been read from; 0: it is */
  gint64 write_came_ms;  /* as came_ms, for calls that write */
  gint64 unseen_ms;      /* since when nobody looked, while the loop stood still; 0: what has come since is read */
  gboolean next_is_kept; /* `input` has a whole call of `next_kind`, for which there was no place */
  TwCallKind next_kind;

  TwSendQueue *unsent; /* NULL once it is closed */
  TwBacklog backlog;

  GHashTable *last_of_id; /* sequence id → the last call in flight that has it */
  guint n_calls;
  GQueue handed_on; /* of TwCall: those that handlers have */
  GQueue held;      /* those that wait for room for their answers */

  /* monotonic; 0: not running */
  gint64 idle_since_ms, reading_since_ms, writing_since_ms;
};

/* Those that wait for a place for a call of @kind. */
static inline TwStarved
tw_starved_for (TwCallKind kind)
{
  return kind == TW_CALL_READS ? TW_STARVED_READS : TW_STARVED_WRITES;
}

/* Whether there is a place for its call of @kind, and nobody waits for one that came before. */
static inline gboolean
tw_server_connection_is_next (const TwServerConnection *connection, TwCallKind kind)
{
  const GList *first = connection->server->starved[tw_starved_for (kind)].head;

  return !tw_server_is_full (connection->server, kind) && (first == NULL || first->data == connection);
}

/* Whether there may be a place for its next call. */
static inline gboolean
tw_server_connection_has_place (const TwServerConnection *connection)
{
  const TwServer *server = connection->server;

  if (connection->next_is_kept)
    return tw_server_connection_is_next (connection, connection->next_kind);
  return !tw_server_is_full (server, TW_CALL_READS) || !tw_server_is_full (server, TW_CALL_WRITES);
}

/* Whether there is room for an answer. Handlers on other threads change that at any time. */
static inline gboolean
tw_server_connection_has_room (const TwServerConnection *connection)
{
  return connection->held.length == 0 && tw_backlog_has_room (&connection->backlog);
}

/* Whether the limits let it take one more call, where there is room. */
static inline gboolean
tw_server_connection_may_take_with_room (const TwServerConnection *connection)
{
  const TwServer *server = connection->server;

  return !server->stopping && connection->n_calls < server->limits.max_calls_per_connection
         && tw_server_connection_has_place (connection);
}

static inline gboolean
tw_server_connection_may_take (const TwServerConnection *connection)
{
  return tw_server_connection_may_take_with_room (connection) && tw_server_connection_has_room (connection);
}

/* Closes the connection because the peer did what it may not; the log has @reason. */
void tw_server_connection_refuse (TwServerConnection *connection, const char *reason);

G_END_DECLS
