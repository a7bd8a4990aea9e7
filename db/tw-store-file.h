/* SPDX-License-Identifier: Apache-2.0 */

/* A store's URI in a file, which is where one with a password belongs: a command line is shown to every user of the
 * machine, and an environment to whoever may look at the process. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The one line of the file @path (TW_LINE_ONLY), without white space and byte-order mark; free with g_free(). Fails with
 * TW_ERROR_CONFIGURATION, never repeating what the file holds: it can't be read, is longer than 8 KiB, is no UTF-8, or
 * holds nothing or more than one line. */
char *tw_store_file_read (const char *path, GError **error);

G_END_DECLS
