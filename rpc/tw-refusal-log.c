/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-refusal-log.h"

#include "tw-log.h"

#include <netdb.h>
#include <sys/socket.h>

#define WINDOW_MS 10000
#define LINES_MAX 10

static char *
peer_name (int fd)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  char host[NI_MAXHOST], port[NI_MAXSERV];

  if (getpeername (fd, (struct sockaddr *) &address, &length) < 0
      || getnameinfo ((struct sockaddr *) &address, length, host, sizeof host, port, sizeof port,
                      NI_NUMERICHOST | NI_NUMERICSERV)
             != 0)
    return g_strdup ("a peer that is gone");
  return g_strdup_printf (address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

gboolean
tw_refusal_log_add (TwRefusalLog *log, gint64 now_ms, int fd, const char *reason)
{
  g_autofree char *peer = NULL;

  if (now_ms - log->window_start_ms >= WINDOW_MS)
    {
      if (log->omitted > 0)
        tw_log_info ("%u more connections were closed without a line", log->omitted);
      *log = (TwRefusalLog) { .window_start_ms = now_ms };
    }
  if (log->written == LINES_MAX)
    {
      log->omitted++;
      return FALSE;
    }
  log->written++;
  peer = peer_name (fd);
  tw_log_info ("closed the connection of %s: %s", peer, reason);
  return TRUE;
}
