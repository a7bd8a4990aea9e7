/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-stream-hints.h"

#include "tw-buffer.h"
#include "tw-clock.h"
#include "tw-log.h"
#include "tw-mailbox.h"
#include "tw-reader.h"
#include "tw-writer.h"

#include <string.h>

/* How long a call waits where there is nothing to say, and how much longer for its answer. Services give up what takes
 * longer than four seconds, where nobody says for how long they are waited for. */
#define WAIT_MS 2500
#define PATIENCE_MS 1500

/* Until an instance that did not answer is asked again, and one that answered at once without having anything to say. */
#define PAUSE_MS 500

/* The fields that TW_ROLE_HINTS fixes: see tw-schema.h. */
enum
{
  ARGUMENT_AFTER = 1,
  ARGUMENT_WAIT = 2,
  RESULT_VALUE = 0,
  VALUE_AT = 1,
  VALUE_USERS = 2,
  VALUE_ALL = 3,
};

/* What is going on with one instance. */
typedef enum
{
  INSTANCE_LEFT,   /* nobody wants to hear of it */
  INSTANCE_ASKED,  /* it has not answered yet since it was asked anew: it is not heard */
  INSTANCE_HEARD,  /* it has, and is asked */
  INSTANCE_PAUSES, /* it is heard, and asked again soon */
  INSTANCE_LOST,   /* it does not answer, and is asked again soon */
} InstanceState;

typedef struct _Source Source;

typedef struct
{
  Source *source;
  TwClient *client;
  InstanceState state;
  gint64 after;
  gint64 asked_ms;
  guint64 call;   /* 0: none */
  GSource *timer; /* NULL: none */
} Instance;

struct _Source
{
  TwStreamHints *hints;
  const TwService *service;
  const TwMethod *method;
  guint wanted;        /* by how many listeners */
  GPtrArray *instances; /* of Instance */
  gboolean logged;     /* that some is lost */
};

typedef struct
{
  TwStreamHintFunc func;
  gpointer user_data;
} Listener;

typedef struct
{
  const TwService *service;
  gboolean wanted;
} Want;

struct _TwStreamHints
{
  GMainContext *context;
  GPtrArray *sources; /* of Source */
  GArray *listeners;  /* of Listener */
  TwMailbox *wants;   /* of Want */
};

static void ask (Instance *instance);

/* --- Handing on. --- */

static gboolean
is_heard (const Instance *instance)
{
  return instance->state == INSTANCE_HEARD || instance->state == INSTANCE_PAUSES;
}

static gboolean
is_down (const Source *source)
{
  for (guint i = 0; i < source->instances->len; i++)
    if (!is_heard (g_ptr_array_index (source->instances, i)))
      return TRUE;
  return FALSE;
}

/* Takes @users. */
static void
tell (const Source *source, TwStreamHintKind kind, GPtrArray *users)
{
  g_autoptr (TwStreamHint) hint = tw_stream_hint_new (kind, is_down (source), source->service, users);

  for (guint i = 0; i < source->hints->listeners->len; i++)
    {
      const Listener *listener = &g_array_index (source->hints->listeners, Listener, i);

      listener->func (hint, listener->user_data);
    }
}

/* One line when the first is lost, and one when all are heard again. */
static void
note (Source *source, const char *failure)
{
  const gboolean lost = failure != NULL;

  if (lost == source->logged || (!lost && is_down (source)))
    return;
  source->logged = lost;
  if (lost)
    tw_log_warning ("%s.%s: %s; until it answers, streams ask by themselves", source->service->name,
                    source->method->name, failure);
  else
    tw_log_info ("%s.%s answers again", source->service->name, source->method->name);
}

/* --- Answers. --- */

typedef struct
{
  gboolean has_value, all;
  gint64 at;
  GPtrArray *users; /* of char * */
} Answer;

static void
read_users (TwReader *reader, GPtrArray *users)
{
  TwWireType element;
  const guint32 n = tw_reader_list (reader, &element);

  for (guint32 i = 0; i < n && !reader->failed; i++)
    {
      const char *data = NULL;
      gsize length = 0;

      if (element != TW_WIRE_STRING)
        {
          tw_reader_skip (reader, element);
          continue;
        }
      tw_reader_string (reader, &data, &length);
      if (!reader->failed && memchr (data, '\0', length) == NULL)
        g_ptr_array_add (users, g_strndup (data, length));
    }
}

