/* SPDX-License-Identifier: Apache-2.0 */

/* How reads are answered by stores of all kinds: that never end, that have to wait, that are away, that end later. */

#include "tasks-server-fixture.h"

#include "tw-cglib-finalizers.h"
#include "tw-error.h"
#include "tw-generated-types.h"
#include "tw-idl.h"

#include <string.h>

/* A store of the test's own, whose reads end when it says. */
typedef struct
{
  TwTaskReading reading;
  gint64 state[32];
} Started;

typedef struct
{
  TwTaskStore parent;
  guint shown;
  GArray *started; /* of Started */
} TestStore;

static void
test_store_free (TwTaskStore *store)
{
}

static const TwTaskRecord a_task = { .has = TASK_WHOLE, .id = "000000000000000000000000", .user_id = "ann",
                                     .name = "another one", .version = 1 };

/* Nobody is in a list of somebody else's. */
static gboolean
find_nothing (TwTaskStore *store, gint64 deadline_ms, const TwRecordQuery *query, const TwRecordReading *reading)
{
  reading->end (NULL, reading->user_data);
  return TRUE;
}

static gboolean
read_without_end (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading)
{
  TestStore *self = (TestStore *) store;

  while (reading->row (&a_task, reading->state))
    g_assert_cmpuint (++self->shown, <, 1000000);
  reading->end (NULL, reading->state);
  return TRUE;
}

static void
test_all_ends_where_a_reply_does (void)
{
  static const TwTaskStoreClass klass = { .free = test_store_free, .query = find_nothing, .read = read_without_end };
  TestStore store = { .parent.klass = &klass };
  TasksServer f = { .max_reply = 100000 };

  f.base.service = tw_task_service_new (&store.parent, tw_clock_system ());
  tasks_server_start (&f);
  assert_exception (&f, RAW_ENCODINGS[0], "all", write_all, "ann", "ask for it in pages");
  g_assert_cmpuint (store.shown, >, 100);
  g_assert_cmpuint (store.shown, <, 1000);
  tasks_server_end (&f);
  tw_task_service_free (f.base.service);
}

/* With room for the cursor of the page that follows. */
static void
test_page_ends_where_a_reply_does (void)
{
  static const TwTaskStoreClass klass = { .free = test_store_free, .query = find_nothing, .read = read_without_end };
  const Request longest = { .limit = 200 };
  TestStore store = { .parent.klass = &klass };
  TasksServer f = { .max_reply = 10000 };

  f.base.service = tw_task_service_new (&store.parent, tw_clock_system ());
  tasks_server_start (&f);
  IN_EACH_ENCODING (encoding)
    {
      g_autoptr (GPtrArray) values = call (&f, *encoding, "page", write_page, &longest, TW_TYPE_TASK_PAGE);
      const TwTaskPage *page = values->pdata[0];

      g_assert_cmpuint (page->tasks->len, >, 20);
      g_assert_cmpuint (page->tasks->len, <, 200);
      g_assert_true (page->__isset_nextCursor);
    }
  tasks_server_end (&f);
  tw_task_service_free (f.base.service);
}

/* Shows a task, and then would have to wait for another one. */
static gboolean
read_what_waits (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading)
{
  gboolean wanted = reading->row (&a_task, reading->state);

  if (!reading->may_wait)
    return FALSE;
  if (wanted)
    reading->row (&a_task, reading->state);
  reading->end (NULL, reading->state);
  return TRUE;
}

static void
test_what_has_to_wait_is_read_by_others (void)
{
  static const TwTaskStoreClass klass = { .free = test_store_free, .query = find_nothing, .read = read_what_waits };
  TestStore store = { .parent.klass = &klass };
  const Request request = { 0 };
  TasksServer f = { .max_reply = 0 };

  f.base.service = tw_task_service_new (&store.parent, tw_clock_system ());
  tasks_server_start (&f);
  IN_EACH_ENCODING (encoding)
    {
      take_task (call_for_task (&f, *encoding, "get", write_get, a_task.id), "another one", FALSE, 1);
      g_object_unref (call_for_page (&f, *encoding, &request, 2));
    }
  tasks_server_end (&f);
  tw_task_service_free (f.base.service);
}

static gboolean
read_at_once (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading)
{
  TestStore *self = (TestStore *) store;

  g_assert_cmpint (query->order.key, ==, TW_TASK_BY_NAME);
  self->shown += !reading->may_wait;
  reading->end (NULL, reading->state);
  return TRUE;
}

