/* SPDX-License-Identifier: Apache-2.0 */

#include "httpd-fixture.h"

#include "tw-socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BODY_LIMIT 16

static TwResponse *
begin (TwRequest *request, gpointer user_data)
{
  tw_request_set_body_limit (request, BODY_LIMIT);
  return strcmp (tw_request_target (request)->path, "/no") == 0 ? tw_response_new_problem (404, NULL) : NULL;
}

static void
handle (TwRequest *request, gpointer user_data)
{
  HttpdFixture *fixture = user_data;

  if (strcmp (tw_request_target (request)->path, "/later") == 0)
    g_ptr_array_add (fixture->waiting, request);
  else
    tw_request_answer (request, tw_response_new (204));
}

static void
completed (const TwRequest *request, guint status, gint64 duration_us, gpointer user_data)
{
  HttpdFixture *fixture = user_data;

  g_string_append_printf (fixture->completed, "%s %s %u\n", tw_request_method (request),
                          tw_request_path (request), status);
  fixture->duration_us = duration_us;
  g_strlcpy (fixture->client, tw_request_client (request), sizeof fixture->client);
}

void
httpd_fixture_set_up_with (HttpdFixture *fixture, const TwHttpdLimits *limits, const TwHttpdPeers *peers)
{
  static const TwHttpdHandler handler
      = { .begin = begin, .handle = handle, .completed = completed, .access = TW_LOG_INFO };
  g_autoptr (TwAddress) address = tw_address_parse ("127.0.0.1:0", TRUE, NULL);
  g_autoptr (GError) error = NULL;
  int fd = tw_socket_listen (address, FALSE, &error);

  g_assert_no_error (error);
  fixture->port = tw_socket_port (fd);
  fixture->waiting = g_ptr_array_new ();
  fixture->completed = g_string_new (NULL);
  fixture->httpd = tw_httpd_new (fd, limits, peers, &handler, fixture, &error);
  g_assert_no_error (error);
}

void
httpd_fixture_set_up (HttpdFixture *fixture)
{
  httpd_fixture_set_up_with (fixture, &TW_HTTPD_DEFAULT_LIMITS, NULL);
}

void
httpd_fixture_clear (HttpdFixture *fixture)
{
  g_clear_pointer (&fixture->httpd, tw_httpd_free);
  g_ptr_array_unref (fixture->waiting);
  g_string_free (fixture->completed, TRUE);
}

int
httpd_client (const HttpdFixture *fixture, const char *raw, gsize length)
{
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_port = htons (fixture->port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  g_assert_cmpint (connect (fd, (const struct sockaddr *) (const void *) &address, sizeof address), ==, 0);
  g_assert_cmpint (send (fd, raw, length, MSG_NOSIGNAL), ==, (gssize) length);
  return fd;
}

char *
httpd_receive_all (int fd)
{
  GString *text = g_string_new (NULL);
  char piece[4096];
  gssize n;

  while ((n = recv (fd, piece, sizeof piece, MSG_DONTWAIT)) != 0)
    if (n > 0)
      g_string_append_len (text, piece, n);
    else if (errno == EAGAIN)
      g_main_context_iteration (NULL, FALSE);
    else
      break;
  close (fd);
  return g_string_free (text, FALSE);
}

void
httpd_wait_for_waiting (const HttpdFixture *fixture, guint n)
{
  while (fixture->waiting->len < n)
    g_main_context_iteration (NULL, TRUE);
}

void
httpd_wait_until_suspended (const HttpdFixture *fixture)
{
  for (guint i = 0; i < 100; i++)
    tw_httpd_run (fixture->httpd);
}

guint
httpd_count_answers (const char *text)
{
  guint n = 0;

  for (const char *at = strstr (text, "HTTP/1."); at != NULL; at = strstr (at + 1, "HTTP/1."))
    n++;
  return n;
}

void
httpd_answer_the_one (const HttpdFixture *fixture)
{
  tw_request_answer (g_ptr_array_index (fixture->waiting, 0), tw_response_new (202));
}

void
httpd_assert_serves (const HttpdFixture *fixture)
{
  g_autofree char *text = httpd_receive_all (httpd_client (fixture, NEXT, strlen (NEXT)));

  g_assert_cmpuint (httpd_count_answers (text), ==, 1);
}
