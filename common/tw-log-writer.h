/* SPDX-License-Identifier: Apache-2.0 */

/* Writes lines to a descriptor, and never lets who has one wait for it: a pipe that nobody empties, a slow terminal, a
 * full disk hold up a thread that does nothing else. Lines that find no room are dropped and counted; how many they
 * were is said, as a line of its own behind those that found room, as soon as there is room again.
 *
 * O_NONBLOCK would not do: it belongs to the open file, which a terminal's or a pipe's other users share, and means
 * nothing to a disk.
 *
 * Lines go out whole and in order, several of them in one write(2) of at most PIPE_BUF bytes, which a pipe does not mix
 * with those of another process; a longer line is a write by itself. Where they can't be written at all, because the
 * reader has gone, they are dropped too.
 */

#pragma once

#include "tw-buffer.h"

G_BEGIN_DECLS

typedef struct _TwLogWriter TwLogWriter;

typedef enum
{
  TW_LOG_SOON,   /* with others that come within a few milliseconds */
  TW_LOG_NOW,    /* at once, with what came before */
  TW_LOG_URGENT, /* at once, and some room is kept for such lines */
} TwLogHaste;

/* Appends the line that says that @n lines were dropped. Called by the thread that writes. */
typedef void (*TwLogDroppedFunc) (TwBuffer *line, guint64 n);

/* A writer to @fd, which has to stay open, in which @room bytes can wait while as many are being written. NULL where no
 * thread could be started. */
TwLogWriter *tw_log_writer_new (int fd, gsize room, TwLogDroppedFunc say_dropped);

/* Has @n bytes, a line with its end, written, or drops them. Never blocks. Thread-safe. */
void tw_log_writer_put (TwLogWriter *writer, const void *line, gsize n, TwLogHaste haste);

/* Waits at most @timeout_ms until all that was put before is written: FALSE if that has not been so. A disk that is
 * still full is not waited for. Thread-safe. */
gboolean tw_log_writer_flush (TwLogWriter *writer, guint timeout_ms);

/* How many lines have been dropped. Thread-safe. */
guint64 tw_log_writer_dropped (TwLogWriter *writer);

/* Finishes what is being written, however long that takes, then ends. Call when no other thread can put a line. */
void tw_log_writer_free (TwLogWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwLogWriter, tw_log_writer_free)

G_END_DECLS
