/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/ and admin/: files that are put in their places so that a crash at any time leaves either what was there or
 * what was to be there. Everything fails with TW_ERROR_CONFIGURATION, naming the file. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Sets the error for a file that can't be @what ("read", "written", "renamed"), for the reason in errno. FALSE. */
gboolean tw_files_set_error (const char *path, const char *what, GError **error);

/* @path with @suffix behind it; there or not. */
gboolean tw_files_exists (const char *path, const char *suffix);

/* Removes @path with @suffix behind it; one that is not there is no error. */
gboolean tw_files_remove (const char *path, const char *suffix, GError **error);

/* Makes a file's bytes durable, or a folder's entries: after it was renamed in it, say. */
gboolean tw_files_sync (const char *path, GError **error);

/* Renames the file @from to @to, which must not be there: it is never replaced, also not where it comes at this very
 * moment. */
gboolean tw_files_publish (const char *from, const char *to, GError **error);

/* A file that root makes in a folder of somebody else's is for that one, like those that are in it; where root may not
 * do that, it stays root's. */
void tw_files_give_to_owner (int fd, const char *folder);

G_END_DECLS
