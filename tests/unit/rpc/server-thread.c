/* SPDX-License-Identifier: Apache-2.0 */

#include "server-thread.h"

#include "tw-latch.h"
#include "tw-mailbox.h"

struct _ServerThread
{
  TwServer *(*make) (gpointer user_data);
  gpointer user_data;
  pthread_t thread;
  TwLatch started, stopping, stopped;
  gboolean asked_to_stop;
  TwMailbox *commands;
  guint16 port;

  GMainLoop *loop;
  TwServer *server;
};

/* The loop is told two things: to stop the server, and then to end. */
static char stop[] = "stop";
static char end[] = "end";

static void
say_stopped (gpointer data)
{
  ServerThread *self = data;

  tw_latch_open (&self->stopped);
}

static void
obey (gpointer *commands, guint n, gpointer data)
{
  ServerThread *self = data;

  if (commands[0] == stop)
    {
      tw_server_stop (self->server, say_stopped, self);
      tw_latch_open (&self->stopping);
    }
  else
    g_main_loop_quit (self->loop);
}

static void *
run (void *data)
{
  ServerThread *self = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  self->loop = g_main_loop_new (context, FALSE);
  self->commands = tw_mailbox_new (context, obey, self, NULL);
  self->server = self->make (self->user_data);
  self->port = tw_server_port (self->server);
  tw_latch_open (&self->started);
  g_main_loop_run (self->loop);
  tw_server_free (self->server);
  tw_mailbox_free (self->commands);
  g_main_loop_unref (self->loop);
  g_main_context_pop_thread_default (context);
  return NULL;
}

ServerThread *
server_thread_new (TwServer *(*make) (gpointer user_data), gpointer user_data)
{
  ServerThread *self = g_new0 (ServerThread, 1);

  self->make = make;
  self->user_data = user_data;
  tw_latch_init (&self->started);
  tw_latch_init (&self->stopping);
  tw_latch_init (&self->stopped);
  g_assert_cmpint (pthread_create (&self->thread, NULL, run, self), ==, 0);
  tw_latch_wait (&self->started);
  return self;
}

guint16
server_thread_port (const ServerThread *self)
{
  return self->port;
}

void
server_thread_begin_stop (ServerThread *self)
{
  self->asked_to_stop = TRUE;
  tw_mailbox_post (self->commands, stop);
  tw_latch_wait (&self->stopping);
}

void
server_thread_wait_stopped (ServerThread *self)
{
  tw_latch_wait (&self->stopped);
}

void
server_thread_free (ServerThread *self)
{
  if (!self->asked_to_stop)
    {
      server_thread_begin_stop (self);
      server_thread_wait_stopped (self);
    }
  tw_mailbox_post (self->commands, end);
  pthread_join (self->thread, NULL);
  g_free (self);
}
