/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-bearer.h"

#include "tw-error.h"
#include "tw-limits.h"

#include <string.h>

#define SCHEME "Bearer"
#define MAX_REMEMBERED 1024

struct _TwBearer
{
  TwTokenVerifier *verifier;
  TwRevocations *revocations;
  GPtrArray *session_claims; /* of const char *, the schema's */
};

TwBearer *
tw_bearer_new (const TwSchema *schema, TwTokenKeys *keys, TwRevocations *revocations)
{
  TwBearer *bearer = g_new0 (TwBearer, 1);

  bearer->verifier = tw_token_verifier_new (keys, tw_clock_system (), MAX_REMEMBERED);
  bearer->revocations = revocations;
  bearer->session_claims = g_ptr_array_new ();
  for (guint i = 0; i < tw_schema_n_services (schema); i++)
    {
      const TwService *service = tw_schema_service (schema, i);

      for (guint k = 0; k < service->n_methods; k++)
        {
          const char *claim = service->methods[k].revokes;

          if (claim != NULL && !g_ptr_array_find_with_equal_func (bearer->session_claims, claim, g_str_equal, NULL))
            g_ptr_array_add (bearer->session_claims, GSIZE_TO_POINTER ((gsize) claim));
        }
    }
  return bearer;
}

void
tw_bearer_free (TwBearer *bearer)
{
  tw_token_verifier_free (bearer->verifier);
  g_ptr_array_unref (bearer->session_claims);
  g_free (bearer);
}

const char *
tw_bearer_token (const char *authorization, gsize length, gsize *token_length)
{
  gsize scheme = strlen (SCHEME), at = scheme;

  if (length < scheme || g_ascii_strncasecmp (authorization, SCHEME, scheme) != 0)
    return NULL;
  while (at < length && authorization[at] == ' ')
    at++;
  if (at == scheme)
    return NULL;
  *token_length = length - at;
  return authorization + at;
}

/* RFC 6750, section 3: no error code where no token was sent. */
static TwResponse *
new_refusal (const char *detail, gboolean sent)
{
  TwResponse *response = tw_response_new_problem (401, detail);

  if (sent)
    tw_response_set_header (response, "WWW-Authenticate", "Bearer error=\"invalid_token\"");
  return response;
}

static gboolean
is_revoked (const TwBearer *bearer, const TwClaims *claims)
{
  for (guint i = 0; i < bearer->session_claims->len; i++)
    {
      const char *session = tw_claims_get (claims, g_ptr_array_index (bearer->session_claims, i));

      if (session != NULL && tw_revocations_contains (bearer->revocations, session))
        return TRUE;
    }
  return FALSE;
}

TwResponse *
tw_bearer_check_session (const TwBearer *bearer, const TwClaims *claims)
{
  return is_revoked (bearer, claims) ? new_refusal ("The session has ended", TRUE) : NULL;
}

/* A 503 where nobody can tell whether a session that is not known to have ended goes on. */
static TwResponse *
check_knowledge (const TwBearer *bearer)
{
  switch (tw_revocations_state (bearer->revocations))
    {
    case TW_REVOCATIONS_MISSING:
      return tw_response_new_problem (503, "Which sessions have ended is not known here yet");
    case TW_REVOCATIONS_STALE:
      return tw_response_new_problem (503, "Which sessions have ended can't be asked at the moment");
    case TW_REVOCATIONS_CURRENT:
    default:
      return NULL;
    }
}

/* The name of a claim that is missing, or is none that @method takes; NULL where there is no such. A token without its
 * session could never be ended, so each names one where sessions can end. */
static const char *
find_bad_claim (const TwBearer *bearer, const TwMethod *method, const TwClaims *claims)
{
  for (guint i = 0; i < bearer->session_claims->len; i++)
    if (tw_claims_get (claims, g_ptr_array_index (bearer->session_claims, i)) == NULL)
      return g_ptr_array_index (bearer->session_claims, i);
  for (guint i = 0; i < method->n_claims; i++)
    {
      const TwField *field = method->claims[i];
      const char *value = tw_claims_get (claims, field->source_name);
      g_autofree char *wrong = value != NULL ? tw_limits_check_string (field, value, strlen (value)) : NULL;

      if (wrong != NULL || (value == NULL && field->presence == TW_REQUIRED))
        return field->source_name;
    }
  return NULL;
}

static TwResponse *
check_claims (const TwBearer *bearer, const TwMethod *method, const TwClaims *claims)
{
  const char *name = find_bad_claim (bearer, method, claims);
  g_autofree char *detail = NULL;

  if (name == NULL)
    return NULL;
  detail = g_strdup_printf ("The token's claim \"%s\" is missing or can't be used", name);
  return new_refusal (detail, TRUE);
}

TwClaims *
tw_bearer_authenticate (TwBearer *bearer, const TwMethod *method, const TwRequest *request, TwResponse **refusal)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwClaims) claims = NULL;
  gsize length = 0, token_length = 0;
  const char *authorization = tw_request_header (request, "authorization", &length);
  const char *token = authorization != NULL ? tw_bearer_token (authorization, length, &token_length) : NULL;

  if (token == NULL)
    {
      *refusal = new_refusal ("A bearer token is needed", FALSE);
      return NULL;
    }
  claims = tw_token_verify (bearer->verifier, token, token_length, &error);
  if (claims == NULL)
    *refusal = new_refusal (tw_error_public_message (error), TRUE);
  else
    *refusal = check_claims (bearer, method, claims);
  if (*refusal == NULL)
    *refusal = tw_bearer_check_session (bearer, claims);
  if (*refusal == NULL)
    *refusal = check_knowledge (bearer);
  return *refusal == NULL ? g_steal_pointer (&claims) : NULL;
}