static void
read_value (TwReader *reader, Answer *answer)
{
  TwWireType type;
  gint16 id;

  answer->has_value = TRUE;
  tw_reader_struct_begin (reader);
  while (tw_reader_field (reader, &type, &id))
    if (id == VALUE_AT && type == TW_WIRE_I64)
      answer->at = tw_reader_i64 (reader);
    else if (id == VALUE_USERS && type == TW_WIRE_LIST)
      read_users (reader, answer->users);
    else if (id == VALUE_ALL && type == TW_WIRE_BOOL)
      answer->all = tw_reader_bool (reader);
    else
      tw_reader_skip (reader, type);
  tw_reader_struct_end (reader);
}

/* FALSE where the reply is no answer of the role. */
static gboolean
read_reply (const TwClientReply *reply, Answer *answer)
{
  TwReader reader;
  TwWireType type;
  gint16 id;

  if (reply->type != TW_MESSAGE_REPLY)
    return FALSE;
  tw_reader_init (&reader, reply->protocol, reply->body, reply->length);
  tw_reader_struct_begin (&reader);
  while (tw_reader_field (&reader, &type, &id))
    if (id == RESULT_VALUE && type == TW_WIRE_STRUCT)
      read_value (&reader, answer);
    else
      tw_reader_skip (&reader, type);
  tw_reader_struct_end (&reader);
  return !reader.failed && answer->has_value;
}

static gboolean
on_timer (gpointer data)
{
  Instance *instance = data;

  g_clear_pointer (&instance->timer, g_source_unref);
  ask (instance);
  return G_SOURCE_REMOVE;
}

static void
ask_later (Instance *instance)
{
  instance->timer = g_timeout_source_new (PAUSE_MS / 2 + (guint) g_random_int_range (0, PAUSE_MS));
  g_source_set_callback (instance->timer, on_timer, instance, NULL);
  g_source_attach (instance->timer, instance->source->hints->context);
}

static void
lose (Instance *instance, const char *failure)
{
  const gboolean was_heard = is_heard (instance);

  instance->state = INSTANCE_LOST;
  instance->after = 0;
  if (was_heard)
    tell (instance->source, TW_STREAM_HINT_DOWN, NULL);
  note (instance->source, failure);
  ask_later (instance);
}

/* Takes @answer->users. */
static void
hear (Instance *instance, Answer *answer)
{
  GPtrArray *users = g_steal_pointer (&answer->users);
  const gboolean anew = !is_heard (instance) || answer->all, nothing = !anew && users->len == 0;
  const gint64 now_ms = tw_clock_monotonic_ms (tw_clock_system ());

  instance->state = INSTANCE_HEARD;
  instance->after = answer->at;
  note (instance->source, NULL);
  if (anew || nothing)
    g_ptr_array_unref (users);
  if (!nothing)
    tell (instance->source, anew ? TW_STREAM_HINT_ALL : TW_STREAM_HINT_USERS, anew ? NULL : users);
  if (nothing && now_ms - instance->asked_ms < WAIT_MS / 2)
    {
      instance->state = INSTANCE_PAUSES;
      ask_later (instance);
      return;
    }
  ask (instance);
}

static void
on_reply (const TwClientReply *reply, gpointer data)
{
  Instance *instance = data;
  Answer answer = { .users = NULL };

  instance->call = 0;
  if (instance->source->wanted == 0)
    {
      instance->state = INSTANCE_LEFT;
      return;
    }
  if (reply->error != NULL)
    {
      lose (instance, reply->error->message);
      return;
    }
  answer.users = g_ptr_array_new_with_free_func (g_free);
  if (read_reply (reply, &answer))
    hear (instance, &answer);
  else
    lose (instance, "the service gave no hints");
  g_clear_pointer (&answer.users, g_ptr_array_unref);
}

/* --- Asking. --- */

static void
ask (Instance *instance)
{
  g_auto (TwBuffer) arguments = TW_BUFFER_INIT;
  const TwMethod *method = instance->source->method;
  TwWriter writer;

  if (instance->source->wanted == 0)
    {
      instance->state = INSTANCE_LEFT;
      return;
    }
  if (!is_heard (instance))
    instance->state = INSTANCE_ASKED;
  else
    instance->state = INSTANCE_HEARD;
  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &arguments);
  tw_writer_struct_begin (&writer);
  tw_writer_field (&writer, TW_WIRE_I64, ARGUMENT_AFTER);
  tw_writer_i64 (&writer, instance->after);
  tw_writer_field (&writer, TW_WIRE_I32, ARGUMENT_WAIT);
  tw_writer_i32 (&writer, WAIT_MS);
  tw_writer_struct_end (&writer);
  instance->asked_ms = tw_clock_monotonic_ms (tw_clock_system ());
  instance->call = tw_client_call (instance->client,
                                   &(TwClientRequest) {
                                     .method = method->name,
                                     .arguments = arguments.data,
                                     .length = arguments.len,
                                     .safe = method->retry_safe,
                                     .context.deadline_ms = instance->asked_ms + WAIT_MS + PATIENCE_MS,
                                   },
                                   on_reply, instance);
}

