/* SPDX-License-Identifier: Apache-2.0 */

/* The Idempotency-Key that an account was made with: what is kept of it, so that whoever heard no answer may sign up
 * again. A key counts for one address: there is nobody yet whose it could be. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How long it is kept: 30 days. */
#define TW_SIGNUP_KEY_MS (G_GINT64_CONSTANT (30) * 24 * 3600 * 1000)

#define TW_SIGNUP_KEY_HASH_SIZE 16

/* Hashes; of a password there is nothing in them. */
typedef struct
{
  guint8 key[TW_SIGNUP_KEY_HASH_SIZE];
  guint8 request[TW_SIGNUP_KEY_HASH_SIZE]; /* what it came with, but for address and password */
} TwSignupKey;

G_STATIC_ASSERT (sizeof (TwSignupKey) == 2 * TW_SIGNUP_KEY_HASH_SIZE);

/* BLAKE2b (RFC 7693). @name may be NULL. Thread-safe. */
void tw_signup_key_init (TwSignupKey *hashes, const char *key, const char *name);

G_END_DECLS
