/* SPDX-License-Identifier: Apache-2.0 */

/* Clients of a TwHttpd: those that end, those that send nothing of use, and who they are. */

#include "httpd-fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- Clients that end. --- */

#define TWO_PLACES 2
#define MANY 20

static void
fixture_set_up_with_two_places (HttpdFixture *fixture)
{
  TwHttpdLimits limits = TW_HTTPD_DEFAULT_LIMITS;

  limits.max_connections = TWO_PLACES;
  httpd_fixture_set_up_with (fixture, &limits, NULL);
}

/* Whatever they have sent, and although their end came with it: by deadlines it would take minutes. */
static void
test_clients_that_close_leave_their_place (void)
{
  static const char *const sent[] = {
    "G",
    "\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\n\r\nG",
    "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123",
    "POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n12",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n123\r\n0\r\nA: b\r\n",
  };
  g_auto (HttpdFixture) fixture = { .httpd = NULL };

  fixture_set_up_with_two_places (&fixture);
  for (guint i = 0; i < MANY; i++)
    for (guint k = 0; k < G_N_ELEMENTS (sent); k++)
      close (httpd_client (&fixture, sent[k], strlen (sent[k])));
  httpd_assert_serves (&fixture);
}

/* The same where bytes came first and the end later, in each way of meeting them. */
static void
test_clients_that_close_after_a_while_leave_their_place (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };

  fixture_set_up_with_two_places (&fixture);
  for (guint i = 0; i < MANY; i++)
    {
      int fd = httpd_client (&fixture, "GET / HTTP/1.1\r\n", 16);

      for (guint turn = 0; turn < i; turn++)
        g_main_context_iteration (NULL, FALSE);
      close (fd);
    }
  httpd_assert_serves (&fixture);
}

/* A client that has said that it sends no more. */
static int
half_closed (const HttpdFixture *fixture, const char *raw)
{
  int fd = httpd_client (fixture, raw, strlen (raw));

  g_assert_cmpint (shutdown (fd, SHUT_WR), ==, 0);
  return fd;
}

