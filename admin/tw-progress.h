/* SPDX-License-Identifier: Apache-2.0 */

/* How far a command is: a bar that is drawn over and over on a terminal; notes, a line each, anywhere else. */

#pragma once

#include "tw-clock.h"

#include <stdio.h>

G_BEGIN_DECLS

typedef struct _TwProgress TwProgress;

/* Writes to @stream, whose terminal has @columns; 0: it is none. @clock must outlive it. */
TwProgress *tw_progress_new (FILE *stream, guint columns, const TwClock *clock);

/* Ends the line that a bar is on. */
void tw_progress_free (TwProgress *progress);

/* The columns of the terminal behind @fd; 0 where it is none. */
guint tw_progress_columns (int fd);

/* @phase ("copying") of @section has done so much: records, or what it counts. Both texts are kept as they lie. */
void tw_progress_step (TwProgress *progress, const char *section, const char *phase, guint64 done, guint64 total);

/* A line for whoever sees no bar. */
void tw_progress_note (TwProgress *progress, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwProgress, tw_progress_free)

G_END_DECLS
