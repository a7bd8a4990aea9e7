/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-head.h"

#include "http-heads.h"
#include "tw-error.h"

#include <string.h>

#define LINE "POST /a HTTP/1.1\r\nHost: x\r\n"
#define END "\r\n"

static gboolean
passes (const char *raw, gsize length, TwBodyFrame *frame)
{
  g_autofree TwHead *head = g_new0 (TwHead, 1);
  char *bytes = http_head_parse (raw, length, head);
  g_autoptr (GError) error = NULL;
  gboolean passed = tw_head_check (head, frame, &error);

  g_free (bytes);
  if (!passed)
    g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
  return passed;
}

#define assert_passes(raw, frame) g_assert_true (passes (raw, sizeof raw - 1, frame))
#define assert_refused(raw)                                                                                            \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    TwBodyFrame unused;                                                                                                \
    g_assert_false (passes (raw, sizeof raw - 1, &unused));                                                            \
  }                                                                                                                    \
  G_STMT_END

static void
test_well_formed_heads_pass (void)
{
  TwBodyFrame frame;

  assert_passes (LINE END, &frame);
  g_assert_false (frame.chunked);
  g_assert_cmpint (frame.length, ==, 0);
  assert_passes (LINE "Content-Length: 12\r\nX-A:\r\nX-B:\t a b \r\n" END, &frame);
  g_assert_cmpint (frame.length, ==, 12);
  assert_passes (LINE "transfer-encoding: Chunked\r\n" END, &frame);
  g_assert_true (frame.chunked);
  assert_passes ("GET / HTTP/1.0\r\n" END, &frame);
  assert_passes ("GET / HTTP/1.1\r\nHost: [::1]:8080\r\nAccept: a\r\nAccept: b\r\n" END, &frame);
  assert_passes ("GET / HTTP/1.1\r\nHost:\r\nX-A: \351\r\nIf-None-Match: a\r\nIf-None-Match: b\r\n" END, &frame);
}

static void
test_two_ways_to_end_a_body (void)
{
  assert_refused (LINE "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" END);
  assert_refused (LINE "Content-Length: 5\r\nContent-Length: 5\r\n" END);
  assert_refused (LINE "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" END);
}

static void
test_other_transfer_codings (void)
{
  assert_refused (LINE "Transfer-Encoding: gzip\r\n" END);
  assert_refused (LINE "Transfer-Encoding: gzip, chunked\r\n" END);
  assert_refused (LINE "Transfer-Encoding: chunked \r\n" END);
  assert_refused (LINE "Transfer-Encoding:\r\n" END);
  assert_refused ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" END);
}

static void
test_content_length_is_a_number_in_range (void)
{
  TwBodyFrame frame;

  assert_passes (LINE "Content-Length: 9223372036854775807\r\n" END, &frame);
  g_assert_cmpint (frame.length, ==, G_MAXINT64);
  assert_refused (LINE "Content-Length: 9223372036854775808\r\n" END);
  assert_refused (LINE "Content-Length: 18446744073709551615\r\n" END);
  assert_refused (LINE "Content-Length: 00000000000000000000000000000001\r\n" END);
  assert_refused (LINE "Content-Length: -1\r\n" END);
  assert_refused (LINE "Content-Length: +1\r\n" END);
  assert_refused (LINE "Content-Length: 1, 1\r\n" END);
  assert_refused (LINE "Content-Length: 0x1\r\n" END);
  assert_refused (LINE "Content-Length:\r\n" END);
}

static void
test_host_stands_once (void)
{
  assert_refused ("GET / HTTP/1.1\r\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: a b\r\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: a/b\r\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: a,b\r\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: u@a\r\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: a:b\r\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: a:80:80\r\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: ::1\r\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: [::1\r\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: a[::1]\r\n" END);
}

static gboolean
is_for (const char *host, const char *authority)
{
  g_autofree char *raw = g_strdup_printf ("GET / HTTP/1.1\r\nHost: %s\r\n\r\n", host);
  g_autofree TwHead *head = g_new0 (TwHead, 1);
  g_autofree char *bytes = http_head_parse (raw, strlen (raw), head);

  g_assert_nonnull (bytes);
  return tw_head_check_authority (head, authority, NULL);
}

