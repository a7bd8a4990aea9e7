/* SPDX-License-Identifier: Apache-2.0 */

/* Generated code on both sides: a handler behind the server's processor pool, and c_glib's own client. */

#include "tw-cglib-finalizers.h"

#include "cglib-service.h"
#include "raw-peer.h"
#include "tw-client.h"
#include "tw-clock.h"
#include "tw-generated-types.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
#include <thrift/c_glib/thrift_application_exception.h>
#include <thrift/c_glib/transport/thrift_buffered_transport.h>
#include <thrift/c_glib/transport/thrift_framed_transport.h>
#include <thrift/c_glib/transport/thrift_socket.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
enum { CALLS = 1000, WARM_UP = 100 };
#else
enum { CALLS = 20000, WARM_UP = 5000 };
#endif

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTask, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwBaseException, g_object_unref)

/* c_glib's client */

typedef struct
{
  ThriftSocket *socket;
  ThriftTransport *transport;
  ThriftProtocol *protocol;
  TwTasksIf *tasks;
} Client;

static Client *
client_new (const Service *service, TwEncoding encoding)
{
  Client *client = g_new0 (Client, 1);
  g_autoptr (GError) error = NULL;

  client->socket = g_object_new (THRIFT_TYPE_SOCKET, "hostname", "127.0.0.1", "port",
                                 (int) server_thread_port (service->thread), NULL);
  client->transport
      = g_object_new (encoding.framed ? THRIFT_TYPE_FRAMED_TRANSPORT : THRIFT_TYPE_BUFFERED_TRANSPORT, "transport",
                      client->socket, NULL);
  client->protocol = g_object_new (encoding.protocol == TW_PROTOCOL_BINARY ? THRIFT_TYPE_BINARY_PROTOCOL
                                                                           : THRIFT_TYPE_COMPACT_PROTOCOL,
                                   "transport", client->transport, NULL);
  client->tasks = g_object_new (TW_TYPE_TASKS_CLIENT, "input_protocol", client->protocol, "output_protocol",
                                client->protocol, NULL);
  thrift_transport_open (client->transport, &error);
  g_assert_no_error (error);
  return client;
}

static void
client_free (Client *client)
{
  thrift_transport_close (client->transport, NULL);
  g_object_unref (client->tasks);
  g_object_unref (client->protocol);
  g_object_unref (client->transport);
  g_object_unref (client->socket);
  g_free (client);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

static void
assert_lists (Client *client, guint times)
{
  for (guint i = 0; i < times; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);

      tw_tasks_client_all (client->tasks, &tasks, "me", &error);
      g_assert_no_error (error);
      g_assert_cmpuint (tasks->len, ==, LISTED);
    }
}

static void
every_encoding (void)
{
  g_autoptr (Service) service = service_new ();

  for (guint i = 0; i < G_N_ELEMENTS (RAW_ENCODINGS); i++)
    {
      g_autoptr (Client) client = client_new (service, RAW_ENCODINGS[i]);
      g_autoptr (TwTask) task = g_object_new (TW_TYPE_TASK, NULL);
      g_autoptr (GError) error = NULL;
      TwBaseException *ouch = NULL;
      g_autofree char *id = NULL;

      assert_lists (client, 3);
      g_assert_true (tw_tasks_client_get (client->tasks, &task, "me", "some", &ouch, &error));
      g_assert_no_error (error);
      g_assert_null (ouch);
      g_object_get (task, "id", &id, NULL);
      g_assert_cmpstr (id, ==, "some");
    }
}

static void
assert_ouch (Client *client, const char *id, int expected_code, const char *expected_message)
{
  g_autoptr (TwTask) task = g_object_new (TW_TYPE_TASK, NULL);
  g_autoptr (TwBaseException) ouch = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;
  int code;

  g_assert_false (tw_tasks_client_get (client->tasks, &task, "me", id, &ouch, &error));
  g_assert_nonnull (ouch);
  g_object_get (ouch, "code", &code, "message", &message, NULL);
  g_assert_cmpint (code, ==, expected_code);
  g_assert_cmpstr (message, ==, expected_message);
}

