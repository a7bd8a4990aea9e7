/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-client-calls.h"

#include "tw-deadlines.h"

void
tw_client_calls_init (TwClientCalls *calls)
{
  *calls = (TwClientCalls) { .by_sequence = g_hash_table_new (NULL, NULL) };
}

void
tw_client_calls_clear (TwClientCalls *calls)
{
  g_clear_pointer (&calls->by_sequence, g_hash_table_unref);
}

static gpointer
sequence_key (guint64 handle)
{
  return GUINT_TO_POINTER ((guint) (handle & G_MAXUINT32));
}

TwClientCall *
tw_client_calls_add (TwClientCalls *calls, TwCallKind kind, TwClientFunc func, gpointer user_data, gint64 deadline_ms)
{
  TwClientCall *call = g_new0 (TwClientCall, 1);

  do
    calls->last_handle++;
  while (g_hash_table_contains (calls->by_sequence, sequence_key (calls->last_handle)));

  call->handle = calls->last_handle;
  call->kind = kind;
  call->retry_safe = kind == TW_CALL_READS;
  call->func = func;
  call->user_data = user_data;
  call->deadline_ms = deadline_ms;
  call->link.data = call;
  g_hash_table_insert (calls->by_sequence, sequence_key (call->handle), call);
  calls->of_kind[kind].n++;
  return call;
}

TwClientCall *
tw_client_calls_find (const TwClientCalls *calls, guint64 handle)
{
  return g_hash_table_lookup (calls->by_sequence, sequence_key (handle));
}

static gint64
deadline_of (gconstpointer call)
{
  return ((const TwClientCall *) call)->deadline_ms;
}

void
tw_client_call_start_deadline (TwClientCalls *calls, TwClientCall *call)
{
  call->deadline_link.data = call;
  tw_deadlines_insert (&calls->by_deadline, &call->deadline_link, deadline_of);
}

static void
stop_deadline (TwClientCalls *calls, TwClientCall *call)
{
  if (call->deadline_link.data != NULL)
    g_queue_unlink (&calls->by_deadline, &call->deadline_link);
  call->deadline_link.data = NULL;
}

void
tw_client_call_move (TwClientCall *call, GQueue *to)
{
  if (call->queue != NULL)
    g_queue_unlink (call->queue, &call->link);
  call->queue = to;
  if (to != NULL)
    g_queue_push_tail_link (to, &call->link);
}

void
tw_client_call_end (TwClientCalls *calls, TwClientCall *call, GError *error)
{
  if (call->queue == &calls->over)
    {
      g_error_free (error);
      return;
    }
  stop_deadline (calls, call);
  call->connection = NULL;
  call->error = error;
  tw_client_call_move (call, &calls->over);
}

void
tw_client_call_refuse (TwClientCalls *calls, TwClientCall *call, TwErrorCode code, const char *message)
{
  tw_client_call_end (calls, call, g_error_new_literal (TW_ERROR, (gint) code, message));
}

TwClientCall *
tw_client_call_take (TwClientCalls *calls, TwClientCall *call)
{
  g_hash_table_remove (calls->by_sequence, sequence_key (call->handle));
  calls->of_kind[call->kind].n--;
  stop_deadline (calls, call);
  tw_client_call_move (call, NULL);
  return call;
}

void
tw_client_call_free (TwClientCall *call)
{
  g_clear_error (&call->error);
  tw_buffer_clear (&call->message);
  g_free (call);
}
