/* SPDX-License-Identifier: Apache-2.0 */

#include "tasks-server-fixture.h"

#include "tw-id.h"
#include "tw-idl.h"
#include "tw-message-transport.h"
#include "tw-tasks-handler.h"

#include <string.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThriftProtocol, g_object_unref)

static GObject *
new_processor (gpointer service, const TwCallContext *const *context)
{
  return tw_tasks_processor_for (service, context);
}

static TwServer *
make_server (gpointer data)
{
  const TwServiceLimits limits = { 2, 100, 60000 };
  TwServerLimits server_limits = TW_SERVER_DEFAULT_LIMITS;
  TasksServer *f = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = tw_idl_load (&error);
  TwAddress address = { .host = (char[]){ "127.0.0.1" }, .port = 0 };
  TwServer *server;

  g_assert_no_error (error);
  server_limits.max_call_ms = 60000; /* on a loaded machine none is to be over */
  if (f->max_reply != 0)
    server_limits.max_reply = f->max_reply;
  f->pool = tw_processor_pool_new (&(TwProcessorPoolSpec) {
    .new_processor = new_processor,
    .state = f->base.service,
    .read_threads = limits.threads,
    .threads = limits.threads,
    .max_queued = limits.max_queued,
    .max_wait_ms = limits.max_wait_ms,
  });
  server = tw_server_new (schema, tw_schema_find_service (schema, "Tasks"), &address, &server_limits,
                          tw_processor_pool_handle, f->pool, &error);
  g_assert_no_error (error);
  f->methods = tw_tasks_methods_new (server, f->base.service, &limits);
  return server;
}

void
tasks_server_start (TasksServer *f)
{
  f->thread = server_thread_new (make_server, f);
}

void
tasks_server_end (TasksServer *f)
{
  server_thread_free (f->thread);
  tw_processor_pool_free (f->pool);
  tw_tasks_methods_free (f->methods);
}

void
tasks_server_set_up (TasksServer *f, gconstpointer data)
{
  task_service_set_up (&f->base, data);
  tasks_server_start (f);
}

void
tasks_server_tear_down (TasksServer *f, gconstpointer data)
{
  tasks_server_end (f);
  task_service_tear_down (&f->base, data);
}

void
write_text (TwWriter *writer, gint16 id, const char *text)
{
  tw_writer_field (writer, TW_WIRE_STRING, id);
  tw_writer_string (writer, text, strlen (text));
}

/* A field that the schema does not know, of a peer that is newer than we are. */
void
write_unknown (TwWriter *writer)
{
  tw_writer_field (writer, TW_WIRE_LIST, 900);
  tw_writer_list (writer, TW_WIRE_I64, 1);
  tw_writer_i64 (writer, 7);
}

/* The whole reply, to be freed; its body is *@reply's. */
static guint8 *
ask (const TasksServer *f, TwEncoding encoding, const char *method, WriteArguments write, gconstpointer data,
     TwMessageType expected, TwMessage *reply)
{
  g_autoptr (RawPeer) peer = raw_peer_new (server_thread_port (f->thread), encoding);
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  TwWriter writer;

  tw_writer_init (&writer, encoding.protocol, &out);
  tw_writer_message_begin (&writer, encoding.framed, TW_MESSAGE_CALL, method, strlen (method), 4711);
  tw_writer_struct_begin (&writer);
  write (&writer, data);
  tw_writer_struct_end (&writer);
  tw_writer_message_end (&writer);
  raw_peer_send (peer, out.data, out.len);
  g_assert_true (raw_peer_receive (peer, reply));
  g_assert_cmpint (reply->type, ==, expected);
  g_assert_cmpint (reply->sequence_id, ==, 4711);
  return g_memdup2 (reply->body, reply->body_length);
}

static GPtrArray *
read_values (ThriftProtocol *protocol, GType type, guint32 n)
{
  GPtrArray *values = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint32 i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      GObject *value = g_object_new (type, NULL);

      thrift_struct_read (THRIFT_STRUCT (value), protocol, &error);
      g_assert_no_error (error);
      g_ptr_array_add (values, value);
    }
  return values;
}

/* What a reply holds: a struct of @type, a list of them, an exception, or nothing. */
static GPtrArray *
read_reply (ThriftProtocol *protocol, GType type, ThriftType *kind, gint16 *id)
{
  ThriftType of;
  guint32 n = 1;
  GPtrArray *values;
  char *name;

  thrift_protocol_read_struct_begin (protocol, &name, NULL);
  thrift_protocol_read_field_begin (protocol, &name, kind, id, NULL);
  if (*kind == T_STOP)
    n = 0;
  else if (*kind == T_LIST)
    thrift_protocol_read_list_begin (protocol, &of, &n, NULL);
  values = read_values (protocol, *id == 0 ? type : TW_TYPE_BASE_EXCEPTION, n);
  thrift_protocol_read_struct_end (protocol, NULL); /* compact remembers structs that are open */
  return values;
}

static void
write_reply (ThriftProtocol *protocol, const GPtrArray *values, ThriftType kind, gint16 id)
{
  thrift_protocol_write_struct_begin (protocol, "reply", NULL);
  if (kind != T_STOP)
    thrift_protocol_write_field_begin (protocol, "value", kind, id, NULL);
  if (kind == T_LIST)
    thrift_protocol_write_list_begin (protocol, T_STRUCT, (gint32) values->len, NULL);
  for (guint i = 0; i < values->len; i++)
    thrift_struct_write (values->pdata[i], protocol, NULL);
  thrift_protocol_write_field_stop (protocol, NULL);
  thrift_protocol_write_struct_end (protocol, NULL);
}

