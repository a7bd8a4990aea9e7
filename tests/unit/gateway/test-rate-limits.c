/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-rate-limits.h"

#include "tw-base64url.h"

#include <string.h>

#define ADDRESS "192.0.2.1"
#define WINDOW_S 3600
#define WAIT_S "1200" /* for one of three in that window */

typedef struct
{
  TwRequestPool *pool;
  TwClock *clock;
  TwCidrs *trusted;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->pool = tw_request_pool_new ();
  fixture->clock = tw_clock_new_fixed (1000000);
  fixture->trusted = tw_cidrs_parse ("127.0.0.1, 10.0.0.0/8", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_request_pool_free (fixture->pool);
  tw_clock_free (fixture->clock);
  tw_cidrs_free (fixture->trusted);
}

/* 0: there is no such limit. */
static TwRateLimits *
new_limits (const Fixture *fixture, guint per_address, guint per_account, gboolean spares_local)
{
  TwRateLimit limits[TW_N_RATE_POLICIES] = { 0 };

  if (per_address > 0)
    limits[TW_RATE_POLICY_ADDRESS].rate = tw_rate_make (per_address, WINDOW_S);
  if (per_account > 0)
    limits[TW_RATE_POLICY_ACCOUNT].rate = tw_rate_make (per_account, WINDOW_S);
  for (guint i = 0; i < TW_N_RATE_POLICIES; i++)
    limits[i].spares_local = spares_local;
  return tw_rate_limits_new (limits, fixture->clock);
}

static void
on_answered (gpointer user_data)
{
}

/* One from @peer; where that is a trusted proxy, it says with @forwarded (or NULL) whom it is from. */
static TwRequest *
new_request (const Fixture *fixture, const char *peer, const char *forwarded)
{
  TwRequest *request;
  TwHead *head;
  TwIp ip;

  g_assert_true (tw_ip_parse (peer, strlen (peer), &ip));
  request = tw_request_new (fixture->pool, "/", &ip, peer, on_answered, NULL);
  head = tw_request_head (request);
  if (forwarded != NULL)
    head->headers[head->n_headers++]
      = (TwHeader) { "X-Forwarded-For", strlen ("X-Forwarded-For"), forwarded, strlen (forwarded) };
  if (tw_cidrs_contain (fixture->trusted, &ip))
    tw_request_believe (request, fixture->trusted);
  return request;
}

static TwClaims *
claims_of (const char *subject)
{
  g_autofree char *json = subject != NULL ? g_strdup_printf ("{\"exp\":2,\"iat\":1,\"sub\":\"%s\"}", subject)
                                          : g_strdup ("{\"exp\":2,\"iat\":1}");
  char *part = tw_base64url_encode (json, strlen (json));
  TwClaims *claims = tw_claims_parse (part, strlen (part));

  g_free (part);
  g_assert_nonnull (claims);
  return claims;
}

/* Asks as the gateway does, by address and then, where there is a @subject, by account; answers @request. */
static guint
ask_with (TwRateLimits *limits, TwRequest *request, const char *subject)
{
  TwResponse *response = tw_rate_limits_take_address (limits, request);

  if (response == NULL && subject != NULL)
    {
      g_autoptr (TwClaims) claims = claims_of (subject);

      response = tw_rate_limits_take_account (limits, request, claims);
    }
  if (response == NULL)
    response = tw_response_new (204);
  tw_request_answer (request, response);
  return tw_response_status (response);
}

static guint
ask (const Fixture *fixture, TwRateLimits *limits, const char *peer, const char *forwarded, const char *subject)
{
  g_autoptr (TwRequest) request = new_request (fixture, peer, forwarded);

  return ask_with (limits, request, subject);
}

static void
assert_told (const TwRequest *request, const char *policy, const char *state)
{
  const TwResponse *response = tw_request_response (request);

  g_assert_cmpstr (tw_response_header (response, "RateLimit-Policy"), ==, policy);
  g_assert_cmpstr (tw_response_header (response, "RateLimit"), ==, state);
}

static void
each_answer_tells_what_is_left (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwRateLimits) limits = new_limits (fixture, 4, 3, FALSE);
  const char *both = "\"address\";q=4;w=3600, \"account\";q=3;w=3600";

  {
    g_autoptr (TwRequest) request = new_request (fixture, ADDRESS, NULL);

    g_assert_cmpuint (ask_with (limits, request, NULL), ==, 204);
    assert_told (request, "\"address\";q=4;w=3600", "\"address\";r=3;t=900");
  }
  tw_clock_advance (fixture->clock, 1);
  {
    g_autoptr (TwRequest) request = new_request (fixture, ADDRESS, NULL);

    g_assert_cmpuint (ask_with (limits, request, "ann"), ==, 204);
    assert_told (request, both, "\"address\";r=2;t=900, \"account\";r=2;t=1200");
  }
  tw_clock_advance (fixture->clock, 899 * 1000);
  {
    g_autoptr (TwRequest) request = new_request (fixture, ADDRESS, NULL);

    g_assert_cmpuint (ask_with (limits, request, "ann"), ==, 204);
    assert_told (request, both, "\"address\";r=1;t=1, \"account\";r=1;t=301");
  }
}