static void
test_authority_is_the_hosts (void)
{
  static const struct
  {
    const char *host, *authority;
    gboolean same;
  } cases[] = {
    { "example.org", "example.org", TRUE },        { "Example.ORG", "example.org", TRUE },
    { "example.org:80", "example.org", TRUE },     { "example.org", "example.org:", TRUE },
    { "example.org:8080", "example.org:8080", TRUE }, { "example.org:8080 \t", "example.org:08080", TRUE },
    { "[::1]:8080", "[::1]:8080", TRUE },          { "[::1]", "[::1]:80", TRUE },
    { "example.org:8080", "example.org", FALSE },  { "example.org", "example.org:443", FALSE },
    { "example.org", "evil.example", FALSE },      { "example.org", "example.or", FALSE },
    { "example.org", "example.org.", FALSE },      { "", "example.org", FALSE },
    { "[::1]", "[::2]", FALSE },                   { "example.org", "example.org:80:80", FALSE },
    { "a", "a,b", FALSE },                         { "a", "a:b", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (is_for (cases[i].host, cases[i].authority), ==, cases[i].same);
}

static gboolean
expects_known (const char *rest)
{
  g_autofree char *raw = g_strconcat ("GET / HTTP/1.", rest, "\r\n\r\n", NULL);
  g_autofree TwHead *head = g_new0 (TwHead, 1);
  g_autofree char *bytes = http_head_parse (raw, strlen (raw), head);

  g_assert_nonnull (bytes);
  return tw_head_expects_known (head);
}

static void
test_expectations (void)
{
  g_assert_true (expects_known ("1\r\nA: b"));
  g_assert_true (expects_known ("1\r\nExpect: 100-Continue \t"));
  g_assert_true (expects_known ("1\r\nExpect:"));
  g_assert_false (expects_known ("1\r\nExpect: 200-ok"));
  g_assert_false (expects_known ("1\r\nExpect: 100-continue, x"));
  g_assert_false (expects_known ("1\r\nExpect: 100-continue\r\nExpect: x"));
  g_assert_true (expects_known ("0\r\nExpect: x"));
}

static void
test_repeated_headers_are_found (void)
{
  static const char raw[] = LINE "X-A: 1\r\nX-B: 2\r\nx-a: 3 \r\n" END;
  g_autofree TwHead *head = g_new0 (TwHead, 1);
  g_autofree char *bytes = http_head_parse (raw, sizeof raw - 1, head);
  gsize length = 0;
  const char *value = tw_head_find_nth (head, "x-a", 1, &length);

  g_assert_nonnull (bytes);
  g_assert_cmpmem (value, length, "3", 1);
  g_assert_null (tw_head_find_nth (head, "x-a", 2, &length));
}

static void
test_bare_line_feeds_are_refused (void)
{
  assert_refused ("GET / HTTP/1.1\nHost: x\r\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: x\nA: b\r\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: x\n" END);
  assert_refused ("GET / HTTP/1.1\r\nHost: x\r\n\n");
  assert_refused ("GET / HTTP/1.1\nHost: x\n\n");
}

static void
test_folded_lines_are_refused (void)
{
  assert_refused (LINE "X-A: b\r\n c\r\n" END);
  assert_refused (LINE "Content-Length: 5\r\n\tx\r\n" END);
  assert_refused (LINE "X-A: b\r\n \r\n" END);
}

static void
test_nul_and_control_characters_are_refused (void)
{
  assert_refused (LINE "X-A: b\0c\r\n" END);
  assert_refused (LINE "X-A: b\001c\r\n" END);
  assert_refused (LINE "X-A: b\rc\r\n" END);
  assert_refused (LINE "X-A: b\177\r\n" END);
}

static void
test_names_are_tokens (void)
{
  assert_refused (LINE "X-A : b\r\n" END);
  assert_refused (LINE ": b\r\n" END);
  assert_refused (LINE "X(A): b\r\n" END);
  assert_refused (LINE "X\303\251: b\r\n" END);
  assert_refused ("G{T / HTTP/1.1\r\nHost: x\r\n" END);
}

static void
test_blanks_in_the_request_line_are_refused (void)
{
  assert_refused ("GET  / HTTP/1.1\r\nHost: x\r\n" END);
  assert_refused ("GET /\0 HTTP/1.1\r\nHost: x\r\n" END);
}

static void
test_repeated_headers_that_hold_one_value (void)
{
  assert_refused (LINE "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n" END);
  assert_refused (LINE "Content-Type: application/json\r\nContent-Type: text/plain\r\n" END);
  assert_refused (LINE "Cookie: a=b\r\nCookie: c=d\r\n" END);
}

static void
test_values_are_found_without_blanks (void)
{
  static const char raw[] = LINE "X-A: \t v w \t\r\nX-B: 2\r\n" END;
  g_autofree TwHead *head = g_new0 (TwHead, 1);
  char *bytes = http_head_parse (raw, sizeof raw - 1, head);
  gsize length = 0;
  const char *value = tw_head_find (head, "x-a", &length);

  g_assert_cmpmem (value, length, "v w", 3);
  g_assert_null (tw_head_find (head, "x-c", &length));
  g_free (bytes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/head/well-formed-heads-pass", test_well_formed_heads_pass);
  g_test_add_func ("/head/two-ways-to-end-a-body-are-refused", test_two_ways_to_end_a_body);
  g_test_add_func ("/head/other-transfer-codings-are-refused", test_other_transfer_codings);
  g_test_add_func ("/head/content-length-is-a-number-in-range", test_content_length_is_a_number_in_range);
  g_test_add_func ("/head/host-stands-once", test_host_stands_once);
  g_test_add_func ("/head/authority-is-the-hosts", test_authority_is_the_hosts);
  g_test_add_func ("/head/expectations", test_expectations);
  g_test_add_func ("/head/repeated-headers-are-found", test_repeated_headers_are_found);
  g_test_add_func ("/head/bare-line-feeds-are-refused", test_bare_line_feeds_are_refused);
  g_test_add_func ("/head/folded-lines-are-refused", test_folded_lines_are_refused);
  g_test_add_func ("/head/nul-and-control-characters-are-refused", test_nul_and_control_characters_are_refused);
  g_test_add_func ("/head/names-are-tokens", test_names_are_tokens);
  g_test_add_func ("/head/blanks-in-the-request-line-are-refused", test_blanks_in_the_request_line_are_refused);
  g_test_add_func ("/head/repeated-headers-that-hold-one-value-are-refused",
                   test_repeated_headers_that_hold_one_value);
  g_test_add_func ("/head/values-are-found-without-blanks", test_values_are_found_without_blanks);
  return g_test_run ();
}
