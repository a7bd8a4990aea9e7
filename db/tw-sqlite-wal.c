/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-wal.h"

#include <sqlite3.h>
#include <string.h>

/* As many frames of SQLite's usual page size as its VFS for Unix writes at once: it takes the lowest 17 bits of a
 * length, whatever it is asked for. */
#define FRAME_BYTES (24 + 4096)
#define GATHERED_BYTES (FRAME_BYTES * 31)
G_STATIC_ASSERT (GATHERED_BYTES < 1 << 17);

typedef struct
{
  sqlite3_file base;
  sqlite3_file *file; /* the log, of the VFS below; behind us in the same allocation */
  gboolean may_gather;
  guint8 *gathered; /* GATHERED_BYTES, from the first commit on */
  int n;
  sqlite3_int64 offset; /* of the first of them in the log */
} Wal;

static sqlite3_vfs *below;

/* The thread's own. */
static _Thread_local gboolean committing;
static _Thread_local Wal *gatherer; /* the log of the connection that commits, once something of it is gathered */

static int
flush (Wal *wal)
{
  int n = wal->n;

  wal->n = 0;
  return n == 0 ? SQLITE_OK : wal->file->pMethods->xWrite (wal->file, wal->gathered, n, wal->offset);
}

static void
gather (Wal *wal, const void *bytes, int n, sqlite3_int64 offset)
{
  g_assert (gatherer == NULL || gatherer == wal);
  gatherer = wal;
  if (wal->gathered == NULL)
    wal->gathered = g_malloc (GATHERED_BYTES);
  if (wal->n == 0)
    wal->offset = offset;
  memcpy (wal->gathered + wal->n, bytes, (gsize) n);
  wal->n += n;
}

/* A commit's frames come one behind the other. In a transaction that was too large for the cache there are others, too,
 * which are written over in their places. */
static int
write_log (sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
  Wal *wal = (Wal *) file;
  gboolean follows = offset == wal->offset + wal->n && n <= GATHERED_BYTES - wal->n;
  int result = follows ? SQLITE_OK : flush (wal);

  if (result != SQLITE_OK)
    return result;
  if (!committing || !wal->may_gather || n > GATHERED_BYTES)
    return wal->file->pMethods->xWrite (wal->file, bytes, n, offset);
  gather (wal, bytes, n, offset);
  return SQLITE_OK;
}

static int
close_log (sqlite3_file *file)
{
  Wal *wal = (Wal *) file;

  if (gatherer == wal)
    gatherer = NULL;
  g_free (wal->gathered);
  return wal->file->pMethods->xClose (wal->file);
}

/* What else is done with the log is done with all of it. */

static int
read_log (sqlite3_file *file, void *bytes, int n, sqlite3_int64 offset)
{
  Wal *wal = (Wal *) file;
  int result = flush (wal);

  return result != SQLITE_OK ? result : wal->file->pMethods->xRead (wal->file, bytes, n, offset);
}

static int
truncate_log (sqlite3_file *file, sqlite3_int64 size)
{
  Wal *wal = (Wal *) file;
  int result = flush (wal);

  return result != SQLITE_OK ? result : wal->file->pMethods->xTruncate (wal->file, size);
}

static int
sync_log (sqlite3_file *file, int flags)
{
  Wal *wal = (Wal *) file;
  int result = flush (wal);

  return result != SQLITE_OK ? result : wal->file->pMethods->xSync (wal->file, flags);
}

static int
log_size (sqlite3_file *file, sqlite3_int64 *size)
{
  Wal *wal = (Wal *) file;
  int result = flush (wal);

  return result != SQLITE_OK ? result : wal->file->pMethods->xFileSize (wal->file, size);
}

/* These have nothing to do with what is in it. */

static sqlite3_file *
real (sqlite3_file *file)
{
  return ((Wal *) file)->file;
}

static int
lock_log (sqlite3_file *file, int level)
{
  return real (file)->pMethods->xLock (real (file), level);
}

static int
unlock_log (sqlite3_file *file, int level)
{
  return real (file)->pMethods->xUnlock (real (file), level);
}

static int
check_reserved_lock (sqlite3_file *file, int *reserved)
{
  return real (file)->pMethods->xCheckReservedLock (real (file), reserved);
}

static int
control_log (sqlite3_file *file, int operation, void *argument)
{
  return real (file)->pMethods->xFileControl (real (file), operation, argument);
}

static int
sector_size (sqlite3_file *file)
{
  return real (file)->pMethods->xSectorSize (real (file));
}

static int
device_characteristics (sqlite3_file *file)
{
  return real (file)->pMethods->xDeviceCharacteristics (real (file));
}

static const sqlite3_io_methods methods = {
  .iVersion = 1,
  .xClose = close_log,
  .xRead = read_log,
  .xWrite = write_log,
  .xTruncate = truncate_log,
  .xSync = sync_log,
  .xFileSize = log_size,
  .xLock = lock_log,
  .xUnlock = unlock_log,
  .xCheckReservedLock = check_reserved_lock,
  .xFileControl = control_log,
  .xSectorSize = sector_size,
  .xDeviceCharacteristics = device_characteristics,
};

/* All files but the log are the VFS's below, and no business of ours. */
static int
open_file (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  Wal *wal = (Wal *) file;
  int result;

  (void) vfs;
  if ((flags & SQLITE_OPEN_WAL) == 0)
    return below->xOpen (below, name, file, flags, out_flags);
  *wal = (Wal) { .file = (sqlite3_file *) (wal + 1) };
  result = below->xOpen (below, name, wal->file, flags, out_flags);
  /* Where these are there SQLite closes the file, even if it could not be opened. */
  if (wal->file->pMethods != NULL)
    wal->base.pMethods = &methods;
  /* Where a crash may damage bytes beside those that were being written, SQLite syncs the log in the middle of a commit's
   * frames, and not at its end. */
  wal->may_gather = result == SQLITE_OK && (device_characteristics (file) & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0;
  return result;
}

void
tw_sqlite_wal_install (void)
{
  static sqlite3_vfs vfs;

  below = sqlite3_vfs_find (NULL);
  if (below == NULL)
    return;
  vfs = *below;
  vfs.zName = TW_SQLITE_WAL_VFS;
  vfs.szOsFile += (int) sizeof (Wal);
  vfs.xOpen = open_file;
  sqlite3_vfs_register (&vfs, 0);
}

void
tw_sqlite_wal_begin (void)
{
  committing = TRUE;
}

void
tw_sqlite_wal_end (gboolean committed)
{
  committing = FALSE;
  if (gatherer == NULL)
    return;
  g_assert (!committed || gatherer->n == 0);
  gatherer->n = 0;
  gatherer = NULL;
}
