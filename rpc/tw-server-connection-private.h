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
  gboolean starved;

  int fd; /* -1: closed */
  guint32 interest;
  gboolean ended; /* the peer sends no more */

  TwScanner *scanner;
  TwBuffer input; /* what has been read and not been taken, from `taken` on; empty between messages */
  gsize taken;
  gsize counted; /* of `input`, in the server's sum */
  TwSendQueue *unsent;

  GHashTable *last_of_id; /* sequence id → the last call in flight that has it */
  guint n_calls;

  /* monotonic; 0: not running */
  gint64 idle_since_ms, reading_since_ms, writing_since_ms;
};

/* Whether the limits let it take one more call. */
static inline gboolean
tw_server_connection_may_take (const TwServerConnection *connection)
{
  const TwServer *server = connection->server;

  return !server->stopping && !tw_server_is_full (server)
         && connection->n_calls < server->limits.max_calls_per_connection
         && tw_send_queue_length (connection->unsent) <= server->limits.max_unsent;
}

/* Closes the connection because the peer did what it may not; the log has @reason. */
void tw_server_connection_refuse (TwServerConnection *connection, const char *reason);

/* Starts the call that @message is, or puts it behind one in flight that has the same sequence id. */
void tw_server_connection_take_call (TwServerConnection *connection, const guint8 *start, const TwMessage *message);

G_END_DECLS
