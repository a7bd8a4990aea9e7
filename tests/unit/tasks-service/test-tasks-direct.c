/* SPDX-License-Identifier: Apache-2.0 */

/* Two servers of one service: one that answers everything by generated code, and one that answers directly what it can.
 * The same bytes in must be the same bytes out, but for the id of a task that is made. */

#include "tw-tasks-direct.h"

#include "task-service-fixture.h"
#include "raw-peer.h"
#include "server-thread.h"
#include "tw-generated-types.h"
#include "tw-idl.h"
#include "tw-tasks-handler.h"

#include <string.h>

static const TwCallContext nobody = { .deadline_ms = TW_DEADLINE_NONE };

typedef struct
{
  TaskServiceFixture *base;
  gsize max_reply; /* 0: the default */
  gboolean is_direct;
  TwProcessorPool *pool;
  TwTasksDirect *direct;
  ServerThread *thread;
} Side;

typedef struct
{
  TaskServiceFixture base;
  gsize max_reply;
  Side generated, direct;
} Fixture;

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
  Side *side = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = tw_idl_load (&error);
  TwAddress address = { .host = (char[]){ "127.0.0.1" }, .port = 0 };
  TwServer *server;

  g_assert_no_error (error);
  if (side->max_reply != 0)
    server_limits.max_reply = side->max_reply;
  side->pool = tw_processor_pool_new (&(TwProcessorPoolSpec) {
    .new_processor = new_processor,
    .state = side->base->service,
    .read_threads = limits.threads,
    .threads = limits.threads,
    .max_queued = limits.max_queued,
    .max_wait_ms = limits.max_wait_ms,
  });
  server = tw_server_new (schema, tw_schema_find_service (schema, "Tasks"), &address, &server_limits,
                          tw_processor_pool_handle, side->pool, &error);
  g_assert_no_error (error);
  if (side->is_direct)
    side->direct = tw_tasks_direct_new (server, side->base->service, &limits);
  return server;
}

static void
open_side (Fixture *f, Side *side, gboolean is_direct)
{
  *side = (Side) { .base = &f->base, .max_reply = f->max_reply, .is_direct = is_direct };
  side->thread = server_thread_new (make_server, side);
}