static void
assert_application_error (Client *client, const char *user, int expected_code, const char *expected_message)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  g_assert_false (tw_tasks_client_all (client->tasks, &tasks, user, &error));
  g_assert_error (error, THRIFT_APPLICATION_EXCEPTION_ERROR, expected_code);
  g_assert_nonnull (strstr (error->message, expected_message));
  g_assert_null (strstr (error->message, "secret"));
}

static void
failures (void)
{
  static const char internal[] = "Something went wrong on our side";
  g_autoptr (Service) service = service_new ();

  for (guint i = 0; i < G_N_ELEMENTS (RAW_ENCODINGS); i++)
    {
      g_autoptr (Client) client = client_new (service, RAW_ENCODINGS[i]);

      assert_ouch (client, "declared", 409, "Taken");
      assert_ouch (client, "absent", 404, "Task not found");
      assert_ouch (client, "foreign", 500, internal);
      assert_application_error (client, "nobody", THRIFT_APPLICATION_EXCEPTION_ERROR_INTERNAL_ERROR, "User not found");
      assert_application_error (client, "foreign", THRIFT_APPLICATION_EXCEPTION_ERROR_INTERNAL_ERROR, internal);
      /* refused before the handler sees it */
      assert_application_error (client, "", THRIFT_APPLICATION_EXCEPTION_ERROR_PROTOCOL_ERROR, "userId");
      assert_lists (client, 1);
    }
}

typedef struct
{
  Client *client; /* connected by the main thread: c_glib asks the resolver in a way that is not thread-safe */
  gboolean is_declared;
} Neighbour;

static void *
call_often (void *data)
{
  const Neighbour *self = data;

  for (guint n = 0; n < 50; n++)
    {
      assert_lists (self->client, 1);
      if (self->is_declared)
        assert_ouch (self->client, "declared", 409, "Taken");
      else
        assert_ouch (self->client, "absent", 404, "Task not found");
      assert_application_error (self->client, "nobody", THRIFT_APPLICATION_EXCEPTION_ERROR_INTERNAL_ERROR,
                                "User not found");
    }
  return NULL;
}

static void
side_by_side (void)
{
  g_autoptr (Service) service = service_new ();
  pthread_t threads[8];
  Neighbour neighbours[G_N_ELEMENTS (threads)];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      neighbours[i] = (Neighbour) { client_new (service, RAW_ENCODINGS[i % G_N_ELEMENTS (RAW_ENCODINGS)]), i % 2 == 0 };
      g_assert_cmpint (pthread_create (&threads[i], NULL, call_often, &neighbours[i]), ==, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      pthread_join (threads[i], NULL);
      client_free (neighbours[i].client);
    }
}

/* Always sequence id 0: c_glib's client knows no other, and takes the replies in order. */
static void
pipelined (void)
{
  g_autoptr (Service) service = service_new ();

  for (guint i = 0; i < G_N_ELEMENTS (RAW_ENCODINGS); i++)
    {
      g_autoptr (Client) client = client_new (service, RAW_ENCODINGS[i]);
      g_autoptr (GError) error = NULL;

      for (guint n = 0; n < 100; n++)
        {
          g_autofree char *id = g_strdup_printf ("%u", n);

          g_assert_true (tw_tasks_client_send_get (client->tasks, "me", id, &error));
        }
      for (guint n = 0; n < 100; n++)
        {
          g_autoptr (TwTask) task = g_object_new (TW_TYPE_TASK, NULL);
          g_autofree char *expected = g_strdup_printf ("%u", n);
          g_autofree char *id = NULL;
          TwBaseException *ouch = NULL;

          g_assert_true (tw_tasks_client_recv_get (client->tasks, &task, &ouch, &error));
          g_object_get (task, "id", &id, NULL);
          g_assert_cmpstr (id, ==, expected);
        }
    }
}

