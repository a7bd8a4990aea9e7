/* SPDX-License-Identifier: Apache-2.0 */

/* One thread and poll(). Messages of a test are small: what is read at once is one of them. */

#include "forwarder.h"

#include "tw-reserved-port.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  int client, server;
  gboolean loses; /* the next bytes from the server are the answer to lose */
  gboolean is_held;
} Pair;

struct _Forwarder
{
  guint16 target, port;
  int reserved; /* bound, so that nobody else gets the port */
  int wake;
  pthread_t thread;

  GArray *pairs; /* the thread's, as is listener */
  int listener;

  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t applied;
  ForwarderMode wanted, mode;
  gboolean closing, has_lost;
  char *losing; /* of the command; NULL: none */
  char *limited, *held; /* likewise */
  guint n_left;         /* of the limited one */
  gsize max_bytes;
  GHashTable *counts; /* collection: commands on it */
};

static void
close_pair (Pair *pair)
{
  close (pair->client);
  close (pair->server);
}

static void
accept_pair (Forwarder *forwarder)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
                                 .sin_port = htons (forwarder->target) };
  Pair pair = { .client = accept (forwarder->listener, NULL, NULL), .server = socket (AF_INET, SOCK_STREAM, 0) };

  g_assert_cmpint (pair.client, >=, 0);
  if (connect (pair.server, (struct sockaddr *) &address, sizeof address) == 0)
    g_array_append_val (forwarder->pairs, pair);
  else
    close_pair (&pair);
}

#define OP_MSG 2013
#define BSON_STRING 2
#define HEAD_SIZE (16 + 4 + 1 + 4) /* of the message, its flags, the kind of its first section, the document's length */

/* The command and the collection that it is on, which are the first element of the document of an OP_MSG: "find things";
 * NULL where it is none. */
static char *
command_in (const char *bytes, gsize n)
{
  gint32 operation;
  const char *name, *collection;

  if (n < HEAD_SIZE + 1)
    return NULL;
  memcpy (&operation, bytes + 12, sizeof operation);
  if (GINT32_FROM_LE (operation) != OP_MSG || bytes[HEAD_SIZE] != BSON_STRING)
    return NULL;
  name = bytes + HEAD_SIZE + 1;
  collection = name + strnlen (name, n - HEAD_SIZE - 1) + 1 + 4;
  if (collection >= bytes + n || memchr (collection, '\0', (gsize) (bytes + n - collection)) == NULL)
    return NULL;
  return g_strdup_printf ("%s %s", name, collection);
}

static void
count_command (Forwarder *forwarder, const char *command)
{
  const char *collection = strchr (command, ' ') + 1;
  const guint before = GPOINTER_TO_UINT (g_hash_table_lookup (forwarder->counts, collection));

  g_hash_table_insert (forwarder->counts, g_strdup (collection), GUINT_TO_POINTER (before + 1));
}

/* With the mutex held. */
static gboolean
is_within_limit (Forwarder *forwarder, const char *bytes)
{
  gint32 length;

  memcpy (&length, bytes, sizeof length);
  if (forwarder->n_left == 0 || (gsize) GINT32_FROM_LE (length) > forwarder->max_bytes)
    return FALSE;
  forwarder->n_left--;
  return TRUE;
}

/* Whether the command in @bytes, if it is one, may go on; else @pair's connection has come to its end, or is held. */
static gboolean
admit (Forwarder *forwarder, Pair *pair, const char *bytes, gsize n)
{
  g_autofree char *command = command_in (bytes, n);
  gboolean admitted = TRUE;

  pthread_mutex_lock (&forwarder->mutex);
  if (command != NULL && g_strcmp0 (command, forwarder->limited) == 0)
    admitted = is_within_limit (forwarder, bytes);
  pair->is_held = command != NULL && g_strcmp0 (command, forwarder->held) == 0;
  pthread_mutex_unlock (&forwarder->mutex);
  return admitted && !pair->is_held;
}

