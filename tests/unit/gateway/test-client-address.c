/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-client-address.h"

#include <string.h>

#define TRUSTED "10.0.0.0/8, 2001:db8:1::/48"

/* Whom "NAME: VALUE" lines say that a request is from; "peer" where they say nothing, and "unclear" where nobody can be
 * believed. */
static char *
client_of (const char *const *lines)
{
  g_autofree TwHead *head = g_new0 (TwHead, 1);
  g_autoptr (TwCidrs) trusted = tw_cidrs_parse (TRUSTED, NULL);
  char text[TW_IP_TEXT_SIZE];
  TwIp ip;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *colon = strchr (lines[i], ':'), *value = colon + 1 + strspn (colon + 1, " \t");

      head->headers[head->n_headers++] = (TwHeader) { lines[i], (gsize) (colon - lines[i]), value, strlen (value) };
    }
  switch (tw_client_address_find (head, trusted, &ip))
    {
    case TW_CLIENT_NAMED:
      break;
    case TW_CLIENT_NAMED_UNCLEAR:
      return g_strdup ("unclear");
    case TW_CLIENT_NAMED_NOT:
    default:
      return g_strdup ("peer");
    }
  tw_ip_to_text (&ip, text);
  return g_strdup (text);
}

#define assert_client(expected, ...)                                                                                   \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    const char *const lines[] = { __VA_ARGS__, NULL };                                                                 \
    g_autofree char *found = client_of (lines);                                                                        \
    g_assert_cmpstr (found, ==, expected);                                                                             \
  }                                                                                                                    \
  G_STMT_END

static void
test_the_first_from_the_right_that_is_not_trusted (void)
{
  assert_client ("peer", "Accept: */*");
  assert_client ("203.0.113.5", "X-Forwarded-For: 203.0.113.5");
  assert_client ("203.0.113.5", "X-Forwarded-For: 198.51.100.1, 203.0.113.5");
  assert_client ("203.0.113.5", "X-Forwarded-For: 198.51.100.1, 203.0.113.5, 10.0.0.7,10.9.9.9");
  assert_client ("203.0.113.5", "x-FORWARDED-for: 198.51.100.1 \t,\t 203.0.113.5 , 2001:db8:1::7 ");
  assert_client ("203.0.113.5", "X-Forwarded-For: what ever, 203.0.113.5");
  assert_client ("203.0.113.5", "X-Forwarded-For: \"unterminated, 203.0.113.5");
  assert_client ("10.0.0.3", "X-Forwarded-For: 10.0.0.3, 10.0.0.2");
  assert_client ("203.0.113.5", "X-Forwarded-For: , 203.0.113.5, ,");
  assert_client ("peer", "X-Forwarded-For: ");
  assert_client ("peer", "X-Forwarded-For: ,,");
}

/* A proxy may add a line in place of an element. */
static void
test_lines_are_one_list (void)
{
  assert_client ("203.0.113.5", "X-Forwarded-For: 198.51.100.1", "Accept: a", "X-Forwarded-For: 203.0.113.5");
  assert_client ("203.0.113.5", "X-Forwarded-For: 203.0.113.5", "X-Forwarded-For: 10.0.0.1, 10.0.0.2");
  assert_client ("203.0.113.5", "Forwarded: for=198.51.100.1", "Forwarded: for=203.0.113.5");
}

static void
test_spellings_of_x_forwarded_for (void)
{
  assert_client ("203.0.113.5", "X-Forwarded-For: 203.0.113.5:4711");
  assert_client ("2001:db8::1", "X-Forwarded-For: 2001:DB8::1");
  assert_client ("2001:db8::1", "X-Forwarded-For: [2001:db8::1]");
  assert_client ("2001:db8::1", "X-Forwarded-For: [2001:db8::1]:443");
  assert_client ("203.0.113.5", "X-Forwarded-For: ::ffff:203.0.113.5");
}

static void
test_spellings_of_forwarded (void)
{
  assert_client ("203.0.113.5", "Forwarded: for=203.0.113.5");
  assert_client ("203.0.113.5", "Forwarded: For=203.0.113.5;proto=https;by=10.0.0.1");
  assert_client ("203.0.113.5", "Forwarded: proto=https; by=\"[::1]:80\" ; FOR=\"203.0.113.5:4711\"");
  assert_client ("2001:db8::1", "forwarded: for=\"[2001:db8::1]\"");
  assert_client ("2001:db8::1", "Forwarded: for=\"[2001:db8::1]:4711\"");
  assert_client ("2001:db8::1", "Forwarded: for=\"[2001:db8::1]:_hidden\"");
  assert_client ("2001:db8::1", "Forwarded: for=\"\\[2001:db8::\\1]\"");
  assert_client ("203.0.113.5", "Forwarded: for=1.1.1.1;host=\"a,b;for=c\", for=203.0.113.5, for=10.0.0.1");
  assert_client ("203.0.113.5", "Forwarded: , for=203.0.113.5;;");
}

