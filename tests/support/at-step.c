/* SPDX-License-Identifier: Apache-2.0 */

/* Something happens to a program right before it changes a file, for LD_PRELOAD. TW_AT_STEP says before which of its
 * changes, counted from 1, and what: "7 kill"; "7 stop", until it is told to go on; "7 full": from then on nothing can
 * be written or made any more; or "7 fail": that one of those that need room can't be done. */

/* Else the names of the calls are others than they are here. */
#undef _FILE_OFFSET_BITS

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  REMOVES, /* a full disk does not mind */
  NEEDS_ROOM,
};

/* 0, or -1 with errno where the step can't be done. */
static int
step (int kind)
{
  static atomic_int steps;
  const char *text = getenv ("TW_AT_STEP");
  char what[16] = "";
  int number = 0, now;

  if (text == NULL || sscanf (text, "%d %15s", &number, what) != 2)
    return 0;
  if (kind == REMOVES && strcmp (what, "fail") == 0)
    return 0;
  now = atomic_fetch_add (&steps, 1) + 1;
  if (now == number && strcmp (what, "kill") == 0)
    kill (getpid (), SIGKILL);
  if (now == number && strcmp (what, "stop") == 0)
    kill (getpid (), SIGSTOP);
  if (strcmp (what, "full") == 0 ? now < number || kind == REMOVES : now != number || strcmp (what, "fail") != 0)
    return 0;
  errno = ENOSPC;
  return -1;
}

#define STEP(KIND, RESULT, NAME, PARAMETERS, ARGUMENTS)                                                               \
  RESULT NAME PARAMETERS                                                                                              \
  {                                                                                                                   \
    RESULT (*real) PARAMETERS;                                                                                        \
                                                                                                                      \
    *(void **) &real = dlsym (RTLD_NEXT, #NAME);                                                                      \
    return step (KIND) == 0 ? real ARGUMENTS : -1;                                                                    \
  }

STEP (REMOVES, int, unlink, (const char *path), (path))
STEP (REMOVES, int, rmdir, (const char *path), (path))
STEP (NEEDS_ROOM, int, mkdir, (const char *path, mode_t mode), (path, mode))
STEP (NEEDS_ROOM, int, rename, (const char *from, const char *to), (from, to))
STEP (NEEDS_ROOM, int, renameat2, (int from_fd, const char *from, int to_fd, const char *to, unsigned int flags),
      (from_fd, from, to_fd, to, flags))
STEP (NEEDS_ROOM, int, fsync, (int fd), (fd))
STEP (NEEDS_ROOM, ssize_t, pwrite64, (int fd, const void *bytes, size_t n, __off64_t offset), (fd, bytes, n, offset))
STEP (REMOVES, int, ftruncate64, (int fd, __off64_t length), (fd, length))

/* What goes to a file; standard output and standard error are none of the disk's. */
ssize_t
write (int fd, const void *bytes, size_t n)
{
  ssize_t (*real) (int fd, const void *bytes, size_t n);

  *(void **) &real = dlsym (RTLD_NEXT, "write");
  return fd <= STDERR_FILENO || step (NEEDS_ROOM) == 0 ? real (fd, bytes, n) : -1;
}

static int
open_with (const char *name, const char *path, int flags, mode_t mode)
{
  int (*real) (const char *path, int flags, ...);

  *(void **) &real = dlsym (RTLD_NEXT, name);
  if ((flags & O_CREAT) != 0 && access (path, F_OK) != 0 && step (NEEDS_ROOM) != 0)
    return -1;
  return real (path, flags, mode);
}

#define OPEN(NAME)                                                                                                    \
  int NAME (const char *path, int flags, ...)                                                                         \
  {                                                                                                                   \
    mode_t mode = 0;                                                                                                  \
                                                                                                                      \
    if ((flags & O_CREAT) != 0)                                                                                       \
      {                                                                                                               \
        va_list arguments;                                                                                            \
                                                                                                                      \
        va_start (arguments, flags);                                                                                  \
        mode = va_arg (arguments, mode_t);                                                                            \
        va_end (arguments);                                                                                           \
      }                                                                                                               \
    return open_with (#NAME, path, flags, mode);                                                                      \
  }

OPEN (open)
OPEN (open64)
