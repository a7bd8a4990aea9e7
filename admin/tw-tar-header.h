/* SPDX-License-Identifier: Apache-2.0 */

/* The header of a file in a tar archive, with GNU's way to say a size of 8 GiB and more, which every tar understands:
 * ustar, https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Files and headers begin at multiples of it; two empty blocks end an archive. */
#define TW_TAR_BLOCK 512

/* Names that fit without further ado. */
#define TW_TAR_NAME_MAX 99

typedef struct
{
  char name[TW_TAR_NAME_MAX + 1];
  guint64 size;
  gint64 modified_s; /* since 1970 */
} TwTarHeader;

/* Of a plain file with mode 0600. */
void tw_tar_header_write (const TwTarHeader *header, guint8 block[TW_TAR_BLOCK]);

/* FALSE where @block is none, or that of something else than a plain file. The name may be any. */
gboolean tw_tar_header_read (TwTarHeader *header, const guint8 block[TW_TAR_BLOCK]);

/* How many bytes follow @size ones up to the next block. */
guint tw_tar_padding (guint64 size);

G_END_DECLS
