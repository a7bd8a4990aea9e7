/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: a commit's frames in one write. SQLite writes each frame of its write-ahead log in two pieces, and a
 * commit of many changes has dozens: each is a system call, and most touch a page of the file that the one before had
 * in hand. A connection that was opened through this VFS gathers them while it commits, and writes them when SQLite
 * syncs the log.
 *
 * So it needs synchronous=FULL, with which SQLite does that before it tells other connections of the commit, or says
 * that it is done. A write that fails then fails the sync, and with it the commit.
 *
 * https://www.sqlite.org/vfs.html, https://www.sqlite.org/wal.html */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The name for sqlite3_open_v2(). */
#define TW_SQLITE_WAL_VFS "taskwire-wal"

/* Registers it. Once, before another thread uses SQLite. */
void tw_sqlite_wal_install (void);

/* Around a COMMIT, on the thread that runs it. At other times all is written at once: SQLite does not say which frames
 * of a transaction are void because it was rolled back, and where they would stand another process's commit may stand.
 * For the same reason what has not been written at the end, when the commit has failed, is dropped. One that was
 * @committed and left something behind was without synchronous=FULL: the process ends. */
void tw_sqlite_wal_begin (void);
void tw_sqlite_wal_end (gboolean committed);

G_END_DECLS