static void
close_side (Side *side)
{
  server_thread_free (side->thread);
  tw_processor_pool_free (side->pool);
  g_clear_pointer (&side->direct, tw_tasks_direct_free);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  task_service_set_up (&f->base, data);
  open_side (f, &f->generated, FALSE);
  open_side (f, &f->direct, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  close_side (&f->direct);
  close_side (&f->generated);
  task_service_tear_down (&f->base, data);
}

/* What a test puts into the arguments' struct. */
typedef void (*WriteArguments) (TwWriter *writer, gconstpointer data);

static void
write_text (TwWriter *writer, gint16 id, const char *text)
{
  tw_writer_field (writer, TW_WIRE_STRING, id);
  tw_writer_string (writer, text, strlen (text));
}

/* A field that the schema does not know, of a peer that is newer than we are. */
static void
write_unknown (TwWriter *writer)
{
  tw_writer_field (writer, TW_WIRE_LIST, 900);
  tw_writer_list (writer, TW_WIRE_I64, 1);
  tw_writer_i64 (writer, 7);
}

/* In a reply that has a task, its id becomes all zeros. */
static void
blank_id (const TwMessage *reply, guint8 *body)
{
  TwReader reader;
  TwWireType type;
  gint16 id;
  const char *text;
  gsize length;

  tw_reader_init (&reader, reply->encoding.protocol, body, reply->body_length);
  tw_reader_struct_begin (&reader);
  if (!tw_reader_field (&reader, &type, &id) || id != 0)
    return;
  tw_reader_struct_begin (&reader);
  g_assert_true (tw_reader_field (&reader, &type, &id) && id == 1);
  tw_reader_string (&reader, &text, &length);
  g_assert_cmpuint (length, ==, 24);
  memset (body + ((const guint8 *) text - body), '0', length);
}

/* The whole reply, to be freed; its body is *@reply's. */
static guint8 *
ask (const Side *side, TwEncoding encoding, const char *method, WriteArguments write, gconstpointer data,
     TwMessageType expected, TwMessage *reply)
{
  g_autoptr (RawPeer) peer = raw_peer_new (server_thread_port (side->thread), encoding);
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

/* Each side has its own data, so that it can change something of its own. */
static void
assert_same_of_two (Fixture *f, TwEncoding encoding, const char *method, WriteArguments write,
                    gconstpointer for_generated, gconstpointer for_direct)
{
  TwMessage one, other;
  g_autofree guint8 *expected = ask (&f->generated, encoding, method, write, for_generated, TW_MESSAGE_REPLY, &one);
  g_autofree guint8 *answered = ask (&f->direct, encoding, method, write, for_direct, TW_MESSAGE_REPLY, &other);

  if (strcmp (method, "create") == 0 || strcmp (method, "patch") == 0)
    {
      blank_id (&one, expected);
      blank_id (&other, answered);
    }
  g_assert_cmpmem (answered, other.body_length, expected, one.body_length);
}

static void
assert_same_answer (Fixture *f, const char *method, WriteArguments write, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (RAW_ENCODINGS); i++)
    assert_same_of_two (f, RAW_ENCODINGS[i], method, write, data, data);
}

static TwTaskRecord *
add_task (Fixture *f, const char *name, gboolean done)
{
  g_autoptr (GError) error = NULL;
  const TwTaskInput input = { .name = name, .has_done = TRUE, .done = done };
  TwTaskRecord *task = tw_task_service_create (f->base.service, &nobody, "ann", &input, &error);

  g_assert_no_error (error);
  return task;
}

/* get */

static void
write_get (TwWriter *writer, gconstpointer id)
{
  write_unknown (writer);
  write_text (writer, 1, "ann");
  write_text (writer, 2, id);
}

static void
write_get_of_another (TwWriter *writer, gconstpointer id)
{
  write_text (writer, 2, id);
  write_text (writer, 1, "bob");
}

static void
test_get (Fixture *f, gconstpointer data)
{
  const TwTaskInput change = { .has_done = TRUE, .done = TRUE };
  g_autoptr (TwTaskRecord) task = add_task (f, "Milch für Łódź 🥛", FALSE), changed = NULL;
  g_autofree char *upper = g_ascii_strup (task->id, -1), *longer = g_strnfill (2000, 'a');

  assert_same_answer (f, "get", write_get, task->id);
  assert_same_answer (f, "get", write_get, upper);
  assert_same_answer (f, "get", write_get, "000000000000000000000000");
  assert_same_answer (f, "get", write_get, "not an id");
  assert_same_answer (f, "get", write_get, "");
  assert_same_answer (f, "get", write_get, longer);
  assert_same_answer (f, "get", write_get_of_another, task->id);
  tw_clock_advance (f->base.clock, 86400001);
  changed = tw_task_service_change (f->base.service, &nobody, "ann", task->id, &change, NULL);
  g_assert_nonnull (changed);
  assert_same_answer (f, "get", write_get, task->id);
}

/* page */

typedef struct
{
  gint32 limit; /* 0: not said */
  const char *cursor;
  TwDoneFilter filter;
} Request;

static void
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
  write_unknown (writer);
  tw_writer_struct_end (writer);
}

static gboolean
pass_over (const TwTaskRecord *row, gpointer data)
{
  return TRUE;
}

static void
test_page (Fixture *f, gconstpointer data)
{
  g_autofree char *cursor = NULL;
  Request requests[] = {
    { 0 }, { .limit = 1 }, { .limit = 14 }, { .limit = 15 }, { .limit = 200 }, { .filter = TW_DONE_ONLY },
    { .limit = 20, .filter = TW_OPEN_ONLY }, { .cursor = "AQAAAAAAAAAAAAAAAAAAAAAAAAAA" },
    { .cursor = "AfffffffffffffffffffffffffffA" }, { .limit = 0 },
  };

  assert_same_answer (f, "page", write_page, &requests[0]);
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *name = g_strnfill (1 + i * 7, 'n');

      tw_task_record_free (add_task (f, name, i % 3 == 0));
      tw_clock_advance (f->base.clock, i % 2);
    }
  g_assert_true (
    tw_task_service_page (f->base.service, &nobody, "ann", TW_DONE_ANY, NULL, 30, pass_over, NULL, &cursor, NULL));
  requests[G_N_ELEMENTS (requests) - 1].cursor = cursor;
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    assert_same_answer (f, "page", write_page, &requests[i]);
}

