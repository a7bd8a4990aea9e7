/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-carrier.h"

#include "tw-error.h"
#include "tw-scanner.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

int
tw_carrier_connect (const TwAddress *address, int type, GError **error)
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons (address->port) };
  const int fd = socket (AF_INET, type | SOCK_CLOEXEC, 0);
  const int one = 1;

  /* On loopback a connection is there, or refused, at once. */
  if (fd >= 0 && inet_pton (AF_INET, address->host, &name.sin_addr) == 1
      && connect (fd, (const struct sockaddr *) &name, sizeof name) == 0
      && (type != SOCK_STREAM || setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0)
      && fcntl (fd, F_SETFL, O_NONBLOCK) == 0)
    return fd;
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, "%s:%u: %s", address->host, address->port, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

void
tw_carrier_tell_message (const TwCarrierSetup *setup, const void *bytes, gsize length)
{
  g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REPLY_LIMITS);
  TwMessage message;

  if (tw_scanner_scan (scanner, bytes, length, &message, NULL) == TW_SCAN_COMPLETE)
    setup->func (message.sequence_id, message.type == TW_MESSAGE_REPLY ? TW_FATE_ANSWERED : TW_FATE_FAILED,
                 message.body, message.body_length, setup->user_data);
}
