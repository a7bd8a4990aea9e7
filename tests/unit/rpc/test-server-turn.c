/* SPDX-License-Identifier: Apache-2.0 */

/* What one turn of the loop brings is handed over before the loop sleeps, also what the answers of that turn bring. */

#include "kitchen.h"
#include "raw-peer.h"
#include "tw-mailbox.h"

static const TwEncoding framed_binary = { TW_PROTOCOL_BINARY, TRUE };

/* Two that collect: one hands over what it has, and the one after it answers what it has. */
typedef struct
{
  GPtrArray *collected; /* calls of look */
  TwCall *at_once;      /* of echo */
  guint n_answered;
} Collecting;

static void
collect (TwCall *call, gpointer data)
{
  Collecting *collecting = data;

  g_ptr_array_add (collecting->collected, call);
}

static void
collect_at_once (TwCall *call, gpointer data)
{
  Collecting *collecting = data;

  collecting->at_once = call;
}

/* To whoever would answer them on another thread. */
static void
hand_over (gpointer data)
{
  Collecting *collecting = data;

  for (guint i = 0; i < collecting->collected->len; i++)
    kitchen_answer (collecting->collected->pdata[i], "looked");
  g_ptr_array_set_size (collecting->collected, 0);
}

static void
answer_at_once (gpointer data)
{
  Collecting *collecting = data;
  TwCall *call = g_steal_pointer (&collecting->at_once);

  if (call == NULL)
    return;
  tw_mailbox_hold ();
  kitchen_answer (call, "at once");
  collecting->n_answered++;
  tw_mailbox_deliver ();
}

static void
answers_bring_calls (void)
{
  Collecting collecting = { .collected = g_ptr_array_new () };
  TwAddress address = { .host = (char[]){ "127.0.0.1" }, .port = 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = kitchen_load_schema ();
  g_autoptr (TwServer) server
      = tw_server_new (schema, tw_schema_find_service (schema, "Kitchen"), &address, &TW_SERVER_DEFAULT_LIMITS,
                       collect_at_once, &collecting, &error);
  g_autoptr (RawPeer) peer = NULL;
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  g_assert_no_error (error);
  tw_server_set_method (server, "look", collect, &collecting);
  tw_server_add_turn_func (server, hand_over, &collecting);
  tw_server_add_turn_func (server, answer_at_once, &collecting);
  peer = raw_peer_new (tw_server_port (server), framed_binary);
  /* The second has the first one's id, and waits for its answer. */
  raw_peer_write_call (peer, &out, TW_MESSAGE_CALL, "echo", 0, "one");
  raw_peer_write_call (peer, &out, TW_MESSAGE_CALL, "look", 0, "two");
  raw_peer_send (peer, out.data, out.len);
  while (collecting.n_answered == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (collecting.collected->len, ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  raw_peer_assert_text (peer, 0, "at once");
  raw_peer_assert_text (peer, 0, "looked");
  g_ptr_array_unref (collecting.collected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/turn/answers-bring-calls-of-the-same-turn", answers_bring_calls);
  return g_test_run ();
}
