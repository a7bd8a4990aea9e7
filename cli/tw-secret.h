/* SPDX-License-Identifier: Apache-2.0 */

/* Where a secret comes from: a file, standard input, or a person at the terminal; never the command line, which every
 * user of the machine can read. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The first line of @path ("-": standard input) as TW_LINE_FIRST has it: without line end and byte-order mark. What
 * follows it is left alone. Free with tw_secret_free(). Fails with TW_ERROR_INVALID, never repeating what was read, also
 * where that is no text. */
char *tw_secret_read_file (const char *path, GError **error);

/* Asks at the controlling terminal, without showing what is typed. Fails with TW_ERROR_INVALID where there is none, or
 * where the input ends (Ctrl-D) before the line does. A signal that ends or stops the process finds the terminal as it was. Call before other threads start. */
char *tw_secret_ask (const char *name, GError **error);

/* Wipes, then frees. */
void tw_secret_free (char *secret);

G_END_DECLS
