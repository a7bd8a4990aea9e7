/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-socket.h"

#include "tw-error.h"

#include <unistd.h>

static void
test_parse (void)
{
  static const struct
  {
    const char *text, *host;
    guint16 port;
  } good[] = { { "127.0.0.1:6001", "127.0.0.1", 6001 }, { "[::1]:80", "::1", 80 }, { "mongo:65535", "mongo", 65535 } };
  static const char *const bad[]
      = { "", ":80", "host", "host:", "host:0", "host:65536", "host:+1", "host: 1", "::1:80", "[::1]", "[]:80", "[::1:80" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (TwAddress) address = tw_address_parse (good[i].text, FALSE, NULL);
      g_autofree char *text = NULL;

      g_assert_nonnull (address);
      g_assert_cmpstr (address->host, ==, good[i].host);
      g_assert_cmpuint (address->port, ==, good[i].port);
      text = tw_address_to_string (address);
      g_assert_cmpstr (text, ==, good[i].text);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tw_address_parse (bad[i], FALSE, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
    }
}

static void
test_loopback (void)
{
  static const struct
  {
    const char *text;
    gboolean loopback;
  } cases[] = { { "127.0.0.1:1", TRUE }, { "127.9.9.9:1", TRUE }, { "[::1]:1", TRUE },
                { "0.0.0.0:1", FALSE },  { "[::]:1", FALSE },     { "192.0.2.1:1", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TwAddress) address = tw_address_parse (cases[i].text, FALSE, NULL);

      g_assert_cmpint (tw_address_is_loopback (address), ==, cases[i].loopback);
    }
}

/* What a second process would see: the port of one that shares it is in use. */
static void
test_in_use (void)
{
  g_autoptr (TwAddress) any = tw_address_parse ("127.0.0.1:0", TRUE, NULL), same = NULL;
  g_autofree char *text = NULL, *message = NULL;
  g_autoptr (GError) error = NULL;
  int first = tw_socket_listen (any, TRUE, &error), beside;

  g_assert_no_error (error);
  beside = tw_socket_listen_beside (first, &error);
  g_assert_no_error (error);
  g_assert_cmpint (beside, >=, 0);
  g_assert_cmpuint (tw_socket_port (beside), ==, tw_socket_port (first));

  text = g_strdup_printf ("127.0.0.1:%u", tw_socket_port (first));
  message = g_strdup_printf ("%s is in use", text);
  same = tw_address_parse (text, FALSE, NULL);
  for (guint reuse = 0; reuse < 2; reuse++)
    {
      g_assert_cmpint (tw_socket_listen (same, reuse != 0, &error), ==, -1);
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
      g_assert_cmpstr (error->message, ==, message);
      g_clear_error (&error);
    }
  close (beside);
  close (first);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/socket/parse", test_parse);
  g_test_add_func ("/socket/loopback", test_loopback);
  g_test_add_func ("/socket/a-shared-port-is-in-use-too", test_in_use);
  return g_test_run ();
}
