/* SPDX-License-Identifier: Apache-2.0 */

/* What is done in the plain way where an operator asks for it (docs/plain.md). The other way is faster, and relies on how
 * SQLite, the kernel or Thrift's generated code behaves, beyond what they promise. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TW_PLAIN_NOTHING = 0,
  TW_PLAIN_ROWS = 1 << 0,       /* each row of SQLite's is stepped to, and its columns asked for */
  TW_PLAIN_NOWAIT = 1 << 1,     /* threads that may wait read from SQLite, and no loop */
  TW_PLAIN_FINALIZERS = 1 << 2, /* generated objects are finalized as Thrift's compiler wrote it */
  TW_PLAIN_SIEVE = 1 << 3,      /* SQLite is asked for each look-up, also for what can't be there */
  TW_PLAIN_ALL = TW_PLAIN_ROWS | TW_PLAIN_NOWAIT | TW_PLAIN_FINALIZERS | TW_PLAIN_SIEVE,
} TwPlain;

/* Reads names that commas separate: "rows", "nowait", "finalizers", "sieve", "all". NULL is nothing. Fails with
 * TW_ERROR_CONFIGURATION, which repeats the name that is none of them. */
gboolean tw_plain_parse (const char *names, TwPlain *plain, GError **error);

G_END_DECLS
