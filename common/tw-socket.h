/* SPDX-License-Identifier: Apache-2.0 */

/* TCP addresses and listening sockets. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *host; /* a name or a literal without brackets */
  guint16 port;
} TwAddress;

/* Reads "HOST:PORT" or "[IPV6]:PORT"; port 0 only where @allow_port_0. Fails with TW_ERROR_CONFIGURATION. */
TwAddress *tw_address_parse (const char *text, gboolean allow_port_0, GError **error);
void tw_address_free (TwAddress *address);

/* "host:port" or "[host]:port"; free with g_free(). */
char *tw_address_to_string (const TwAddress *address);

/* Whether every address that the host stands for is a loopback one. A name that can't be resolved is not. May block
 * on name resolution. */
gboolean tw_address_is_loopback (const TwAddress *address);

/* A listening, non-blocking, close-on-exec TCP socket on @address. Fails with TW_ERROR_CONFIGURATION, with one line
 * that says which address and why ("127.0.0.1:6001 is in use"). It is bound without SO_REUSEPORT first, so that a
 * port that another process shares is in use too; with @reuse_port tw_socket_listen_beside() may then join it. */
int tw_socket_listen (const TwAddress *address, gboolean reuse_port, GError **error);

/* Another such socket on the address of @fd, which tw_socket_listen() made with reuse_port: one for each worker. */
int tw_socket_listen_beside (int fd, GError **error);

/* Lets this process have as many descriptors as it may: the usual soft limit of 1,024 is not meant for servers. */
void tw_socket_raise_limit (void);

/* The port that @fd is bound to; 0 if it is not a bound TCP socket. */
guint16 tw_socket_port (int fd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwAddress, tw_address_free)

G_END_DECLS
