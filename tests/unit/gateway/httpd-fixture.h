/* SPDX-License-Identifier: Apache-2.0 */

/* The real libmicrohttpd on the default loop, with a handler that answers 204, or 404 to /no, or to /later when it is told
 * to. Clients write raw bytes from the same thread. */

#pragma once

#include "tw-httpd.h"

G_BEGIN_DECLS

#define NEXT "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

typedef struct
{
  TwHttpd *httpd;
  guint16 port;
  GPtrArray *waiting; /* of TwRequest: those for /later */
  gboolean stopped;
  GString *completed; /* a line for each request: method, path, status */
  gint64 duration_us; /* of the last */
  char client[TW_IP_TEXT_SIZE]; /* of the last */
} HttpdFixture;

/* Listens on a free port. Bodies may have 16 bytes. */
void httpd_fixture_set_up (HttpdFixture *fixture);
void httpd_fixture_set_up_with (HttpdFixture *fixture, const TwHttpdLimits *limits, const TwHttpdPeers *peers);
void httpd_fixture_clear (HttpdFixture *fixture);

/* A client that has sent @raw. */
int httpd_client (const HttpdFixture *fixture, const char *raw, gsize length);

/* Runs the loop until the peer has closed; everything that it sent. Closes @fd. */
char *httpd_receive_all (int fd);

guint httpd_count_answers (const char *text);

/* Runs the loop until @n requests for /later wait. */
void httpd_wait_for_waiting (const HttpdFixture *fixture, guint n);

/* Longer than a connection waits before it is suspended. */
void httpd_wait_until_suspended (const HttpdFixture *fixture);

/* Answers the first of those with 202. */
void httpd_answer_the_one (const HttpdFixture *fixture);

/* Another client is served. */
void httpd_assert_serves (const HttpdFixture *fixture);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HttpdFixture, httpd_fixture_clear)

G_END_DECLS
