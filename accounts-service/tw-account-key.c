/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-key.h"

#include "tw-random.h"

#include <sodium.h>

G_STATIC_ASSERT (TW_ACCOUNT_KEY_SIZE == crypto_kdf_KEYBYTES);

void
tw_account_key_new (TwAccountKey *key)
{
  tw_random_bytes (key->bytes, sizeof key->bytes);
}

void
tw_account_key_derive (const TwAccountKey *key, TwAccountKeyUse use, guint8 subkey[TW_ACCOUNT_KEY_SIZE])
{
  if (crypto_kdf_derive_from_key (subkey, TW_ACCOUNT_KEY_SIZE, (guint64) use, "accounts", key->bytes) != 0)
    g_assert_not_reached ();
}
