/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-rate-limits.h"

#include "tw-metrics-text.h"

#include <stdatomic.h>
#include <string.h>

#define SUBSCRIBER_BITS 64 /* of an IPv6 address */
#define SIZE_BITS 12       /* 32,768 buckets a policy, in 512 KiB */
#define ITEM_SIZE 48       /* "address";r=1000000;t=86400 */
#define METRIC "http_server_rate_limited_requests_total"

static const struct
{
  const char *name;   /* in the headers, and in what is measured */
  const char *item;   /* how its part of the header RateLimit begins, */
  gsize item_length;
  const char *detail; /* of a problem */
} policies[TW_N_RATE_POLICIES] = {
#define POLICY(NAME, DETAIL) { NAME, "\"" NAME "\";r=", sizeof "\"" NAME "\";r=" - 1, DETAIL }
  [TW_RATE_POLICY_ADDRESS] = POLICY ("address", "Too many requests from this address"),
  [TW_RATE_POLICY_ACCOUNT] = POLICY ("account", "Too many requests of this account"),
#undef POLICY
};

typedef struct
{
  TwRateLimit limit;
  TwBuckets *buckets; /* NULL: no limit */
  char *told;         /* the value of RateLimit-Policy where this is the last policy that a request is counted by */
  _Atomic guint64 n_refused;
} Policy;

struct _TwRateLimits
{
  const TwClock *clock;
  Policy policies[TW_N_RATE_POLICIES];
};

gboolean
tw_rate_limit_parse (const char *text, const char *usual, TwRateLimit *limit, GError **error)
{
  limit->spares_local = text == NULL;
  return tw_rate_parse (text != NULL ? text : usual, &limit->rate, error);
}

TwRateLimits *
tw_rate_limits_new (const TwRateLimit limits[TW_N_RATE_POLICIES], const TwClock *clock)
{
  TwRateLimits *self = g_new0 (TwRateLimits, 1);
  g_autoptr (GString) told = g_string_new (NULL);

  self->clock = clock;
  for (guint i = 0; i < TW_N_RATE_POLICIES; i++)
    {
      const TwRate *rate = &limits[i].rate;

      self->policies[i].limit = limits[i];
      if (rate->requests == 0)
        continue;
      self->policies[i].buckets = tw_buckets_new (rate, SIZE_BITS);
      g_string_append_printf (told, "%s\"%s\";q=%u;w=%u", told->len > 0 ? ", " : "", policies[i].name, rate->requests,
                              rate->window_s);
      self->policies[i].told = g_strdup (told->str);
    }
  return self;
}

void
tw_rate_limits_free (TwRateLimits *limits)
{
  for (guint i = 0; i < TW_N_RATE_POLICIES; i++)
    {
      g_clear_pointer (&limits->policies[i].buckets, tw_buckets_free);
      g_free (limits->policies[i].told);
    }
  g_free (limits);
}

static char *
put_number (char *at, guint number)
{
  char digits[10];
  guint n = 0;

  do
    digits[n++] = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  while (n > 0)
    *at++ = digits[--n];
  return at;
}

/* By hand, since it is done for every request. Gives its length. */
static gsize
write_item (char item[ITEM_SIZE], TwRatePolicy which, const TwRateReading *reading)
{
  char *at = item + policies[which].item_length;

  memcpy (item, policies[which].item, policies[which].item_length);
  at = put_number (at, reading->remaining);
  memcpy (at, ";t=", 3);
  return (gsize) (put_number (at + 3, reading->next_s) - item);
}

static TwResponse *
refuse (Policy *policy, TwRatePolicy which, const TwRateReading *reading)
{
  const TwRate *rate = &policy->limit.rate;
  g_autofree char *detail = g_strdup_printf ("%s: the limit is %u in %u s", policies[which].detail, rate->requests,
                                             rate->window_s);

  atomic_fetch_add_explicit (&policy->n_refused, 1, memory_order_relaxed);
  return tw_response_new_quota_problem (policies[which].name, detail, reading->next_s);
}

static gboolean
is_spared (const Policy *policy, const TwRequest *request)
{
  return policy->limit.spares_local && tw_request_is_local (request);
}

static TwResponse *
take (TwRateLimits *limits, TwRatePolicy which, TwRequest *request, gconstpointer key, gsize length)
{
  Policy *policy = &limits->policies[which];
  TwRateReading reading;
  char item[ITEM_SIZE];
  gboolean taken;

  if (policy->buckets == NULL)
    return NULL;
  taken = tw_buckets_take (policy->buckets, key, length, tw_clock_monotonic_ms (limits->clock), &reading);
  tw_request_tell_rate (request, policy->told, item, write_item (item, which, &reading));
  return taken || is_spared (policy, request) ? NULL : refuse (policy, which, &reading);
}

TwResponse *
tw_rate_limits_take_address (TwRateLimits *limits, TwRequest *request)
{
  const TwIp *ip = tw_request_ip (request);
  const TwIp client = tw_ip_is_v4 (ip) ? *ip : tw_ip_mask (ip, SUBSCRIBER_BITS);
  /* Those whom nobody can tell apart take nothing from the proxy itself: with a byte more it is another key. */
  const gsize end = tw_request_is_unclear (request) ? 1 : 0;
  guint8 key[sizeof client + 1] = { 0 };

  memcpy (key, &client, sizeof client);
  return take (limits, TW_RATE_POLICY_ADDRESS, request, key, sizeof client + end);
}

TwResponse *
tw_rate_limits_take_account (TwRateLimits *limits, TwRequest *request, const TwClaims *claims)
{
  const char *subject = tw_claims_get (claims, "sub");
  /* Who is spared takes nothing from the same account elsewhere: with its NUL it is another key. */
  const gsize end = is_spared (&limits->policies[TW_RATE_POLICY_ACCOUNT], request) ? 1 : 0;

  return subject != NULL ? take (limits, TW_RATE_POLICY_ACCOUNT, request, subject, strlen (subject) + end) : NULL;
}

void
tw_rate_limits_append (TwRateLimits *limits, TwBuffer *text)
{
  tw_metrics_text_begin (text, METRIC, "counter", "HTTP requests that were refused because their client asked too often.");
  for (guint i = 0; i < TW_N_RATE_POLICIES; i++)
    {
      Policy *policy = &limits->policies[i];
      const TwMetricsLabel label = { "policy", policies[i].name };

      if (policy->buckets != NULL)
        tw_metrics_text_sample (text, METRIC, &label, 1,
                                (double) atomic_load_explicit (&policy->n_refused, memory_order_relaxed));
    }
}