/* all */

static void
write_all (TwWriter *writer, gconstpointer user_id)
{
  write_unknown (writer);
  write_text (writer, 1, user_id);
}

static void
test_all (Fixture *f, gconstpointer data)
{
  assert_same_answer (f, "all", write_all, "ann");
  for (guint i = 0; i < 40; i++)
    {
      tw_task_record_free (add_task (f, i % 2 == 0 ? "Milch" : "Łódź 🥛", i % 3 == 0));
      tw_clock_advance (f->base.clock, i % 2);
      if (i == 0 || i == 13 || i == 14 || i == 39)
        assert_same_answer (f, "all", write_all, "ann");
    }
  assert_same_answer (f, "all", write_all, "bob");
}

/* A store that has rows without end. */
typedef struct
{
  TwTaskStore parent;
  guint shown;
} EndlessStore;

static gboolean
endless_list (TwTaskStore *store, gint64 deadline_ms, const char *user_id, TwDoneFilter filter,
              const TwTaskPosition *after, guint limit, TwTaskRowFunc row, gpointer user_data, GError **error)
{
  EndlessStore *endless = (EndlessStore *) store;
  const TwTaskRecord task = { .id = (char[]) { "000000000000000000000000" },
                              .user_id = (char *) (guintptr) user_id,
                              .name = (char[]) { "another one" },
                              .version = 1 };

  while (row (&task, user_data))
    g_assert_cmpuint (++endless->shown, <, 1000000);
  return TRUE;
}

static void
endless_free (TwTaskStore *store)
{
}

static void
test_all_ends_where_a_reply_does (void)
{
  static const TwTaskStoreClass klass = { .free = endless_free, .list = endless_list };
  EndlessStore store = { .parent.klass = &klass };
  Fixture f = { .max_reply = 100000 };
  TwMessage reply;
  g_autofree guint8 *body = NULL;

  f.base.service = tw_task_service_new (&store.parent, tw_clock_system ());
  open_side (&f, &f.direct, TRUE);
  body = ask (&f.direct, RAW_ENCODINGS[0], "all", write_all, "ann", TW_MESSAGE_EXCEPTION, &reply);
  g_assert_nonnull (memmem (body, reply.body_length, "ask for it in pages", 19));
  g_assert_cmpuint (store.shown, >, 100);
  g_assert_cmpuint (store.shown, <, 1000);
  close_side (&f.direct);
  tw_task_service_free (f.base.service);
}

/* A store on another machine, whose lists end when the test says. */
typedef struct
{
  TwTaskRowsDone done;
  gpointer user_data;
} StartedList;

typedef struct
{
  TwTaskStore parent;
  GArray *started; /* of StartedList */
} RemoteStore;

static void
remote_start_get (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, TwTaskRowsDone done,
                  gpointer user_data)
{
  g_assert_not_reached ();
}

static void
remote_start_list (TwTaskStore *store, gint64 deadline_ms, const char *user_id, TwDoneFilter filter,
                   const TwTaskPosition *after, guint limit, TwTaskRowsDone done, gpointer user_data)
{
  const StartedList list = { done, user_data };

  g_array_append_val (((RemoteStore *) store)->started, list);
}

static void
remote_free (TwTaskStore *store)
{
}

static void
end_list (const RemoteStore *store, guint index)
{
  const StartedList *list = &g_array_index (store->started, StartedList, index);
  TwTaskRecord task = { .id = (char[]){ "000000000000000000000000" }, .user_id = (char[]){ "ann" },
                        .name = (char[]){ "milk" }, .version = 1 };
  gpointer rows[] = { &task };
  GPtrArray array = { rows, 1 };

  list->done (&array, NULL, list->user_data);
}

