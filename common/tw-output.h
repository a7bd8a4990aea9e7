/* SPDX-License-Identifier: Apache-2.0 */

/* What a program prints on standard output: an answer, a listing, its help. The one place that does so, because output
 * that can't be written is an error like any other: a full disk, or a standard output that was closed, must not look
 * like an answer that is empty.
 *
 * A reader that has gone (a pipe to `head`) ends the program by SIGPIPE, without a word, as it does others; where that
 * signal is ignored it is an error, too.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes sure that standard input, output and error are there: in the place of one that was closed comes something that
 * can be neither read nor written. Otherwise the next file that is opened has its number, and gets what is printed.
 * Called first by main. */
void tw_output_init (void);

/* Writes all of @text, as it lies. Fails with TW_ERROR_INTERNAL. */
gboolean tw_output_print (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for what is all that a program does: its exit status, 0, or 1 with a line on standard error that names the
 * @program. */
int tw_output_print_and_end (const char *program, const char *text);

/* For who prints now and then, and waits in between: whether there is still somebody who could read it. Where the reader has
 * gone, it ends the program as the next print would, or fails with TW_ERROR_INTERNAL where SIGPIPE is ignored. */
gboolean tw_output_is_read (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it is printed on a terminal, for a person. */
gboolean tw_output_is_terminal (void);

G_END_DECLS