static Source *
find_source (const TwStreamHints *hints, const TwService *service)
{
  for (guint i = 0; i < hints->sources->len; i++)
    {
      Source *source = g_ptr_array_index (hints->sources, i);

      if (source->service == service)
        return source;
    }
  return NULL;
}

static void
want (Source *source, gboolean wanted)
{
  source->wanted += wanted ? 1 : (guint) -1;
  if (!wanted)
    return;
  for (guint i = 0; i < source->instances->len; i++)
    {
      Instance *instance = g_ptr_array_index (source->instances, i);

      if (instance->state != INSTANCE_LEFT)
        continue;
      instance->after = 0;
      ask (instance);
    }
  /* Who has just come knows nothing of it. */
  tell (source, TW_STREAM_HINT_ALL, NULL);
}

static void
on_wants (gpointer *items, guint n, gpointer user_data)
{
  const TwStreamHints *hints = user_data;

  for (guint i = 0; i < n; i++)
    {
      g_autofree Want *item = items[i];
      Source *source = find_source (hints, item->service);

      if (source != NULL)
        want (source, item->wanted);
    }
}

void
tw_stream_hints_want (TwStreamHints *hints, const TwService *service, gboolean wanted)
{
  Want *item = g_new (Want, 1);

  *item = (Want) { service, wanted };
  tw_mailbox_post (hints->wants, item);
}

/* --- As a whole. --- */

static void
instance_free (gpointer data)
{
  Instance *instance = data;

  if (instance->call != 0)
    tw_client_cancel (instance->client, instance->call);
  if (instance->timer != NULL)
    {
      g_source_destroy (instance->timer);
      g_source_unref (instance->timer);
    }
  tw_client_free (instance->client);
  g_free (instance);
}

static void
source_free (gpointer data)
{
  Source *source = data;

  g_ptr_array_unref (source->instances);
  g_free (source);
}

static void
add_instance (Source *source, const TwAddress *address)
{
  Instance *instance = g_new0 (Instance, 1);
  TwClientLimits limits = TW_CLIENT_DEFAULT_LIMITS;

  limits.connections = limits.single_connections = 1;
  instance->source = source;
  instance->client = tw_client_new (&address, 1, tw_peer_of (source->service), &limits);
  g_ptr_array_add (source->instances, instance);
}

static void
add_source (TwStreamHints *hints, const TwService *service, const TwMethod *method, const GPtrArray *addresses)
{
  Source *source = g_new0 (Source, 1);

  source->hints = hints;
  source->service = service;
  source->method = method;
  source->instances = g_ptr_array_new_with_free_func (instance_free);
  for (guint i = 0; i < addresses->len; i++)
    add_instance (source, g_ptr_array_index (addresses, i));
  g_ptr_array_add (hints->sources, source);
}

TwStreamHints *
tw_stream_hints_new (TwSchema *schema, const TwUpstreams *upstreams)
{
  TwStreamHints *hints = g_new0 (TwStreamHints, 1);

  hints->context = g_main_context_ref_thread_default ();
  hints->sources = g_ptr_array_new_with_free_func (source_free);
  hints->listeners = g_array_new (FALSE, FALSE, sizeof (Listener));
  hints->wants = tw_mailbox_new (g_main_context_get_thread_default (), on_wants, hints, g_free);
  for (guint i = 0; i < tw_schema_n_services (schema); i++)
    {
      const TwService *service = tw_schema_service (schema, i);
      const TwMethod *method = tw_service_find_role (service, TW_ROLE_HINTS);
      const GPtrArray *addresses = tw_upstreams_addresses (upstreams, service->name);

      if (method != NULL && addresses != NULL)
        add_source (hints, service, method, addresses);
    }
  return hints;
}

void
tw_stream_hints_add_listener (TwStreamHints *hints, TwStreamHintFunc func, gpointer user_data)
{
  const Listener listener = { func, user_data };

  g_array_append_val (hints->listeners, listener);
}

void
tw_stream_hints_stop (TwStreamHints *hints)
{
  g_array_set_size (hints->listeners, 0);
  g_ptr_array_set_size (hints->sources, 0);
}

void
tw_stream_hints_free (TwStreamHints *hints)
{
  tw_mailbox_free (hints->wants);
  g_ptr_array_unref (hints->sources);
  g_array_unref (hints->listeners);
  g_main_context_unref (hints->context);
  g_free (hints);
}