static void
test_what_is_no_address_leaves_the_peer (void)
{
  static const char *const values[] = { "unknown", "_hidden", "_SEVKISEK", "host.example", "1.2.3", "256.1.1.1",
                                        "1.2.3.4:", "1.2.3.4:x", "1.2.3.4:123456", "[::1", "::1]", "[1.2.3.4]", "[]",
                                        "[::1]x", "[::1]:", "fe80::1%eth0", "1.2.3.4 5.6.7.8", "\"1.2.3.4\"\"" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *usual = g_strdup_printf ("X-Forwarded-For: 198.51.100.1, %s, 10.0.0.1", values[i]);
      g_autofree char *plain = g_strdup_printf ("Forwarded: for=198.51.100.1, for=%s, for=10.0.0.1", values[i]);
      g_autofree char *quoted = g_strdup_printf ("Forwarded: for=198.51.100.1, for=\"%s\", for=10.0.0.1", values[i]);

      assert_client ("unclear", usual);
      assert_client ("unclear", plain);
      assert_client ("unclear", quoted);
    }
}

static void
test_malformed_elements_of_forwarded_leave_the_peer (void)
{
  static const char *const elements[] = { "proto=https",          "for",     "for=",          "for=\"",
                                          "for=\"1.2.3.4",        "203.0.113.5", "for=2001:db8::1", "for=1.2.3.4:80",
                                          "for=1.2.3.4;for=5.6.7.8", "for=1.2.3.4;proto", "for=\"2001:db8::1\"",
                                          "for=\"1.2.3.4\\\"",    "=1.2.3.4" };
  g_autofree char *long_name = g_strnfill (1000, 'a');
  g_autofree char *longest = g_strdup_printf ("Forwarded: for=\"%s\"", long_name);

  for (guint i = 0; i < G_N_ELEMENTS (elements); i++)
    {
      g_autofree char *line = g_strdup_printf ("Forwarded: for=198.51.100.1, %s", elements[i]);

      assert_client ("unclear", line);
    }
  assert_client ("unclear", longest);
}

/* A proxy adds its element on the line that the client has begun. */
static void
test_open_quotes_swallow_no_element (void)
{
  static const char *const added[] = { "for=203.0.113.5", "for=\"203.0.113.5\"", "for=\"[2001:db8::1]\"",
                                       "for=\"[2001:db8::1]:4711\";proto=https", "by=\"_a\";for=\"203.0.113.5\"",
                                       "host=\"a\";for=203.0.113.5;by=\"[::1]\"" };
  static const char *const begun[] = { "for=198.51.100.1;x=\"", "for=198.51.100.1;x=\"\\\"", "for=198.51.100.1;x=a\"",
                                       "for=198.51.100.1;x=\"a\"\"", "for=198.51.100.1;\"", "for=198.51.100.1;x\"=" };

  for (guint i = 0; i < G_N_ELEMENTS (begun); i++)
    for (guint k = 0; k < G_N_ELEMENTS (added); k++)
      {
        g_autofree char *line = g_strdup_printf ("Forwarded: %s, %s", begun[i], added[k]);
        const char *const lines[] = { line, NULL };
        g_autofree char *found = client_of (lines);

        g_assert_cmpstr (found, !=, "198.51.100.1");
      }
  assert_client ("203.0.113.5", "Forwarded: for=203.0.113.5;host=example.org:8443;proto=https");
}

/* Most proxies know only one of the headers, and pass on what a client writes into the other. */
static void
test_two_that_disagree_leave_the_peer (void)
{
  assert_client ("203.0.113.5", "Forwarded: for=203.0.113.5", "X-Forwarded-For: 198.51.100.1, 203.0.113.5");
  assert_client ("unclear", "Forwarded: for=198.51.100.1", "X-Forwarded-For: 203.0.113.5");
  assert_client ("unclear", "Forwarded: for=unknown", "X-Forwarded-For: 203.0.113.5");
  assert_client ("unclear", "Forwarded: for=203.0.113.5", "X-Forwarded-For: unknown");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-address/the-first-from-the-right-that-is-not-trusted",
                   test_the_first_from_the_right_that_is_not_trusted);
  g_test_add_func ("/client-address/lines-are-one-list", test_lines_are_one_list);
  g_test_add_func ("/client-address/spellings-of-x-forwarded-for", test_spellings_of_x_forwarded_for);
  g_test_add_func ("/client-address/spellings-of-forwarded", test_spellings_of_forwarded);
  g_test_add_func ("/client-address/what-is-no-address-leaves-the-peer", test_what_is_no_address_leaves_the_peer);
  g_test_add_func ("/client-address/malformed-elements-of-forwarded-leave-the-peer",
                   test_malformed_elements_of_forwarded_leave_the_peer);
  g_test_add_func ("/client-address/open-quotes-swallow-no-element", test_open_quotes_swallow_no_element);
  g_test_add_func ("/client-address/two-that-disagree-leave-the-peer", test_two_that_disagree_leave_the_peer);
  return g_test_run ();
}
