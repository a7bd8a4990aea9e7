/* SPDX-License-Identifier: Apache-2.0 */

/* Who may call a method of the address book, by the token of the request. */

#include "tw-bearer.h"

#include "address-book.h"
#include "http-heads.h"
#include "tokens.h"

#include <string.h>

typedef struct
{
  TwSchema *schema;
  TwTokenKeys *keys;
  TwClock *clock;
  TwRevocations *revocations;
  TwBearer *bearer;
  TwRequestPool *pool;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->schema = address_book_new ();
  fixture->keys = tokens_keys (LINE_A);
  fixture->clock = tw_clock_new_fixed (NOW_S * 1000);
  fixture->revocations = tw_revocations_new (fixture->clock, 1000);
  fixture->bearer = tw_bearer_new (fixture->schema, fixture->keys, fixture->revocations);
  fixture->pool = tw_request_pool_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_request_pool_free (fixture->pool);
  tw_bearer_free (fixture->bearer);
  tw_revocations_free (fixture->revocations);
  tw_clock_free (fixture->clock);
  tw_token_keys_unref (fixture->keys);
  tw_schema_unref (fixture->schema);
}

static void
on_answered (gpointer user_data)
{
}

/* A token that key A has signed just now, with the given claims beside those that each has. */
static char *
sign (const char *more)
{
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *claims =
    g_strdup_printf ("{\"aud\":\"taskwire\",\"exp\":%" G_GINT64_FORMAT ",\"iat\":%" G_GINT64_FORMAT
                     ",\"iss\":\"taskwire\"%s}",
                     now_s + 900, now_s, more);

  return tokens_sign (HEADER_A, claims, KEY_A);
}

/* What @method says to somebody with such a token: NULL if that may call it. */
static TwResponse *
refusal_of (Fixture *fixture, const char *method, const char *more)
{
  g_autofree char *token = sign (more);
  g_autofree char *raw = g_strdup_printf ("GET /x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", token);
  g_autofree TwHead *head = g_new0 (TwHead, 1);
  g_autofree char *bytes = http_head_parse (raw, strlen (raw), head);
  g_autoptr (TwRequest) request = tw_request_new (fixture->pool, head->target, &(TwIp) { 0 }, "192.0.2.1", on_answered, NULL);
  g_autoptr (TwResponse) bad_head = NULL;
  g_autoptr (TwClaims) claims = NULL;
  TwResponse *refusal = NULL;

  *tw_request_head (request) = *head;
  bad_head = tw_request_check (request);
  g_assert_nonnull (bytes);
  g_assert_null (bad_head);
  claims = tw_bearer_authenticate (fixture->bearer, address_book_method (fixture->schema, method), request, &refusal);
  g_assert_true ((claims != NULL) == (refusal == NULL));
  return refusal;
}

static void
assert_invalid_token (Fixture *fixture, const char *method, const char *more)
{
  g_autoptr (TwResponse) refusal = refusal_of (fixture, method, more);

  g_assert_nonnull (refusal);
  g_assert_cmpuint (tw_response_status (refusal), ==, 401);
  g_assert_cmpstr (tw_response_header (refusal, "WWW-Authenticate"), ==, "Bearer error=\"invalid_token\"");
}

static void
a_token_with_all_its_claims_is_taken (Fixture *fixture, gconstpointer data)
{
  g_assert_null (refusal_of (fixture, "look", ",\"sub\":\"me\",\"sid\":\"s1\""));
  g_assert_null (refusal_of (fixture, "leave", ",\"sub\":\"me\",\"sid\":\"s1\""));
}

static void
a_claim_that_is_no_name_makes_the_token_invalid (Fixture *fixture, gconstpointer data)
{
  static const char *const bad[] = { "null", "7", "1.5", "true", "{}", "[\"me\"]", "\"\"" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *subject = g_strdup_printf (",\"sub\":%s,\"sid\":\"s1\"", bad[i]);
      g_autofree char *session = g_strdup_printf (",\"sub\":\"me\",\"sid\":%s", bad[i]);

      assert_invalid_token (fixture, "look", subject);
      assert_invalid_token (fixture, "look", session);
    }
}

