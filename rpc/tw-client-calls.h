/* SPDX-License-Identifier: Apache-2.0 */

/* The calls of a client that are in flight. Each has a sequence id and, until it is over, a deadline; and each is in
 * one queue: it waits for a connection, it is on one, or it is over and its function is to be told why. Private to the
 * client. */

#pragma once

#include "tw-client.h"
#include "tw-client-connection.h"
#include "tw-error.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 handle; /* the lower half is the sequence id */
  TwClientFunc func;
  gpointer user_data;
  gint64 deadline_ms;
  TwCallKind kind;
  gboolean retry_safe;            /* may be sent again, still */
  gboolean is_probe;              /* the breaker waits for its outcome */
  gboolean insists;               /* on a connection, also to addresses that are left out */
  GError *error;                  /* how it ended; set while it is over */
  TwClientConnection *connection; /* where it was sent */
  guint64 start;                  /* of its bytes in the connection's stream */
  GQueue *queue;                  /* where `link` is */
  GList link;
  GList deadline_link; /* its data is set while the deadline runs */
  TwBuffer message;    /* kept, in case it must be sent again */
  gsize remaining_at;  /* where in it the time that is left stands; 0: nowhere */
} TwClientCall;

typedef struct
{
  GHashTable *by_sequence; /* all of them */
  GQueue by_deadline;      /* all but those that are over, soonest first */
  GQueue over;             /* with their errors */
  struct
  {
    GQueue waiting; /* for a connection */
    guint n;        /* in all places */
  } of_kind[TW_N_CALL_KINDS];
  guint64 last_handle;
} TwClientCalls;

void tw_client_calls_init (TwClientCalls *calls);

/* Frees the table; no call may be left. */
void tw_client_calls_clear (TwClientCalls *calls);

/* A new call, with a handle whose sequence id no call in flight has. It is in no queue yet. */
TwClientCall *tw_client_calls_add (TwClientCalls *calls, TwCallKind kind, TwClientFunc func, gpointer user_data,
                                   gint64 deadline_ms);

/* The call with the lower half of @handle as sequence id, or NULL. */
TwClientCall *tw_client_calls_find (const TwClientCalls *calls, guint64 handle);

void tw_client_call_start_deadline (TwClientCalls *calls, TwClientCall *call);

/* Moves a call to the tail of a queue, or out of its own (NULL). */
void tw_client_call_move (TwClientCall *call, GQueue *to);

/* Moves a call to those that are over, because of @error (taken); one that is there already keeps its reason. */
void tw_client_call_end (TwClientCalls *calls, TwClientCall *call, GError *error);
void tw_client_call_refuse (TwClientCalls *calls, TwClientCall *call, TwErrorCode code, const char *message);

/* Takes a call out of all its places: it is the caller's to free. */
TwClientCall *tw_client_call_take (TwClientCalls *calls, TwClientCall *call);
void tw_client_call_free (TwClientCall *call);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwClientCall, tw_client_call_free)

G_END_DECLS