GPtrArray *
call (const TasksServer *f, TwEncoding encoding, const char *method, WriteArguments write, gconstpointer data, GType type)
{
  TwMessage reply;
  g_autofree guint8 *body = ask (f, encoding, method, write, data, TW_MESSAGE_REPLY, &reply);
  g_autoptr (TwMessageTransport) transport = tw_message_transport_new (body, reply.body_length);
  g_autoptr (ThriftProtocol) protocol
      = g_object_new (encoding.protocol == TW_PROTOCOL_BINARY ? THRIFT_TYPE_BINARY_PROTOCOL
                                                              : THRIFT_TYPE_COMPACT_PROTOCOL,
                      "transport", transport, NULL);
  /* Writing begins where a message would have begun. */
  g_autoptr (ThriftProtocol) other
      = g_object_new (G_OBJECT_TYPE (protocol), "transport", transport, NULL);
  const TwBuffer *written = tw_message_transport_written (transport);
  ThriftType kind;
  gint16 id = 0;
  GPtrArray *values = read_reply (protocol, type, &kind, &id);

  write_reply (other, values, kind, id);
  g_assert_cmpmem (body, reply.body_length, written->data, written->len);
  return values;
}

TwTask *
call_for_task (const TasksServer *f, TwEncoding encoding, const char *method, WriteArguments write, gconstpointer data)
{
  g_autoptr (GPtrArray) values = call (f, encoding, method, write, data, TW_TYPE_TASK);
  TwTask *task;

  g_assert_cmpuint (values->len, ==, 1);
  g_assert_true (TW_IS_TASK (values->pdata[0]));
  task = g_object_ref (values->pdata[0]);
  g_assert_true (task->__isset_id && task->__isset_userId && task->__isset_name && task->__isset_createdOn
                 && task->__isset_done && task->__isset_updatedOn && task->__isset_version);
  g_assert_cmpstr (task->userId, ==, "ann");
  g_assert_cmpuint (strlen (task->id), ==, TW_ID_SIZE - 1);
  return task;
}

void
assert_refused (const TasksServer *f, TwEncoding encoding, const char *method, WriteArguments write, gconstpointer data,
                gint32 code, const char *message)
{
  g_autoptr (GPtrArray) values = call (f, encoding, method, write, data, TW_TYPE_TASK);
  const TwBaseException *exception;

  g_assert_cmpuint (values->len, ==, 1);
  g_assert_true (TW_IS_BASE_EXCEPTION (values->pdata[0]));
  exception = values->pdata[0];
  g_assert_cmpint (exception->code, ==, code);
  g_assert_nonnull (strstr (exception->message, message));
}

void
assert_exception (const TasksServer *f, TwEncoding encoding, const char *method, WriteArguments write, gconstpointer data,
                  const char *message)
{
  TwMessage reply;
  g_autofree guint8 *body = ask (f, encoding, method, write, data, TW_MESSAGE_EXCEPTION, &reply);

  g_assert_nonnull (memmem (body, reply.body_length, message, strlen (message)));
}

void
assert_task (const TwTask *task, const char *name, gboolean done, gint64 version)
{
  g_assert_cmpstr (task->name, ==, name);
  g_assert_cmpint (task->done, ==, done);
  g_assert_cmpint (task->version, ==, version);
}

void
take_task (TwTask *task, const char *name, gboolean done, gint64 version)
{
  assert_task (task, name, done, version);
  g_object_unref (task);
}

TwTaskRecord *
add_task (TasksServer *f, const char *name, gboolean done)
{
  g_autoptr (GError) error = NULL;
  const TaskWords input = { .name = name, .has_done = TRUE, .done = done };
  TwTaskRecord *task = create_task (&f->base, "ann", &input, &error);

  g_assert_no_error (error);
  return task;
}

void
write_get (TwWriter *writer, gconstpointer id)
{
  write_unknown (writer);
  write_text (writer, 1, "ann");
  write_text (writer, 2, id);
}

void
write_get_of_another (TwWriter *writer, gconstpointer id)
{
  write_text (writer, 2, id);
  write_text (writer, 1, "bob");
}

void
write_page (TwWriter *writer, gconstpointer data)
{
  const Request *request = data;

  write_text (writer, 1, "ann");
  tw_writer_field (writer, TW_WIRE_STRUCT, 2);
  tw_writer_struct_begin (writer);
  if (request->limit != 0)
    {
      tw_writer_field (writer, TW_WIRE_I32, 1);
      tw_writer_i32 (writer, request->limit);
    }
  if (request->cursor != NULL)
    write_text (writer, 2, request->cursor);
  if (request->filter != TW_DONE_ANY)
    {
      tw_writer_field (writer, TW_WIRE_BOOL, 3);
      tw_writer_bool (writer, request->filter == TW_DONE_ONLY);
    }
  if (request->sort != NULL)
    write_text (writer, 11, request->sort);
  write_unknown (writer);
  tw_writer_struct_end (writer);
}

TwTaskPage *
call_for_page (const TasksServer *f, TwEncoding encoding, const Request *request, guint n)
{
  g_autoptr (GPtrArray) values = call (f, encoding, "page", write_page, request, TW_TYPE_TASK_PAGE);
  TwTaskPage *page;

  g_assert_cmpuint (values->len, ==, 1);
  g_assert_true (TW_IS_TASK_PAGE (values->pdata[0]));
  page = g_object_ref (values->pdata[0]);
  g_assert_cmpuint (page->tasks->len, ==, n);
  return page;
}

void
write_all (TwWriter *writer, gconstpointer user_id)
{
  write_unknown (writer);
  write_text (writer, 1, user_id);
}
