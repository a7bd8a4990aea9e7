/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-server-turn.h"

#include "tw-server-calls.h"
#include "tw-server-connection.h"
#include "tw-source.h"

/* Those that others leave no room for their answers; the next one may have nothing unsent. */
static void
feed_those_without_room (TwServer *server)
{
  GQueue *starved = &server->starved[TW_STARVED_ROOM];

  if (starved->length > 0)
    tw_server_connections_make_room (server);
  for (guint n = starved->length; n > 0 && starved->head != NULL; n--)
    {
      GList *first = starved->head;

      if (tw_server_connection_can_go_on (first->data))
        tw_server_connection_go_on (first->data);
      else
        {
          g_queue_unlink (starved, first);
          g_queue_push_tail_link (starved, first);
        }
    }
}

/* The first that found the server full, if it is not now: it takes one call, and is the last then. */
static gboolean
feed_first (TwServer *server, TwStarved cause)
{
  const GList *first = server->starved[cause].head;

  if (first == NULL || !tw_server_connection_can_go_on (first->data))
    return FALSE;
  tw_server_connection_go_on (first->data);
  return TRUE;
}

static gboolean
feed_one (TwServer *server)
{
  gboolean fed = FALSE;

  for (TwStarved cause = TW_STARVED_READS; cause <= TW_STARVED_BOTH; cause++)
    fed = feed_first (server, cause) || fed;
  return fed;
}

/* Each that is fed takes a call, which there is a place less for then, or is starved no more. */
static void
feed_starved (TwServer *server)
{
  feed_those_without_room (server);
  while (feed_one (server))
    ;
}

static void
call_turn_handlers (TwServer *server)
{
  for (guint i = 0; i < server->turn_handlers->len; i++)
    {
      const TwTurnHandler *handler = &g_array_index (server->turn_handlers, TwTurnHandler, i);

      handler->func (handler->user_data);
    }
}

/* What is done now may end in answers, and these in more calls: those are of the same turn, also where the handler that
 * collects them has been called already. */
void
tw_server_end_turn (TwServer *server)
{
  feed_starved (server);
  server->turn_goes_on = TRUE;
  if (server->turn_is_ending)
    return;
  server->turn_is_ending = TRUE;
  while (server->turn_goes_on)
    {
      server->turn_goes_on = FALSE;
      call_turn_handlers (server);
    }
  server->turn_is_ending = FALSE;
  tw_server_check_drained (server);
}

void
tw_server_touch (GPtrArray *touched, TwServerConnection *connection)
{
  /* Many of one connection mostly come together: one write for all of them. */
  if (touched->len == 0 || touched->pdata[touched->len - 1] != connection)
    g_ptr_array_add (touched, tw_server_connection_ref (connection));
}

static void
go_on_with_touched (TwServer *server, const GPtrArray *touched)
{
  for (guint i = 0; i < touched->len; i++)
    tw_server_connection_go_on (touched->pdata[i]);
  tw_server_end_turn (server);
}

void
tw_server_take_answers (gpointer *calls, guint n, gpointer data)
{
  TwServer *server = data;
  g_autoptr (GPtrArray) touched
      = g_ptr_array_new_full (n, (GDestroyNotify) tw_server_connection_unref);

  for (guint i = 0; i < n; i++)
    {
      TwCall *call = calls[i];

      tw_server_touch (touched, call->connection);
      tw_server_calls_come_back (call);
    }
  go_on_with_touched (server, touched);
}

typedef struct
{
  GSource source;
  TwServer *server;
} DeadlineSource;

void
tw_server_arm (TwServer *server, gint64 at_ms)
{
  if (at_ms >= server->armed_ms)
    return;
  server->armed_ms = at_ms;
  g_source_set_ready_time (server->deadline, at_ms * 1000);
}

static gboolean
look_at_deadlines (GSource *source, GSourceFunc callback, gpointer user_data)
{
  TwServer *server = ((DeadlineSource *) source)->server;
  g_autoptr (GPtrArray) touched = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_server_connection_unref);
  gint64 next_ms;

  server->armed_ms = TW_DEADLINE_NONE;
  g_source_set_ready_time (source, -1);
  next_ms = tw_server_calls_expire (server, touched);
  tw_server_arm (server, next_ms);
  go_on_with_touched (server, touched);
  return G_SOURCE_CONTINUE;
}

GSource *
tw_server_deadline_source_new (TwServer *server)
{
  static GSourceFuncs funcs = { .dispatch = look_at_deadlines };
  GSource *source = g_source_new (&funcs, sizeof (DeadlineSource));

  ((DeadlineSource *) source)->server = server;
  tw_source_attach (source, server->context);
  return source;
}
