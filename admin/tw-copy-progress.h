/* SPDX-License-Identifier: Apache-2.0 */

/* How far a copy is: a bar that is drawn over and over on a terminal, one line a section anywhere else. */

#pragma once

#include "tw-clock.h"
#include "tw-copy.h"

#include <stdio.h>

G_BEGIN_DECLS

typedef struct _TwCopyProgress TwCopyProgress;

/* Writes to @stream, whose terminal has @columns; 0: it is none. @clock must outlive it. */
TwCopyProgress *tw_copy_progress_new (FILE *stream, guint columns, const TwClock *clock);

/* Ends the line that a bar is on. */
void tw_copy_progress_free (TwCopyProgress *progress);

/* The columns of the terminal behind @fd; 0 where it is none. */
guint tw_copy_progress_columns (int fd);

/* See TwCopyWatcher. */
void tw_copy_progress_step (TwCopyProgress *progress, const char *section, TwCopyPhase phase, guint64 done,
                            guint64 total);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwCopyProgress, tw_copy_progress_free)

G_END_DECLS
