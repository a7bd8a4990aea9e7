/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-hash.h"

#include <sodium.h>
#include <string.h>

/* SQL's function takes no more. */
#define MAX_TEXTS 8

gint64
tw_sqlite_hash (const char *const *texts, guint n)
{
  guint8 hash[crypto_generichash_BYTES_MIN];
  crypto_generichash_state state;
  guint64 cut;

  crypto_generichash_init (&state, NULL, 0, sizeof hash);
  for (guint i = 0; i < n; i++)
    crypto_generichash_update (&state, (const guint8 *) texts[i], strlen (texts[i]) + 1); /* its NUL ends each */
  crypto_generichash_final (&state, hash, sizeof hash);
  memcpy (&cut, hash, sizeof cut);
  return (gint64) GUINT64_FROM_LE (cut);
}

static void
hash (sqlite3_context *context, int n, sqlite3_value **values)
{
  const char *texts[MAX_TEXTS];

  if (n > MAX_TEXTS)
    {
      sqlite3_result_error (context, "hash() of too many texts", -1);
      return;
    }
  for (int i = 0; i < n; i++)
    {
      if (sqlite3_value_type (values[i]) != SQLITE_TEXT)
        return;
      texts[i] = (const char *) sqlite3_value_text (values[i]);
    }
  sqlite3_result_int64 (context, tw_sqlite_hash (texts, (guint) n));
}

gboolean
tw_sqlite_hash_install (sqlite3 *handle)
{
  return sqlite3_create_function (handle, "hash", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL, hash,
                                  NULL, NULL)
         == SQLITE_OK;
}