static void
malformed (void)
{
  static const char cut_short[] = "\x80\x01\x00\x01\x00\x00\x00\x03" "all" "\x00\x00\x00\x01"
                                  "\x0b\x00\x01\x00\x00\x00\x10" "abc";
  g_autoptr (Service) service = service_new ();
  g_autoptr (Client) client = client_new (service, RAW_ENCODINGS[0]);
  g_autoptr (RawPeer) peer = raw_peer_new (server_thread_port (service->thread), RAW_ENCODINGS[0]);

  raw_peer_send (peer, cut_short, sizeof cut_short - 1);
  shutdown (peer->fd, SHUT_WR);
  raw_peer_assert_closed (peer);
  assert_lists (client, 1);
}

static void
assert_overloaded (const Service *service)
{
  g_autoptr (Client) client = client_new (service, RAW_ENCODINGS[1]);

  assert_ouch (client, "some", 503, "The service is overloaded: try again later");
  assert_application_error (client, "me", THRIFT_APPLICATION_EXCEPTION_ERROR_INTERNAL_ERROR, "overloaded");
}

static void
too_many_queued (void)
{
  g_autoptr (Service) service = service_new_of (1, 0, 60 * 1000);

  assert_overloaded (service);
}

static gsize
resident_bytes (void)
{
  g_autofree char *text = NULL;
  unsigned long total, resident;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%lu %lu", &total, &resident), ==, 2);
  return resident * (gsize) sysconf (_SC_PAGESIZE);
}

static void
flat_memory (void)
{
  g_autoptr (Service) service = service_new ();
  g_autoptr (Client) client = client_new (service, RAW_ENCODINGS[1]);
  gsize before, after;

  assert_lists (client, WARM_UP);
  before = resident_bytes ();
  assert_lists (client, CALLS);
  after = resident_bytes ();
  g_test_message ("resident: %zu KiB, then %zu KiB", before / 1024, after / 1024);
#ifndef SANITIZED
  g_assert_cmpuint (after, <, before + 1024 * 1024);
#endif
}

static void
note_gone (gpointer data)
{
  *(guint *) data += 1;
}

/* GObject's finalizer lets go of an object's data: it must run, and once, also below a subclass that chains up. */
static void
finalizers (void)
{
  GObject *task = g_object_new (TW_TYPE_TASK, "name", "x", NULL);
  GObject *handler = g_object_new (test_handler_get_type (), NULL);
  gint before = test_handlers_finalized ();
  guint n = 0;

  g_object_set_data_full (task, "gone", &n, note_gone);
  g_object_set_data_full (handler, "gone", &n, note_gone);
  g_object_unref (task);
  g_assert_cmpuint (n, ==, 1);
  g_object_unref (handler);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (test_handlers_finalized (), ==, before + 1);
}

/* What this test's client is made of; a service needs none of them. */
static const TwGetTypeFunc client_types[] = {
  thrift_socket_get_type,
  thrift_buffered_transport_get_type,
  thrift_framed_transport_get_type,
};

static void
initialised_twice (void)
{
  tw_cglib_init (tw_generated_types, TW_N_GENERATED_TYPES);
  g_assert_true (tw_cglib_mend_finalizers (tw_generated_types, TW_N_GENERATED_TYPES));
  finalizers ();
}

static void
queued_too_long (void)
{
  g_autoptr (Service) service = service_new_of (1, 1000, -1);

  assert_overloaded (service);
}

static void
take_context_reply (const TwClientReply *reply, gpointer data)
{
  g_assert_no_error (reply->error);
  g_assert_nonnull (memmem (reply->body, reply->length, "request-7", strlen ("request-7")));
  g_main_loop_quit (data);
}

static TwClient *
new_async_client (const Service *service, TwPeer peer)
{
  const TwAddress address = { .host = (char[]){ "127.0.0.1" }, .port = server_thread_port (service->thread) };

  return tw_client_new ((const TwAddress *const[]){ &address }, 1, peer, &TW_CLIENT_DEFAULT_LIMITS);
}