static void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Lists that were all begun while there was room for their answers: what there is too much of by the time that they end
 * is asked for once more. */
static void
test_started_pages_wait_for_room (void)
{
  static const TwTaskStoreClass klass
      = { .free = remote_free, .start_get = remote_start_get, .start_list = remote_start_list };
  RemoteStore store = { .parent = { &klass }, .started = g_array_new (FALSE, FALSE, sizeof (StartedList)) };
  g_autoptr (TwTaskService) service = tw_task_service_new (&store.parent, tw_clock_system ());
  const TwServiceLimits limits = { 1, 100, 60000 };
  TwServerLimits server_limits = TW_SERVER_DEFAULT_LIMITS;
  const TwEncoding encoding = { TW_PROTOCOL_BINARY, TRUE };
  const Request request = { 0 };
  TwAddress address = { .host = (char[]){ "127.0.0.1" }, .port = 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = tw_idl_load (&error);
  g_autoptr (TwServer) server = NULL;
  g_autoptr (RawPeer) peer = NULL;
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  TwTasksDirect *direct;

  g_assert_no_error (error);
  server_limits.max_unsent = 1;
  server_limits.max_call_ms = 60000;
  server = tw_server_new (schema, tw_schema_find_service (schema, "Tasks"), &address, &server_limits, NULL, NULL,
                          &error);
  g_assert_no_error (error);
  direct = tw_tasks_direct_new (server, service, &limits);
  peer = raw_peer_new (tw_server_port (server), encoding);
  for (gint32 id = 0; id < 2; id++)
    {
      TwWriter writer;

      tw_writer_init (&writer, encoding.protocol, &out);
      tw_writer_message_begin (&writer, encoding.framed, TW_MESSAGE_CALL, "page", 4, id);
      tw_writer_struct_begin (&writer);
      write_page (&writer, &request);
      tw_writer_struct_end (&writer);
      tw_writer_message_end (&writer);
    }
  raw_peer_send (peer, out.data, out.len);
  while (store.started->len < 2)
    g_main_context_iteration (NULL, TRUE);
  end_list (&store, 0);
  end_list (&store, 1);
  iterate ();
  g_assert_cmpuint (store.started->len, ==, 3);
  end_list (&store, 2);
  iterate ();
  for (gint32 id = 0; id < 2; id++)
    {
      TwMessage reply;

      g_assert_true (raw_peer_receive (peer, &reply));
      g_assert_cmpint (reply.sequence_id, ==, id);
      g_assert_cmpint (reply.type, ==, TW_MESSAGE_REPLY);
    }
  tw_tasks_direct_free (direct);
  g_array_unref (store.started);
}

/* create */

typedef struct
{
  const char *name;
  gboolean has_done, done;
} New;

static void
write_create (TwWriter *writer, gconstpointer data)
{
  const New *task = data;

  write_text (writer, 1, "ann");
  write_unknown (writer);
  tw_writer_field (writer, TW_WIRE_STRUCT, 2);
  tw_writer_struct_begin (writer);
  write_text (writer, 1, task->name);
  if (task->has_done)
    {
      tw_writer_field (writer, TW_WIRE_BOOL, 2);
      tw_writer_bool (writer, task->done);
    }
  write_unknown (writer);
  tw_writer_struct_end (writer);
}

static void
test_create (Fixture *f, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (500, 'x'), *too_long = g_strnfill (501, 'x');
  const New tasks[] = { { .name = "milk" },   { "milk", TRUE, FALSE }, { "milk", TRUE, TRUE }, { .name = longest },
                        { .name = too_long }, { .name = "" },          { .name = "a\nb" } };
  const Request all = { .limit = 200 };

  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    assert_same_answer (f, "create", write_create, &tasks[i]);
  assert_same_answer (f, "page", write_page, &all);
}

/* patch and remove */

typedef struct
{
  const char *id;
  New task; /* name NULL: not said */
  gboolean clear_nothing, clear_name;
} Patch;

static void
write_patch (TwWriter *writer, gconstpointer data)
{
  const Patch *patch = data;

  write_text (writer, 1, "ann");
  write_text (writer, 2, patch->id);
  tw_writer_field (writer, TW_WIRE_STRUCT, 3);
  tw_writer_struct_begin (writer);
  if (patch->clear_nothing || patch->clear_name)
    {
      tw_writer_field (writer, TW_WIRE_SET, 1);
      tw_writer_set (writer, TW_WIRE_STRING, patch->clear_name ? 1 : 0);
      if (patch->clear_name)
        tw_writer_string (writer, "name", 4);
    }
  if (patch->task.name != NULL)
    write_text (writer, 2, patch->task.name);
  if (patch->task.has_done)
    {
      tw_writer_field (writer, TW_WIRE_BOOL, 3);
      tw_writer_bool (writer, patch->task.done);
    }
  write_unknown (writer);
  tw_writer_struct_end (writer);
}

static void
test_patch (Fixture *f, gconstpointer data)
{
  g_autoptr (TwTaskRecord) one = add_task (f, "milk", FALSE), other = add_task (f, "milk", FALSE);
  const Patch patches[] = {
    { .task = { .name = "oat milk" } },
    { .task = { .has_done = TRUE, .done = TRUE } },
    { .task = { "milk", TRUE, FALSE }, .clear_nothing = TRUE },
    { .clear_nothing = TRUE },
    { .clear_name = TRUE },
    { .id = NULL },
    { .task = { .name = "" } },
    { .id = "000000000000000000000000", .task = { .name = "milk" } },
    { .id = "000000000000000000000000" },
    { .id = "no id", .task = { .name = "milk" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (RAW_ENCODINGS); i++)
    for (guint j = 0; j < G_N_ELEMENTS (patches); j++)
      {
        Patch for_one = patches[j], for_other = patches[j];

        for_one.id = patches[j].id != NULL ? patches[j].id : one->id;
        for_other.id = patches[j].id != NULL ? patches[j].id : other->id;
        tw_clock_advance (f->base.clock, 1);
        assert_same_of_two (f, RAW_ENCODINGS[i], "patch", write_patch, &for_one, &for_other);
      }
}

static void
test_remove (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (RAW_ENCODINGS); i++)
    {
      g_autoptr (TwTaskRecord) one = add_task (f, "milk", FALSE), other = add_task (f, "milk", FALSE);

      for (guint j = 0; j < 2; j++)
        assert_same_of_two (f, RAW_ENCODINGS[i], "remove", write_get, one->id, other->id);
    }
  assert_same_answer (f, "remove", write_get, "no id");
}

/* What was not said to be answered directly still is answered. */
static void
write_nothing (TwWriter *writer, gconstpointer data)
{
  write_unknown (writer);
}

static void
test_others (Fixture *f, gconstpointer data)
{
  assert_same_answer (f, "check", write_nothing, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tw_cglib_init (tw_generated_types, TW_N_GENERATED_TYPES);
  g_test_add ("/tasks-direct/get-answers-as-generated-code", Fixture, NULL, set_up, test_get, tear_down);
  g_test_add ("/tasks-direct/page-answers-as-generated-code", Fixture, NULL, set_up, test_page, tear_down);
  g_test_add ("/tasks-direct/all-answers-as-generated-code", Fixture, NULL, set_up, test_all, tear_down);
  g_test_add_func ("/tasks-direct/all-ends-where-a-reply-does", test_all_ends_where_a_reply_does);
  g_test_add_func ("/tasks-direct/pages-of-a-remote-store-wait-for-room", test_started_pages_wait_for_room);
  g_test_add ("/tasks-direct/create-answers-as-generated-code", Fixture, NULL, set_up, test_create, tear_down);
  g_test_add ("/tasks-direct/patch-answers-as-generated-code", Fixture, NULL, set_up, test_patch, tear_down);
  g_test_add ("/tasks-direct/remove-answers-as-generated-code", Fixture, NULL, set_up, test_remove, tear_down);
  g_test_add ("/tasks-direct/other-methods-are-generated-code's", Fixture, NULL, set_up, test_others, tear_down);
  return g_test_run ();
}
