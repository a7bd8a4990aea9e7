/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: brings what is in the write-ahead log into the database beside the writer, so that nobody's answer waits
 * for it.
 *
 * A thread with a connection of its own copies and syncs (PASSIVE, which keeps nobody from reading or writing). What is
 * committed meanwhile is a short rest, which the writer brings over itself between two batches: then nothing is left,
 * and its next commit begins the log anew. Where more is committed than that, the thread goes round again, a few times
 * at most; where a reader still needs what is in the log, or the disk fails, it is tried again a little later.
 *
 * The thread only begins while something in the log is not in the database, and nobody else checkpoints at that time. So
 * the log can't be begun anew in the moment in which a checkpoint begins, which may lose commits in SQLite before 3.51.3
 * (https://sqlite.org/wal.html#walresetbug). */

#pragma once

#include "tw-sqlite.h"

G_BEGIN_DECLS

typedef struct _TwSqliteCheckpoint TwSqliteCheckpoint;

/* The log's length, in frames of a page each, from which on it is brought over: 64 MiB and not 4, since what many changes
 * touch is written to the database once for all of them. */
#define TW_SQLITE_CHECKPOINT_FRAMES 16384

/* Starts the thread, which alone uses @connection (taken) from now on. @frames: as above, fewer for a test. */
TwSqliteCheckpoint *tw_sqlite_checkpoint_new (TwSqliteConnection *connection, guint frames);

/* To be called by the writer on its thread, after a commit and all that waited for it. @writer is its connection, in no
 * transaction; @in_log is how many frames the log has. Blocks where the log is eight times as long as it should be, and
 * while the writer brings over a rest. */
void tw_sqlite_checkpoint_committed (TwSqliteCheckpoint *checkpoint, TwSqliteConnection *writer, guint in_log);

/* Finishes what is running, ends the thread and closes its connection. The writer must have ended. */
void tw_sqlite_checkpoint_free (TwSqliteCheckpoint *checkpoint);

G_END_DECLS
