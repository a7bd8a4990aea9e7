/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-refresh-token.h"

#include "tw-random.h"

#include <sodium.h>
#include <string.h>

#define TOKEN_BYTES 32
#define TOKEN_LENGTH 43 /* TOKEN_BYTES in base64url */

G_STATIC_ASSERT (TW_REFRESH_HASH_SIZE == crypto_generichash_BYTES);

char *
tw_refresh_token_new (void)
{
  guint8 bytes[TOKEN_BYTES];
  char *token;

  tw_random_bytes (bytes, sizeof bytes);
  token = tw_base64url_encode (bytes, sizeof bytes);
  sodium_memzero (bytes, sizeof bytes);
  return token;
}

void
tw_refresh_token_free (char *token)
{
  if (token != NULL)
    sodium_memzero (token, strlen (token));
  g_free (token);
}

gboolean
tw_refresh_token_hash (const char *token, guint8 hash[TW_REFRESH_HASH_SIZE])
{
  guint8 *bytes;
  gsize n;

  if (strlen (token) != TOKEN_LENGTH || (bytes = tw_base64url_decode (token, TOKEN_LENGTH, &n)) == NULL)
    return FALSE;
  crypto_generichash (hash, TW_REFRESH_HASH_SIZE, bytes, n, NULL, 0);
  sodium_memzero (bytes, n);
  g_free (bytes);
  return TRUE;
}
