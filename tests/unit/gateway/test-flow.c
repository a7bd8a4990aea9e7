/* SPDX-License-Identifier: Apache-2.0 */

/* Answers that come bit by bit, of the real libmicrohttpd, whose ways with them this has to stand. */

#include "httpd-fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LATER(version) "GET /later HTTP/" version "\r\nHost: x\r\n\r\n"

/* Who writes. */
typedef struct
{
  guint taken, left, gone;
  TwFlow *flow; /* NULL when it is gone */
} Writer;

static void
on_taken (gpointer data)
{
  ((Writer *) data)->taken++;
}

static void
on_left (gpointer data)
{
  ((Writer *) data)->left++;
}

static void
on_gone (gpointer data)
{
  Writer *writer = data;

  writer->gone++;
  writer->flow = NULL;
}

static const TwFlowWriter callbacks = { on_taken, on_left, on_gone };

static void
write_text (const Writer *writer, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  tw_flow_write (writer->flow, bytes);
}

/* Answers the one that waits with a flow that has said "hello" already. */
static void
begin_flow (const HttpdFixture *fixture, Writer *writer)
{
  httpd_wait_for_waiting (fixture, 1);
  writer->flow = tw_flow_new (&callbacks, writer);
  write_text (writer, "hello");
  tw_request_answer (g_ptr_array_steal_index (fixture->waiting, 0), tw_response_new_flow (200, "text/plain", writer->flow));
}

static void
run_until_it_rests (const Writer *writer)
{
  while (writer->flow != NULL && !tw_flow_rests (writer->flow))
    g_main_context_iteration (NULL, TRUE);
}

static void
run_until_gone (const Writer *writer)
{
  while (writer->flow != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Runs the loop until @fd has given a text that ends with @end. */
static char *
receive_until (int fd, const char *end)
{
  GString *text = g_string_new (NULL);
  char piece[4096];

  while (!g_str_has_suffix (text->str, end))
    {
      const gssize n = recv (fd, piece, sizeof piece, MSG_DONTWAIT);

      g_assert_true (n > 0 || (n < 0 && errno == EAGAIN));
      if (n > 0)
        g_string_append_len (text, piece, n);
      else
        g_main_context_iteration (NULL, FALSE);
    }
  return g_string_free (text, FALSE);
}

static void
test_pieces_go_out_as_they_come (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  Writer writer = { 0 };
  g_autofree char *first = NULL, *second = NULL, *rest = NULL;
  int fd;

  httpd_fixture_set_up (&fixture);
  fd = httpd_client (&fixture, LATER ("1.1"), strlen (LATER ("1.1")));
  begin_flow (&fixture, &writer);
  first = receive_until (fd, "\r\n\r\n5\r\nhello\r\n");
  run_until_it_rests (&writer);
  g_assert_cmpuint (writer.taken, ==, 1);
  write_text (&writer, "world!");
  second = receive_until (fd, "6\r\nworld!\r\n");
  run_until_it_rests (&writer);
  g_assert_cmpuint (writer.taken, ==, 2);
  write_text (&writer, "!");
  tw_flow_end (writer.flow);
  rest = receive_until (fd, "1\r\n!\r\n0\r\n\r\n");
  run_until_gone (&writer);
  /* The connection goes on. */
  g_assert_cmpint (send (fd, NEXT, strlen (NEXT), MSG_NOSIGNAL), ==, (gssize) strlen (NEXT));
  g_free (g_steal_pointer (&rest));
  rest = httpd_receive_all (fd);
  g_assert_cmpuint (httpd_count_answers (rest), ==, 1);
  g_assert_cmpstr (fixture.completed->str, ==, "GET /later 200\nGET / 204\n");
}

static void
test_http_1_0_gets_plain_bytes_and_the_end (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  Writer writer = { 0 };
  g_autofree char *first = NULL, *rest = NULL;
  int fd;

  httpd_fixture_set_up (&fixture);
  fd = httpd_client (&fixture, LATER ("1.0"), strlen (LATER ("1.0")));
  begin_flow (&fixture, &writer);
  first = receive_until (fd, "\r\n\r\nhello");
  g_assert_null (strstr (first, "chunked"));
  run_until_it_rests (&writer);
  write_text (&writer, "bye");
  tw_flow_end (writer.flow);
  rest = httpd_receive_all (fd);
  g_assert_cmpstr (rest, ==, "bye");
}

/* libmicrohttpd runs on and on for a reader that has nothing and is not suspended. */
static void
test_what_rests_costs_nothing (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  Writer writer = { 0 };
  g_autofree char *first = NULL;
  int fd;

  httpd_fixture_set_up (&fixture);
  fd = httpd_client (&fixture, LATER ("1.1"), strlen (LATER ("1.1")));
  begin_flow (&fixture, &writer);
  first = receive_until (fd, "hello\r\n");
  run_until_it_rests (&writer);
  for (guint i = 0; i < 100; i++)
    tw_httpd_run (fixture.httpd);
  g_assert_cmpuint (writer.taken, ==, 1);
  g_assert_true (tw_flow_rests (writer.flow));
  tw_flow_end (writer.flow);
  run_until_gone (&writer);
  close (fd);
}

/* libmicrohttpd aborts the process when it is stopped with a suspended connection. */
static void
test_what_rests_is_ended_with_the_server (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  Writer writers[5] = { 0 };
  int fds[5];

  httpd_fixture_set_up (&fixture);
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      fds[i] = httpd_client (&fixture, LATER ("1.1"), strlen (LATER ("1.1")));
      begin_flow (&fixture, &writers[i]);
      run_until_it_rests (&writers[i]);
    }
  g_clear_pointer (&fixture.httpd, tw_httpd_free);
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      g_autofree char *all = httpd_receive_all (fds[i]);

      g_assert_cmpuint (writers[i].gone, ==, 1);
      g_assert_true (g_str_has_suffix (all, "\r\n5\r\nhello\r\n0\r\n\r\n"));
    }
}

