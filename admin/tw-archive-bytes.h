/* SPDX-License-Identifier: Apache-2.0 */

/* Inside of tw-archive: bytes from file to file, summed on their way. */

#pragma once

#include "tw-sqlite-snapshot.h"

G_BEGIN_DECLS

/* The name of the last file in an archive. */
#define TW_ARCHIVE_SUMS "SHA256SUMS"

/* In hex digits, with a NUL. */
#define TW_SHA256_SIZE 65

typedef struct
{
  int from;
  const char *from_path;
  int to; /* or -1: they are only summed */
  const char *to_path;
  TwSqliteProgress progress;
  gpointer user_data;
} TwArchiveCopy;

/* Copies @size bytes from @offset on to where the other file stands. */
gboolean tw_archive_copy (const TwArchiveCopy *copy, guint64 offset, guint64 size, char sha256[TW_SHA256_SIZE],
                          GError **error);

/* All or an error, as each of them. */
gboolean tw_archive_read_at (int fd, const char *path, guint64 offset, gpointer bytes, gsize n, GError **error);
gboolean tw_archive_write (int fd, const char *path, gconstpointer bytes, gsize n, GError **error);

G_END_DECLS