/* And then the connection ends, although they did not ask for that. */
static void
test_half_closed_clients_get_their_answers (void)
{
  static const struct
  {
    const char *raw;
    guint n;
    const char *first;
  } cases[] = {
    { "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1, "HTTP/1.1 204 " },
    { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 1, "HTTP/1.1 204 " },
    { "POST /no HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 1, "HTTP/1.1 404 " },
    { "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /no HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 3,
      "HTTP/1.1 204 " },
    { "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 1, "HTTP/1.1 400 " },
    /* These are libmicrohttpd's own. */
    { "GET / HTTP/9.9\r\n\r\n", 1, "HTTP/1.1 505 " },
    { "GET / HTTP/1.1\r\nHost\r\n\r\n", 1, "HTTP/1.1 400 " },
  };
  g_auto (HttpdFixture) fixture = { .httpd = NULL };

  httpd_fixture_set_up (&fixture);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = httpd_receive_all (half_closed (&fixture, cases[i].raw));

      g_assert_cmpuint (httpd_count_answers (text), ==, cases[i].n);
      g_assert_true (g_str_has_prefix (text, cases[i].first));
    }
}

/* What has come is read bit by bit, and is not read because some call before failed. */
static void
test_half_closed_client_has_its_whole_body_read (void)
{
  g_autofree char *raw = NULL, *text = NULL;
  g_autofree char *body = g_strnfill (60000, 'x');
  TwHttpdLimits limits = TW_HTTPD_DEFAULT_LIMITS;
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  int fd;

  limits.connection_memory = 2048;
  httpd_fixture_set_up_with (&fixture, &limits, NULL);
  raw = g_strdup_printf ("POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n%s", body);
  fd = half_closed (&fixture, raw);
  while (fixture.completed->len == 0)
    {
      errno = EPIPE;
      g_main_context_iteration (NULL, FALSE);
    }
  text = httpd_receive_all (fd);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 404 "));
}

#define LATER_1_1 "GET /later HTTP/1.1\r\nHost: x\r\n\r\n"

static void
test_half_closed_client_waits_for_a_late_answer (gconstpointer data)
{
  const gboolean suspended = GPOINTER_TO_INT (data);
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  g_autofree char *text = NULL;
  int fd;

  httpd_fixture_set_up (&fixture);
  fd = half_closed (&fixture, LATER_1_1);
  httpd_wait_for_waiting (&fixture, 1);
  for (guint i = 0; i < 10; i++)
    g_main_context_iteration (NULL, FALSE);
  if (suspended)
    httpd_wait_until_suspended (&fixture);
  httpd_answer_the_one (&fixture);
  text = httpd_receive_all (fd);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 202 "));
}

/* A client that has got its answer and holds the connection. */
static int
kept_alive (const HttpdFixture *fixture)
{
  static const char raw[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  int fd = httpd_client (fixture, raw, sizeof raw - 1);
  char piece[4096];

  while (recv (fd, piece, sizeof piece, MSG_DONTWAIT) <= 0)
    g_main_context_iteration (NULL, FALSE);
  return fd;
}

static gboolean
is_open (int fd)
{
  char byte;

  return recv (fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

static void
test_bytes_that_are_no_request_line_end_soon (void)
{
  static const char *const sent[] = { "G", "\r\n", "GET / HTTP/1.1", "\026\003\001" };
  TwHttpdLimits limits = TW_HTTPD_DEFAULT_LIMITS;
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  int fresh, kept;

  limits.line_timeout_ms = 1;
  httpd_fixture_set_up_with (&fixture, &limits, NULL);
  fresh = httpd_client (&fixture, "", 0);
  kept = kept_alive (&fixture);
  for (guint i = 0; i < G_N_ELEMENTS (sent); i++)
    {
      int second = kept_alive (&fixture);
      g_autofree char *first = httpd_receive_all (httpd_client (&fixture, sent[i], strlen (sent[i])));
      g_autofree char *next = NULL;

      g_assert_cmpint (send (second, sent[i], strlen (sent[i]), MSG_NOSIGNAL), >, 0);
      next = httpd_receive_all (second);
      g_assert_cmpstr (first, ==, "");
      g_assert_cmpstr (next, ==, "");
    }
  /* Who has sent nothing since has its time. */
  g_assert_true (is_open (fresh));
  g_assert_true (is_open (kept));
  close (fresh);
  close (kept);
}

/* Bytes of requests, whichever way their end was said, are none that wait for a line. */
static void
test_kept_connections_owe_no_line (void)
{
  static const char *const requests[] = {
    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    "POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nT: r\r\n\r\n",
  };
  TwHttpdLimits limits = TW_HTTPD_DEFAULT_LIMITS;
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  g_autofree char *text = NULL;
  int kept;

  limits.line_timeout_ms = 1;
  httpd_fixture_set_up_with (&fixture, &limits, NULL);
  kept = kept_alive (&fixture);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      char piece[4096];

      g_assert_cmpint (send (kept, requests[i], strlen (requests[i]), MSG_NOSIGNAL), >, 0);
      while (recv (kept, piece, sizeof piece, MSG_DONTWAIT) <= 0)
        g_main_context_iteration (NULL, FALSE);
      /* By the time that this one is ended, the sweep has been at the other too. */
      g_free (httpd_receive_all (httpd_client (&fixture, "x", 1)));
      g_free (httpd_receive_all (httpd_client (&fixture, "x", 1)));
      g_assert_true (is_open (kept));
    }
  g_assert_cmpint (send (kept, NEXT, strlen (NEXT), MSG_NOSIGNAL), >, 0);
  text = httpd_receive_all (kept);
  g_assert_cmpuint (httpd_count_answers (text), ==, 1);
}

/* --- Whom a request is from. --- */

#define FORWARDED "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: 198.51.100.1, 203.0.113.5\r\n\r\n"

static void
assert_client (const char *proxies, const char *raw, const char *expected)
{
  g_autoptr (TwCidrs) trusted = tw_cidrs_parse (proxies, NULL);
  const TwHttpdPeers peers = { .trusted = trusted };
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  g_autofree char *text = NULL;

  httpd_fixture_set_up_with (&fixture, &TW_HTTPD_DEFAULT_LIMITS, &peers);
  text = httpd_receive_all (httpd_client (&fixture, raw, strlen (raw)));
  g_assert_cmpstr (fixture.client, ==, expected);
}

static void
test_only_trusted_proxies_are_believed (void)
{
  assert_client ("", FORWARDED, "127.0.0.1");
  assert_client ("10.0.0.0/8", FORWARDED, "127.0.0.1");
  assert_client ("127.0.0.1", FORWARDED, "203.0.113.5");
  assert_client ("127.0.0.1", NEXT, "127.0.0.1");
  /* Also of what is refused. */
  assert_client ("127.0.0.1", "GET /%zz HTTP/1.1\r\nX-Forwarded-For: 203.0.113.5\r\n\r\n", "203.0.113.5");
}

static void
test_no_proxy_is_believed_half (void)
{
  g_autoptr (GString) raw = g_string_new ("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.1\r\n");

  for (guint i = 0; i < TW_HEAD_MAX_HEADERS; i++)
    g_string_append (raw, "a: b\r\n");
  g_string_append (raw, "X-Forwarded-For: 203.0.113.5\r\n\r\n");
  assert_client ("127.0.0.1", raw->str, "127.0.0.1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/httpd-clients/clients-that-close-leave-their-place", test_clients_that_close_leave_their_place);
  g_test_add_func ("/httpd-clients/clients-that-close-after-a-while-leave-their-place",
                   test_clients_that_close_after_a_while_leave_their_place);
  g_test_add_func ("/httpd-clients/half-closed-clients-get-their-answers", test_half_closed_clients_get_their_answers);
  g_test_add_func ("/httpd-clients/half-closed-client-has-its-whole-body-read",
                   test_half_closed_client_has_its_whole_body_read);
  g_test_add_data_func ("/httpd-clients/half-closed-client-waits-for-an-answer-that-comes-later", GINT_TO_POINTER (FALSE),
                        test_half_closed_client_waits_for_a_late_answer);
  g_test_add_data_func ("/httpd-clients/half-closed-client-waits-for-an-answer-that-comes-much-later", GINT_TO_POINTER (TRUE),
                        test_half_closed_client_waits_for_a_late_answer);
  g_test_add_func ("/httpd-clients/bytes-that-are-no-request-line-end-soon", test_bytes_that_are_no_request_line_end_soon);
  g_test_add_func ("/httpd-clients/kept-connections-owe-no-line", test_kept_connections_owe_no_line);
  g_test_add_func ("/httpd-clients/only-trusted-proxies-are-believed", test_only_trusted_proxies_are_believed);
  g_test_add_func ("/httpd-clients/no-proxy-is-believed-half", test_no_proxy_is_believed_half);
  return g_test_run ();
}
