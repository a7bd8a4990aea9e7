/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: a commit's frames in one write. SQLite writes each frame of its write-ahead log in two pieces, and a
 * commit of many changes has dozens: each is a system call, and most touch a page of the file that the one before had
 * in hand. A connection that is opened through this VFS gathers them.
 *
 * Nothing is put off beyond the commit. The write of its last frame returns when all of them have been written, or
 * fails as the first of them would have, and that is before SQLite syncs the log, or tells other connections of it.
 *
 * https://www.sqlite.org/vfs.html, https://www.sqlite.org/fileformat2.html#the_write_ahead_log */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The name for sqlite3_open_v2(). */
#define TW_SQLITE_WAL_VFS "taskwire-wal"

/* Registers it. Once, before another thread uses SQLite. */
void tw_sqlite_wal_install (void);

/* Around one connection's COMMIT, which a ROLLBACK has to follow if it fails: its frames are gathered. What has not been
 * written at the end belongs to a commit that has failed, and is dropped: where it would stand, another process's commit
 * may stand soon. Frames that leave the cache before their transaction's end are never gathered: nobody would say that
 * they have become such. */
void tw_sqlite_wal_begin (void);
void tw_sqlite_wal_end (void);

G_END_DECLS
