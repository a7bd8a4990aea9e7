/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-signup-key.h"

#include <sodium.h>
#include <string.h>

G_STATIC_ASSERT (TW_SIGNUP_KEY_HASH_SIZE == crypto_generichash_BYTES_MIN);

void
tw_signup_key_init (TwSignupKey *hashes, const char *key, const char *name)
{
  crypto_generichash (hashes->key, sizeof hashes->key, (const guint8 *) key, strlen (key), NULL, 0);
  /* With its NUL, so that no name is not an empty one. */
  crypto_generichash (hashes->request, sizeof hashes->request, (const guint8 *) name,
                      name != NULL ? strlen (name) + 1 : 0, NULL, 0);
}
