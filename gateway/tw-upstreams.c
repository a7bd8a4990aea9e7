/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-upstreams.h"

#include "tw-error.h"

#include <string.h>

struct _TwUpstreams
{
  GHashTable *addresses; /* service's name to GPtrArray of TwAddress */
};

struct _TwClients
{
  GHashTable *clients; /* TwService to TwClient */
};

TwUpstreams *
tw_upstreams_new (void)
{
  TwUpstreams *upstreams = g_new0 (TwUpstreams, 1);

  upstreams->addresses
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  return upstreams;
}

void
tw_upstreams_free (TwUpstreams *upstreams)
{
  g_hash_table_unref (upstreams->addresses);
  g_free (upstreams);
}

gboolean
tw_upstreams_contains (const TwUpstreams *upstreams, const char *service)
{
  return g_hash_table_contains (upstreams->addresses, service);
}

const GPtrArray *
tw_upstreams_addresses (const TwUpstreams *upstreams, const char *service)
{
  return g_hash_table_lookup (upstreams->addresses, service);
}

static GPtrArray *
parse_addresses (const char *text, GError **error)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_address_free);
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      TwAddress *address = tw_address_parse (parts[i], FALSE, error);

      if (address == NULL)
        return NULL;
      g_ptr_array_add (addresses, address);
    }
  return g_steal_pointer (&addresses);
}

gboolean
tw_upstreams_add (TwUpstreams *upstreams, const char *text, GError **error)
{
  const char *equals = strchr (text, '=');
  g_autofree char *service = equals != NULL ? g_strndup (text, (gsize) (equals - text)) : NULL;
  GPtrArray *addresses;

  if (service == NULL || service[0] == '\0' || equals[1] == '\0')
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "\"%s\" is not SERVICE=HOST:PORT[,HOST:PORT...]", text);
      return FALSE;
    }
  if (tw_upstreams_contains (upstreams, service))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "service %s has two upstreams", service);
      return FALSE;
    }
  addresses = parse_addresses (equals + 1, error);
  if (addresses == NULL)
    {
      g_prefix_error (error, "%s: ", service);
      return FALSE;
    }
  g_hash_table_insert (upstreams->addresses, g_steal_pointer (&service), addresses);
  return TRUE;
}

static gboolean
has_route (const TwService *service)
{
  for (guint i = 0; i < service->n_methods; i++)
    if (service->methods[i].verb != NULL)
      return TRUE;
  return FALSE;
}

gboolean
tw_upstreams_check (const TwUpstreams *upstreams, const TwSchema *schema, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, upstreams->addresses);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (tw_schema_find_service (schema, name) == NULL)
      {
        g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "the IDL has no service %s to be an upstream",
                     (const char *) name);
        return FALSE;
      }
  for (guint i = 0; i < tw_schema_n_services (schema); i++)
    {
      const TwService *service = tw_schema_service (schema, i);

      if (!has_route (service) || tw_upstreams_contains (upstreams, service->name))
        continue;
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "service %s has no upstream: give --upstream %s=HOST:PORT",
                   service->name, service->name);
      return FALSE;
    }
  return TRUE;
}

TwClients *
tw_clients_new (const TwUpstreams *upstreams, const TwSchema *schema, TwClientBatchFunc batch, gpointer user_data)
{
  TwClients *clients = g_new0 (TwClients, 1);

  clients->clients = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) tw_client_free);
  for (guint i = 0; i < tw_schema_n_services (schema); i++)
    {
      const TwService *service = tw_schema_service (schema, i);
      GPtrArray *addresses = g_hash_table_lookup (upstreams->addresses, service->name);
      TwClient *client;

      if (addresses == NULL)
        continue;
      client = tw_client_new ((const TwAddress *const *) addresses->pdata, addresses->len, tw_peer_of (service),
                              &TW_CLIENT_DEFAULT_LIMITS);
      if (batch != NULL)
        tw_client_set_batch_func (client, batch, user_data);
      g_hash_table_insert (clients->clients, GSIZE_TO_POINTER ((gsize) service), client);
    }
  return clients;
}

void
tw_clients_free (TwClients *clients)
{
  g_hash_table_unref (clients->clients);
  g_free (clients);
}

TwClient *
tw_clients_get (const TwClients *clients, const TwService *service)
{
  return g_hash_table_lookup (clients->clients, service);
}

void
tw_clients_flush (const TwClients *clients)
{
  GHashTableIter iter;
  gpointer client;

  g_hash_table_iter_init (&iter, clients->clients);
  while (g_hash_table_iter_next (&iter, NULL, &client))
    tw_client_flush (client);
}
