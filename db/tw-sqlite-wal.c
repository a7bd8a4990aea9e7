/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-wal.h"

#include <sqlite3.h>
#include <string.h>

/* A frame is a head and a page. In the head, after the page's number, stands how many pages the database has after the
 * commit that this frame ends, or 0 where it does not end one. */
#define HEAD_BYTES 24
#define COMMIT_OFFSET 4

/* SQLite's VFS for Unix writes the lowest 17 bits of a length, whatever it is asked for. */
#define GATHERED_BYTES ((HEAD_BYTES + 4096) * 31)
G_STATIC_ASSERT (GATHERED_BYTES < 1 << 17);

typedef struct
{
  sqlite3_file base;
  sqlite3_file *file;   /* the log, of the VFS below; behind us in the same allocation */
  gboolean ends_commit; /* the frame whose head has come last */
  guint8 *gathered;     /* GATHERED_BYTES, from the first write on */
  int n;
  sqlite3_int64 offset; /* of the first of them in the log */
} Wal;

static sqlite3_vfs *below;

/* The thread's own. */
static _Thread_local gboolean gathering;
static _Thread_local Wal *gatherer; /* the log of the connection that commits, once something of it is gathered */

static int
flush (Wal *wal)
{
  int n = wal->n;

  wal->n = 0;
  return n == 0 ? SQLITE_OK : wal->file->pMethods->xWrite (wal->file, wal->gathered, n, wal->offset);
}

/* SQLite writes one after the other, but for a page that is changed again in the same transaction, whose frame it
 * writes over. */
static int
gather (Wal *wal, const void *bytes, int n, sqlite3_int64 offset)
{
  int result = SQLITE_OK;

  if (offset != wal->offset + wal->n || n > GATHERED_BYTES - wal->n)
    result = flush (wal);
  if (result != SQLITE_OK)
    return result;
  if (!gathering || n > GATHERED_BYTES)
    return wal->file->pMethods->xWrite (wal->file, bytes, n, offset);
  if (wal->gathered == NULL)
    wal->gathered = g_malloc (GATHERED_BYTES);
  if (wal->n == 0)
    wal->offset = offset;
  gatherer = wal;
  memcpy (wal->gathered + wal->n, bytes, (gsize) n);
  wal->n += n;
  return SQLITE_OK;
}

static int
write_log (sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
  Wal *wal = (Wal *) file;
  int result = gather (wal, bytes, n, offset);

  if (result != SQLITE_OK)
    return result;
  if (n == HEAD_BYTES)
    {
      guint32 pages;

      memcpy (&pages, (const guint8 *) bytes + COMMIT_OFFSET, sizeof pages);
      wal->ends_commit = pages != 0;
      return SQLITE_OK;
    }
  return wal->ends_commit ? flush (wal) : SQLITE_OK;
}

static int
close_log (sqlite3_file *file)
{
  Wal *wal = (Wal *) file;

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
  return result;
}

void
tw_sqlite_wal_install (void)
{
  static sqlite3_vfs vfs;

  below = sqlite3_vfs_find (NULL);
  vfs = *below;
  vfs.zName = TW_SQLITE_WAL_VFS;
  vfs.szOsFile += (int) sizeof (Wal);
  vfs.xOpen = open_file;
  sqlite3_vfs_register (&vfs, 0);
}

void
tw_sqlite_wal_begin (void)
{
  gathering = TRUE;
}

void
tw_sqlite_wal_end (void)
{
  gathering = FALSE;
  if (gatherer != NULL)
    gatherer->n = 0;
  gatherer = NULL;
}
