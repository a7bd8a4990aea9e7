/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-token.h"

#include "tw-error.h"
#include "tw-jwt.h"

#include <string.h>

static gboolean
add_claims (jwt_t *jwt, const char *const *names, const char *const *values, guint n)
{
  for (guint i = 0; i < n; i++)
    if (jwt_add_grant (jwt, names[i], values[i]) != 0)
      return FALSE;
  return TRUE;
}

/* libjwt refuses a claim that is there already, so a name of the caller's can't stand for one of these. */
static gboolean
add_standard_claims (jwt_t *jwt, gint64 now_s, gint64 lifetime_s)
{
  return jwt_add_grant (jwt, "iss", TW_TOKEN_ISSUER) == 0 && jwt_add_grant (jwt, "aud", TW_TOKEN_AUDIENCE) == 0
         && jwt_add_grant_int (jwt, "iat", (long) now_s) == 0
         && jwt_add_grant_int (jwt, "exp", (long) (now_s + lifetime_s)) == 0;
}

char *
tw_token_issue (TwTokenKeys *keys, const char *const *names, const char *const *values, guint n, gint64 lifetime_s,
                const TwClock *clock, GError **error)
{
  const TwTokenKey *key = tw_token_keys_signing (keys);
  g_autoptr (jwt_t) jwt = NULL;
  g_autofree char *token = NULL; /* from malloc(), which g_free() goes with since GLib 2.46 */

  if (jwt_new (&jwt) == 0 && jwt_set_alg (jwt, JWT_ALG_HS256, key->bytes, (int) key->length) == 0
      && jwt_add_header (jwt, "kid", key->id) == 0 && add_claims (jwt, names, values, n)
      && add_standard_claims (jwt, tw_clock_wall_ms (clock) / 1000, lifetime_s))
    token = jwt_encode_str (jwt);
  if (token == NULL || strlen (token) > TW_TOKEN_MAX_SIZE)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "no token can be made for these claims");
      return NULL;
    }
  return g_steal_pointer (&token);
}
