/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-archive-bytes.h"

#include "tw-error.h"
#include "tw-files.h"

#include <errno.h>
#include <unistd.h>

/* In memory at once. */
#define CHUNK (256 * 1024)

gboolean
tw_archive_read_at (int fd, const char *path, guint64 offset, gpointer bytes, gsize n, GError **error)
{
  guint8 *into = bytes;

  while (n > 0)
    {
      gssize got = pread (fd, into, n, (off_t) offset);

      if (got == 0)
        {
          g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "'%s' has become shorter", path);
          return FALSE;
        }
      if (got < 0 && errno != EINTR)
        return tw_files_set_error (path, "read", error);
      if (got > 0)
        {
          into += got;
          n -= (gsize) got;
          offset += (guint64) got;
        }
    }
  return TRUE;
}

gboolean
tw_archive_write (int fd, const char *path, gconstpointer bytes, gsize n, GError **error)
{
  const guint8 *from = bytes;

  while (n > 0)
    {
      gssize written = write (fd, from, n);

      if (written < 0 && errno != EINTR)
        return tw_files_set_error (path, "written", error);
      if (written > 0)
        {
          from += written;
          n -= (gsize) written;
        }
    }
  return TRUE;
}

gboolean
tw_archive_copy (const TwArchiveCopy *copy, guint64 offset, guint64 size, char sha256[TW_SHA256_SIZE], GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *chunk = g_malloc (CHUNK);

  for (guint64 done = 0; done < size;)
    {
      gsize n = (gsize) MIN (size - done, CHUNK);

      if (!tw_archive_read_at (copy->from, copy->from_path, offset + done, chunk, n, error)
          || (copy->to >= 0 && !tw_archive_write (copy->to, copy->to_path, chunk, n, error)))
        return FALSE;
      g_checksum_update (checksum, chunk, (gssize) n);
      done += n;
      if (!copy->progress (done, size, copy->user_data))
        {
          g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "stopped");
          return FALSE;
        }
    }
  g_strlcpy (sha256, g_checksum_get_string (checksum), TW_SHA256_SIZE);
  return TRUE;
}
