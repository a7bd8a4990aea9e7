/* SPDX-License-Identifier: Apache-2.0 */

/* One socket of a client: connects, gathers what is to be sent, and takes whole messages out of what comes. It knows
 * neither calls nor addresses' pauses; what breaks it is an error that its owner acts on. Private to the client. */

#pragma once

#include "tw-buffer.h"
#include "tw-call-kind.h"
#include "tw-resolver.h"
#include "tw-scanner.h"

G_BEGIN_DECLS

typedef struct
{
  GSource *source; /* the client's, which polls the socket */
  gpointer tag;    /* of the socket in @source */
  int fd;          /* -1 while there is none */
  gboolean open;   /* connected */

  GArray *names; /* of TwSocketName, to be tried in turn until one connects */
  guint next_name;
  guint connect_timeout_ms;
  gint64 connect_until_ms;

  TwScanner *scanner;
  TwBuffer input;    /* the begin of a message that is not all there */
  gboolean answered; /* a message has been taken */
  gboolean silent;   /* none has since a call took too long */

  TwBuffer output;    /* from the byte @sent of all on, those that have to be written */
  gsize output_taken; /* bytes of @output that are written */
  guint64 sent;
  gboolean blocked; /* the kernel takes no more: polled for room */

  /* The owner's: which calls it carries, and those that wait for an answer from here. */
  TwCallKind kind;
  GQueue calls;
  gboolean spent;       /* an answer may come that nobody waits for: it is to be closed */
  gint64 idle_since_ms; /* 0: it is not known to be */
} TwClientConnection;

/* Takes one message; FALSE with an error if it can't be, which breaks the connection. */
typedef gboolean (*TwClientMessageFunc) (const TwMessage *message, gpointer user_data, GError **error);

TwClientConnection *tw_client_connection_new (GSource *source, const TwWireLimits *limits, guint connect_timeout_ms);

/* Closes the socket. Its calls must have been taken. */
void tw_client_connection_free (TwClientConnection *connection);

/* Begins to connect to one of @names (taken). FALSE with an error if none will have us. */
gboolean tw_client_connection_begin (TwClientConnection *connection, GArray *names, gint64 now_ms, GError **error);

/* Goes on with connecting: @connection->open if that is done. FALSE with an error if it can't be. */
gboolean tw_client_connection_go_on (TwClientConnection *connection, gint64 now_ms, GError **error);

/* Queues @n bytes; returns where in the stream of all bytes they begin. */
guint64 tw_client_connection_queue (TwClientConnection *connection, const guint8 *bytes, gsize n);

/* Whether a write is due: there are bytes, and the kernel may take them. */
gboolean tw_client_connection_wants_to_write (const TwClientConnection *connection);

/* Writes what is queued, in one go where the kernel takes it. FALSE with an error if the connection is broken. */
gboolean tw_client_connection_write (TwClientConnection *connection, GError **error);

/* What the socket polled for has come: takes whole messages with @func, through @scratch. */
gboolean tw_client_connection_read (TwClientConnection *connection, guint8 *scratch, gsize size,
                                    TwClientMessageFunc func, gpointer user_data, GError **error);

/* What poll(2) said of the socket; 0 while there is none. */
GIOCondition tw_client_connection_events (const TwClientConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwClientConnection, tw_client_connection_free)

G_END_DECLS