/* Of a suspended connection libmicrohttpd hears nothing: not before the second write to it. */
static void
test_a_client_that_goes_away_is_noticed_while_it_rests (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  Writer writer = { 0 };
  int fd;

  httpd_fixture_set_up (&fixture);
  fd = httpd_client (&fixture, LATER ("1.1"), strlen (LATER ("1.1")));
  begin_flow (&fixture, &writer);
  run_until_it_rests (&writer);
  close (fd);
  while (writer.left == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (writer.gone, ==, 0);
  tw_flow_end (writer.flow);
  run_until_gone (&writer);
  g_assert_cmpuint (writer.left, ==, 1);
}

/* The server's end of the connection of @fd, which is in this process too. */
static int
find_other_end (int fd)
{
  struct sockaddr_in own, peer;
  socklen_t size = sizeof own;

  g_assert_cmpint (getsockname (fd, (struct sockaddr *) (void *) &own, &size), ==, 0);
  for (int other = 0; other < 1024; other++)
    {
      size = sizeof peer;
      if (getpeername (other, (struct sockaddr *) (void *) &peer, &size) == 0 && peer.sin_family == AF_INET
          && peer.sin_port == own.sin_port)
        return other;
    }
  g_assert_not_reached ();
}

/* Of one that vanished without a word nothing is heard but by what it does not take; the kernel alone would go on trying for a
 * quarter of an hour. */
static void
test_a_client_that_vanishes_is_given_up (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  Writer writer = { 0 };
  guint timeout_ms = 0;
  socklen_t size = sizeof timeout_ms;
  int fd;

  httpd_fixture_set_up (&fixture);
  fd = httpd_client (&fixture, LATER ("1.1"), strlen (LATER ("1.1")));
  begin_flow (&fixture, &writer);
  run_until_it_rests (&writer);
  g_assert_cmpint (getsockopt (find_other_end (fd), IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, &size), ==, 0);
  g_assert_cmpuint (timeout_ms, ==, TW_HTTPD_DEFAULT_LIMITS.stream_timeout_ms);
  tw_flow_end (writer.flow);
  run_until_gone (&writer);
  close (fd);
}

/* It had ended before there was an answer. */
static void
test_a_client_that_has_ended_is_told_of_at_the_start (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  Writer writer = { 0 };
  g_autofree char *all = NULL;
  int fd;

  httpd_fixture_set_up (&fixture);
  fd = httpd_client (&fixture, LATER ("1.1"), strlen (LATER ("1.1")));
  shutdown (fd, SHUT_WR);
  begin_flow (&fixture, &writer);
  while (writer.left == 0)
    g_main_context_iteration (NULL, TRUE);
  tw_flow_end (writer.flow);
  all = httpd_receive_all (fd);
  g_assert_true (g_str_has_suffix (all, "hello\r\n0\r\n\r\n"));
}

static void
set_up_impatient (HttpdFixture *fixture)
{
  TwHttpdLimits limits = TW_HTTPD_DEFAULT_LIMITS;

  limits.stream_timeout_ms = 100;
  limits.silence_timeout_s = 1;
  httpd_fixture_set_up_with (fixture, &limits, NULL);
}

static void
test_a_client_that_takes_nothing_is_dropped (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  Writer writer = { 0 };
  g_autofree char *much = g_strnfill (64 * 1024 * 1024, 'x'); /* more than the kernel keeps for anybody */
  int fd;

  set_up_impatient (&fixture);
  fd = httpd_client (&fixture, LATER ("1.1"), strlen (LATER ("1.1")));
  begin_flow (&fixture, &writer);
  run_until_it_rests (&writer);
  write_text (&writer, much);
  run_until_gone (&writer);
  g_assert_cmpuint (writer.taken, ==, 1);
  close (fd);
}

static gboolean
set_true (gpointer flag)
{
  *(gboolean *) flag = TRUE;
  return G_SOURCE_REMOVE;
}

/* Neither by the deadline of what is sent, nor by libmicrohttpd's own of silence. */
static void
test_what_rests_has_no_deadline (void)
{
  g_auto (HttpdFixture) fixture = { .httpd = NULL };
  Writer writer = { 0 };
  gboolean over = FALSE;
  g_autofree char *rest = NULL;
  int fd;

  set_up_impatient (&fixture);
  fd = httpd_client (&fixture, LATER ("1.1"), strlen (LATER ("1.1")));
  begin_flow (&fixture, &writer);
  run_until_it_rests (&writer);
  g_timeout_add (2500, set_true, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (writer.gone, ==, 0);
  write_text (&writer, "still here");
  tw_flow_end (writer.flow);
  rest = receive_until (fd, "still here\r\n0\r\n\r\n");
  run_until_gone (&writer);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow/pieces-go-out-as-they-come", test_pieces_go_out_as_they_come);
  g_test_add_func ("/flow/http-1.0-gets-plain-bytes-and-the-end", test_http_1_0_gets_plain_bytes_and_the_end);
  g_test_add_func ("/flow/what-rests-costs-nothing", test_what_rests_costs_nothing);
  g_test_add_func ("/flow/what-rests-is-ended-with-the-server", test_what_rests_is_ended_with_the_server);
  g_test_add_func ("/flow/a-client-that-goes-away-is-noticed-while-it-rests",
                   test_a_client_that_goes_away_is_noticed_while_it_rests);
  g_test_add_func ("/flow/a-client-that-vanishes-is-given-up", test_a_client_that_vanishes_is_given_up);
  g_test_add_func ("/flow/a-client-that-has-ended-is-told-of-at-the-start",
                   test_a_client_that_has_ended_is_told_of_at_the_start);
  g_test_add_func ("/flow/a-client-that-takes-nothing-is-dropped", test_a_client_that_takes_nothing_is_dropped);
  g_test_add_func ("/flow/what-rests-has-no-deadline", test_what_rests_has_no_deadline);
  return g_test_run ();
}
