/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-nowait.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/uio.h>
#include <unistd.h>

static _Thread_local gboolean may_not_wait;
static atomic_bool works;

static ssize_t
read_at (int fd, void *bytes, size_t n, off_t offset)
{
  struct iovec part = { bytes, n };
  ssize_t got;

  if (!may_not_wait)
    return pread (fd, bytes, n, offset);
  got = preadv2 (fd, &part, 1, offset, RWF_NOWAIT);
  if (got < 0 && errno != EAGAIN && errno != EINTR)
    atomic_store (&works, false);
  return got;
}

void
tw_sqlite_nowait_install (void)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find ("unix");
  sqlite3_syscall_ptr ours = (sqlite3_syscall_ptr) read_at;

  /* SQLite was compiled with the one or with the other; on Linux with 64-bit offsets they are the same. */
  G_STATIC_ASSERT (sizeof (off_t) == 8);
  atomic_store (&works, vfs != NULL && vfs->iVersion >= 3 && vfs->xSetSystemCall (vfs, "pread", ours) == SQLITE_OK
                            && vfs->xSetSystemCall (vfs, "pread64", ours) == SQLITE_OK);
}

gboolean
tw_sqlite_nowait_works (void)
{
  return atomic_load (&works);
}

void
tw_sqlite_nowait_begin (void)
{
  may_not_wait = TRUE;
}

void
tw_sqlite_nowait_end (void)
{
  may_not_wait = FALSE;
}
