/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-socket.h"

#include "tw-error.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096 /* the kernel's net.core.somaxconn may make it less */

TwAddress *
tw_address_parse (const char *text, gboolean allow_port_0, GError **error)
{
  const char *colon = strrchr (text, ':');
  guint64 port;
  TwAddress *address;

  if (colon == NULL || colon == text
      || !g_ascii_string_to_unsigned (colon + 1, 10, allow_port_0 ? 0 : 1, G_MAXUINT16, &port, NULL))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "\"%s\" is not HOST:PORT", text);
      return NULL;
    }
  address = g_new0 (TwAddress, 1);
  address->port = (guint16) port;
  if (text[0] == '[' && colon[-1] == ']')
    address->host = g_strndup (text + 1, (gsize) (colon - text) - 2);
  else
    address->host = g_strndup (text, (gsize) (colon - text));
  if (address->host[0] == '\0' || strpbrk (address->host, "[]") != NULL
      || (text[0] != '[' && strchr (address->host, ':') != NULL))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "\"%s\" is not HOST:PORT", text);
      g_clear_pointer (&address, tw_address_free);
    }
  return address;
}

void
tw_address_free (TwAddress *address)
{
  g_free (address->host);
  g_free (address);
}

char *
tw_address_to_string (const TwAddress *address)
{
  gboolean literal = strchr (address->host, ':') != NULL;

  return g_strdup_printf (literal ? "[%s]:%u" : "%s:%u", address->host, address->port);
}

static struct addrinfo *
resolve (const TwAddress *address, GError **error)
{
  const struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
  struct addrinfo *found = NULL;
  char port[8];
  int failure;

  g_snprintf (port, sizeof port, "%u", address->port);
  failure = getaddrinfo (address->host, port, &hints, &found);
  if (failure != 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s can't be resolved: %s", address->host,
                   gai_strerror (failure));
      return NULL;
    }
  return found;
}

static gboolean
is_loopback (const struct sockaddr *address)
{
  if (address->sa_family == AF_INET)
    return ntohl (((const struct sockaddr_in *) (const void *) address)->sin_addr.s_addr) >> 24 == 127;
  if (address->sa_family == AF_INET6)
    return IN6_IS_ADDR_LOOPBACK (&((const struct sockaddr_in6 *) (const void *) address)->sin6_addr);
  return FALSE;
}

gboolean
tw_address_is_loopback (const TwAddress *address)
{
  struct addrinfo *found = resolve (address, NULL);
  gboolean all = found != NULL;

  for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
    all = all && is_loopback (at->ai_addr);
  if (found != NULL)
    freeaddrinfo (found);
  return all;
}

static void
close_keeping_errno (int fd)
{
  int failure = errno;

  close (fd);
  errno = failure;
}

/* A socket bound to @at, or -1 with errno set. */
static int
bind_socket (const struct addrinfo *at, gboolean reuse_port)
{
  const int on = 1;
  int fd = socket (at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);

  if (fd < 0)
    return -1;
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (reuse_port)
    setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (bind (fd, at->ai_addr, at->ai_addrlen) == 0)
    return fd;
  close_keeping_errno (fd);
  return -1;
}

/* A listening socket, or -1 with errno set. */
static int
listen_on (const struct addrinfo *at, gboolean reuse_port)
{
  int fd = bind_socket (at, FALSE);

  /* A plain bind fails where anybody listens already; only then may a shared one follow. */
  if (fd >= 0 && reuse_port)
    {
      struct sockaddr_storage name;
      struct addrinfo same = *at;

      same.ai_addr = (struct sockaddr *) &name;
      same.ai_addrlen = sizeof name;
      if (getsockname (fd, same.ai_addr, &same.ai_addrlen) != 0)
        {
          close_keeping_errno (fd);
          return -1;
        }
      close (fd);
      fd = bind_socket (&same, TRUE);
    }
  if (fd >= 0 && listen (fd, BACKLOG) != 0)
    {
      close_keeping_errno (fd);
      return -1;
    }
  return fd;
}

int
tw_socket_listen (const TwAddress *address, gboolean reuse_port, GError **error)
{
  g_autofree char *name = tw_address_to_string (address);
  struct addrinfo *found = resolve (address, error);
  int fd = -1, failure = 0;

  if (found == NULL)
    return -1;
  for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
    {
      fd = listen_on (at, reuse_port);
      failure = errno;
    }
  freeaddrinfo (found);
  if (fd < 0 && failure == EADDRINUSE)
    g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s is in use", name);
  else if (fd < 0)
    g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "can't listen on %s: %s", name, g_strerror (failure));
  return fd;
}

int
tw_socket_listen_beside (int fd, GError **error)
{
  struct sockaddr_storage name;
  struct addrinfo at = { .ai_socktype = SOCK_STREAM, .ai_addr = (struct sockaddr *) &name, .ai_addrlen = sizeof name };
  int beside = -1;

  if (getsockname (fd, at.ai_addr, &at.ai_addrlen) == 0)
    {
      at.ai_family = name.ss_family;
      beside = bind_socket (&at, TRUE);
    }
  if (beside >= 0 && listen (beside, BACKLOG) != 0)
    {
      close_keeping_errno (beside);
      beside = -1;
    }
  if (beside < 0)
    g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "can't listen beside: %s", g_strerror (errno));
  return beside;
}

void
tw_socket_raise_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

guint16
tw_socket_port (int fd)
{
  struct sockaddr_storage name;
  socklen_t length = sizeof name;

  if (getsockname (fd, (struct sockaddr *) &name, &length) != 0)
    return 0;
  if (name.ss_family == AF_INET)
    return ntohs (((const struct sockaddr_in *) (const void *) &name)->sin_port);
  if (name.ss_family == AF_INET6)
    return ntohs (((const struct sockaddr_in6 *) (const void *) &name)->sin6_port);
  return 0;
}
