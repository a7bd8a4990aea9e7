/* SPDX-License-Identifier: Apache-2.0 */

/* The real libmicrohttpd on a loop, with clients that write raw bytes from the same thread. */

#include "httpd-fixture.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a server of its own answers to @raw until it closes. */
static char *
ask (const char *raw)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };

  httpd_fixture_set_up (&fixture);
  return httpd_receive_all (httpd_client (&fixture, raw, strlen (raw)));
}

/* Closes with a reset, and lets the server notice. */
static void
reset (const HttpdFixture *fixture, int fd)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close (fd);
  for (guint i = 0; i < 3; i++)
    tw_httpd_run (fixture->httpd);
}

static void
test_requests_of_one_connection_are_answered_in_turn (void)
{
  g_autofree char *text = ask ("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
                               "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}" NEXT);

  g_assert_cmpuint (httpd_count_answers (text), ==, 3);
}

static void
test_ambiguous_heads_end_the_connection (void)
{
  static const char *const heads[] = {
    "Host: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
    "Host: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n",
    "Host: x\r\nHost: y\r\n\r\n",
    "Host: x\nA: b\r\n\r\n",
    "Host: x\r\nA: b\r\n c\r\n\r\n",
    "Host: x\r\nTransfer-Encoding: gzip\r\n\r\n",
    "Host: x\r\nContent-Length: 18446744073709551615\r\n\r\n",
    "A: b\r\n\r\n",
  };
  g_auto (HttpdFixture) fixture = { .httpd = NULL };

  httpd_fixture_set_up (&fixture);
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autofree char *raw = g_strconcat ("POST / HTTP/1.1\r\n", heads[i], NEXT, NULL);
      g_autofree char *text = httpd_receive_all (httpd_client (&fixture, raw, strlen (raw)));

      g_assert_cmpuint (httpd_count_answers (text), ==, 1);
      g_assert_true (g_str_has_prefix (text, "HTTP/1.1 400 "));
      g_assert_nonnull (strstr (text, "application/problem+json"));
    }
}

static void
test_content_length_that_is_no_number_gets_no_doubled_answer (void)
{
  g_autofree char *text = ask ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n" NEXT);

  g_assert_cmpstr (text, ==, "");
}

static void
test_announced_body_over_the_limit_is_refused_at_once (void)
{
  g_autofree char *text = ask ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\n");

  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 413 "));
}

static void
test_unwanted_body_is_dropped_and_the_connection_goes_on (void)
{
  g_autofree char *text = ask ("POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n"
                               "GET / HTTP/1.1\r\n\r\n.." NEXT);

  g_assert_cmpuint (httpd_count_answers (text), ==, 2);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 404 "));
  g_assert_nonnull (strstr (text, "HTTP/1.1 204 "));
}

#define LATER "GET /later HTTP/1.0\r\n\r\n"

/* A fixture whose handler has one request that waits; the client's socket. */
static int
fixture_set_up_with_one (HttpdFixture *fixture)
{
  int fd;

  httpd_fixture_set_up (fixture);
  fd = httpd_client (fixture, LATER, strlen (LATER));
  httpd_wait_for_waiting (fixture, 1);
  return fd;
}

static void
test_answer_later_wakes_the_connection (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  g_autofree char *text = NULL;
  int fd = fixture_set_up_with_one (&fixture);

  httpd_answer_the_one (&fixture);
  text = httpd_receive_all (fd);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 202 "));
}

static void
test_answer_much_later_wakes_the_suspended_connection (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  g_autofree char *text = NULL;
  int fd = fixture_set_up_with_one (&fixture);

  httpd_wait_until_suspended (&fixture);
  httpd_answer_the_one (&fixture);
  text = httpd_receive_all (fd);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 202 "));
}

static void
test_one_that_waits_holds_up_nobody (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };

  close (fixture_set_up_with_one (&fixture));
  httpd_assert_serves (&fixture);
  httpd_wait_until_suspended (&fixture);
  httpd_assert_serves (&fixture);
  httpd_answer_the_one (&fixture);
}

static void
test_answer_to_a_client_that_went_away (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };

  close (fixture_set_up_with_one (&fixture));
  httpd_answer_the_one (&fixture);
  httpd_assert_serves (&fixture);
}

