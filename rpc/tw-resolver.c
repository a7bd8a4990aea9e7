/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-resolver.h"

#include "tw-mailbox.h"
#include "tw-pool.h"

#include <netdb.h>
#include <string.h>

struct _TwResolver
{
  TwMailbox *answers;
  TwPool *pool;
};

typedef struct
{
  char *host;
  guint16 port;
  GArray *names;
  TwResolverFunc func;
  gpointer user_data;
} Lookup;

static void
lookup_free (gpointer data)
{
  Lookup *lookup = data;

  g_free (lookup->host);
  g_clear_pointer (&lookup->names, g_array_unref);
  g_free (lookup);
}

static GArray *
new_names (void)
{
  return g_array_new (FALSE, TRUE, sizeof (TwSocketName));
}

/* Adds what is found to @names. */
static void
look_up (const char *host, guint16 port, int flags, GArray *names)
{
  const struct addrinfo hints = { .ai_flags = AI_NUMERICSERV | flags, .ai_socktype = SOCK_STREAM };
  struct addrinfo *found = NULL;
  char service[8];

  g_snprintf (service, sizeof service, "%u", port);
  if (getaddrinfo (host, service, &hints, &found) != 0)
    return;

  for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
    {
      TwSocketName name = { .length = at->ai_addrlen };

      memcpy (&name.name, at->ai_addr, at->ai_addrlen);
      g_array_append_val (names, name);
    }
  freeaddrinfo (found);
}

/* NULL instead of none. */
static GArray *
some_names (GArray *names)
{
  if (names->len == 0)
    g_clear_pointer (&names, g_array_unref);
  return names;
}

/* In the pool's thread. */
static void
run (gpointer item, gpointer user_data)
{
  Lookup *lookup = item;
  TwResolver *resolver = user_data;

  look_up (lookup->host, lookup->port, 0, lookup->names);
  tw_mailbox_post (resolver->answers, lookup);
}

static void
deliver (gpointer *items, guint n, gpointer user_data)
{
  for (guint i = 0; i < n; i++)
    {
      Lookup *lookup = items[i];

      lookup->func (some_names (g_steal_pointer (&lookup->names)), lookup->user_data);
      lookup_free (lookup);
    }
}

TwResolver *
tw_resolver_new (guint max_lookups)
{
  TwResolver *resolver = g_new0 (TwResolver, 1);

  resolver->answers = tw_mailbox_new (g_main_context_get_thread_default (), deliver, NULL, lookup_free);
  resolver->pool = tw_pool_new ("tw-resolver", 1, max_lookups, run, resolver);
  return resolver;
}

void
tw_resolver_look_up (TwResolver *resolver, const TwAddress *address, TwResolverFunc func, gpointer user_data)
{
  Lookup *lookup = g_new0 (Lookup, 1);

  lookup->host = g_strdup (address->host);
  lookup->port = address->port;
  lookup->names = new_names ();
  lookup->func = func;
  lookup->user_data = user_data;
  if (!tw_pool_push (resolver->pool, lookup))
    tw_mailbox_post (resolver->answers, lookup);
}

void
tw_resolver_free (TwResolver *resolver)
{
  tw_pool_free (resolver->pool);
  tw_mailbox_free (resolver->answers);
  g_free (resolver);
}

GArray *
tw_resolver_literal (const TwAddress *address)
{
  GArray *names = new_names ();

  look_up (address->host, address->port, AI_NUMERICHOST, names);
  return some_names (names);
}
