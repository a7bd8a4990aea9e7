/* SPDX-License-Identifier: Apache-2.0 */

/* A disk that stalls, for LD_PRELOAD: fdatasync() and fsync() wait before they begin, as often as they are told.
 *
 * TW_SLOW_DISK names a folder. "delay" in it holds "MILLISECONDS TIMES", and whoever syncs takes one of the times. A wait
 * adds a byte to "begun", and ends early once there is a file "released". slow_disk.py is the other side of it. */

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STEP_MS 10

typedef int (*SyncFunc) (int fd);

static int
open_in_folder (const char *name, int flags)
{
  const char *folder = getenv ("TW_SLOW_DISK");
  char path[4096];

  if (folder == NULL || snprintf (path, sizeof path, "%s/%s", folder, name) >= (int) sizeof path)
    return -1;
  return open (path, flags | O_CLOEXEC, 0600);
}

static int
is_there (const char *name)
{
  int fd = open_in_folder (name, O_RDONLY);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

/* How long the sync that asks is to wait, in milliseconds. */
static long
take_delay (void)
{
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  char text[64] = "";
  long delay_ms = 0, times = 0;
  int fd;

  pthread_mutex_lock (&mutex);
  fd = open_in_folder ("delay", O_RDWR);
  if (fd >= 0 && read (fd, text, sizeof text - 1) > 0 && sscanf (text, "%ld %ld", &delay_ms, &times) == 2 && times > 0)
    {
      int length = snprintf (text, sizeof text, "%ld %ld\n", delay_ms, times - 1);

      if (pwrite (fd, text, (size_t) length, 0) != length || ftruncate (fd, length) != 0)
        abort ();
    }
  if (fd >= 0)
    close (fd);
  pthread_mutex_unlock (&mutex);
  return times > 0 ? delay_ms : 0;
}

static void
stall (void)
{
  long left_ms = take_delay ();
  int fd;

  if (left_ms == 0)
    return;
  fd = open_in_folder ("begun", O_WRONLY | O_CREAT | O_APPEND);
  if (fd < 0 || write (fd, ".", 1) != 1)
    abort ();
  close (fd);
  for (; left_ms > 0 && !is_there ("released"); left_ms -= STEP_MS)
    usleep (STEP_MS * 1000);
}

static int
sync_with (const char *name, int fd)
{
  SyncFunc real;

  *(void **) &real = dlsym (RTLD_NEXT, name);
  stall ();
  return real (fd);
}

int
fdatasync (int fd)
{
  return sync_with ("fdatasync", fd);
}

int
fsync (int fd)
{
  return sync_with ("fsync", fd);
}
