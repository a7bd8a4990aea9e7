/* SPDX-License-Identifier: Apache-2.0 */

/* Where a secret comes from: a file, standard input, or a person at the terminal; never the command line, which every
 * user of the machine can read. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The first line of @path ("-": standard input), without its newline; free with tw_secret_free(). Fails with
 * TW_ERROR_INVALID. */
char *tw_secret_read_file (const char *path, GError **error);

/* Asks at the controlling terminal, without showing what is typed. Fails with TW_ERROR_INVALID where there is none. A
 * signal that ends or stops the process finds the terminal as it was. Call before other threads start. */
char *tw_secret_ask (const char *name, GError **error);

/* Wipes, then frees. */
void tw_secret_free (char *secret);

G_END_DECLS
