/* SPDX-License-Identifier: Apache-2.0 */

#include "tokens.h"

#include "tw-base64url.h"
#include "tw-temporary-folder.h"

#include <string.h>

TwTokenKeys *
tokens_keys (const char *text)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "key", NULL);
  g_autoptr (GError) error = NULL;
  TwTokenKeys *keys;

  g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
  keys = tw_token_keys_load (path, FALSE, &error);
  g_assert_no_error (error);
  return keys;
}

char *
tokens_forge (const char *header, const char *claims, GChecksumType hash, const char *key)
{
  g_autofree char *first = tw_base64url_encode (header, strlen (header));
  g_autofree char *second = tw_base64url_encode (claims, strlen (claims));
  g_autofree char *signed_part = g_strdup_printf ("%s.%s", first, second);
  g_autoptr (GHmac) hmac = g_hmac_new (hash, (const guint8 *) key, strlen (key));
  g_autofree char *third = NULL;
  guint8 digest[64];
  gsize n = sizeof digest;

  g_hmac_update (hmac, (const guint8 *) signed_part, -1);
  g_hmac_get_digest (hmac, digest, &n);
  third = tw_base64url_encode (digest, n);
  return g_strdup_printf ("%s.%s", signed_part, third);
}

char *
tokens_sign (const char *header, const char *claims, const char *key)
{
  return tokens_forge (header, claims, G_CHECKSUM_SHA256, key);
}