static void
a_claim_that_is_missing_makes_the_token_invalid (Fixture *fixture, gconstpointer data)
{
  assert_invalid_token (fixture, "look", ",\"sid\":\"s1\"");
  assert_invalid_token (fixture, "leave", ",\"sid\":\"s1\"");
}

/* Nobody could end it, whichever claims the method itself takes. */
static void
a_token_without_its_session_is_invalid (Fixture *fixture, gconstpointer data)
{
  assert_invalid_token (fixture, "look", ",\"sub\":\"me\"");
}

static void
a_claim_that_breaks_its_limits_makes_the_token_invalid (Fixture *fixture, gconstpointer data)
{
  g_autofree char *letters = g_strnfill (41, 'x');
  g_autofree char *claims = g_strdup_printf (",\"sub\":\"%s\",\"sid\":\"s1\"", letters);

  assert_invalid_token (fixture, "leave", claims);
  /* Also where it is taken only deep inside of a body. */
  assert_invalid_token (fixture, "gather", claims);
  g_assert_null (refusal_of (fixture, "look", claims));
}

static void
nobody_is_taken_while_it_is_not_known_who_has_left (Fixture *fixture, gconstpointer data)
{
  const char *mine = ",\"sub\":\"me\",\"sid\":\"s1\"";
  TwRevocationList *list = tw_revocations_expect (fixture->revocations);
  g_autoptr (TwResponse) missing = refusal_of (fixture, "look", mine);
  g_autoptr (TwResponse) stale = NULL;

  g_assert_cmpuint (tw_response_status (missing), ==, 503);
  g_assert_nonnull (tw_response_header (missing, "Retry-After"));
  assert_invalid_token (fixture, "look", ",\"sid\":\"s1\"");

  tw_revocation_list_loaded (list, tw_clock_monotonic_ms (fixture->clock));
  g_assert_null (refusal_of (fixture, "look", mine));
  tw_clock_advance (fixture->clock, 1001);
  stale = refusal_of (fixture, "look", mine);
  g_assert_cmpuint (tw_response_status (stale), ==, 503);
  g_assert_nonnull (tw_response_header (stale, "Retry-After"));
  /* What is known is known. */
  tw_revocations_add (fixture->revocations, "s1", NOW_S + 900);
  assert_invalid_token (fixture, "look", mine);
}

#define ADD(name, func) g_test_add ("/bearer/" name, Fixture, NULL, set_up, func, tear_down)

/* RFC 9110, section 11.4: a scheme in any case, one blank or more, and then the token. */
static void
test_where_the_token_begins (void)
{
  static const struct
  {
    const char *value, *token;
  } cases[] = {
    { "Bearer a.b.c", "a.b.c" },
    { "bEARER a.b.c", "a.b.c" },
    { "Bearer    a.b.c", "a.b.c" },
    { "Bearer  a b", "a b" },
    { "Bearer ", "" },
    { "Bearer \ta", "\ta" },
    { "Bearer", NULL },
    { "Bearer\ta.b.c", NULL },
    { "Bearera.b.c", NULL },
    { "Bearer,a.b.c", NULL },
    { "Basic a.b.c", NULL },
    { "Bear", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length = 0;
      const char *token = tw_bearer_token (cases[i].value, strlen (cases[i].value), &length);

      if (cases[i].token == NULL)
        g_assert_null (token);
      else
        g_assert_cmpmem (token, length, cases[i].token, strlen (cases[i].token));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-token-with-all-its-claims-is-taken", a_token_with_all_its_claims_is_taken);
  ADD ("a-claim-that-is-no-name-makes-the-token-invalid", a_claim_that_is_no_name_makes_the_token_invalid);
  ADD ("a-claim-that-is-missing-makes-the-token-invalid", a_claim_that_is_missing_makes_the_token_invalid);
  ADD ("a-token-without-its-session-is-invalid", a_token_without_its_session_is_invalid);
  ADD ("a-claim-that-breaks-its-limits-makes-the-token-invalid",
       a_claim_that_breaks_its_limits_makes_the_token_invalid);
  ADD ("nobody-is-taken-while-it-is-not-known-who-has-left", nobody_is_taken_while_it_is_not_known_who_has_left);
  g_test_add_func ("/bearer/where-the-token-begins", test_where_the_token_begins);
  return g_test_run ();
}
