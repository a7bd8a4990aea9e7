/* SPDX-License-Identifier: Apache-2.0 */

/* A small file that holds a secret: read only where nobody else can, made so that it is whole or not there. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reads at most @size bytes of the regular file @path into @out, its length into *@length. *@absent tells whether it is
 * that the file is not there. Fails with TW_ERROR_CONFIGURATION, also when the file is longer, or when group or others
 * have any right to it. */
gboolean tw_key_file_read (const char *path, char *out, gsize size, gsize *length, gboolean *absent, GError **error);

/* Makes @path with @length bytes and mode 0600, and syncs it and its folder. A file that is there meanwhile stays as
 * it is, and that is no failure: of several that make it at once, the first wins. Fails with
 * TW_ERROR_CONFIGURATION. */
gboolean tw_key_file_create (const char *path, const char *bytes, gsize length, GError **error);

G_END_DECLS
