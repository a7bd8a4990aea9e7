/* SPDX-License-Identifier: Apache-2.0 */

/* A whole gateway: workers that share one port, the poll for ended sessions, and the admin address. */

#pragma once

#include "tw-cidr.h"
#include "tw-cors.h"
#include "tw-rate-limits.h"
#include "tw-schema.h"
#include "tw-socket.h"
#include "tw-token-keys.h"
#include "tw-upstreams.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TwGateway TwGateway;

/* Everything that it is told; must outlive it. */
typedef struct
{
  TwSchema *schema;
  const TwUpstreams *upstreams;
  const TwAddress *listen;
  const TwAddress *admin_listen;
  guint workers; /* threads; at least 1 */
  TwTokenKeys *keys;
  gint64 token_lifetime_s;
  gint64 revocations_max_age_s; /* how old the list of ended sessions may be; 0: as old as it likes */
  guint upstream_timeout_ms;
  gboolean require_if_match; /* a method that takes If-Match is not called without it */
  gboolean secure_cookies; /* browsers reach it over HTTPS, or on the same machine */
  guint max_connections_per_client; /* 0: no limit */
  guint max_streams, max_streams_per_user; /* 0: no limit */
  TwRateLimit rate_limits[TW_N_RATE_POLICIES];
  const TwCidrs *trusted_proxies;   /* believed in whom they say that a request is from; NULL: none */
  const TwCors *cors;               /* which pages of other origins may use it */
  GResource *files;         /* NULL: none */
  const char *files_prefix; /* the folder in it, "/some/where/" */
} TwGatewayConfig;

/* Listens and serves at once; the admin address and the poll on the thread-default context. Fails with
 * TW_ERROR_CONFIGURATION: a port that is taken, a service without an upstream. */
TwGateway *tw_gateway_start (const TwGatewayConfig *config, GError **error);

/* The ports that were bound (of use where 0 was asked for). */
guint16 tw_gateway_port (const TwGateway *gateway);
guint16 tw_gateway_admin_port (const TwGateway *gateway);

/* Accepts no more, finishes what is under way and frees. Blocks meanwhile: at most as long as a worker drains. */
void tw_gateway_stop (TwGateway *gateway);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwGateway, tw_gateway_stop)

G_END_DECLS
