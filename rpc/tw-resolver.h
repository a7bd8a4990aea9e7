/* SPDX-License-Identifier: Apache-2.0 */

/* Names to socket addresses without waiting: getaddrinfo(3) blocks, so it runs in a thread of its own. Belongs to the
 * thread-default context's thread. */

#pragma once

#include "tw-socket.h"

#include <sys/socket.h>

G_BEGIN_DECLS

typedef struct _TwResolver TwResolver;

typedef struct
{
  struct sockaddr_storage name;
  socklen_t length;
} TwSocketName;

/* @names: of TwSocketName, in the order in which they should be tried, owned by the callee; NULL if there are none. */
typedef void (*TwResolverFunc) (GArray *names, gpointer user_data);

/* For at most @max_lookups at once. */
TwResolver *tw_resolver_new (guint max_lookups);

/* Looks @address up (copied) and calls @func on the loop, unless the resolver is freed before. */
void tw_resolver_look_up (TwResolver *resolver, const TwAddress *address, TwResolverFunc func, gpointer user_data);

/* Waits for a lookup that is under way. */
void tw_resolver_free (TwResolver *resolver);

/* The socket name of an address literal; NULL if the host is a name. Never blocks. */
GArray *tw_resolver_literal (const TwAddress *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwResolver, tw_resolver_free)

G_END_DECLS
