/* SPDX-License-Identifier: Apache-2.0 */

/* The key that a store of accounts keeps, and what is made of it. It goes with the data, never into a log. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TW_ACCOUNT_KEY_SIZE 32

/* What stores keep it under. */
#define TW_ACCOUNT_KEY_NAME "accounts"

typedef struct
{
  guint8 bytes[TW_ACCOUNT_KEY_SIZE];
} TwAccountKey;

/* What a key is used for: each has one of its own. Numbers do not change. */
typedef enum
{
  TW_ACCOUNT_KEY_NEXT_TOKEN = 1, /* a refresh token's successor */
  TW_ACCOUNT_KEY_TOKEN_TAG = 2,  /* that a refresh token was made here */
  TW_ACCOUNT_KEY_ATTEMPTS = 3,   /* what attempts to sign in are counted by */
} TwAccountKeyUse;

/* A new one. Thread-safe, as the other. */
void tw_account_key_new (TwAccountKey *key);

/* libsodium's crypto_kdf (BLAKE2b). */
void tw_account_key_derive (const TwAccountKey *key, TwAccountKeyUse use, guint8 subkey[TW_ACCOUNT_KEY_SIZE]);

G_END_DECLS
