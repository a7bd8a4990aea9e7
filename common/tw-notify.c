/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-notify.h"

#include "tw-log.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* How long one who does not take what it is told holds up this process. */
#define SEND_TIMEOUT_S 1

struct _TwNotify
{
  char *address; /* NULL: nobody wants to know */
};

TwNotify *
tw_notify_new (void)
{
  TwNotify *notify = g_new0 (TwNotify, 1);
  const char *address = g_getenv ("NOTIFY_SOCKET");

  if (address != NULL && address[0] != '\0')
    notify->address = g_strdup (address);
  g_unsetenv ("NOTIFY_SOCKET");
  return notify;
}

void
tw_notify_free (TwNotify *notify)
{
  g_free (notify->address);
  g_free (notify);
}

/* Returns the length of @name, or 0 if @address is none that the protocol knows. */
static socklen_t
parse (const char *address, struct sockaddr_un *name)
{
  const gsize length = strlen (address);

  if ((address[0] != '/' && address[0] != '@') || length < 2 || length > sizeof name->sun_path)
    return 0;
  *name = (struct sockaddr_un) { .sun_family = AF_UNIX };
  memcpy (name->sun_path, address, length);
  if (address[0] == '@')
    name->sun_path[0] = '\0';
  return (socklen_t) (offsetof (struct sockaddr_un, sun_path) + length);
}

/* Returns an errno, or 0. */
static int
send_state (const char *address, const char *state)
{
  const struct timeval timeout = { .tv_sec = SEND_TIMEOUT_S };
  struct sockaddr_un name;
  const socklen_t length = parse (address, &name);
  int fd, failure = 0;

  if (length == 0)
    return EINVAL;
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return errno;
  if (setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) != 0
      || sendto (fd, state, strlen (state), MSG_NOSIGNAL, (const struct sockaddr *) &name, length) < 0)
    failure = errno;
  close (fd);
  return failure;
}

void
tw_notify_ready (const TwNotify *notify, const char *status)
{
  g_autofree char *state = g_strdup_printf ("READY=1\nSTATUS=%s", status);
  const int failure = notify->address != NULL ? send_state (notify->address, state) : 0;

  if (failure != 0)
    tw_log_warning ("can't say at NOTIFY_SOCKET, %s, that this process is ready: %s", notify->address,
                    g_strerror (failure));
}

void
tw_notify_stopping (const TwNotify *notify)
{
  /* Who only waited for it to be ready need not be there any more. */
  if (notify->address != NULL)
    send_state (notify->address, "STOPPING=1\nSTATUS=Stopping");
}
