/* SPDX-License-Identifier: Apache-2.0 */

#include "cglib-service.h"

#include "tw-error.h"
#include "tw-idl.h"

/* The handler: what a user or a task is called says what happens. */

typedef struct
{
  TwTasksHandler parent;
  const TwCallContext *const *context;
} TestHandler;

typedef struct
{
  TwTasksHandlerClass parent;
} TestHandlerClass;

static gint handlers_finalized;
static gint removals_go_on;

G_DEFINE_TYPE (TestHandler, test_handler, TW_TYPE_TASKS_HANDLER)

static gboolean
handle_all (TwTasksIf *iface, GPtrArray **result, const gchar *user, GError **error)
{
  if (g_str_equal (user, "nobody"))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "User not found");
      return FALSE;
    }
  if (g_str_equal (user, "foreign"))
    {
      g_set_error (error, G_FILE_ERROR, 2, "/secret/path");
      return FALSE;
    }
  for (guint i = 0; i < LISTED; i++)
    {
      g_autofree char *id = g_strdup_printf ("%024u", i);

      g_ptr_array_add (*result, g_object_new (TW_TYPE_TASK, "id", id, "userId", user, "name", "a task",
                                              "createdOn", "2026-11-21T09:00:00.000Z", "done", TRUE, NULL));
    }
  return TRUE;
}

static gboolean
handle_get (TwTasksIf *iface, TwTask **result, const gchar *user, const gchar *id, TwBaseException **ouch,
            GError **error)
{
  if (g_str_equal (id, "declared"))
    {
      *ouch = g_object_new (TW_TYPE_BASE_EXCEPTION, "code", 409, "message", "Taken", NULL);
      return FALSE;
    }
  if (g_str_equal (id, "absent"))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Task not found");
      return FALSE;
    }
  if (g_str_equal (id, "foreign"))
    {
      g_set_error (error, G_FILE_ERROR, 2, "/secret/path");
      return FALSE;
    }
  if (g_str_equal (id, "context"))
    id = (*((const TestHandler *) iface)->context)->request_id;
  g_object_set (*result, "id", id, "userId", user, NULL);
  return TRUE;
}

static gboolean
handle_remove (TwTasksIf *iface, const gchar *user, const gchar *id, const TwChangeOptions *options,
               TwBaseException **ouch, GError **error)
{
  while (!g_atomic_int_get (&removals_go_on))
    g_usleep (1000);
  return TRUE;
}

void
test_handlers_let_removals_go_on (void)
{
  g_atomic_int_set (&removals_go_on, TRUE);
}

gint
test_handlers_finalized (void)
{
  return g_atomic_int_get (&handlers_finalized);
}

static void
test_handler_finalize (GObject *object)
{
  g_atomic_int_inc (&handlers_finalized);
  G_OBJECT_CLASS (test_handler_parent_class)->finalize (object);
}

static void
test_handler_class_init (TestHandlerClass *class)
{
  TwTasksHandlerClass *tasks = TW_TASKS_HANDLER_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = test_handler_finalize;
  tasks->all = handle_all;
  tasks->get = handle_get;
  tasks->remove = handle_remove;
}

static void
test_handler_init (TestHandler *self)
{
}

/* The service */

static TwServer *
make_server (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = tw_idl_load (&error);
  TwAddress address = { .host = (char[]){ "127.0.0.1" }, .port = 0 };
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  TwServer *server;

  g_assert_no_error (error);
  limits.max_call_ms = 60 * 1000; /* on a loaded machine none is to be over */
  server = tw_server_new (schema, tw_schema_find_service (schema, "Tasks"), &address, &limits,
                          tw_processor_pool_handle, data, &error);
  g_assert_no_error (error);
  return server;
}

static GObject *
new_processor (gpointer state, const TwCallContext *const *context)
{
  g_autoptr (GObject) handler = g_object_new (test_handler_get_type (), NULL);

  ((TestHandler *) handler)->context = context;
  return g_object_new (TW_TYPE_TASKS_PROCESSOR, "handler", handler, NULL);
}

Service *
service_new_of (guint n_threads, guint max_queued, gint64 max_wait_ms)
{
  Service *service = g_new0 (Service, 1);

  service->pool = tw_processor_pool_new (&(TwProcessorPoolSpec) {
    .new_processor = new_processor,
    .read_threads = n_threads,
    .threads = n_threads,
    .max_queued = max_queued,
    .max_wait_ms = max_wait_ms,
  });
  service->thread = server_thread_new (make_server, service->pool);
  return service;
}

Service *
service_new (void)
{
  return service_new_of (2, 1000, 60 * 1000);
}

void
service_free (Service *service)
{
  server_thread_free (service->thread);
  tw_processor_pool_free (service->pool);
  g_free (service);
}
