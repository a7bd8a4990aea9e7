/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-archive.h"

#include "tw-archive-bytes.h"
#include "tw-files.h"
#include "tw-tar-header.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct _TwArchiveWriter
{
  int fd;
  char *path;
  gint64 now_s;
  GString *sums;
};

TwArchiveWriter *
tw_archive_writer_new (int fd, const char *path, gint64 now_s)
{
  TwArchiveWriter *writer = g_new0 (TwArchiveWriter, 1);

  writer->fd = fd;
  writer->path = g_strdup (path);
  writer->now_s = now_s;
  writer->sums = g_string_new (NULL);
  return writer;
}

void
tw_archive_writer_free (TwArchiveWriter *writer)
{
  if (writer == NULL)
    return;
  g_string_free (writer->sums, TRUE);
  g_free (writer->path);
  g_free (writer);
}

static gboolean
write_header (TwArchiveWriter *writer, const char *name, guint64 size, GError **error)
{
  TwTarHeader header = { .size = size, .modified_s = writer->now_s };
  guint8 block[TW_TAR_BLOCK];

  g_strlcpy (header.name, name, sizeof header.name);
  tw_tar_header_write (&header, block);
  return tw_archive_write (writer->fd, writer->path, block, sizeof block, error);
}

/* Up to the next block, and @blocks more. */
static gboolean
write_nothing (TwArchiveWriter *writer, guint64 behind, guint blocks, GError **error)
{
  static const guint8 nothing[3 * TW_TAR_BLOCK];

  return tw_archive_write (writer->fd, writer->path, nothing, tw_tar_padding (behind) + blocks * TW_TAR_BLOCK, error);
}

static gboolean
add_open (TwArchiveWriter *writer, const char *name, const TwArchiveCopy *copy, GError **error)
{
  char sha256[TW_SHA256_SIZE];
  struct stat status;

  if (copy->from < 0 || fstat (copy->from, &status) != 0)
    return tw_files_set_error (copy->from_path, "read", error);
  if (!write_header (writer, name, (guint64) status.st_size, error)
      || !tw_archive_copy (copy, 0, (guint64) status.st_size, sha256, error)
      || !write_nothing (writer, (guint64) status.st_size, 0, error))
    return FALSE;
  g_string_append_printf (writer->sums, "%s  %s\n", sha256, name);
  return TRUE;
}

gboolean
tw_archive_writer_add (TwArchiveWriter *writer, const char *name, const char *source, TwSqliteProgress progress,
                       gpointer user_data, GError **error)
{
  int fd = open (source, O_RDONLY | O_CLOEXEC);
  const TwArchiveCopy copy = { fd, source, writer->fd, writer->path, progress, user_data };
  gboolean ok = add_open (writer, name, &copy, error);

  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
tw_archive_writer_end (TwArchiveWriter *writer, GError **error)
{
  const GString *sums = writer->sums;

  return write_header (writer, TW_ARCHIVE_SUMS, sums->len, error)
         && tw_archive_write (writer->fd, writer->path, sums->str, sums->len, error)
         && write_nothing (writer, sums->len, 2, error);
}