static void
test_answer_to_a_connection_that_was_reset (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };

  reset (&fixture, fixture_set_up_with_one (&fixture));
  httpd_answer_the_one (&fixture);
  httpd_assert_serves (&fixture);
}

static void
test_connection_that_was_reset_is_logged (void)
{
  if (g_test_subprocess ())
    {
      g_auto (HttpdFixture) fixture = { .httpd = NULL };

      reset (&fixture, fixture_set_up_with_one (&fixture));
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*GET /later 499 *");
}

static void
wait_until_completed (const HttpdFixture *fixture)
{
  while (fixture->completed->len == 0)
    g_main_context_iteration (NULL, FALSE);
}

#define UNWANTED "POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123"

/* Whoever is told of what was served hears of each request once, and what really became of it: an answer that waited for
 * a body which never came whole was none. */
static void
test_each_request_is_completed_once (void)
{
  static const struct
  {
    const char *raw;
    const char *completed;
  } cases[] = {
    { NEXT, "GET / 204\n" },
    { UNWANTED "456789" NEXT, "POST /no 404\nGET / 204\n" },
    { UNWANTED, "POST /no 499\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (HttpdFixture) fixture = { .httpd = NULL };
      int fd;

      httpd_fixture_set_up (&fixture);
      fd = httpd_client (&fixture, cases[i].raw, strlen (cases[i].raw));
      /* An end that comes with the bytes before it is not seen for long: those are read first. */
      for (guint turn = 0; turn < 100; turn++)
        g_main_context_iteration (NULL, FALSE);
      close (fd);
      while (fixture.completed->len < strlen (cases[i].completed))
        g_main_context_iteration (NULL, FALSE);
      httpd_assert_serves (&fixture);
      g_string_truncate (fixture.completed, strlen (cases[i].completed));
      g_assert_cmpstr (fixture.completed->str, ==, cases[i].completed);
    }
}

/* In microseconds, from its first line to its answer. */
static void
test_duration_is_that_of_the_request (void)
{
  gint64 start_us = g_get_monotonic_time (), answered_us;
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  int fd = fixture_set_up_with_one (&fixture);
  gint64 waiting_us = g_get_monotonic_time ();

  g_usleep (20000);
  answered_us = g_get_monotonic_time ();
  httpd_answer_the_one (&fixture);
  wait_until_completed (&fixture);
  g_assert_cmpint (fixture.duration_us, >=, answered_us - waiting_us);
  g_assert_cmpint (fixture.duration_us, <=, g_get_monotonic_time () - start_us);
  close (fd);
}

static void
test_answer_to_a_suspended_connection_that_was_reset (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  int fd = fixture_set_up_with_one (&fixture);

  httpd_wait_until_suspended (&fixture);
  reset (&fixture, fd);
  httpd_answer_the_one (&fixture);
  httpd_assert_serves (&fixture);
}

static void
test_freed_before_the_answer_to_a_connection_that_was_reset (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };

  reset (&fixture, fixture_set_up_with_one (&fixture));
}

/* libmicrohttpd wants to run all the time then, although it can do nothing. */
static void
test_chunk_extension_without_end_keeps_nobody_busy (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  g_autofree char *extension = g_strnfill (64 * 1024, 'x');
  g_autofree char *raw = g_strconcat (
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;", extension, NULL);
  gboolean rests = FALSE;
  int fd;

  httpd_fixture_set_up (&fixture);
  fd = httpd_client (&fixture, raw, strlen (raw));
  for (guint i = 0; i < 200; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (100);
    }
  for (guint i = 0; i < 1000; i++)
    rests |= !g_main_context_iteration (NULL, FALSE);
  g_assert_true (rests);
  close (fd);
}

static void
on_stopped (gpointer user_data)
{
  ((HttpdFixture *) user_data)->stopped = TRUE;
}

/* It has not stopped before the answer. */
static void
stop_and_answer_the_one (HttpdFixture *fixture)
{
  tw_httpd_stop (fixture->httpd, on_stopped, fixture);
  while (g_main_context_iteration (NULL, FALSE))
    g_assert_false (fixture->stopped);
  httpd_answer_the_one (fixture);
}

static void
wait_until_stopped (const HttpdFixture *fixture)
{
  while (!fixture->stopped)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_stop_waits_for_what_is_under_way (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  g_autofree char *text = NULL;
  int fd;

  httpd_fixture_set_up (&fixture);
  fd = httpd_client (&fixture, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n", 32);
  httpd_wait_for_waiting (&fixture, 1);
  stop_and_answer_the_one (&fixture);
  text = httpd_receive_all (fd);
  g_assert_nonnull (strstr (text, "Connection: close"));
  wait_until_stopped (&fixture);
}

/* What was handed on is under way, even if nobody waits for it any more. */
static void
test_stop_waits_for_what_lost_its_connection (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };

  reset (&fixture, fixture_set_up_with_one (&fixture));
  stop_and_answer_the_one (&fixture);
  wait_until_stopped (&fixture);
}

static void
test_freed_with_a_waiting_connection (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  g_autofree char *text = NULL;
  int fd = fixture_set_up_with_one (&fixture);

  g_clear_pointer (&fixture.httpd, tw_httpd_free);
  text = httpd_receive_all (fd);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 503 "));
}

/* libmicrohttpd would abort the process. */
static void
test_freed_with_a_suspended_connection (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  g_autofree char *text = NULL;
  int fd = fixture_set_up_with_one (&fixture);

  httpd_wait_until_suspended (&fixture);
  g_clear_pointer (&fixture.httpd, tw_httpd_free);
  text = httpd_receive_all (fd);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 503 "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/httpd/requests-of-one-connection-are-answered-in-turn",
                   test_requests_of_one_connection_are_answered_in_turn);
  g_test_add_func ("/httpd/ambiguous-heads-end-the-connection", test_ambiguous_heads_end_the_connection);
  g_test_add_func ("/httpd/content-length-that-is-no-number-gets-no-doubled-answer",
                   test_content_length_that_is_no_number_gets_no_doubled_answer);
  g_test_add_func ("/httpd/announced-body-over-the-limit-is-refused-at-once",
                   test_announced_body_over_the_limit_is_refused_at_once);
  g_test_add_func ("/httpd/unwanted-body-is-dropped-and-the-connection-goes-on",
                   test_unwanted_body_is_dropped_and_the_connection_goes_on);
  g_test_add_func ("/httpd/answer-later-wakes-the-connection", test_answer_later_wakes_the_connection);
  g_test_add_func ("/httpd/answer-much-later-wakes-the-suspended-connection",
                   test_answer_much_later_wakes_the_suspended_connection);
  g_test_add_func ("/httpd/one-that-waits-holds-up-nobody", test_one_that_waits_holds_up_nobody);
  g_test_add_func ("/httpd/answer-to-a-client-that-went-away", test_answer_to_a_client_that_went_away);
  g_test_add_func ("/httpd/answer-to-a-connection-that-was-reset", test_answer_to_a_connection_that_was_reset);
  g_test_add_func ("/httpd/connection-that-was-reset-is-logged", test_connection_that_was_reset_is_logged);
  g_test_add_func ("/httpd/each-request-is-completed-once", test_each_request_is_completed_once);
  g_test_add_func ("/httpd/duration-is-that-of-the-request", test_duration_is_that_of_the_request);
  g_test_add_func ("/httpd/answer-to-a-suspended-connection-that-was-reset",
                   test_answer_to_a_suspended_connection_that_was_reset);
  g_test_add_func ("/httpd/freed-before-the-answer-to-a-connection-that-was-reset",
                   test_freed_before_the_answer_to_a_connection_that_was_reset);
  g_test_add_func ("/httpd/chunk-extension-without-end-keeps-nobody-busy",
                   test_chunk_extension_without_end_keeps_nobody_busy);
  g_test_add_func ("/httpd/stop-waits-for-what-is-under-way", test_stop_waits_for_what_is_under_way);
  g_test_add_func ("/httpd/stop-waits-for-what-lost-its-connection", test_stop_waits_for_what_lost_its_connection);
  g_test_add_func ("/httpd/freed-with-a-waiting-connection-answers-it", test_freed_with_a_waiting_connection);
  g_test_add_func ("/httpd/freed-with-a-suspended-connection-answers-it", test_freed_with_a_suspended_connection);
  return g_test_run ();
}
