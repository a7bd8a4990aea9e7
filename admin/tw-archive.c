/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-archive.h"

#include "tw-archive-bytes.h"
#include "tw-error.h"
#include "tw-files.h"
#include "tw-tar-header.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than the sums of a backup take. */
#define MAX_SUMS 4096

/* A file in the archive. */
typedef struct
{
  char name[TW_TAR_NAME_MAX + 1];
  guint64 offset, size;
  char sha256[TW_SHA256_SIZE]; /* as the archive says */
} Member;

struct _TwArchive
{
  int fd;
  char *path;
  guint64 size;
  GArray *members; /* Member */
};

static gboolean
fail (const TwArchive *archive, const char *why, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "'%s' is no backup, or is damaged: %s", archive->path, why);
  return FALSE;
}

static Member *
find_member (const TwArchive *archive, const char *name)
{
  for (guint i = 0; i < archive->members->len; i++)
    {
      Member *member = &g_array_index (archive->members, Member, i);

      if (strcmp (member->name, name) == 0)
        return member;
    }
  return NULL;
}

gboolean
tw_archive_has (const TwArchive *archive, const char *name)
{
  return find_member (archive, name) != NULL;
}

/* The file whose header is at *@offset, which then is behind it. */
static gboolean
read_member (TwArchive *archive, guint64 *offset, Member *member, GError **error)
{
  guint8 block[TW_TAR_BLOCK];
  TwTarHeader header;

  if (*offset + TW_TAR_BLOCK > archive->size)
    return fail (archive, "it ends too early", error);
  if (!tw_archive_read_at (archive->fd, archive->path, *offset, block, sizeof block, error))
    return FALSE;
  if (!tw_tar_header_read (&header, block))
    return fail (archive, *offset == 0 ? "it is no tar archive" : "what follows is no file", error);
  *member = (Member) { .offset = *offset + TW_TAR_BLOCK, .size = header.size };
  memcpy (member->name, header.name, sizeof member->name);
  if (header.size > archive->size - member->offset)
    return fail (archive, "it ends too early", error);
  *offset = member->offset + header.size + tw_tar_padding (header.size);
  return TRUE;
}

/* A line of the sums: 64 hex digits, two blanks, a name. */
static gboolean
take_sum (TwArchive *archive, const char *line, GError **error)
{
  const gsize digits = TW_SHA256_SIZE - 1;
  Member *member;

  if (strspn (line, "0123456789abcdef") != digits || strncmp (line + digits, "  ", 2) != 0)
    return fail (archive, "what should be sums is none", error);
  member = find_member (archive, line + digits + 2);
  if (member == NULL || member->sha256[0] != '\0')
    return fail (archive, "it has sums of other files", error);
  memcpy (member->sha256, line, digits);
  return TRUE;
}

static gboolean
read_sums (TwArchive *archive, const Member *sums, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (sums->size > MAX_SUMS)
    return fail (archive, "what should be sums is none", error);
  text = g_malloc0 (sums->size + 1);
  if (!tw_archive_read_at (archive->fd, archive->path, sums->offset, text, sums->size, error))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    if (!take_sum (archive, lines[i], error))
      return FALSE;
  for (guint i = 0; i < archive->members->len; i++)
    if (g_array_index (archive->members, Member, i).sha256[0] == '\0')
      return fail (archive, "it has not all sums", error);
  return archive->members->len > 0 || fail (archive, "it holds nothing", error);
}

static gboolean
read_members (TwArchive *archive, GError **error)
{
  guint64 offset = 0;

  for (;;)
    {
      Member member;

      if (!read_member (archive, &offset, &member, error))
        return FALSE;
      if (strcmp (member.name, TW_ARCHIVE_SUMS) == 0)
        return read_sums (archive, &member, error);
      if (tw_archive_has (archive, member.name))
        return fail (archive, "it has a file twice", error);
      g_array_append_val (archive->members, member);
    }
}

TwArchive *
tw_archive_open (const char *path, GError **error)
{
  g_autoptr (TwArchive) archive = g_new0 (TwArchive, 1);
  struct stat status;

  archive->path = g_strdup (path);
  archive->members = g_array_new (FALSE, FALSE, sizeof (Member));
  /* O_NONBLOCK: a FIFO is not waited for. */
  archive->fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (archive->fd < 0 || fstat (archive->fd, &status) != 0)
    {
      tw_files_set_error (path, "read", error);
      return NULL;
    }
  if (!S_ISREG (status.st_mode))
    {
      fail (archive, "it is no file", error);
      return NULL;
    }
  archive->size = (guint64) status.st_size;
  return read_members (archive, error) ? g_steal_pointer (&archive) : NULL;
}

void
tw_archive_free (TwArchive *archive)
{
  if (archive == NULL)
    return;
  if (archive->fd >= 0)
    close (archive->fd);
  g_array_unref (archive->members);
  g_free (archive->path);
  g_free (archive);
}

gboolean
tw_archive_extract (TwArchive *archive, const char *name, int fd, TwSqliteProgress progress, gpointer user_data,
                    GError **error)
{
  const Member *member = find_member (archive, name);
  const TwArchiveCopy copy = { archive->fd, archive->path, fd, name, progress, user_data };
  char sha256[TW_SHA256_SIZE];

  g_assert (member != NULL);
  if (!tw_archive_copy (&copy, member->offset, member->size, sha256, error))
    return FALSE;
  if (strcmp (sha256, member->sha256) == 0)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "'%s' is damaged: %s in it is not what was saved",
               archive->path, name);
  return FALSE;
}
