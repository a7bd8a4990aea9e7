/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-client-limit.h"

#include <pthread.h>
#include <string.h>

#define SUBSCRIBER_BITS 64 /* of an IPv6 address */

typedef struct
{
  TwIp ip;
  guint n;
} Client;

struct _TwClientLimit
{
  guint max;
  const TwCidrs *trusted;
  pthread_mutex_t lock;
  GHashTable *clients; /* of Client, by its address: those that have a connection */
};

static guint
hash_ip (gconstpointer key)
{
  guint32 parts[4];

  memcpy (parts, key, sizeof parts);
  return ((parts[0] * 31 + parts[1]) * 31 + parts[2]) * 31 + parts[3];
}

static gboolean
equal_ip (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (TwIp)) == 0;
}

TwClientLimit *
tw_client_limit_new (guint max, const TwCidrs *trusted)
{
  TwClientLimit *limit = g_new0 (TwClientLimit, 1);

  limit->max = max;
  limit->trusted = trusted;
  pthread_mutex_init (&limit->lock, NULL);
  limit->clients = g_hash_table_new_full (hash_ip, equal_ip, NULL, g_free);
  return limit;
}

void
tw_client_limit_free (TwClientLimit *limit)
{
  g_hash_table_unref (limit->clients);
  pthread_mutex_destroy (&limit->lock);
  g_free (limit);
}

static gboolean
is_counted (const TwClientLimit *limit, const TwIp *peer)
{
  return limit->max > 0 && !tw_ip_is_loopback (peer)
         && (limit->trusted == NULL || !tw_cidrs_contain (limit->trusted, peer));
}

static TwIp
client_of (const TwIp *peer)
{
  return tw_ip_is_v4 (peer) ? *peer : tw_ip_mask (peer, SUBSCRIBER_BITS);
}

static gboolean
count (TwClientLimit *limit, const TwIp *ip)
{
  Client *client = g_hash_table_lookup (limit->clients, ip);

  if (client == NULL)
    {
      client = g_new0 (Client, 1);
      client->ip = *ip;
      g_hash_table_insert (limit->clients, &client->ip, client);
    }
  if (client->n >= limit->max)
    return FALSE;
  client->n++;
  return TRUE;
}

gboolean
tw_client_limit_enter (TwClientLimit *limit, const TwIp *peer)
{
  TwIp ip;
  gboolean entered;

  if (!is_counted (limit, peer))
    return TRUE;
  ip = client_of (peer);
  pthread_mutex_lock (&limit->lock);
  entered = count (limit, &ip);
  pthread_mutex_unlock (&limit->lock);
  return entered;
}

void
tw_client_limit_leave (TwClientLimit *limit, const TwIp *peer)
{
  TwIp ip;
  Client *client;

  if (!is_counted (limit, peer))
    return;
  ip = client_of (peer);
  pthread_mutex_lock (&limit->lock);
  client = g_hash_table_lookup (limit->clients, &ip);
  if (client != NULL && --client->n == 0)
    g_hash_table_remove (limit->clients, &ip);
  pthread_mutex_unlock (&limit->lock);
}