/* Whether the command in @bytes is the one whose answer gets lost. */
static gboolean
begins_losing (Forwarder *forwarder, const char *bytes, gsize n)
{
  g_autofree char *command = command_in (bytes, n);
  gboolean begins;

  pthread_mutex_lock (&forwarder->mutex);
  if (command != NULL)
    count_command (forwarder, command);
  begins = forwarder->losing != NULL
           && (strchr (forwarder->losing, ' ') != NULL
                 ? g_strcmp0 (command, forwarder->losing) == 0
                 : memmem (bytes, n, forwarder->losing, strlen (forwarder->losing) + 1) != NULL);
  if (begins)
    g_clear_pointer (&forwarder->losing, g_free);
  pthread_mutex_unlock (&forwarder->mutex);
  return begins;
}

/* FALSE: the connection has come to its end. */
static gboolean
move_bytes (Forwarder *forwarder, Pair *pair, int from, int to)
{
  char bytes[65536];
  ssize_t n = read (from, bytes, sizeof bytes);

  if (n <= 0)
    return FALSE;
  if (from == pair->server && pair->loses)
    {
      pthread_mutex_lock (&forwarder->mutex);
      forwarder->has_lost = TRUE;
      pthread_mutex_unlock (&forwarder->mutex);
      return FALSE;
    }
  if (from == pair->client && !admit (forwarder, pair, bytes, (gsize) n))
    return pair->is_held;
  if (from == pair->client && begins_losing (forwarder, bytes, (gsize) n))
    pair->loses = TRUE;
  return send (to, bytes, (gsize) n, MSG_NOSIGNAL) == n;
}

static void
apply (Forwarder *forwarder, ForwarderMode mode)
{
  guint16 port = forwarder->port;

  if (mode != FORWARDER_AWAY && forwarder->listener < 0)
    {
      forwarder->listener = tw_reserved_port_bind (&port, 0);
      g_assert_cmpint (listen (forwarder->listener, 100), ==, 0);
    }
  if (mode == FORWARDER_AWAY)
    {
      for (guint i = 0; i < forwarder->pairs->len; i++)
        close_pair (&g_array_index (forwarder->pairs, Pair, i));
      g_array_set_size (forwarder->pairs, 0);
      if (forwarder->listener >= 0)
        close (forwarder->listener);
      forwarder->listener = -1;
    }
}

/* FALSE: it is over. */
static gboolean
take_orders (Forwarder *forwarder, ForwarderMode *mode)
{
  gboolean go_on;

  pthread_mutex_lock (&forwarder->mutex);
  apply (forwarder, forwarder->wanted);
  forwarder->mode = *mode = forwarder->wanted;
  go_on = !forwarder->closing;
  pthread_cond_broadcast (&forwarder->applied);
  pthread_mutex_unlock (&forwarder->mutex);
  return go_on;
}

static void
serve_pairs (Forwarder *forwarder, const struct pollfd *fds, guint n_pairs)
{
  for (guint i = n_pairs; i-- > 0;)
    {
      Pair *pair = &g_array_index (forwarder->pairs, Pair, i);
      gboolean lives = (fds[2 * i].revents == 0 || move_bytes (forwarder, pair, pair->client, pair->server))
                       && (fds[2 * i + 1].revents == 0 || move_bytes (forwarder, pair, pair->server, pair->client));

      if (!lives)
        {
          close_pair (pair);
          g_array_remove_index_fast (forwarder->pairs, i);
        }
    }
}

static void *
run (void *user_data)
{
  Forwarder *forwarder = user_data;
  ForwarderMode mode;
  guint64 count;

  while (take_orders (forwarder, &mode))
    {
      guint n_pairs = mode == FORWARDER_THROUGH ? forwarder->pairs->len : 0;
      g_autofree struct pollfd *fds = g_new0 (struct pollfd, 2 * n_pairs + 2);
      struct pollfd *wake = &fds[2 * n_pairs], *listener = wake + 1;

      for (guint i = 0; i < n_pairs; i++)
        {
          const Pair *pair = &g_array_index (forwarder->pairs, Pair, i);

          fds[2 * i] = (struct pollfd) { .fd = pair->is_held ? -1 : pair->client, .events = POLLIN };
          fds[2 * i + 1] = (struct pollfd) { .fd = pair->is_held ? -1 : pair->server, .events = POLLIN };
        }
      *wake = (struct pollfd) { .fd = forwarder->wake, .events = POLLIN };
      *listener = (struct pollfd) { .fd = mode == FORWARDER_THROUGH ? forwarder->listener : -1, .events = POLLIN };
      g_assert_cmpint (poll (fds, 2 * n_pairs + 2, -1), >, 0);
      if (wake->revents != 0)
        g_assert_cmpint (read (forwarder->wake, &count, sizeof count), ==, sizeof count);
      serve_pairs (forwarder, fds, n_pairs);
      if (listener->revents != 0)
        accept_pair (forwarder);
    }
  return NULL;
}

