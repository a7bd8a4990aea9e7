/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-tar-header.h"

#include <string.h>

static void
write_named (guint8 block[TW_TAR_BLOCK], const char *name, guint64 size)
{
  TwTarHeader header = { .size = size, .modified_s = 1764489600 };

  g_strlcpy (header.name, name, sizeof header.name);
  tw_tar_header_write (&header, block);
}

/* On both sides of what octal digits have room for, and as large as a file can be. */
static void
test_what_is_written_is_read (void)
{
  const guint64 sizes[] = { 0, 1, 4096, (G_GUINT64_CONSTANT (1) << 33) - 1, G_GUINT64_CONSTANT (1) << 33,
                            G_GUINT64_CONSTANT (123456789012345), G_MAXINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint8 block[TW_TAR_BLOCK];
      TwTarHeader header;

      write_named (block, "tasks.db", sizes[i]);
      g_assert_true (tw_tar_header_read (&header, block));
      g_assert_cmpstr (header.name, ==, "tasks.db");
      g_assert_cmpuint (header.size, ==, sizes[i]);
      g_assert_cmpint (header.modified_s, ==, 1764489600);
    }
}

/* Whatever byte was changed, it is found. */
static void
test_changed_header_is_none (void)
{
  for (guint i = 0; i < TW_TAR_BLOCK; i++)
    {
      guint8 block[TW_TAR_BLOCK];
      TwTarHeader header;

      write_named (block, "tasks.db", 4096);
      block[i] ^= 0x04;
      /* but for the blank behind the sum */
      g_assert_cmpint (tw_tar_header_read (&header, block), ==, i == 155);
    }
}

static void
test_other_things_are_none (void)
{
  guint8 block[TW_TAR_BLOCK] = { 0 };
  TwTarHeader header;

  g_assert_false (tw_tar_header_read (&header, block));
  memset (block, 0xff, sizeof block);
  g_assert_false (tw_tar_header_read (&header, block));
  memset (block, 0, sizeof block);
  memcpy (block, "SQLite format 3", 16);
  g_assert_false (tw_tar_header_read (&header, block));
}

static void
test_padding_goes_up_to_the_next_block (void)
{
  g_assert_cmpuint (tw_tar_padding (0), ==, 0);
  g_assert_cmpuint (tw_tar_padding (1), ==, 511);
  g_assert_cmpuint (tw_tar_padding (512), ==, 0);
  g_assert_cmpuint (tw_tar_padding (513), ==, 511);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tar-header/what-is-written-is-read", test_what_is_written_is_read);
  g_test_add_func ("/tar-header/changed-header-is-none", test_changed_header_is_none);
  g_test_add_func ("/tar-header/other-things-are-none", test_other_things_are_none);
  g_test_add_func ("/tar-header/padding-goes-up-to-the-next-block", test_padding_goes_up_to_the_next_block);
  return g_test_run ();
}
