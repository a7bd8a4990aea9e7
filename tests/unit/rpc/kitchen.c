/* SPDX-License-Identifier: Apache-2.0 */

#include "kitchen.h"

#include "server-thread.h"

#include <pthread.h>
#include <string.h>

/* Calls that a test holds on a loaded machine are not to be over. */
#define PATIENCE_MS 60000

struct _Kitchen
{
  TwServerLimits limits;
  ServerThread *thread;

  pthread_mutex_t lock;
  pthread_cond_t held_more;
  GQueue held;
  guint n_held, n_notes, n_many;
};

static char *
argument_text (TwCall *call)
{
  TwReader reader;
  TwWireType type;
  gint16 id;
  const char *data = "";
  gsize length = 0;

  tw_call_arguments (call, &reader);
  tw_reader_struct_begin (&reader);
  while (tw_reader_field (&reader, &type, &id))
    if (id == 1 && type == TW_WIRE_STRING)
      tw_reader_string (&reader, &data, &length);
    else
      tw_reader_skip (&reader, type);
  return g_strndup (data, length);
}

static gint32
argument_number (TwCall *call)
{
  TwReader reader;
  TwWireType type;
  gint16 id;

  tw_call_arguments (call, &reader);
  tw_reader_struct_begin (&reader);
  g_assert_true (tw_reader_field (&reader, &type, &id));
  return tw_reader_i32 (&reader);
}

void
kitchen_answer (TwCall *call, const char *text)
{
  TwWriter *writer = tw_call_begin_reply (call);

  tw_writer_field (writer, TW_WIRE_STRING, 0);
  tw_writer_string (writer, text, strlen (text));
  tw_call_reply (call);
}

static void
hold (Kitchen *kitchen, TwCall *call)
{
  pthread_mutex_lock (&kitchen->lock);
  g_queue_push_tail (&kitchen->held, call);
  kitchen->n_held++;
  pthread_cond_signal (&kitchen->held_more);
  pthread_mutex_unlock (&kitchen->lock);
}

TwCall *
kitchen_take_held (Kitchen *kitchen)
{
  TwCall *call;

  pthread_mutex_lock (&kitchen->lock);
  while ((call = g_queue_pop_head (&kitchen->held)) == NULL)
    pthread_cond_wait (&kitchen->held_more, &kitchen->lock);
  pthread_mutex_unlock (&kitchen->lock);
  return call;
}

static guint
look_at (Kitchen *kitchen, const guint *count)
{
  guint n;

  pthread_mutex_lock (&kitchen->lock);
  n = *count;
  pthread_mutex_unlock (&kitchen->lock);
  return n;
}

guint
kitchen_n_held (Kitchen *kitchen)
{
  return look_at (kitchen, &kitchen->n_held);
}

guint
kitchen_n_notes (Kitchen *kitchen)
{
  return look_at (kitchen, &kitchen->n_notes);
}

guint
kitchen_n_many (Kitchen *kitchen)
{
  return look_at (kitchen, &kitchen->n_many);
}

static void
count (Kitchen *kitchen, guint *n)
{
  pthread_mutex_lock (&kitchen->lock);
  *n += 1;
  pthread_mutex_unlock (&kitchen->lock);
}

static void
handle (TwCall *call, gpointer data)
{
  g_autofree char *text = argument_text (call);

  if (g_str_has_prefix (text, "hold"))
    hold (data, call);
  else
    kitchen_answer (call, text);
}

static void
handle_note (TwCall *call, gpointer data)
{
  Kitchen *kitchen = data;

  count (kitchen, &kitchen->n_notes);
  tw_call_reply (call);
}

static void
handle_nothing (TwCall *call, gpointer data)
{
  tw_call_reply (call);
}

static void
handle_many (TwCall *call, gpointer data)
{
  Kitchen *kitchen = data;
  gsize n = (gsize) argument_number (call);
  g_autofree guint8 *bytes = g_malloc0 (n);
  TwWriter *writer = tw_call_begin_reply (call);

  count (kitchen, &kitchen->n_many);
  tw_writer_field (writer, TW_WIRE_STRING, 0);
  tw_writer_string (writer, bytes, n);
  tw_call_reply (call);
}

TwSchema *
kitchen_load_schema (void)
{
  static const char *const name = "kitchen";
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;
  g_autoptr (GBytes) document = NULL;
  TwSchema *schema;

  g_file_get_contents (KITCHEN_JSON, &text, &length, &error);
  g_assert_no_error (error);
  document = g_bytes_new_take (g_steal_pointer (&text), length);
  schema = tw_schema_load (&document, &name, 1, &error);
  g_assert_no_error (error);
  return schema;
}

static TwServer *
make_server (gpointer data)
{
  Kitchen *kitchen = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = kitchen_load_schema ();
  TwAddress address = { .host = (char[]){ "127.0.0.1" }, .port = 0 };
  TwServer *server = tw_server_new (schema, tw_schema_find_service (schema, "Kitchen"), &address, &kitchen->limits,
                                    handle, kitchen, &error);

  g_assert_no_error (error);
  tw_server_set_method (server, "note", handle_note, kitchen);
  tw_server_set_method (server, "nothing", handle_nothing, kitchen);
  tw_server_set_method (server, "many", handle_many, kitchen);
  return server;
}

Kitchen *
kitchen_new (const TwServerLimits *limits)
{
  Kitchen *kitchen = g_new0 (Kitchen, 1);

  kitchen->limits = *limits;
  if (limits->max_call_ms == TW_SERVER_DEFAULT_LIMITS.max_call_ms)
    kitchen->limits.max_call_ms = PATIENCE_MS;
  pthread_mutex_init (&kitchen->lock, NULL);
  pthread_cond_init (&kitchen->held_more, NULL);
  g_queue_init (&kitchen->held);
  kitchen->thread = server_thread_new (make_server, kitchen);
  return kitchen;
}

guint16
kitchen_port (const Kitchen *kitchen)
{
  return server_thread_port (kitchen->thread);
}

void
kitchen_begin_stop (Kitchen *kitchen)
{
  server_thread_begin_stop (kitchen->thread);
}

void
kitchen_wait_stopped (Kitchen *kitchen)
{
  server_thread_wait_stopped (kitchen->thread);
}

void
kitchen_free (Kitchen *kitchen)
{
  server_thread_free (kitchen->thread);
  pthread_cond_destroy (&kitchen->held_more);
  pthread_mutex_destroy (&kitchen->lock);
  g_free (kitchen);
}
