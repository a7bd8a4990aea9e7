/* SPDX-License-Identifier: Apache-2.0 */

/* The flags and variables of `tasks-admin copy`. */

#pragma once

#include "tw-copy-ends.h"

G_BEGIN_DECLS

typedef struct
{
  TwCopyEnd from, to;
  int only; /* a TwCopyData, or -1: all */
  gboolean from_scratch;
  gboolean quiet;
} TwCopyOptions;

void tw_copy_options_clear (TwCopyOptions *options);

/* Fails with TW_ERROR_CONFIGURATION. --help prints and exits 0. Call once, from main. */
gboolean tw_copy_options_read (TwCopyOptions *options, int argc, char **argv, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwCopyOptions, tw_copy_options_clear)

G_END_DECLS