static void
the_largest_values_fit (Fixture *fixture, gconstpointer data)
{
  const TwRateLimit limit = { tw_rate_make (TW_RATE_MAX_REQUESTS, TW_RATE_MAX_WINDOW_S), FALSE };
  g_autoptr (TwRateLimits) limits = tw_rate_limits_new ((TwRateLimit[]) { limit, limit }, fixture->clock);
  g_autoptr (TwRequest) request = new_request (fixture, ADDRESS, NULL);

  g_assert_cmpuint (ask_with (limits, request, "ann"), ==, 204);
  assert_told (request, "\"address\";q=1000000;w=86400, \"account\";q=1000000;w=86400",
               "\"address\";r=999999;t=1, \"account\";r=999999;t=1");
}

static void
the_longest_wait_fits (Fixture *fixture, gconstpointer data)
{
  const TwRateLimit limit = { tw_rate_make (1, TW_RATE_MAX_WINDOW_S), FALSE };
  g_autoptr (TwRateLimits) limits = tw_rate_limits_new ((TwRateLimit[]) { limit, limit }, fixture->clock);
  g_autoptr (TwRequest) request = new_request (fixture, ADDRESS, NULL);

  g_assert_cmpuint (ask_with (limits, request, "ann"), ==, 204);
  assert_told (request, "\"address\";q=1;w=86400, \"account\";q=1;w=86400",
               "\"address\";r=0;t=86400, \"account\";r=0;t=86400");
}

static void
who_asks_too_often_hears_what_and_how_long (Fixture *fixture, gconstpointer data)
{
  static const char body[]
    = "{\"type\":\"https://iana.org/assignments/http-problem-types#quota-exceeded\",\"title\":\"Too Many Requests\","
      "\"status\":429,\"detail\":\"Too many requests of this account: the limit is 3 in 3600 s\","
      "\"violated-policies\":[\"account\"]}";
  g_autoptr (TwRateLimits) limits = new_limits (fixture, 0, 3, FALSE);
  g_autoptr (TwRequest) request = new_request (fixture, ADDRESS, NULL);
  gsize length = 0;
  const guint8 *bytes;

  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (ask (fixture, limits, ADDRESS, NULL, "ann"), ==, 204);
  g_assert_cmpuint (ask_with (limits, request, "ann"), ==, 429);
  assert_told (request, "\"account\";q=3;w=3600", "\"account\";r=0;t=" WAIT_S);
  g_assert_cmpstr (tw_response_header (tw_request_response (request), "Retry-After"), ==, WAIT_S);
  g_assert_cmpstr (tw_response_header (tw_request_response (request), "Content-Type"), ==, "application/problem+json");
  bytes = tw_response_body (tw_request_response (request), &length);
  g_assert_cmpmem (bytes, length, body, strlen (body));
  tw_clock_advance (fixture->clock, 1200 * 1000 - 1);
  g_assert_cmpuint (ask (fixture, limits, ADDRESS, NULL, "ann"), ==, 429);
  tw_clock_advance (fixture->clock, 1);
  g_assert_cmpuint (ask (fixture, limits, ADDRESS, NULL, "ann"), ==, 204);
}

static void
accounts_do_not_count_for_each_other (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwRateLimits) limits = new_limits (fixture, 0, 3, FALSE);

  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (ask (fixture, limits, ADDRESS, NULL, "ann"), ==, 204);
  /* An account is one wherever it is used from. */
  g_assert_cmpuint (ask (fixture, limits, "198.51.100.1", NULL, "ann"), ==, 429);
  g_assert_cmpuint (ask (fixture, limits, ADDRESS, NULL, "bob"), ==, 204);
}

