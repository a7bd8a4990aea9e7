/* SPDX-License-Identifier: Apache-2.0 */

/* Where the services are, and a thread's clients of them. */

#pragma once

#include "tw-client.h"
#include "tw-schema.h"

G_BEGIN_DECLS

/* Which addresses serve which service. Not to be changed once it is shared between threads. */
typedef struct _TwUpstreams TwUpstreams;

TwUpstreams *tw_upstreams_new (void);
void tw_upstreams_free (TwUpstreams *upstreams);

/* Reads "SERVICE=HOST:PORT[,HOST:PORT…]". Fails with TW_ERROR_CONFIGURATION, also where the service has addresses
 * already. */
gboolean tw_upstreams_add (TwUpstreams *upstreams, const char *text, GError **error);

/* The addresses (TwAddress) of @service, which belong to @upstreams; NULL where it has none. */
const GPtrArray *tw_upstreams_addresses (const TwUpstreams *upstreams, const char *service);

/* Whether @service has addresses already. */
gboolean tw_upstreams_contains (const TwUpstreams *upstreams, const char *service);

/* Whether each service with a route has addresses, and each name is a service of @schema. Fails with
 * TW_ERROR_CONFIGURATION. */
gboolean tw_upstreams_check (const TwUpstreams *upstreams, const TwSchema *schema, GError **error);

/* One client for each service that has addresses; belongs to the thread whose default context it is made on. */
typedef struct _TwClients TwClients;

/* @batch (or NULL) is called after each batch of replies. @schema must outlive the clients. */
TwClients *tw_clients_new (const TwUpstreams *upstreams, const TwSchema *schema, TwClientBatchFunc batch,
                           gpointer user_data);

/* Calls in flight fail first. */
void tw_clients_free (TwClients *clients);

/* The client of @service; NULL where it has no addresses. */
TwClient *tw_clients_get (const TwClients *clients, const TwService *service);

/* tw_client_flush() for each. */
void tw_clients_flush (const TwClients *clients);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwUpstreams, tw_upstreams_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwClients, tw_clients_free)

G_END_DECLS