Forwarder *
forwarder_new (guint16 port, ForwarderMode mode)
{
  Forwarder *forwarder = g_new0 (Forwarder, 1);

  *forwarder = (Forwarder) { .target = port, .listener = -1, .wanted = mode, .mode = FORWARDER_AWAY };
  forwarder->reserved = tw_reserved_port_bind (&forwarder->port, 0);
  forwarder->wake = eventfd (0, EFD_CLOEXEC);
  forwarder->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  forwarder->pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  pthread_mutex_init (&forwarder->mutex, NULL);
  pthread_cond_init (&forwarder->applied, NULL);
  apply (forwarder, mode);
  g_assert_cmpint (pthread_create (&forwarder->thread, NULL, run, forwarder), ==, 0);
  return forwarder;
}

static void
wake (Forwarder *forwarder)
{
  static const guint64 one = 1;

  g_assert_cmpint (write (forwarder->wake, &one, sizeof one), ==, sizeof one);
}

void
forwarder_free (Forwarder *forwarder)
{
  pthread_mutex_lock (&forwarder->mutex);
  forwarder->closing = TRUE;
  forwarder->wanted = FORWARDER_AWAY;
  pthread_mutex_unlock (&forwarder->mutex);
  wake (forwarder);
  pthread_join (forwarder->thread, NULL);
  pthread_cond_destroy (&forwarder->applied);
  pthread_mutex_destroy (&forwarder->mutex);
  g_array_unref (forwarder->pairs);
  close (forwarder->wake);
  close (forwarder->reserved);
  g_hash_table_unref (forwarder->counts);
  g_free (forwarder->losing);
  g_free (forwarder->limited);
  g_free (forwarder->held);
  g_free (forwarder);
}

guint16
forwarder_port (const Forwarder *forwarder)
{
  return forwarder->port;
}

void
forwarder_set (Forwarder *forwarder, ForwarderMode mode)
{
  pthread_mutex_lock (&forwarder->mutex);
  forwarder->wanted = mode;
  wake (forwarder);
  while (forwarder->mode != mode)
    pthread_cond_wait (&forwarder->applied, &forwarder->mutex);
  pthread_mutex_unlock (&forwarder->mutex);
}

void
forwarder_lose_answer (Forwarder *forwarder, const char *command)
{
  pthread_mutex_lock (&forwarder->mutex);
  g_free (forwarder->losing);
  forwarder->losing = g_strdup (command);
  forwarder->has_lost = FALSE;
  pthread_mutex_unlock (&forwarder->mutex);
}

void
forwarder_limit (Forwarder *forwarder, const char *command, guint n, gsize bytes)
{
  pthread_mutex_lock (&forwarder->mutex);
  g_free (forwarder->limited);
  forwarder->limited = g_strdup (command);
  forwarder->n_left = n;
  forwarder->max_bytes = bytes;
  pthread_mutex_unlock (&forwarder->mutex);
}

void
forwarder_hold (Forwarder *forwarder, const char *command)
{
  pthread_mutex_lock (&forwarder->mutex);
  g_free (forwarder->held);
  forwarder->held = g_strdup (command);
  pthread_mutex_unlock (&forwarder->mutex);
}

gboolean
forwarder_has_lost (Forwarder *forwarder)
{
  gboolean has_lost;

  pthread_mutex_lock (&forwarder->mutex);
  has_lost = forwarder->has_lost;
  pthread_mutex_unlock (&forwarder->mutex);
  return has_lost;
}

guint
forwarder_count (Forwarder *forwarder, const char *collection)
{
  guint count;

  pthread_mutex_lock (&forwarder->mutex);
  count = GPOINTER_TO_UINT (g_hash_table_lookup (forwarder->counts, collection));
  pthread_mutex_unlock (&forwarder->mutex);
  return count;
}
