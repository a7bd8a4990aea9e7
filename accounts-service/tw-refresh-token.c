/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-refresh-token.h"

#include "tw-base64url.h"
#include "tw-random.h"

#include <sodium.h>
#include <string.h>

#define TAG_SIZE 16
#define TOKEN_SIZE (TW_ID_BYTES + TW_REFRESH_SECRET_SIZE + TAG_SIZE)
#define TOKEN_LENGTH 80         /* TOKEN_SIZE in base64url */
#define FIRST_VERSION_LENGTH 43 /* TW_REFRESH_SECRET_SIZE in base64url */

G_STATIC_ASSERT (TW_REFRESH_HASH_SIZE == crypto_generichash_BYTES);
G_STATIC_ASSERT (TAG_SIZE == crypto_generichash_BYTES_MIN);
G_STATIC_ASSERT (TOKEN_LENGTH == TOKEN_SIZE / 3 * 4);

void
tw_refresh_token_first (const char *session_id, TwRefreshToken *token)
{
  g_strlcpy (token->session_id, session_id, sizeof token->session_id);
  tw_random_bytes (token->secret, sizeof token->secret);
}

void
tw_refresh_token_next (const TwRefreshToken *token, const char *session_id, const TwAccountKey *key,
                       TwRefreshToken *next)
{
  guint8 subkey[TW_ACCOUNT_KEY_SIZE];

  tw_account_key_derive (key, TW_ACCOUNT_KEY_NEXT_TOKEN, subkey);
  g_strlcpy (next->session_id, session_id, sizeof next->session_id);
  crypto_generichash (next->secret, sizeof next->secret, token->secret, sizeof token->secret, subkey, sizeof subkey);
  sodium_memzero (subkey, sizeof subkey);
}

void
tw_refresh_token_hash (const TwRefreshToken *token, guint8 hash[TW_REFRESH_HASH_SIZE])
{
  crypto_generichash (hash, TW_REFRESH_HASH_SIZE, token->secret, sizeof token->secret, NULL, 0);
}

void
tw_refresh_token_clear (TwRefreshToken *token)
{
  sodium_memzero (token, sizeof *token);
}

/* The tag of what @bytes begins with goes behind it. */
static void
make_tag (const guint8 *bytes, const TwAccountKey *key, guint8 tag[TAG_SIZE])
{
  guint8 subkey[TW_ACCOUNT_KEY_SIZE];

  tw_account_key_derive (key, TW_ACCOUNT_KEY_TOKEN_TAG, subkey);
  crypto_generichash (tag, TAG_SIZE, bytes, TOKEN_SIZE - TAG_SIZE, subkey, sizeof subkey);
  sodium_memzero (subkey, sizeof subkey);
}

char *
tw_refresh_token_write (const TwRefreshToken *token, const TwAccountKey *key)
{
  guint8 bytes[TOKEN_SIZE];
  char *text;

  if (!tw_id_to_bytes (token->session_id, bytes))
    g_assert_not_reached ();
  memcpy (bytes + TW_ID_BYTES, token->secret, sizeof token->secret);
  make_tag (bytes, key, bytes + TOKEN_SIZE - TAG_SIZE);
  text = tw_base64url_encode (bytes, sizeof bytes);
  sodium_memzero (bytes, sizeof bytes);
  return text;
}

static gboolean
read_bytes (const guint8 *bytes, const TwAccountKey *key, TwRefreshToken *token)
{
  guint8 tag[TAG_SIZE];

  make_tag (bytes, key, tag);
  if (sodium_memcmp (tag, bytes + TOKEN_SIZE - TAG_SIZE, TAG_SIZE) != 0)
    return FALSE;
  tw_id_from_bytes (bytes, token->session_id);
  memcpy (token->secret, bytes + TW_ID_BYTES, sizeof token->secret);
  return TRUE;
}

gboolean
tw_refresh_token_read (const char *text, const TwAccountKey *key, TwRefreshToken *token)
{
  gsize length = strlen (text), n;
  gboolean ok = TRUE;
  guint8 *bytes;

  memset (token, 0, sizeof *token);
  if ((length != TOKEN_LENGTH && length != FIRST_VERSION_LENGTH)
      || (bytes = tw_base64url_decode (text, length, &n)) == NULL)
    return FALSE;
  if (n == TOKEN_SIZE)
    ok = read_bytes (bytes, key, token);
  else
    memcpy (token->secret, bytes, sizeof token->secret);
  sodium_memzero (bytes, n);
  g_free (bytes);
  return ok;
}

void
tw_refresh_token_free (char *text)
{
  if (text != NULL)
    sodium_memzero (text, strlen (text));
  g_free (text);
}