/* Calls a @method of a user and a task's @id. */
static void
call_one (TwClient *client, const char *method, gboolean safe, const char *id, TwClientFunc func, gpointer data)
{
  g_auto (TwBuffer) arguments = TW_BUFFER_INIT;
  TwWriter writer;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &arguments);
  tw_writer_struct_begin (&writer);
  tw_writer_field (&writer, TW_WIRE_STRING, 1);
  tw_writer_string (&writer, "ann", 3);
  tw_writer_field (&writer, TW_WIRE_STRING, 2);
  tw_writer_string (&writer, id, strlen (id));
  tw_writer_struct_end (&writer);
  tw_client_call (client,
                  &(TwClientRequest) {
                    .method = method,
                    .safe = safe,
                    .arguments = arguments.data,
                    .length = arguments.len,
                    .context = { .deadline_ms = tw_clock_monotonic_ms (tw_clock_system ()) + 60000,
                                 .request_id = "request-7" },
                  },
                  func, data);
}

static void
context_reaches_handlers (void)
{
  g_autoptr (Service) service = service_new ();
  g_autoptr (TwClient) client = new_async_client (service, TW_PEER_TAKES_CONTEXT);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  call_one (client, "get", TRUE, "context", take_context_reply, loop);
  g_main_loop_run (loop);
}

typedef struct
{
  guint removed, got;
} Answered;

static void
note_removed (const TwClientReply *reply, gpointer data)
{
  Answered *answered = data;

  g_assert_no_error (reply->error);
  answered->removed++;
}

static void
note_got (const TwClientReply *reply, gpointer data)
{
  Answered *answered = data;

  g_assert_no_error (reply->error);
  answered->got++;
}

/* More of them than there are threads. */
static void
stuck_writes (void)
{
  enum
  {
    N = 8,
  };
  g_autoptr (Service) service = service_new ();
  g_autoptr (TwClient) client = new_async_client (service, TW_PEER_SIDE_BY_SIDE);
  Answered answered = { 0 };

  for (guint i = 0; i < N; i++)
    call_one (client, "remove", FALSE, "x", note_removed, &answered);
  for (guint i = 1; i <= N; i++)
    {
      call_one (client, "get", TRUE, "x", note_got, &answered);
      while (answered.got < i)
        g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (answered.removed, ==, 0);
  test_handlers_let_removals_go_on ();
  while (answered.removed < N)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tw_cglib_init (tw_generated_types, TW_N_GENERATED_TYPES);
  tw_cglib_init (client_types, G_N_ELEMENTS (client_types));
  tw_cglib_mend_finalizers (tw_generated_types, TW_N_GENERATED_TYPES);
  tw_cglib_mend_finalizers (client_types, G_N_ELEMENTS (client_types));
  g_test_add_func ("/cglib/objects-are-finalized-whole-and-once", finalizers);
  g_test_add_func ("/cglib/init-twice-changes-nothing", initialised_twice);
  g_test_add_func ("/cglib/every-transport-and-protocol-of-its-client-works", every_encoding);
  g_test_add_func ("/cglib/errors-are-mapped-and-foreign-ones-do-not-leak", failures);
  g_test_add_func ("/cglib/clients-side-by-side-get-their-own-answers", side_by_side);
  g_test_add_func ("/cglib/pipelined-calls-with-sequence-id-0-are-answered-in-order", pipelined);
  g_test_add_func ("/cglib/a-malformed-message-harms-no-other-client", malformed);
  g_test_add_func ("/cglib/more-calls-than-may-queue-are-unavailable", too_many_queued);
  g_test_add_func ("/cglib/a-call-that-waited-too-long-is-unavailable", queued_too_long);
  g_test_add_func ("/cglib/a-calls-context-reaches-its-handler", context_reaches_handlers);
  g_test_add_func ("/cglib/stuck-writes-stop-no-reads", stuck_writes);
  g_test_add_func ("/cglib/twenty-thousand-lists-leave-memory-flat", flat_memory);
  return g_test_run ();
}
