/* SPDX-License-Identifier: Apache-2.0 */

/* `get` asked as Thrift's C library comes: the generated client over ThriftSocket, ThriftBufferedTransport and
 * ThriftBinaryProtocol. With --in-flight 1 each call is the generated function; with more, its two halves are used
 * apart, so that as many calls are under way on the connection: more than the generated function can do. */

#include "tw-ask.h"
#include "tw-config.h"
#include "tw-error.h"
#include "tw-output.h"
#include "tw-tally.h"

#include "tw_tasks.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/transport/thrift_buffered_transport.h>
#include <thrift/c_glib/transport/thrift_socket.h>

#define MAX_IN_FLIGHT 256

typedef struct
{
  TwTasksIf *client;
  TwQuestions questions;
  guint in_flight;
  gint32 sent, received;
  char *subjects[MAX_IN_FLIGHT];
  gint64 sent_ns[MAX_IN_FLIGHT];
} Asking;

static TwTasksIf *
connect_to (guint port, GError **error)
{
  ThriftSocket *socket = g_object_new (THRIFT_TYPE_SOCKET, "hostname", "127.0.0.1", "port", port, NULL);
  ThriftTransport *transport = g_object_new (THRIFT_TYPE_BUFFERED_TRANSPORT, "transport", socket, NULL);
  ThriftProtocol *protocol = g_object_new (THRIFT_TYPE_BINARY_PROTOCOL, "transport", transport, NULL);

  if (!thrift_transport_open (transport, error))
    return NULL;
  return g_object_new (TW_TYPE_TASKS_CLIENT, "input_protocol", protocol, "output_protocol", protocol, NULL);
}

/* The task must be the one that was asked for. */
static gboolean
check (gboolean answered, const TwTask *task, const char *subject, const TwBaseException *ouch, GError **error)
{
  if (answered && ouch == NULL && g_strcmp0 (task->id, subject) == 0)
    return TRUE;
  if (*error == NULL)
    g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "A wrong answer to the question for %s", subject);
  return FALSE;
}

static gboolean
send_one (Asking *asking, GError **error)
{
  const guint slot = (guint) asking->sent++ % asking->in_flight;

  g_free (asking->subjects[slot]);
  asking->subjects[slot] = tw_questions_next (&asking->questions, asking->sent);
  asking->sent_ns[slot] = tw_tally_now_ns ();
  return tw_tasks_client_send_get (asking->client, asking->questions.user_id, asking->subjects[slot], error);
}

static gboolean
receive_one (Asking *asking, TwTally *tally, GError **error)
{
  const guint slot = (guint) asking->received++ % asking->in_flight;
  g_autoptr (GObject) task = g_object_new (TW_TYPE_TASK, NULL);
  TwTask *filled = (TwTask *) task;
  TwBaseException *ouch = NULL;
  const gboolean answered = tw_tasks_client_recv_get (asking->client, &filled, &ouch, error);

  if (!check (answered, filled, asking->subjects[slot], ouch, error))
    return FALSE;
  if (tally != NULL)
    tw_tally_add (tally, tw_tally_now_ns () - asking->sent_ns[slot]);
  return TRUE;
}

static gboolean
call_one (Asking *asking, TwTally *tally, GError **error)
{
  g_autoptr (GObject) task = g_object_new (TW_TYPE_TASK, NULL);
  TwTask *filled = (TwTask *) task;
  TwBaseException *ouch = NULL;
  g_autofree char *subject = tw_questions_next (&asking->questions, ++asking->sent);
  const gint64 sent_ns = tw_tally_now_ns ();
  const gboolean answered =
    tw_tasks_client_get (asking->client, &filled, asking->questions.user_id, subject, &ouch, error);

  if (!check (answered, filled, subject, ouch, error))
    return FALSE;
  if (tally != NULL)
    tw_tally_add (tally, tw_tally_now_ns () - sent_ns);
  return TRUE;
}

/* At most @calls calls and @seconds. */
static gboolean
run (Asking *asking, TwTally *tally, gint64 calls, gint64 seconds, GError **error)
{
  const gint64 until_ns = tw_tally_now_ns () + seconds * G_GINT64_CONSTANT (1000000000);
  gint64 done = 0;

  if (asking->in_flight == 1)
    {
      while (done < calls && tw_tally_now_ns () < until_ns)
        {
          if (!call_one (asking, tally, error))
            return FALSE;
          done++;
        }
      return TRUE;
    }
  while (asking->sent - asking->received < (gint32) asking->in_flight)
    if (!send_one (asking, error))
      return FALSE;
  for (; done < calls && tw_tally_now_ns () < until_ns; done++)
    if (!receive_one (asking, tally, error) || !send_one (asking, error))
      return FALSE;
  while (asking->received < asking->sent)
    if (!receive_one (asking, tally, error))
      return FALSE;
  return TRUE;
}

static gboolean
measure (Asking *asking, gint64 warm_up, gint64 calls, gint64 seconds, GError **error)
{
  g_autoptr (TwTally) tally = tw_tally_new ();

  if (!run (asking, NULL, warm_up, seconds, error))
    return FALSE;
  if (!tw_tally_begin (tally, error))
    return FALSE;
  if (!run (asking, tally, calls, seconds, error))
    return FALSE;
  return tw_tally_report (tally, 0, error);
}

int
main (int argc, char **argv)
{
  g_autofree char *user_id = NULL, *ids = NULL;
  gint64 port = 0, in_flight = 1, warm_up = 1000, calls = 1000000, seconds = 5;
  g_autoptr (GError) error = NULL;
  Asking asking = { 0 };
  const TwOption options[] = {
    { "port", NULL, TW_OPTION_INTEGER, &port, "PORT", "Where the server listens", 1, 65535 },
    { "user", NULL, TW_OPTION_STRING, &user_id, "ID", "Whose tasks", 0, 0 },
    { "ids", NULL, TW_OPTION_STRING, &ids, "FILE", "Their ids, one a line", 0, 0 },
    { "in-flight", NULL, TW_OPTION_INTEGER, &in_flight, "N", "Calls under way", 1, MAX_IN_FLIGHT },
    { "warm-up", NULL, TW_OPTION_INTEGER, &warm_up, "N", "Calls before the run", 0, 1000000 },
    { "calls", NULL, TW_OPTION_INTEGER, &calls, "N", "At most", 1, 10000000 },
    { "seconds", NULL, TW_OPTION_INTEGER, &seconds, "N", "At most", 1, 600 },
    { NULL, NULL, TW_OPTION_FLAG, NULL, NULL, NULL, 0, 0 },
  };

  tw_output_init ();
  signal (SIGPIPE, SIG_IGN);
  if (tw_config_read (options, "Asks for tasks by Thrift's own client.", argc, argv, NULL, &error)
      && tw_questions_init (&asking.questions, "get", user_id, "", ids, &error))
    {
      asking.in_flight = (guint) in_flight;
      asking.client = connect_to ((guint) port, &error);
    }
  if (asking.client != NULL && measure (&asking, warm_up, calls, seconds, &error))
    return EXIT_SUCCESS;
  fprintf (stderr, "stock-client: %s\n", error != NULL ? error->message : "it failed without a word");
  return EXIT_FAILURE;
}
