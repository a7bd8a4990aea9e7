/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-tar-header.h"

#include <string.h>

/* As it lies in the archive: numbers are octal digits. */
typedef struct
{
  char name[100];
  char mode[8], uid[8], gid[8];
  char size[12];
  char modified[12];
  char checksum[8];
  char type;
  char linked[100];
  char magic[8]; /* "ustar", NUL, "00"; of GNU's older archives, "ustar", two blanks, NUL */
  char owner[32], group[32];
  char major[8], minor[8];
  char prefix[155];
  char unused[12];
} Block;

G_STATIC_ASSERT (sizeof (Block) == TW_TAR_BLOCK);

/* As many digits as the field has room for, and a NUL. */
static void
write_octal (char *field, gsize length, guint64 number)
{
  field[--length] = '\0';
  while (length > 0)
    {
      field[--length] = (char) ('0' + (number & 7));
      number >>= 3;
    }
}

/* A first byte of 128 says that the rest is a number, the highest byte first. */
static void
write_size (char field[12], guint64 size)
{
  if (size < G_GUINT64_CONSTANT (1) << 33)
    {
      write_octal (field, 12, size);
      return;
    }
  memset (field, 0, 12);
  field[0] = (char) 0x80;
  for (guint i = 11; i > 3; i--, size >>= 8)
    field[i] = (char) (size & 0xff);
}

static gboolean
read_number (const char *field, gsize length, guint64 *number)
{
  gsize i = 0;

  *number = 0;
  if ((guint8) field[0] == 0x80)
    {
      for (i = 1; i < length; i++)
        {
          if (*number >> 56 != 0)
            return FALSE;
          *number = *number << 8 | (guint8) field[i];
        }
      return TRUE;
    }
  while (i < length && field[i] == ' ')
    i++;
  for (; i < length && field[i] >= '0' && field[i] <= '7'; i++)
    *number = *number << 3 | (guint64) (field[i] - '0');
  return i == length || field[i] == '\0' || field[i] == ' ';
}

/* Of all bytes, those of the sum itself taken for blanks. */
static guint
sum_up (const Block *block)
{
  const guint8 *bytes = (const guint8 *) block;
  guint sum = 0;

  for (gsize i = 0; i < sizeof *block; i++)
    sum += i >= G_STRUCT_OFFSET (Block, checksum) && i < G_STRUCT_OFFSET (Block, type) ? ' ' : bytes[i];
  return sum;
}

void
tw_tar_header_write (const TwTarHeader *header, guint8 bytes[TW_TAR_BLOCK])
{
  Block block = { .type = '0', .magic = "ustar\00000" };

  memcpy (block.name, header->name, sizeof block.name);
  write_octal (block.mode, sizeof block.mode, 0600);
  write_octal (block.uid, sizeof block.uid, 0);
  write_octal (block.gid, sizeof block.gid, 0);
  write_size (block.size, header->size);
  write_octal (block.modified, sizeof block.modified, (guint64) MAX (header->modified_s, 0));
  write_octal (block.major, sizeof block.major, 0);
  write_octal (block.minor, sizeof block.minor, 0);
  write_octal (block.checksum, sizeof block.checksum - 1, sum_up (&block));
  block.checksum[7] = ' ';
  memcpy (bytes, &block, sizeof block);
}

gboolean
tw_tar_header_read (TwTarHeader *header, const guint8 bytes[TW_TAR_BLOCK])
{
  guint64 sum, modified;
  Block block;

  memcpy (&block, bytes, sizeof block);
  if (memcmp (block.magic, "ustar", 5) != 0 || (block.type != '0' && block.type != '\0')
      || memchr (block.name, '\0', sizeof block.name) == NULL || block.prefix[0] != '\0'
      || !read_number (block.checksum, sizeof block.checksum, &sum) || sum != sum_up (&block)
      || !read_number (block.size, sizeof block.size, &header->size) || header->size > G_MAXINT64
      || !read_number (block.modified, sizeof block.modified, &modified))
    return FALSE;
  g_strlcpy (header->name, block.name, sizeof header->name);
  header->modified_s = (gint64) modified;
  return TRUE;
}

guint
tw_tar_padding (guint64 size)
{
  return (guint) (-size % TW_TAR_BLOCK);
}
