/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-server-calls.h"

#include "tw-deadlines.h"
#include "tw-error.h"
#include "tw-server-connection-private.h"
#include "tw-server-dispatch.h"

/* Places: what counts for the bounds of the server and of the connection. */

static void
take_place (TwServerConnection *connection, const TwCall *call)
{
  TwServerBudget *budget = &connection->server->budgets[call->kind];

  connection->n_calls++;
  budget->n_calls++;
  budget->bytes += call->length;
}

static void
free_place (TwServerConnection *connection, const TwCall *call)
{
  TwServerBudget *budget = &connection->server->budgets[call->kind];

  connection->n_calls--;
  budget->n_calls--;
  budget->bytes -= call->length;
}

/* The bytes of an abandoned call that its handler still has. */
static gsize
size_of (const TwCall *call)
{
  return sizeof *call + call->length;
}

static void
free_call (TwCall *call)
{
  TwServerConnection *connection = call->connection;

  tw_call_free (call);
  tw_server_connection_unref (connection);
}

/* Queues and deadlines */

static void
enter (TwCall *call, GQueue *queue)
{
  if (call->queue != NULL)
    g_queue_unlink (call->queue, &call->link);
  call->queue = queue;
  if (queue != NULL)
    g_queue_push_tail_link (queue, &call->link);
}

static gint64
deadline_of (gconstpointer call)
{
  return ((const TwCall *) call)->context.deadline_ms;
}

static void
watch_deadline (TwServer *server, TwCall *call)
{
  if (call->deadline_link.data != NULL)
    return;
  call->deadline_link.data = call;
  tw_deadlines_insert (&server->by_deadline, &call->deadline_link, deadline_of);
  if (server->by_deadline.head == &call->deadline_link)
    tw_server_arm (server, call->context.deadline_ms);
}

static void
forget_deadline (TwServer *server, TwCall *call)
{
  if (call->deadline_link.data != NULL)
    g_queue_unlink (&server->by_deadline, &call->deadline_link);
  call->deadline_link.data = NULL;
}

static void
leave (TwServerConnection *connection, TwCall *call)
{
  enter (call, NULL);
  forget_deadline (connection->server, call);
}

static gpointer
id_key (const TwCall *call)
{
  return GINT_TO_POINTER (call->sequence_id);
}

/* What waited for @call, which is in the way no more; NULL if nothing did. */
static TwCall *
take_next (TwServerConnection *connection, TwCall *call)
{
  TwCall *next = call->next;

  call->next = NULL;
  if (next == NULL)
    g_hash_table_remove (connection->last_of_id, id_key (call));
  return next;
}

/* Answers */

static void
queue_answer (TwServerConnection *connection, gboolean unframed, TwBuffer *answer)
{
  if (answer->len == 0)
    return;
  if (tw_send_queue_length (connection->unsent) == 0)
    connection->writing_since_ms = tw_server_now_ms ();
  tw_send_queue_take (connection->unsent, unframed, answer);
}

static void
say_over (TwServerConnection *connection, const TwCall *call)
{
  g_auto (TwBuffer) answer = TW_BUFFER_INIT;

  tw_call_write_over (call, &answer);
  tw_backlog_add (&connection->backlog, answer.len);
  queue_answer (connection, FALSE, &answer);
}

/* Beginning */

static void
hold (TwServerConnection *connection, TwCall *call)
{
  atomic_store (&call->state, TW_CALL_WAITS);
  enter (call, &connection->held);
  watch_deadline (connection->server, call);
}

static void
hand_on (TwServerConnection *connection, TwCall *call)
{
  TwServer *server = connection->server;

  atomic_store (&call->state, TW_CALL_HANDED_ON);
  enter (call, &connection->handed_on);
  watch_deadline (server, call);
  if (server->budgets[call->kind].abandoned_bytes < server->limits.max_input)
    tw_server_start_call (server, call);
  else
    {
      /* Handlers hold so much that nobody waits for that they do not get on. */
      g_autoptr (GError) error
          = g_error_new_literal (TW_ERROR, TW_ERROR_UNAVAILABLE, "The service is overloaded: try again later");

      tw_call_fail (call, error);
    }
}

/* Begins a call that was taken and, where its time is over already, those that waited for it. */
static void
begin (TwServerConnection *connection, TwCall *call)
{
  while (call != NULL && tw_deadline_is_over (call->context.deadline_ms, tw_server_now_ms ()))
    {
      TwCall *next = take_next (connection, call);

      say_over (connection, call);
      free_place (connection, call);
      free_call (call);
      call = next;
    }
  if (call == NULL)
    return;
  if (connection->held.length > 0 || !tw_backlog_has_room (&connection->backlog))
    hold (connection, call);
  else
    hand_on (connection, call);
}

/* What has to be known of a call to say that it is over: nothing of its arguments. */
static TwMessage
head_of (const TwMessage *message, const guint8 *start)
{
  TwMessage head = *message;

  head.body_length = 0;
  head.total = (gsize) (message->body - start);
  return head;
}

