/* SPDX-License-Identifier: Apache-2.0 */

/* The claims stay the JSON object that they came as, beside a list of those that are strings: there are a handful of
 * them, and looking through them takes less than hashing a name for jansson's table. */

#include "tw-claims.h"

#include "tw-base64url.h"

#include <jansson.h>
#include <stdatomic.h>
#include <string.h>

/* Both belong to the object. */
typedef struct
{
  const char *name;
  const char *value;
} Claim;

struct _TwClaims
{
  atomic_uint references;
  json_t *object; /* NULL: the strings lie behind them */
  gint64 expiry_s;
  gint64 issued_at_s;
  guint n_strings;
  Claim strings[];
};

static json_t *
parse_object (const char *part, gsize length)
{
  gsize n = 0;
  g_autofree guint8 *bytes = tw_base64url_decode (part, length, &n);

  /* JSON_REJECT_DUPLICATES: of two equal claims the last would win, here and in libjwt, but not everywhere. */
  return bytes != NULL ? json_loadb ((const char *) bytes, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

/* Whether what says who the bearer is, and which session it is, are names where they are there at all (RFC 7519,
 * section 4.1.2). */
static gboolean
names_are_names (const json_t *object)
{
  static const char *const names[] = { "sub", "sid" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const json_t *value = json_object_get (object, names[i]);

      if (value != NULL && json_string_length (value) == 0)
        return FALSE;
    }
  return TRUE;
}

/* Takes @object. */
static TwClaims *
claims_new (json_t *object)
{
  TwClaims *claims = g_malloc0 (sizeof *claims + json_object_size (object) * sizeof (Claim));
  const char *name;
  json_t *value;

  atomic_init (&claims->references, 1);
  claims->object = object;
  json_object_foreach (object, name, value)
    {
      if (json_is_string (value))
        claims->strings[claims->n_strings++] = (Claim) { name, json_string_value (value) };
    }
  return claims;
}

TwClaims *
tw_claims_parse (const char *part, gsize length)
{
  json_t *object = parse_object (part, length);
  const json_t *expiry = json_object_get (object, "exp");
  const json_t *issued_at = json_object_get (object, "iat");
  TwClaims *claims;

  if (!json_is_integer (expiry) || !json_is_integer (issued_at) || !names_are_names (object))
    {
      json_decref (object);
      return NULL;
    }
  claims = claims_new (object);
  claims->expiry_s = json_integer_value (expiry);
  claims->issued_at_s = json_integer_value (issued_at);
  return claims;
}

TwClaims *
tw_claims_slim (const TwClaims *claims)
{
  gsize size = sizeof *claims + claims->n_strings * sizeof (Claim);
  TwClaims *slim;
  char *end;

  for (guint i = 0; i < claims->n_strings; i++)
    size += strlen (claims->strings[i].name) + strlen (claims->strings[i].value) + 2;
  slim = g_malloc (size);
  atomic_init (&slim->references, 1);
  slim->object = NULL;
  slim->expiry_s = claims->expiry_s;
  slim->issued_at_s = claims->issued_at_s;
  slim->n_strings = claims->n_strings;
  end = (char *) &slim->strings[claims->n_strings];
  for (guint i = 0; i < claims->n_strings; i++)
    {
      slim->strings[i].name = end;
      end = g_stpcpy (end, claims->strings[i].name) + 1;
      slim->strings[i].value = end;
      end = g_stpcpy (end, claims->strings[i].value) + 1;
    }
  return slim;
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
  for (guint i = 0; i < claims->n_strings; i++)
    if (strcmp (claims->strings[i].name, name) == 0)
      return claims->strings[i].value;
  return NULL;
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
