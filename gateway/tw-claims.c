/* SPDX-License-Identifier: Apache-2.0 */

/* The claims stay the JSON object that they came as: a handful of names, looked up by jansson's own table, which
 * concurrent readers do not change. */

#include "tw-claims.h"

#include "tw-random.h"

#include <jansson.h>
#include <stdatomic.h>

struct _TwClaims
{
  atomic_uint references;
  json_t *object;
  gint64 expiry_s;
  gint64 issued_at_s;
};

static json_t *
parse_object (const char *part, gsize length)
{
  gsize n = 0;
  g_autofree guint8 *bytes = tw_base64url_decode (part, length, &n);

  /* JSON_REJECT_DUPLICATES: of two equal claims the last would win, here and in libjwt, but not everywhere. */
  return bytes != NULL ? json_loadb ((const char *) bytes, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

TwClaims *
tw_claims_parse (const char *part, gsize length)
{
  json_t *object = parse_object (part, length);
  const json_t *expiry = json_object_get (object, "exp");
  const json_t *issued_at = json_object_get (object, "iat");
  TwClaims *claims;

  if (!json_is_integer (expiry) || !json_is_integer (issued_at))
    {
      json_decref (object);
      return NULL;
    }
  claims = g_new0 (TwClaims, 1);
  atomic_init (&claims->references, 1);
  claims->object = object;
  claims->expiry_s = json_integer_value (expiry);
  claims->issued_at_s = json_integer_value (issued_at);
  return claims;
}

TwClaims *
tw_claims_ref (TwClaims *claims)
{
  atomic_fetch_add_explicit (&claims->references, 1, memory_order_relaxed);
  return claims;
}

void
tw_claims_unref (TwClaims *claims)
{
  if (claims == NULL || atomic_fetch_sub_explicit (&claims->references, 1, memory_order_acq_rel) > 1)
    return;
  json_decref (claims->object);
  g_free (claims);
}

const char *
tw_claims_get (const TwClaims *claims, const char *name)
{
  return json_string_value (json_object_get (claims->object, name));
}

gint64
tw_claims_expiry_s (const TwClaims *claims)
{
  return claims->expiry_s;
}

gint64
tw_claims_issued_at_s (const TwClaims *claims)
{
  return claims->issued_at_s;
}