void
tw_server_calls_take (TwServerConnection *connection, const TwMethod *method, const guint8 *start,
                      const TwMessage *message, gboolean too_many)
{
  const TwMessage taken = too_many ? head_of (message, start) : *message;
  const gint64 came_ms
      = tw_call_kind_of (method) == TW_CALL_READS ? connection->came_ms : connection->write_came_ms;
  TwCall *call = tw_server_make_call (connection->server, method, start, &taken, came_ms);
  TwCall *before = g_hash_table_lookup (connection->last_of_id, id_key (call));

  call->connection = tw_server_connection_ref (connection);
  call->backlog = &connection->backlog;
  if (too_many)
    call->context.deadline_ms = 0;
  take_place (connection, call);
  tw_server_connection_leave_starved (connection);
  g_hash_table_insert (connection->last_of_id, id_key (call), call);
  if (before == NULL)
    begin (connection, call);
  else
    {
      atomic_store (&call->state, TW_CALL_WAITS);
      before->next = call;
    }
}

void
tw_server_calls_go_on (TwServerConnection *connection)
{
  while (connection->held.length > 0 && tw_backlog_has_room (&connection->backlog))
    hand_on (connection, g_queue_peek_head (&connection->held));
}

/* Coming back */

static void
come_back_answered (TwServerConnection *connection, TwCall *call)
{
  TwCall *next = NULL;

  leave (connection, call);
  free_place (connection, call);
  if (connection->fd >= 0)
    {
      queue_answer (connection, call->reply_unframed, &call->reply);
      next = take_next (connection, call);
    }
  else
    tw_backlog_remove (&connection->backlog, call->reply_counted);
  free_call (call);
  if (next != NULL)
    begin (connection, next);
}

static void
come_back_unbegun (TwServerConnection *connection, TwCall *call)
{
  if (connection->fd >= 0)
    {
      hold (connection, call);
      return;
    }
  free_place (connection, call);
  free_call (call);
}

void
tw_server_calls_come_back (TwCall *call)
{
  g_autoptr (TwServerConnection) connection = tw_server_connection_ref (call->connection);

  switch (tw_call_state (call))
    {
    case TW_CALL_ANSWERED:
      come_back_answered (connection, call);
      break;
    case TW_CALL_RETURNED:
      come_back_unbegun (connection, call);
      break;
    case TW_CALL_ABANDONED:
      connection->server->budgets[call->kind].abandoned_bytes -= size_of (call);
      free_call (call);
      break;
    case TW_CALL_WAITS:
    case TW_CALL_HANDED_ON:
    default:
      g_return_if_reached ();
    }
}

/* Abandoning */

/* FALSE if it is on its way back, and has its place until it is there. */
static gboolean
abandon (TwServerConnection *connection, TwCall *call)
{
  if (!tw_call_move (call, TW_CALL_HANDED_ON, TW_CALL_ABANDONED))
    return FALSE;
  free_place (connection, call);
  connection->server->budgets[call->kind].abandoned_bytes += size_of (call);
  return TRUE;
}

/* Those that wait behind a call of a closed connection. */
static void
drop_next (TwServerConnection *connection, TwCall *call)
{
  for (TwCall *next = g_steal_pointer (&call->next); next != NULL;)
    {
      TwCall *dropped = next;

      next = dropped->next;
      free_place (connection, dropped);
      free_call (dropped);
    }
}

void
tw_server_calls_abandon_all (TwServerConnection *connection)
{
  TwCall *call;

  while ((call = g_queue_peek_head (&connection->handed_on)) != NULL)
    {
      drop_next (connection, call);
      leave (connection, call);
      abandon (connection, call);
    }
  while ((call = g_queue_peek_head (&connection->held)) != NULL)
    {
      drop_next (connection, call);
      leave (connection, call);
      free_place (connection, call);
      free_call (call);
    }
}

/* Calls whose deadline is watched are of connections that are open. */
static void
expire (TwServerConnection *connection, TwCall *call)
{
  const gboolean held = call->queue == &connection->held;
  TwCall *next;

  if (!held && !abandon (connection, call))
    {
      forget_deadline (connection->server, call);
      return;
    }
  leave (connection, call);
  say_over (connection, call);
  next = take_next (connection, call);
  if (held)
    {
      free_place (connection, call);
      free_call (call);
    }
  if (next != NULL)
    begin (connection, next);
}

gint64
tw_server_calls_expire (TwServer *server, GPtrArray *touched)
{
  const gint64 now_ms = tw_server_now_ms ();
  TwCall *call;

  while ((call = g_queue_peek_head (&server->by_deadline)) != NULL
         && tw_deadline_is_over (call->context.deadline_ms, now_ms))
    {
      TwServerConnection *connection = call->connection;

      tw_server_touch (touched, connection);
      expire (connection, call);
    }
  return call != NULL ? call->context.deadline_ms : TW_DEADLINE_NONE;
}