static void
whom_its_address_refuses_takes_nothing_of_an_account (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwRateLimits) limits = new_limits (fixture, 2, 3, FALSE);

  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (ask (fixture, limits, ADDRESS, NULL, "ann"), ==, 204);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (ask (fixture, limits, ADDRESS, NULL, "ann"), ==, 429);
  g_assert_cmpuint (ask (fixture, limits, "198.51.100.1", NULL, "ann"), ==, 204);
  g_assert_cmpuint (ask (fixture, limits, "198.51.100.1", NULL, "ann"), ==, 429);
}

static void
a_token_without_a_subject_is_nobodys (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwRateLimits) limits = new_limits (fixture, 0, 1, FALSE);
  g_autoptr (TwClaims) claims = claims_of (NULL);
  g_autoptr (TwRequest) request = new_request (fixture, ADDRESS, NULL);

  for (guint i = 0; i < 3; i++)
    g_assert_null (tw_rate_limits_take_account (limits, request, claims));
  g_assert_cmpuint (ask_with (limits, request, NULL), ==, 204);
  assert_told (request, NULL, NULL);
}

static void
without_limits_nothing_is_told (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwRateLimits) limits = new_limits (fixture, 0, 0, FALSE);

  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (TwRequest) request = new_request (fixture, ADDRESS, NULL);

      g_assert_cmpuint (ask_with (limits, request, "ann"), ==, 204);
      assert_told (request, NULL, NULL);
    }
}

static void
ipv6_is_counted_by_subscriber (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwRateLimits) limits = new_limits (fixture, 3, 0, FALSE);

  g_assert_cmpuint (ask (fixture, limits, "2001:db8:0:1::1", NULL, NULL), ==, 204);
  g_assert_cmpuint (ask (fixture, limits, "2001:db8:0:1:ffff::2", NULL, NULL), ==, 204);
  g_assert_cmpuint (ask (fixture, limits, "10.0.0.1", "2001:db8:0:1::3", NULL), ==, 204);
  g_assert_cmpuint (ask (fixture, limits, "2001:db8:0:1::4", NULL, NULL), ==, 429);
  g_assert_cmpuint (ask (fixture, limits, "2001:db8:0:2::1", NULL, NULL), ==, 204);
  /* Both spellings of an IPv4 address are one, and its neighbours others. */
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (ask (fixture, limits, i == 0 ? "::ffff:192.0.2.1" : ADDRESS, NULL, NULL), ==, 204);
  g_assert_cmpuint (ask (fixture, limits, ADDRESS, NULL, NULL), ==, 429);
  g_assert_cmpuint (ask (fixture, limits, "192.0.2.2", NULL, NULL), ==, 204);
}

static void
whom_a_trusted_proxy_names_is_counted (Fixture *fixture, gconstpointer data)
{
  static const char *const proxies[] = { "127.0.0.1", "10.1.2.3" };

  for (guint i = 0; i < G_N_ELEMENTS (proxies); i++)
    {
      g_autoptr (TwRateLimits) limits = new_limits (fixture, 1, 0, TRUE);

      g_assert_cmpuint (ask (fixture, limits, proxies[i], "198.51.100.1", NULL), ==, 204);
      g_assert_cmpuint (ask (fixture, limits, proxies[i], "198.51.100.1", NULL), ==, 429);
      g_assert_cmpuint (ask (fixture, limits, proxies[i], "198.51.100.2", NULL), ==, 204);
      /* Those who can't be believed are one, and the proxy is not spared for that, wherever it is. */
      g_assert_cmpuint (ask (fixture, limits, proxies[i], "nonsense", NULL), ==, 204);
      g_assert_cmpuint (ask (fixture, limits, proxies[i], "other nonsense", NULL), ==, 429);
      /* What the proxy asks by itself is another matter. */
      g_assert_cmpuint (ask (fixture, limits, proxies[i], NULL, NULL), ==, 204);
      g_assert_cmpuint (ask (fixture, limits, proxies[i], NULL, NULL), ==, 429);
    }
}

