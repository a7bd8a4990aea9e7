/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-request.h"

#include "http-heads.h"

#include <string.h>

typedef struct
{
  TwRequestPool *pool;
  TwRequest *request;
  char *bytes; /* what its head points into */
  guint answered;
} Fixture;

static void
on_answered (gpointer user_data)
{
  ((Fixture *) user_data)->answered++;
}

/* A request as TwHttpd makes it: the target first, then the head. */
static TwResponse *
fixture_begin (Fixture *fixture, const char *raw)
{
  TwHead *head = g_new0 (TwHead, 1);
  TwResponse *response;

  fixture->bytes = http_head_parse (raw, strlen (raw), head);
  fixture->pool = tw_request_pool_new ();
  fixture->request = tw_request_new (fixture->pool, head->target, &(TwIp) { 0 }, "192.0.2.1", on_answered, fixture);
  *tw_request_head (fixture->request) = *head;
  g_free (head);
  response = tw_request_check (fixture->request);
  return response;
}

static void
fixture_clear (Fixture *fixture)
{
  g_clear_pointer (&fixture->request, tw_request_free);
  g_clear_pointer (&fixture->pool, tw_request_pool_free);
  g_clear_pointer (&fixture->bytes, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
assert_refused (TwResponse *response)
{
  g_assert_nonnull (response);
  g_assert_cmpuint (tw_response_status (response), ==, 400);
  g_assert_cmpstr (tw_response_header (response, "Connection"), ==, "close");
  tw_response_free (response);
}

static void
test_bad_target_or_head_closes_the_connection (void)
{
  g_auto (Fixture) target = { .request = NULL }, head = { .request = NULL };

  assert_refused (fixture_begin (&target, "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"));
  assert_refused (fixture_begin (&head, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"));
  g_assert_nonnull (tw_request_id (head.request));
}

static void
assert_id (const char *header, gboolean kept)
{
  g_autofree char *raw = g_strdup_printf ("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: %s\r\n\r\n", header);
  g_auto (Fixture) fixture = { .request = NULL };
  const char *id;

  g_assert_null (fixture_begin (&fixture, raw));
  id = tw_request_id (fixture.request);
  g_assert_cmpint (strcmp (id, header) == 0, ==, kept);
  g_assert_cmpuint (strlen (id), >, 0);
}

static void
test_id_is_the_clients_or_ours (void)
{
  g_autofree char *longest = g_strnfill (128, 'a'), *too_long = g_strnfill (129, 'a');

  assert_id ("a-B_9.z", TRUE);
  assert_id (longest, TRUE);
  assert_id (too_long, FALSE);
  assert_id ("", FALSE);
  assert_id ("a b", FALSE);
  assert_id ("a\"b", FALSE);
  assert_id ("\303\251", FALSE);
}

static void
test_ids_made_here_differ (void)
{
  g_auto (Fixture) one = { .request = NULL }, other = { .request = NULL };

  g_assert_null (fixture_begin (&one, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  g_assert_null (fixture_begin (&other, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  g_assert_cmpstr (tw_request_id (one.request), !=, tw_request_id (other.request));
}

static void
assert_too_large (const Fixture *fixture)
{
  g_autoptr (TwResponse) response = tw_request_check_body (fixture->request);

  g_assert_nonnull (response);
  g_assert_cmpuint (tw_response_status (response), ==, 413);
}

static void
test_announced_body_over_the_limit (void)
{
  g_auto (Fixture) fixture = { .request = NULL };

  g_assert_null (fixture_begin (&fixture, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n"));
  g_assert_cmpint (tw_request_body_presence (fixture.request), ==, TW_BODY_PRESENT);
  tw_request_set_body_limit (fixture.request, 11);
  g_assert_null (tw_request_check_body (fixture.request));
  tw_request_set_body_limit (fixture.request, 10);
  assert_too_large (&fixture);
}

static void
test_chunked_body_over_the_limit (void)
{
  g_auto (Fixture) fixture = { .request = NULL };
  g_autofree char *piece = g_strnfill (64 * 1024, 'x');
  guint pieces = 0;

  g_assert_null (fixture_begin (&fixture, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  tw_request_set_body_limit (fixture.request, 4);
  g_assert_true (tw_request_append_body (fixture.request, "ab", 2));
  g_assert_true (tw_request_append_body (fixture.request, "cd", 2));
  g_assert_cmpmem (tw_request_body (fixture.request)->data, tw_request_body (fixture.request)->len, "abcd", 4);
  g_assert_null (tw_request_check_body (fixture.request));
  g_assert_true (tw_request_append_body (fixture.request, "e", 1));
  assert_too_large (&fixture);
  while (tw_request_append_body (fixture.request, piece, 64 * 1024))
    g_assert_cmpuint (++pieces, <, 100);
  g_assert_cmpuint (tw_request_body (fixture.request)->len, ==, 0);
}

#define CHUNKED "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"

static void
test_only_bytes_make_a_body (void)
{
  static const struct
  {
    const char *head;
    TwBodyPresence presence;
  } cases[] = {
    { "GET / HTTP/1.1\r\nHost: x\r\n\r\n", TW_BODY_ABSENT },
    { "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", TW_BODY_ABSENT },
    { "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n", TW_BODY_PRESENT },
    { CHUNKED "\r\n", TW_BODY_UNKNOWN },
    { CHUNKED "Expect: 100-continue\r\n\r\n", TW_BODY_PRESENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Fixture) fixture = { .request = NULL };

      g_assert_null (fixture_begin (&fixture, cases[i].head));
      g_assert_cmpint (tw_request_body_presence (fixture.request), ==, cases[i].presence);
    }
}

static void
test_refused_body_is_missed_by_nobody (void)
{
  g_auto (Fixture) empty = { .request = NULL }, full = { .request = NULL };
  g_autoptr (TwResponse) response = NULL;

  g_assert_null (fixture_begin (&empty, CHUNKED "\r\n"));
  tw_request_refuse_body (empty.request, tw_response_new (415));
  g_assert_null (tw_request_check_body (empty.request));
  g_assert_null (fixture_begin (&full, CHUNKED "\r\n"));
  tw_request_refuse_body (full.request, tw_response_new (415));
  g_assert_true (tw_request_append_body (full.request, "x", 1));
  response = tw_request_check_body (full.request);
  g_assert_cmpuint (tw_response_status (response), ==, 415);
}

static void
assert_status (const char *raw, guint status)
{
  g_auto (Fixture) fixture = { .request = NULL };
  g_autoptr (TwResponse) response = fixture_begin (&fixture, raw);

  g_assert_cmpuint (response != NULL ? tw_response_status (response) : 0, ==, status);
}

static void
test_forms_of_the_target (void)
{
  assert_status ("GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n", 0);
  assert_status ("GET http://a/b HTTP/1.0\r\n\r\n", 0);
  assert_status ("GET http://a/b HTTP/1.1\r\nHost: c\r\n\r\n", 400);
  assert_status ("GET http://a/b HTTP/1.1\r\n\r\n", 400);
  assert_status ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204);
  assert_status ("OPTIONS * HTTP/1.1\r\n\r\n", 400);
  assert_status ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400);
  assert_status ("GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", 417);
}

static void
test_client_is_the_peer_or_whom_a_proxy_names (void)
{
  g_autoptr (TwCidrs) trusted = tw_cidrs_parse ("192.0.2.1", NULL);
  g_auto (Fixture) fixture = { .request = NULL };

  g_assert_null (fixture_begin (&fixture, "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 2001:db8::1\r\n\r\n"));
  g_assert_cmpstr (tw_request_client (fixture.request), ==, "192.0.2.1");
  tw_request_believe (fixture.request, trusted);
  g_assert_cmpstr (tw_request_client (fixture.request), ==, "2001:db8::1");
}

static void
test_repeated_header_or_cookie (void)
{
  g_auto (Fixture) fixture = { .request = NULL };

  g_assert_null (fixture_begin (&fixture, "GET / HTTP/1.1\r\nHost: x\r\nAge: 1\r\naGE: 1\r\nAges: 2\r\n"
                                          "Cookie: a=1;b=2; A=3; a=; c; c=1\r\n\r\n"));
  g_assert_true (tw_request_is_header_repeated (fixture.request, "age"));
  g_assert_false (tw_request_is_header_repeated (fixture.request, "ages"));
  g_assert_false (tw_request_is_header_repeated (fixture.request, "cookie"));
  g_assert_false (tw_request_is_header_repeated (fixture.request, "accept"));
  g_assert_true (tw_request_is_cookie_repeated (fixture.request, "a"));
  g_assert_false (tw_request_is_cookie_repeated (fixture.request, "b"));
  g_assert_false (tw_request_is_cookie_repeated (fixture.request, "c"));
  g_assert_false (tw_request_is_cookie_repeated (fixture.request, "d"));
}

static void
assert_cookie (const char *cookies, const char *name, const char *expected)
{
  g_autofree char *raw = g_strdup_printf ("GET / HTTP/1.1\r\nHost: x\r\nCookie: %s\r\n\r\n", cookies);
  g_auto (Fixture) fixture = { .request = NULL };
  gsize length = 0;
  const char *value;

  g_assert_null (fixture_begin (&fixture, raw));
  value = tw_request_cookie (fixture.request, name, &length);
  if (expected == NULL)
    g_assert_null (value);
  else
    g_assert_cmpmem (value, length, expected, strlen (expected));
}

static void
test_cookies_are_found_by_their_whole_name (void)
{
  assert_cookie ("a=1; ab=2;b=x=y; c=", "a", "1");
  assert_cookie ("a=1; ab=2;b=x=y; c=", "ab", "2");
  assert_cookie ("a=1; ab=2;b=x=y; c=", "b", "x=y");
  assert_cookie ("a=1; ab=2;b=x=y; c=", "c", "");
  assert_cookie ("a=1; ab=2", "A", NULL);
  assert_cookie ("xa=1; a", "a", NULL);
  assert_cookie ("a", "abc", NULL);
  assert_cookie (";; ;", "a", NULL);
}

static void
test_answer_is_told_once (void)
{
  g_auto (Fixture) fixture = { .request = NULL };

  g_assert_null (fixture_begin (&fixture, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  g_assert_null (tw_request_response (fixture.request));
  tw_request_answer (fixture.request, tw_response_new (204));
  g_assert_cmpuint (fixture.answered, ==, 1);
  g_assert_cmpuint (tw_response_status (tw_request_response (fixture.request)), ==, 204);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request/bad-target-or-head-closes-the-connection", test_bad_target_or_head_closes_the_connection);
  g_test_add_func ("/request/id-is-the-clients-or-ours", test_id_is_the_clients_or_ours);
  g_test_add_func ("/request/ids-made-here-differ", test_ids_made_here_differ);
  g_test_add_func ("/request/announced-body-over-the-limit-is-413", test_announced_body_over_the_limit);
  g_test_add_func ("/request/chunked-body-over-the-limit-is-413", test_chunked_body_over_the_limit);
  g_test_add_func ("/request/only-bytes-make-a-body", test_only_bytes_make_a_body);
  g_test_add_func ("/request/refused-body-is-missed-by-nobody", test_refused_body_is_missed_by_nobody);
  g_test_add_func ("/request/forms-of-the-target", test_forms_of_the_target);
  g_test_add_func ("/request/client-is-the-peer-or-whom-a-proxy-names", test_client_is_the_peer_or_whom_a_proxy_names);
  g_test_add_func ("/request/cookies-are-found-by-their-whole-name", test_cookies_are_found_by_their_whole_name);
  g_test_add_func ("/request/repeated-header-or-cookie-is-told", test_repeated_header_or_cookie);
  g_test_add_func ("/request/answer-is-told-once", test_answer_is_told_once);
  return g_test_run ();
}
