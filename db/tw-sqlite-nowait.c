/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-nowait.h"

#include "tw-log.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

/* One in so many reads is looked at, whether the thread waited in it: asking that takes as long as a read does. */
#define WATCHED 64

/* Whoever waited is nearer to giving up by the one, who did not is further from it by the other: some may wait for the
 * kernel's own locks. Four that follow each other are enough, or one in 256 in the long run. */
#define EVIDENCE_WAITED 256
#define EVIDENCE_DID_NOT 1
#define EVIDENCE_LIMIT 1024

/* What is in memory must come. That much may be missed before anything has: it is there afterwards, for the next. */
#define MISSED_LIMIT 256

static _Thread_local struct
{
  gboolean may_not_wait;
  guint reads;
} here;

static atomic_bool works;
static atomic_bool has_served;
static atomic_int missed; /* before that */
static atomic_int evidence;

static void
give_up (const char *why)
{
  if (atomic_exchange (&works, false))
    tw_log_warning ("SQLite's files can't be read without waiting for the disk, so threads that may wait read them: %s",
                    why);
}

/* How often this thread has gone to sleep by itself. */
static glong
count_waits (void)
{
  struct rusage usage = { 0 };

  getrusage (RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

static void
note_watched (gboolean waited)
{
  if (!waited && atomic_load (&evidence) > 0)
    atomic_fetch_sub (&evidence, EVIDENCE_DID_NOT);
  if (waited && atomic_fetch_add (&evidence, EVIDENCE_WAITED) + EVIDENCE_WAITED >= EVIDENCE_LIMIT)
    give_up ("the kernel waits all the same");
}

static void
note_result (ssize_t got)
{
  if (got >= 0)
    {
      if (!atomic_load_explicit (&has_served, memory_order_relaxed))
        atomic_store (&has_served, true);
    }
  else if (errno == EAGAIN)
    {
      if (!atomic_load (&has_served) && atomic_fetch_add (&missed, 1) + 1 >= MISSED_LIMIT)
        give_up ("the kernel gives nothing in this way");
    }
  else if (errno != EINTR)
    give_up (g_strerror (errno));
}

static ssize_t
read_now (int fd, const struct iovec *part, off_t offset)
{
  const gboolean watched = here.reads++ % WATCHED == 0;
  const glong before = watched ? count_waits () : 0;
  const ssize_t got = preadv2 (fd, part, 1, offset, RWF_NOWAIT);
  const int failure = errno;

  note_result (got);
  if (watched)
    note_watched (count_waits () > before);
  errno = failure;
  return got;
}

static ssize_t
read_at (int fd, void *bytes, size_t n, off_t offset)
{
  const struct iovec part = { bytes, n };

  return here.may_not_wait ? read_now (fd, &part, offset) : pread (fd, bytes, n, offset);
}

void
tw_sqlite_nowait_install (void)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find ("unix");
  sqlite3_syscall_ptr ours = (sqlite3_syscall_ptr) read_at;

  /* SQLite was compiled with the one or with the other; on Linux with 64-bit offsets they are the same. */
  G_STATIC_ASSERT (sizeof (off_t) == 8);
  atomic_store (&works, true);
  if (vfs == NULL || vfs->iVersion < 3 || vfs->xSetSystemCall (vfs, "pread", ours) != SQLITE_OK
      || vfs->xSetSystemCall (vfs, "pread64", ours) != SQLITE_OK)
    give_up ("SQLite does not read with pread()");
}

gboolean
tw_sqlite_nowait_works (void)
{
  return atomic_load (&works);
}

void
tw_sqlite_nowait_begin (void)
{
  here.may_not_wait = TRUE;
}

void
tw_sqlite_nowait_end (void)
{
  here.may_not_wait = FALSE;
}