static void
this_machine_is_spared_where_that_is_asked_for (Fixture *fixture, gconstpointer data)
{
  static const char *const local[] = { "127.9.9.9", "::1", "::ffff:127.9.9.9" };

  for (guint i = 0; i < G_N_ELEMENTS (local); i++)
    {
      g_autoptr (TwRateLimits) sparing = new_limits (fixture, 2, 2, TRUE);
      g_autoptr (TwRateLimits) strict = new_limits (fixture, 2, 2, FALSE);
      g_autoptr (TwRequest) request = new_request (fixture, local[i], NULL);

      for (guint k = 0; k < 10; k++)
        {
          g_assert_cmpuint (ask (fixture, sparing, local[i], NULL, "ann"), ==, 204);
          g_assert_cmpuint (ask (fixture, strict, local[i], NULL, "ann"), ==, k < 2 ? 204 : 429);
        }
      g_assert_cmpuint (ask_with (sparing, request, "ann"), ==, 204);
      assert_told (request, "\"address\";q=2;w=3600, \"account\";q=2;w=3600",
                   "\"address\";r=0;t=1800, \"account\";r=0;t=1800");
      /* What it uses of an account is not lost to those who come from elsewhere. */
      for (guint k = 0; k < 3; k++)
        g_assert_cmpuint (ask (fixture, sparing, ADDRESS, NULL, "ann"), ==, k < 2 ? 204 : 429);
    }
}

static void
the_usual_limit_spares_this_machine_and_one_that_is_given_does_not (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TwRateLimit limit;

  g_assert_true (tw_rate_limit_parse (NULL, "12000/60", &limit, &error));
  g_assert_cmpuint (limit.rate.requests, ==, 12000);
  g_assert_true (limit.spares_local);
  g_assert_true (tw_rate_limit_parse ("12000/60", "12000/60", &limit, &error));
  g_assert_false (limit.spares_local);
  g_assert_true (tw_rate_limit_parse ("0", "12000/60", &limit, &error));
  g_assert_cmpuint (limit.rate.requests, ==, 0);
  g_assert_no_error (error);
  g_assert_false (tw_rate_limit_parse ("many", "12000/60", &limit, &error));
}

static void
assert_metric (TwRateLimits *limits, const char *sample, gboolean there)
{
  g_auto (TwBuffer) text = TW_BUFFER_INIT;

  tw_rate_limits_append (limits, &text);
  tw_buffer_append_byte (&text, '\0');
  g_assert_true ((strstr ((const char *) text.data, sample) != NULL) == there);
}

static void
what_was_refused_is_measured (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwRateLimits) limits = new_limits (fixture, 3, 1, FALSE);
  g_autoptr (TwRateLimits) one = new_limits (fixture, 0, 1, FALSE);

  for (guint i = 0; i < 5; i++)
    ask (fixture, limits, ADDRESS, NULL, "ann");
  assert_metric (limits, "\nhttp_server_rate_limited_requests_total{policy=\"address\"} 2\n", TRUE);
  assert_metric (limits, "\nhttp_server_rate_limited_requests_total{policy=\"account\"} 2\n", TRUE);
  assert_metric (one, "\nhttp_server_rate_limited_requests_total{policy=\"account\"} 0\n", TRUE);
  assert_metric (one, "address", FALSE);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "each-answer-tells-what-is-left", each_answer_tells_what_is_left },
    { "the-largest-values-fit", the_largest_values_fit },
    { "the-longest-wait-fits", the_longest_wait_fits },
    { "who-asks-too-often-hears-what-and-how-long", who_asks_too_often_hears_what_and_how_long },
    { "accounts-do-not-count-for-each-other", accounts_do_not_count_for_each_other },
    { "whom-its-address-refuses-takes-nothing-of-an-account", whom_its_address_refuses_takes_nothing_of_an_account },
    { "a-token-without-a-subject-is-nobodys", a_token_without_a_subject_is_nobodys },
    { "without-limits-nothing-is-told", without_limits_nothing_is_told },
    { "ipv6-is-counted-by-subscriber", ipv6_is_counted_by_subscriber },
    { "whom-a-trusted-proxy-names-is-counted", whom_a_trusted_proxy_names_is_counted },
    { "this-machine-is-spared-where-that-is-asked-for", this_machine_is_spared_where_that_is_asked_for },
    { "the-usual-limit-spares-this-machine-and-one-that-is-given-does-not",
      the_usual_limit_spares_this_machine_and_one_that_is_given_does_not },
    { "what-was-refused-is-measured", what_was_refused_is_measured },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/rate-limits/", tests[i].name, NULL);

      g_test_add (path, Fixture, NULL, set_up, tests[i].run, tear_down);
    }
  return g_test_run ();
}
