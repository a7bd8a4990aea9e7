/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-notify.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A supervisor's socket, bound to @n bytes of a name. */
static int
supervise (const char *name, gsize n)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpuint (n, <=, sizeof address.sun_path);
  memcpy (address.sun_path, name, n);
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on), ==, 0);
  g_assert_cmpint (bind (fd, (const struct sockaddr *) &address,
                         (socklen_t) (offsetof (struct sockaddr_un, sun_path) + n)), ==, 0);
  return fd;
}

/* One datagram, of this process: free with g_free(). */
static char *
hear (int fd)
{
  char bytes[256];
  union
  {
    struct cmsghdr header;
    char space[CMSG_SPACE (sizeof (struct ucred))];
  } control;
  struct iovec part = { bytes, sizeof bytes };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
  const ssize_t n = recvmsg (fd, &message, 0);
  struct ucred sender;

  g_assert_cmpint (n, >, 0);
  g_assert_nonnull (CMSG_FIRSTHDR (&message));
  memcpy (&sender, CMSG_DATA (CMSG_FIRSTHDR (&message)), sizeof sender);
  g_assert_cmpint (sender.pid, ==, getpid ());
  return g_strndup (bytes, (gsize) n);
}

static void
assert_told (const char *address, int fd)
{
  g_autoptr (TwNotify) notify = NULL;
  g_autofree char *first = NULL, *second = NULL;

  g_setenv ("NOTIFY_SOCKET", address, TRUE);
  notify = tw_notify_new ();
  g_assert_null (g_getenv ("NOTIFY_SOCKET"));
  tw_notify_ready (notify, "Listening on 127.0.0.1:1");
  tw_notify_stopping (notify);
  first = hear (fd);
  g_assert_cmpstr (first, ==, "READY=1\nSTATUS=Listening on 127.0.0.1:1");
  second = hear (fd);
  g_assert_cmpstr (second, ==, "STOPPING=1\nSTATUS=Stopping");
}

static void
test_path (void)
{
  g_autofree char *folder = g_dir_make_tmp ("test-notify-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  int fd = supervise (path, strlen (path));

  assert_told (path, fd);
  close (fd);
  unlink (path);
  rmdir (folder);
}

static void
test_abstract (void)
{
  g_autofree char *name = g_strdup_printf ("@taskwire-test-notify-%d", (int) getpid ());
  g_autofree char *bytes = g_strdup (name);
  int fd;

  bytes[0] = '\0';
  fd = supervise (bytes, strlen (name));
  assert_told (name, fd);
  close (fd);
}

/* As many bytes as an address can have. */
static void
test_longest (void)
{
  const gsize most = sizeof ((struct sockaddr_un *) NULL)->sun_path;
  g_autofree char *rest = g_strnfill (most, 'x');
  g_autofree char *name = g_strdup_printf ("@taskwire-test-longest-%d-%s", (int) getpid (), rest);
  g_autofree char *bytes = NULL;
  int fd;

  name[most] = '\0';
  bytes = g_strdup (name);
  bytes[0] = '\0';
  fd = supervise (bytes, most);
  assert_told (name, fd);
  close (fd);
}

static void
test_nobody (void)
{
  static const char *const nobody[] = { NULL, "" };

  for (guint i = 0; i < G_N_ELEMENTS (nobody); i++)
    {
      g_autoptr (TwNotify) notify = NULL;

      if (nobody[i] != NULL)
        g_setenv ("NOTIFY_SOCKET", nobody[i], TRUE);
      notify = tw_notify_new ();
      g_assert_null (g_getenv ("NOTIFY_SOCKET"));
      tw_notify_ready (notify, "Listening");
      tw_notify_stopping (notify);
    }
}

/* Nothing but a warning comes of it. */
static void
test_bad (void)
{
  static const char *const bad[] = { "nonsense", "@", "/", "vsock:2:1234", "/no/such/socket", "@taskwire-nobody-is-here" };

  if (g_test_subprocess ())
    {
      g_autofree char *long_path = g_strnfill (200, '/');

      for (guint i = 0; i <= G_N_ELEMENTS (bad); i++)
        {
          g_autoptr (TwNotify) notify = NULL;

          g_setenv ("NOTIFY_SOCKET", i < G_N_ELEMENTS (bad) ? bad[i] : long_path, TRUE);
          notify = tw_notify_new ();
          tw_notify_ready (notify, "Listening");
        }
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *pattern = g_strdup_printf ("*level=warning*NOTIFY_SOCKET, %s, that*", bad[i]);

      g_test_trap_assert_stderr (pattern);
    }
}

/* A supervisor that does not listen holds nobody up. */
static void
test_deaf (void)
{
  g_autofree char *name = g_strdup_printf ("@taskwire-test-deaf-%d", (int) getpid ());
  g_autofree char *bytes = g_strdup (name);
  g_autoptr (TwNotify) notify = NULL;
  guint n = 0;
  int fd, sender = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  bytes[0] = '\0';
  fd = supervise (bytes, strlen (name));
  memcpy (address.sun_path, bytes, strlen (name));
  while (sendto (sender, "x", 1, 0, (const struct sockaddr *) &address,
                 (socklen_t) (offsetof (struct sockaddr_un, sun_path) + strlen (name))) == 1)
    g_assert_cmpuint (n++, <, 100000);
  g_setenv ("NOTIFY_SOCKET", name, TRUE);
  notify = tw_notify_new ();
  tw_notify_ready (notify, "Listening");
  close (sender);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/notify/path", test_path);
  g_test_add_func ("/notify/abstract", test_abstract);
  g_test_add_func ("/notify/longest-address", test_longest);
  g_test_add_func ("/notify/nobody-wants-to-know", test_nobody);
  g_test_add_func ("/notify/bad-address-is-a-warning", test_bad);
  g_test_add_func ("/notify/deaf-supervisor-holds-nobody-up", test_deaf);
  return g_test_run ();
}
