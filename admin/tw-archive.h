/* SPDX-License-Identifier: Apache-2.0 */

/* A backup's file: a tar archive of the databases, and behind them SHA256SUMS, which says what they were:
 *
 *     tasks.db
 *     accounts.db
 *     SHA256SUMS      a line for each: 64 hex digits, two blanks, the name
 *
 * So it can be looked at, and taken apart, without this program: `tar -xf FILE && sha256sum -c SHA256SUMS` leaves a
 * data folder. Fails with TW_ERROR_CONFIGURATION.
 */

#pragma once

#include "tw-sqlite-snapshot.h"

G_BEGIN_DECLS

typedef struct _TwArchiveWriter TwArchiveWriter;

/* Writes to @fd, which stays the caller's, from where it is. @path names it in errors; @now_s, since 1970, is the time
 * of all files. */
TwArchiveWriter *tw_archive_writer_new (int fd, const char *path, gint64 now_s);
void tw_archive_writer_free (TwArchiveWriter *writer);

/* Appends what the file @source holds, as @name. */
gboolean tw_archive_writer_add (TwArchiveWriter *writer, const char *name, const char *source,
                                TwSqliteProgress progress, gpointer user_data, GError **error);

/* Appends the sums, and ends it. */
gboolean tw_archive_writer_end (TwArchiveWriter *writer, GError **error);

typedef struct _TwArchive TwArchive;

/* Reads what is in it. Refuses what is no such archive, or does not end as one: each file has a sum, and nothing is there
 * twice. */
TwArchive *tw_archive_open (const char *path, GError **error);
void tw_archive_free (TwArchive *archive);

gboolean tw_archive_has (const TwArchive *archive, const char *name);

/* Writes the file @name, which it has, to @fd; -1: nowhere. Fails where its bytes are not those that the sum is of. */
gboolean tw_archive_extract (TwArchive *archive, const char *name, int fd, TwSqliteProgress progress,
                             gpointer user_data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwArchiveWriter, tw_archive_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwArchive, tw_archive_free)

G_END_DECLS