/* Whether its names are in order the store knows: it is asked first without waiting. */
static void
test_page_by_name_is_tried_at_once (void)
{
  static const TwTaskStoreClass klass = { .free = test_store_free, .query = find_nothing, .read = read_at_once };
  TestStore store = { .parent.klass = &klass };
  const Request request = { .sort = "name" };
  TasksServer f = { .max_reply = 0 };

  f.base.service = tw_task_service_new (&store.parent, tw_clock_system ());
  tasks_server_start (&f);
  g_object_unref (call_for_page (&f, RAW_ENCODINGS[0], &request, 0));
  tasks_server_end (&f);
  g_assert_cmpuint (store.shown, ==, 1);
  tw_task_service_free (f.base.service);
}

/* UNAVAILABLE at once is an answer, not a reason to ask again. */
static gboolean
read_what_is_away (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading)
{
  g_autoptr (GError) error = g_error_new_literal (TW_ERROR, TW_ERROR_UNAVAILABLE, "The store is away");
  Started started = { .reading = *reading };

  memcpy (started.state, reading->state, reading->state_size);
  reading->end (error, started.state);
  return TRUE;
}

static void
test_store_that_is_away_says_so (void)
{
  static const TwTaskStoreClass klass = { .free = test_store_free, .query = find_nothing, .read = read_what_is_away };
  TestStore store = { .parent.klass = &klass };
  const Request request = { 0 };
  TasksServer f = { .max_reply = 0 };

  f.base.service = tw_task_service_new (&store.parent, tw_clock_system ());
  tasks_server_start (&f);
  assert_refused (&f, RAW_ENCODINGS[0], "get", write_get, a_task.id, 503, "The store is away");
  assert_refused (&f, RAW_ENCODINGS[0], "page", write_page, &request, 503, "The store is away");
  assert_exception (&f, RAW_ENCODINGS[0], "all", write_all, "ann", "The store is away");
  tasks_server_end (&f);
  tw_task_service_free (f.base.service);
}

static gboolean
start_read (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading)
{
  Started started = { .reading = *reading };

  g_assert_cmpuint (reading->state_size, <=, sizeof started.state);
  memcpy (started.state, reading->state, reading->state_size);
  g_array_append_val (((TestStore *) store)->started, started);
  return TRUE;
}

static void
end_read (const TestStore *store, guint index)
{
  Started *started = &g_array_index (store->started, Started, index);

  started->reading.row (&a_task, started->state);
  started->reading.end (NULL, started->state);
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
  static const TwTaskStoreClass klass = { .free = test_store_free, .query = find_nothing, .read = start_read };
  TestStore store = { .parent.klass = &klass, .started = g_array_new (FALSE, FALSE, sizeof (Started)) };
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
  TwTasksMethods *methods;

  g_assert_no_error (error);
  server_limits.max_unsent = 1;
  server_limits.max_call_ms = 60000;
  server = tw_server_new (schema, tw_schema_find_service (schema, "Tasks"), &address, &server_limits, NULL, NULL,
                          &error);
  g_assert_no_error (error);
  methods = tw_tasks_methods_new (server, service, &limits);
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
  end_read (&store, 0);
  end_read (&store, 1);
  iterate ();
  g_assert_cmpuint (store.started->len, ==, 3);
  end_read (&store, 2);
  iterate ();
  for (gint32 id = 0; id < 2; id++)
    {
      TwMessage reply;

      g_assert_true (raw_peer_receive (peer, &reply));
      g_assert_cmpint (reply.sequence_id, ==, id);
      g_assert_cmpint (reply.type, ==, TW_MESSAGE_REPLY);
    }
  tw_tasks_methods_free (methods);
  g_array_unref (store.started);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tw_cglib_init (tw_generated_types, TW_N_GENERATED_TYPES);
  tw_cglib_mend_finalizers (tw_generated_types, TW_N_GENERATED_TYPES);
  g_test_add_func ("/tasks-reads/all-ends-where-a-reply-does", test_all_ends_where_a_reply_does);
  g_test_add_func ("/tasks-reads/page-ends-where-a-reply-does", test_page_ends_where_a_reply_does);
  g_test_add_func ("/tasks-reads/what-has-to-wait-is-read-by-others", test_what_has_to_wait_is_read_by_others);
  g_test_add_func ("/tasks-reads/page-by-name-is-tried-at-once", test_page_by_name_is_tried_at_once);
  g_test_add_func ("/tasks-reads/store-that-is-away-says-so", test_store_that_is_away_says_so);
  g_test_add_func ("/tasks-reads/pages-that-waited-wait-for-room", test_started_pages_wait_for_room);
  return g_test_run ();
}
