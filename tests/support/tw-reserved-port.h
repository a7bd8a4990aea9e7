/* SPDX-License-Identifier: Apache-2.0 */

/* A port of this process, whether anybody listens there or not: one that was let go is another test's at once. */

#pragma once

#include <glib.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* A socket on 127.0.0.1:@*port, which becomes a free one where it is 0. The first one of a port keeps it until it is
 * closed: others of this process, which may listen, come and go meanwhile. */
static inline int
tw_reserved_port_bind (guint16 *port, int flags)
{
  struct sockaddr_in address
    = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK), .sin_port = htons (*port) };
  socklen_t size = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  int one = 1;

  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one), ==, 0);
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), ==, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, size), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &size), ==, 0);
  *port = ntohs (address.sin_port);
  return fd;
}
