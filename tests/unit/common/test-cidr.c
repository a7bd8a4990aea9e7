/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-cidr.h"

#include "tw-error.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static TwIp
ip_of (const char *text)
{
  TwIp ip;

  g_assert_true (tw_ip_parse (text, strlen (text), &ip));
  return ip;
}

static void
test_addresses_have_one_spelling (void)
{
  static const struct
  {
    const char *text, *shortest;
  } good[] = {
    { "192.0.2.1", "192.0.2.1" },
    { "::ffff:192.0.2.1", "192.0.2.1" },
    { "::FFFF:C000:0201", "192.0.2.1" },
    { "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
    { "::", "::" },
    { "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
  };
  static const char *const bad[] = { "",      "1.2.3",  "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1.2.3.4 ", "[::1]",
                                     "::1%1", "1::2::3", "host",      "1.2.3.4:5", "0x1.2.3.4",
                                     "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555" };
  TwIp ip;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      char text[TW_IP_TEXT_SIZE];

      ip = ip_of (good[i].text);
      tw_ip_to_text (&ip, text);
      g_assert_cmpstr (text, ==, good[i].shortest);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (tw_ip_parse (bad[i], strlen (bad[i]), &ip));
  g_assert_false (tw_ip_parse ("1.2.3.4\0", 8, &ip));
}

static void
test_addresses_of_sockets (void)
{
  struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (0xc0000201) };
  struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  struct sockaddr_un local = { .sun_family = AF_UNIX };
  TwIp ip, expected = ip_of ("192.0.2.1");

  g_assert_true (tw_ip_from_sockaddr ((const struct sockaddr *) (const void *) &v4, &ip));
  g_assert_cmpmem (&ip, sizeof ip, &expected, sizeof expected);
  g_assert_true (tw_ip_from_sockaddr ((const struct sockaddr *) (const void *) &v6, &ip));
  g_assert_true (tw_ip_is_loopback (&ip));
  g_assert_false (tw_ip_from_sockaddr ((const struct sockaddr *) (const void *) &local, &ip));
}

static void
test_loopback (void)
{
  static const char *const inside[] = { "127.0.0.1", "127.255.0.9", "::ffff:127.0.0.1", "::1" };
  static const char *const outside[] = { "128.0.0.1", "::2", "::", "192.0.2.1", "::127.0.0.1" };

  for (guint i = 0; i < G_N_ELEMENTS (inside); i++)
    {
      TwIp ip = ip_of (inside[i]);

      g_assert_true (tw_ip_is_loopback (&ip));
    }
  for (guint i = 0; i < G_N_ELEMENTS (outside); i++)
    {
      TwIp ip = ip_of (outside[i]);

      g_assert_false (tw_ip_is_loopback (&ip));
    }
}

static void
test_networks_contain_their_addresses (void)
{
  static const struct
  {
    const char *networks, *ip;
    gboolean inside;
  } cases[] = {
    { "", "192.0.2.1", FALSE },
    { " , ", "192.0.2.1", FALSE },
    { "192.0.2.1", "192.0.2.1", TRUE },
    { "192.0.2.1", "192.0.2.2", FALSE },
    { "192.0.2.0/24", "192.0.2.255", TRUE },
    { "192.0.2.0/24", "192.0.3.0", FALSE },
    { "192.0.2.77/25", "192.0.2.1", TRUE },
    { "192.0.2.77/25", "192.0.2.128", FALSE },
    { "0.0.0.0/0", "8.8.8.8", TRUE },
    { "0.0.0.0/0", "2001:db8::1", FALSE },
    { "::/0", "2001:db8::1", TRUE },
    { "::/0", "8.8.8.8", FALSE },
    { "::ffff:10.0.0.0/104", "10.9.9.9", TRUE },
    { "10.0.0.0/8, 2001:db8::/32 ,198.51.100.7", "2001:db8:ffff::1", TRUE },
    { "10.0.0.0/8, 2001:db8::/32 ,198.51.100.7", "198.51.100.7", TRUE },
    { "10.0.0.0/8, 2001:db8::/32 ,198.51.100.7", "2001:db9::", FALSE },
    { "10.0.0.0/8", "::ffff:10.1.2.3", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TwCidrs) cidrs = tw_cidrs_parse (cases[i].networks, NULL);
      TwIp ip = ip_of (cases[i].ip);

      g_assert_nonnull (cidrs);
      g_assert_cmpint (tw_cidrs_contain (cidrs, &ip), ==, cases[i].inside);
    }
}

static void
test_what_is_no_network (void)
{
  static const char *const bad[] = { "10.0.0.0/33", "10.0.0.0/",   "10.0.0.0/-1", "::/129", "10/8",
                                     "host",        "10.0.0.0/8x", "1.2.3.4;::1", "/8",     "10.0.0.0/8/8" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tw_cidrs_parse (bad[i], &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cidr/addresses-have-one-spelling", test_addresses_have_one_spelling);
  g_test_add_func ("/cidr/addresses-of-sockets", test_addresses_of_sockets);
  g_test_add_func ("/cidr/loopback", test_loopback);
  g_test_add_func ("/cidr/networks-contain-their-addresses", test_networks_contain_their_addresses);
  g_test_add_func ("/cidr/what-is-no-network-is-refused", test_what_is_no_network);
  return g_test_run ();
}
