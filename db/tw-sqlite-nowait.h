/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: reads that never wait for a disk. SQLite reads pages with pread(2); a thread that says so reads with
 * preadv2(2) and RWF_NOWAIT instead, which fails where the page is not in the kernel's memory, and SQLite's statement
 * fails with it (SQLITE_IOERR_READ). Other threads are not concerned.
 *
 * For the whole process that is given up, with a warning in the log, where a file system refuses it, where the kernel
 * gives nothing in this way, and where it turns out to wait (one in 64 reads is looked at: getrusage(2) counts how often
 * a thread has gone to sleep). */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Puts our function in the place of SQLite's pread. Once, before another thread uses SQLite. */
void tw_sqlite_nowait_install (void);

/* Whether that is so, and it has not been given up. Thread-safe. */
gboolean tw_sqlite_nowait_works (void);

/* What this thread reads from the one call to the other fails rather than waits. */
void tw_sqlite_nowait_begin (void);
void tw_sqlite_nowait_end (void);

G_END_DECLS
