/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-client-limit.h"

#include <string.h>

#define MAX_CONNECTIONS 3

static TwIp
ip_of (const char *text)
{
  TwIp ip;

  g_assert_true (tw_ip_parse (text, strlen (text), &ip));
  return ip;
}

static gboolean
enter (TwClientLimit *limit, const char *text)
{
  TwIp ip = ip_of (text);

  return tw_client_limit_enter (limit, &ip);
}

static void
leave (TwClientLimit *limit, const char *text)
{
  TwIp ip = ip_of (text);

  tw_client_limit_leave (limit, &ip);
}

static void
fill (TwClientLimit *limit, const char *text)
{
  for (guint i = 0; i < MAX_CONNECTIONS; i++)
    g_assert_true (enter (limit, text));
}

static void
test_a_place_is_free_again_when_one_leaves (void)
{
  g_autoptr (TwClientLimit) limit = tw_client_limit_new (MAX_CONNECTIONS, NULL);

  fill (limit, "192.0.2.1");
  g_assert_false (enter (limit, "192.0.2.1"));
  leave (limit, "192.0.2.1");
  g_assert_true (enter (limit, "192.0.2.1"));
  g_assert_false (enter (limit, "192.0.2.1"));
  for (guint i = 0; i < MAX_CONNECTIONS; i++)
    leave (limit, "192.0.2.1");
  fill (limit, "192.0.2.1");
  g_assert_false (enter (limit, "192.0.2.1"));
}

static void
test_clients_do_not_count_for_each_other (void)
{
  g_autoptr (TwClientLimit) limit = tw_client_limit_new (MAX_CONNECTIONS, NULL);

  fill (limit, "192.0.2.1");
  fill (limit, "192.0.2.2");
  g_assert_false (enter (limit, "192.0.2.1"));
  g_assert_false (enter (limit, "::ffff:192.0.2.2"));
}

static void
test_ipv6_is_counted_by_subscriber (void)
{
  g_autoptr (TwClientLimit) limit = tw_client_limit_new (MAX_CONNECTIONS, NULL);

  g_assert_true (enter (limit, "2001:db8:0:1::1"));
  g_assert_true (enter (limit, "2001:db8:0:1:ffff::2"));
  g_assert_true (enter (limit, "2001:db8:0:1::3"));
  g_assert_false (enter (limit, "2001:db8:0:1::4"));
  g_assert_true (enter (limit, "2001:db8:0:2::1"));
  leave (limit, "2001:db8:0:1::1");
  g_assert_true (enter (limit, "2001:db8:0:1::4"));
}

static void
test_who_is_not_counted (void)
{
  static const char *const free[] = { "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "10.1.2.3" };
  g_autoptr (TwCidrs) trusted = tw_cidrs_parse ("10.0.0.0/8", NULL);
  g_autoptr (TwClientLimit) limit = tw_client_limit_new (MAX_CONNECTIONS, trusted);

  for (guint i = 0; i < G_N_ELEMENTS (free); i++)
    {
      fill (limit, free[i]);
      g_assert_true (enter (limit, free[i]));
      leave (limit, free[i]);
    }
  fill (limit, "11.0.0.0");
  g_assert_false (enter (limit, "11.0.0.0"));
}

static void
test_no_limit (void)
{
  g_autoptr (TwClientLimit) limit = tw_client_limit_new (0, NULL);

  for (guint i = 0; i < 10000; i++)
    g_assert_true (enter (limit, "192.0.2.1"));
}

#define THREADS 4
#define ROUNDS 20000

static gpointer
come_and_go (gpointer data)
{
  for (guint i = 0; i < ROUNDS; i++)
    if (enter (data, "192.0.2.1"))
      leave (data, "192.0.2.1");
  return NULL;
}

static void
test_workers_share_one_count (void)
{
  g_autoptr (TwClientLimit) limit = tw_client_limit_new (MAX_CONNECTIONS, NULL);
  GThread *threads[THREADS];

  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("client", come_and_go, limit);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  fill (limit, "192.0.2.1");
  g_assert_false (enter (limit, "192.0.2.1"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-limit/a-place-is-free-again-when-one-leaves", test_a_place_is_free_again_when_one_leaves);
  g_test_add_func ("/client-limit/clients-do-not-count-for-each-other", test_clients_do_not_count_for_each_other);
  g_test_add_func ("/client-limit/ipv6-is-counted-by-subscriber", test_ipv6_is_counted_by_subscriber);
  g_test_add_func ("/client-limit/who-is-not-counted", test_who_is_not_counted);
  g_test_add_func ("/client-limit/no-limit", test_no_limit);
  g_test_add_func ("/client-limit/workers-share-one-count", test_workers_share_one_count);
  return g_test_run ();
}
