/* SPDX-License-Identifier: Apache-2.0 */

/* First what needs no key: size, shape, and whose header it is. Then libjwt checks the signature, and last come the
 * claims, read again by our own stricter parser.
 *
 * The memory is a hash table for finding and a list, the latest used first, for making room. A token is found by eight
 * characters of its signature, which are as good as random, and then compared whole, in a time that does not tell where
 * the first difference is.
 */

#include "tw-token-verifier.h"

#include "tw-error.h"
#include "tw-jwt.h"
#include "tw-token.h"

#include <string.h>

#define PARTS 3

typedef struct
{
  const char *at;
  gsize length;
} Span;

typedef struct
{
  Span token; /* the key: points to @text, or, for a look-up, to the caller's bytes */
  char *text;
  TwClaims *claims;
  GList use; /* its place in the list; data is the entry */
} Entry;

struct _TwTokenVerifier
{
  TwTokenKeys *keys;
  const TwClock *clock;
  guint max_remembered;
  GHashTable *entries; /* Entry by itself */
  GQueue by_use;
};

static guint
entry_hash (gconstpointer data)
{
  const Span *token = &((const Entry *) data)->token;
  guint32 words[2] = { 0, 0 };

  if (token->length >= sizeof words)
    memcpy (words, token->at + token->length - sizeof words, sizeof words);
  return words[0] * 31 + words[1];
}

static gboolean
entry_equal (gconstpointer a, gconstpointer b)
{
  const Span *x = &((const Entry *) a)->token, *y = &((const Entry *) b)->token;
  guint8 difference = 0;

  if (x->length != y->length)
    return FALSE;
  for (gsize i = 0; i < x->length; i++)
    difference |= (guint8) (x->at[i] ^ y->at[i]);
  return difference == 0;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  tw_claims_unref (entry->claims);
  g_free (entry->text);
  g_free (entry);
}

static void
forget (TwTokenVerifier *verifier, Entry *entry)
{
  g_queue_unlink (&verifier->by_use, &entry->use);
  g_hash_table_remove (verifier->entries, entry);
}

static void
remember (TwTokenVerifier *verifier, const char *token, gsize length, TwClaims *claims)
{
  Entry *entry;

  if (verifier->max_remembered == 0)
    return;
  while (verifier->by_use.length >= verifier->max_remembered)
    forget (verifier, verifier->by_use.tail->data);
  entry = g_new0 (Entry, 1);
  entry->text = g_strndup (token, length);
  entry->token = (Span) { entry->text, length };
  entry->claims = tw_claims_ref (claims);
  entry->use.data = entry;
  g_hash_table_add (verifier->entries, entry);
  g_queue_push_head_link (&verifier->by_use, &entry->use);
}

/* The claims that are remembered for a token, not referenced; NULL where there are none. */
static TwClaims *
recall (TwTokenVerifier *verifier, const char *token, gsize length)
{
  const Entry looked_for = { .token = { token, length } };
  Entry *entry = g_hash_table_lookup (verifier->entries, &looked_for);

  if (entry == NULL)
    return NULL;
  g_queue_unlink (&verifier->by_use, &entry->use);
  g_queue_push_head_link (&verifier->by_use, &entry->use);
  return entry->claims;
}

/* Whether @token is three non-empty parts of base64url's alphabet. */
static gboolean
split (const char *token, gsize length, Span parts[PARTS])
{
  guint n = 0;

  parts[0] = (Span) { token, 0 };
  for (gsize i = 0; i < length; i++)
    if (g_ascii_isalnum (token[i]) || token[i] == '-' || token[i] == '_')
      parts[n].length++;
    else if (token[i] == '.' && parts[n].length > 0 && n < PARTS - 1)
      parts[++n] = (Span) { token + i + 1, 0 };
    else
      return FALSE;
  return n == PARTS - 1 && parts[n].length > 0;
}

static gboolean
signature_is_ours (const TwTokenKey *key, const char *token, gsize length)
{
  g_autofree char *text = g_strndup (token, length);
  g_autoptr (jwt_t) jwt = NULL;

  return jwt_decode (&jwt, text, key->bytes, (int) key->length) == 0 && jwt_get_alg (jwt) == JWT_ALG_HS256;
}

/* Whether the claims are such as this gateway, or one like it, has issued by now. */
static gboolean
claims_are_ours (const TwClaims *claims, gint64 now_s)
{
  return g_strcmp0 (tw_claims_get (claims, "iss"), TW_TOKEN_ISSUER) == 0
         && g_strcmp0 (tw_claims_get (claims, "aud"), TW_TOKEN_AUDIENCE) == 0
         && tw_claims_issued_at_s (claims) <= now_s + TW_TOKEN_MAX_SKEW_S
         && tw_claims_expiry_s (claims) > tw_claims_issued_at_s (claims);
}

static TwClaims *
verify_in_full (TwTokenVerifier *verifier, const char *token, gsize length, gint64 now_s)
{
  g_autoptr (TwClaims) claims = NULL;
  const TwTokenKey *key;
  Span parts[PARTS];

  if (!split (token, length, parts))
    return NULL;
  key = tw_token_keys_find (verifier->keys, parts[0].at, parts[0].length);
  if (key == NULL || !signature_is_ours (key, token, length))
    return NULL;
  claims = tw_claims_parse (parts[1].at, parts[1].length);
  if (claims == NULL || !claims_are_ours (claims, now_s))
    return NULL;
  return g_steal_pointer (&claims);
}

TwTokenVerifier *
tw_token_verifier_new (TwTokenKeys *keys, const TwClock *clock, guint max_remembered)
{
  TwTokenVerifier *verifier = g_new0 (TwTokenVerifier, 1);

  verifier->keys = tw_token_keys_ref (keys);
  verifier->clock = clock;
  verifier->max_remembered = max_remembered;
  verifier->entries = g_hash_table_new_full (entry_hash, entry_equal, entry_free, NULL);
  g_queue_init (&verifier->by_use);
  return verifier;
}

TwClaims *
tw_token_verify (TwTokenVerifier *verifier, const char *token, gsize length, GError **error)
{
  gint64 now_s = tw_clock_wall_ms (verifier->clock) / 1000;
  g_autoptr (TwClaims) claims = NULL;
  TwClaims *recalled = NULL;

  if (length <= TW_TOKEN_MAX_SIZE)
    {
      recalled = recall (verifier, token, length);
      claims = recalled != NULL ? tw_claims_ref (recalled) : verify_in_full (verifier, token, length, now_s);
    }
  if (claims == NULL)
    {
      g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAUTHENTICATED, "The token is not valid");
      return NULL;
    }
  if (tw_claims_expiry_s (claims) <= now_s)
    {
      g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAUTHENTICATED, "The token has expired");
      return NULL;
    }
  if (recalled == NULL)
    remember (verifier, token, length, claims);
  return g_steal_pointer (&claims);
}

guint
tw_token_verifier_remembered (const TwTokenVerifier *verifier)
{
  return verifier->by_use.length;
}

void
tw_token_verifier_free (TwTokenVerifier *verifier)
{
  if (verifier == NULL)
    return;
  g_hash_table_unref (verifier->entries);
  tw_token_keys_unref (verifier->keys);
  g_free (verifier);
}
