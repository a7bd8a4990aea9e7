/* SPDX-License-Identifier: Apache-2.0 */

/* What replies become, good ones and such as no sound service gives. The methods are the address book's. */

#include "tw-answer.h"

#include "address-book.h"
#include "fields.h"
#include "tokens.h"
#include "tw-base64url.h"
#include "tw-error.h"
#include "tw-link.h"
#include "tw-log.h"
#include "tw-writer.h"

#include <string.h>

#define LIFETIME_S 900

typedef struct
{
  TwSchema *schema;
  TwTokenKeys *keys;
  TwClock *clock;
  TwRevocations *revocations;
  TwBuffer bytes;
  TwWriter writer;
  gboolean secure, cookies;
  TwTarget target;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->schema = address_book_new ();
  fixture->keys = tokens_keys (LINE_A);
  fixture->clock = tw_clock_new_fixed (NOW_S * 1000);
  fixture->revocations = tw_revocations_new (fixture->clock, 0);
  fixture->bytes = (TwBuffer) TW_BUFFER_INIT;
  tw_writer_init (&fixture->writer, TW_PROTOCOL_BINARY, &fixture->bytes);
  tw_writer_struct_begin (&fixture->writer);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_buffer_clear (&fixture->bytes);
  tw_target_clear (&fixture->target);
  tw_revocations_free (fixture->revocations);
  tw_clock_free (fixture->clock);
  tw_token_keys_unref (fixture->keys);
  tw_schema_unref (fixture->schema);
}

static TwResponse *
answer_reply (Fixture *fixture, const char *method, const TwClaims *claims, const TwClientReply *reply)
{
  const TwAnswerContext context = {
    fixture->keys, fixture->revocations, fixture->clock, LIFETIME_S, fixture->secure,
  };
  const TwAnswerCall call = { address_book_method (fixture->schema, method), claims, fixture->cookies,
                              &fixture->target };

  return tw_answer_new (&context, &call, reply);
}

/* Ends what was written and answers with it. */
static TwResponse *
answer (Fixture *fixture, const char *method, const TwClaims *claims)
{
  tw_writer_struct_end (&fixture->writer);
  return answer_reply (fixture, method, claims,
                       &(TwClientReply) { .type = TW_MESSAGE_REPLY,
                                          .protocol = TW_PROTOCOL_BINARY,
                                          .body = fixture->bytes.data,
                                          .length = fixture->bytes.len });
}

static TwResponse *
answer_struct (Fixture *fixture, const char *method)
{
  tw_writer_struct_end (&fixture->writer);
  return answer (fixture, method, NULL);
}

static char *
text_of (const TwResponse *response)
{
  gsize length = 0;
  const char *data = (const char *) tw_response_body (response, &length);

  return g_strndup (data, length);
}

/* Our own fault, of which nothing is told, and nothing else of the reply goes out with it. */
static void
assert_internal (const TwResponse *response)
{
  g_autofree char *text = text_of (response);

  g_assert_cmpuint (tw_response_status (response), ==, 500);
  g_assert_cmpstr (
    text, ==,
    "{\"title\":\"Internal Server Error\",\"status\":500,\"detail\":\"Something went wrong on our side\"}");
  g_assert_null (tw_response_header (response, "Location"));
  g_assert_null (tw_response_header (response, "Set-Cookie"));
  g_assert_null (tw_response_header (response, "Contact-Revision"));
}

/* A contact as the book sends it, with @key and @last_seen, but without its end. */
static void
put_contact (Fixture *fixture, const char *key, const char *last_seen)
{
  open_struct (&fixture->writer, 0);
  put_string (&fixture->writer, 1, key);
  put_string (&fixture->writer, 2, "me");
  put_string (&fixture->writer, 3, "Ada");
  tw_writer_field (&fixture->writer, TW_WIRE_LIST, 5);
  tw_writer_list (&fixture->writer, TW_WIRE_STRING, 0);
  tw_writer_field (&fixture->writer, TW_WIRE_SET, 6);
  tw_writer_set (&fixture->writer, TW_WIRE_I32, 0);
  tw_writer_field (&fixture->writer, TW_WIRE_MAP, 7);
  tw_writer_map (&fixture->writer, TW_WIRE_STRING, TW_WIRE_STRING, 0);
  tw_writer_field (&fixture->writer, TW_WIRE_MAP, 8);
  tw_writer_map (&fixture->writer, TW_WIRE_I32, TW_WIRE_STRUCT, 0);
  tw_writer_field (&fixture->writer, TW_WIRE_I64, 14);
  tw_writer_i64 (&fixture->writer, 7);
  put_string (&fixture->writer, 15, last_seen);
}

static void
test_value (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = NULL;

  put_contact (fixture, "a/b \r\nX: y", "k1");
  response = answer_struct (fixture, "write");
  g_assert_cmpuint (tw_response_status (response), ==, 201);
  g_assert_cmpstr (tw_response_header (response, "Location"), ==, "/v1/contacts/a%2Fb%20%0D%0AX%3A%20y");
  g_assert_cmpstr (tw_response_header (response, "Contact-Revision"), ==, "7");
  g_assert_cmpstr (tw_response_header (response, "ETag"), ==, "\"7-Ada\"");
  g_assert_cmpstr (tw_response_header (response, "Cache-Control"), ==, "private, no-cache");
  g_assert_cmpstr (tw_response_header (response, "Set-Cookie"), ==, "last_seen=k1; Path=/; HttpOnly; SameSite=Strict");
}

/* A part of the book without contacts, for a request with @target: @after leads to the next part, and @start, where it is
 * not negative, to the first. */
static TwResponse *
answer_part (Fixture *fixture, const char *target, const char *after, gint32 start)
{
  TwWriter *writer = &fixture->writer;

  tw_target_parse (&fixture->target, target, NULL);
  open_struct (writer, 0);
  tw_writer_field (writer, TW_WIRE_LIST, 1);
  tw_writer_list (writer, TW_WIRE_STRUCT, 0);
  if (after != NULL)
    put_string (writer, 2, after);
  if (start >= 0)
    put_i32 (writer, 3, start);
  return answer_struct (fixture, "leaf");
}

static void
test_link_to_the_next_part (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = answer_part (fixture, "/v1/contacts?page_size=2&after=1", "a&b>\r\n\"", -1);
  g_autofree char *text = text_of (response);

  g_assert_cmpstr (tw_response_header (response, "Link"), ==,
                   "</v1/contacts?page_size=2&after=a%26b%3E%0D%0A%22>; rel=\"next\"");
  g_assert_cmpstr (text, ==, "{\"contacts\":[],\"after\":\"a&b>\\r\\n\\\"\"}");
}

static void
test_links_to_several_parts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = answer_part (fixture, "/v1/contacts?after=2", "4", 0);

  g_assert_cmpstr (tw_response_header (response, "Link"), ==,
                   "</v1/contacts?after=4>; rel=\"next\", </v1/contacts?after=0>; rel=\"first\"");
}

/* What came unescaped is escaped, and so may be too long for a head. */
static void
test_link_that_is_too_long_is_left_out (Fixture *fixture, gconstpointer data)
{
  const gsize around = strlen ("</v1/contacts?kind=&after=4>; rel=\"next\"");

  for (gsize over = 0; over <= 1; over++)
    {
      g_autofree char *plain = g_strnfill ((TW_LINK_MAX_SIZE - around) % 3 + over, 'a');
      g_autofree char *escaped = g_strnfill ((TW_LINK_MAX_SIZE - around) / 3, '>');
      g_autofree char *target = g_strconcat ("/v1/contacts?kind=", plain, escaped, NULL);
      g_autoptr (TwResponse) response = NULL;
      const char *link;

      tw_target_clear (&fixture->target);
      tw_buffer_clear (&fixture->bytes);
      tw_writer_init (&fixture->writer, TW_PROTOCOL_BINARY, &fixture->bytes);
      tw_writer_struct_begin (&fixture->writer);
      response = answer_part (fixture, target, "4", -1);
      g_assert_cmpuint (tw_response_status (response), ==, 200);
      link = tw_response_header (response, "Link");
      if (over > 0)
        g_assert_null (link);
      else
        g_assert_cmpuint (strlen (link), ==, TW_LINK_MAX_SIZE);
    }
}

static void
test_last_part_has_no_link (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = answer_part (fixture, "/v1/contacts?after=2", NULL, -1);

  g_assert_cmpuint (tw_response_status (response), ==, 200);
  g_assert_null (tw_response_header (response, "Link"));
}

static void
test_cookie_that_can_not_be_one (Fixture *fixture, gconstpointer data)
{
  static const char *const values[] = { "a;Domain=evil", "a\r\nX: y", "a b", "\"a\"", "a,b", "a\\b", "\xc3\xa9", "\x7f" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (TwResponse) response = NULL;

      tw_buffer_clear (&fixture->bytes);
      tw_writer_init (&fixture->writer, TW_PROTOCOL_BINARY, &fixture->bytes);
      tw_writer_struct_begin (&fixture->writer);
      put_contact (fixture, "k", values[i]);
      response = answer_struct (fixture, "write");
      g_assert_cmpuint (tw_response_status (response), ==, 201);
      g_assert_null (tw_response_header (response, "Set-Cookie"));
    }
}

static void
test_value_of_another_shape (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = NULL;

  put_contact (fixture, "k1", "k1");
  put_string (&fixture->writer, 10, "an i8 in the schema");
  response = answer_struct (fixture, "write");
  assert_internal (response);
}

static void
test_reply_without_a_value (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = answer (fixture, "write", NULL);

  assert_internal (response);
}

static void
test_field_of_another_type (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = NULL;

  put_i32 (&fixture->writer, 0, 5);
  response = answer (fixture, "write", NULL);
  assert_internal (response);
}

static void
test_exception (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = NULL;
  g_autofree char *text = NULL;

  open_struct (&fixture->writer, 1);
  put_i32 (&fixture->writer, 1, 409);
  put_string (&fixture->writer, 2, "It is \"taken\"");
  response = answer_struct (fixture, "write");
  text = text_of (response);
  g_assert_cmpstr (text, ==, "{\"title\":\"Conflict\",\"status\":409,\"detail\":\"It is \\\"taken\\\"\"}");
}

/* By the names of the arguments: the request has them by others, or elsewhere. */
static void
test_exception_says_what_it_is_about (Fixture *fixture, gconstpointer data)
{
  static const char *const places[][2]
      = { { "fullName", "body.full_name" }, { "addresses[2].city", "body.addresses[2].city" },
          { "requestKey", "header.request-key" }, { "campaign", "cookie.campaign" }, { "elsewhere", "body.elsewhere" } };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (TwResponse) response = NULL;
      g_autofree char *text = NULL, *expected = NULL;

      tw_buffer_clear (&fixture->bytes);
      tw_writer_init (&fixture->writer, TW_PROTOCOL_BINARY, &fixture->bytes);
      tw_writer_struct_begin (&fixture->writer);
      open_struct (&fixture->writer, 1);
      put_i32 (&fixture->writer, 1, 400);
      put_string (&fixture->writer, 2, "No");
      put_string (&fixture->writer, 5, places[i][0]);
      response = answer_struct (fixture, "write");
      text = text_of (response);
      expected = g_strdup_printf ("{\"title\":\"Bad Request\",\"status\":400,\"detail\":\"No\","
                                  "\"errors\":[{\"location\":\"%s\",\"detail\":\"No\"}]}",
                                  places[i][1]);
      g_assert_cmpstr (text, ==, expected);
    }
}

static void
test_exception_that_passes_says_when_to_try_again (Fixture *fixture, gconstpointer data)
{
  static const gint32 statuses[] = { 429, 503 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (TwResponse) response = NULL;

      tw_buffer_clear (&fixture->bytes);
      tw_writer_init (&fixture->writer, TW_PROTOCOL_BINARY, &fixture->bytes);
      tw_writer_struct_begin (&fixture->writer);
      open_struct (&fixture->writer, 1);
      put_i32 (&fixture->writer, 1, statuses[i]);
      response = answer_struct (fixture, "write");
      g_assert_cmpuint (tw_response_status (response), ==, statuses[i]);
      g_assert_cmpstr (tw_response_header (response, "Retry-After"), ==, "1");
    }
}

static void
test_exception_says_itself_when_to_try_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = NULL;

  open_struct (&fixture->writer, 1);
  put_i32 (&fixture->writer, 1, 429);
  put_i32 (&fixture->writer, 4, 1800);
  response = answer_struct (fixture, "write");
  g_assert_cmpuint (tw_response_status (response), ==, 429);
  g_assert_cmpstr (tw_response_header (response, "Retry-After"), ==, "1800");
}

static void
test_exception_without_a_status_of_errors (Fixture *fixture, gconstpointer data)
{
  static const gint32 statuses[] = { 0, -1, 200, 399, 600, G_MAXINT32 };

  for (guint i = 0; i <= G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (TwResponse) response = NULL;

      tw_buffer_clear (&fixture->bytes);
      tw_writer_init (&fixture->writer, TW_PROTOCOL_BINARY, &fixture->bytes);
      tw_writer_struct_begin (&fixture->writer);
      open_struct (&fixture->writer, 1);
      if (i < G_N_ELEMENTS (statuses))
        put_i32 (&fixture->writer, 1, statuses[i]);
      put_string (&fixture->writer, 2, "a secret of the service");
      response = answer_struct (fixture, "write");
      assert_internal (response);
    }
}

static void
test_failures (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    TwErrorCode code;
    guint status;
  } failures[] = { { TW_ERROR_UNAVAILABLE, 503 }, { TW_ERROR_TIMEOUT, 504 }, { TW_ERROR_INTERNAL, 500 } };

  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (TW_ERROR, failures[i].code, "127.0.0.1:6001 is a secret");
      g_autoptr (TwResponse) response = answer_reply (fixture, "write", NULL, &(TwClientReply) { .error = error });
      g_autofree char *text = text_of (response);

      g_assert_cmpuint (tw_response_status (response), ==, failures[i].status);
      g_assert_null (strstr (text, "secret"));
    }
}

static void
test_application_exception (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = NULL;

  put_string (&fixture->writer, 1, "a secret of the service");
  tw_writer_struct_end (&fixture->writer);
  response = answer_reply (fixture, "write", NULL,
                           &(TwClientReply) { .type = TW_MESSAGE_EXCEPTION,
                                              .protocol = TW_PROTOCOL_BINARY,
                                              .body = fixture->bytes.data,
                                              .length = fixture->bytes.len });
  assert_internal (response);
}

static TwResponse *
answer_visit (Fixture *fixture, const char *owner, const char *visit, const char *pass)
{
  open_struct (&fixture->writer, 0);
  if (owner != NULL)
    put_string (&fixture->writer, 1, owner);
  if (visit != NULL)
    put_string (&fixture->writer, 2, visit);
  put_string (&fixture->writer, 3, "Hello");
  if (pass != NULL)
    put_string (&fixture->writer, 4, pass);
  return answer_struct (fixture, "enter");
}

static void
test_session (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = answer_visit (fixture, "me", "s1", NULL);
  g_autofree char *text = text_of (response);

  g_assert_cmpuint (tw_response_status (response), ==, 201);
  g_assert_true (g_str_has_prefix (text, "{\"greeting\":\"Hello\",\"accessToken\":\""));
  g_assert_true (g_str_has_suffix (text, "\",\"tokenType\":\"Bearer\",\"expiresIn\":900}"));
}

static void
test_secret_in_the_body (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = answer_visit (fixture, "me", "s1", "p1; a \"strange\" one");
  g_autofree char *text = text_of (response);

  g_assert_nonnull (strstr (text, "\"stamp\":\"p1; a \\\"strange\\\" one\""));
  g_assert_null (tw_response_header (response, "Set-Cookie"));
}

static void
test_secret_in_a_cookie (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = NULL;
  g_autofree char *text = NULL;

  fixture->cookies = TRUE;
  fixture->secure = GPOINTER_TO_INT (data);
  response = answer_visit (fixture, "me", "s1", "p1");
  text = text_of (response);
  g_assert_cmpuint (tw_response_status (response), ==, 201);
  g_assert_true (g_str_has_prefix (text, "{\"greeting\":\"Hello\",\"accessToken\":\""));
  g_assert_cmpstr (tw_response_header (response, "Set-Cookie"), ==,
                   fixture->secure ? "visit_stamp=p1; Path=/v1/visits; Max-Age=3600; HttpOnly; SameSite=Strict; Secure"
                                   : "visit_stamp=p1; Path=/v1/visits; Max-Age=3600; HttpOnly; SameSite=Strict");
}

/* The client would be left without it. */
static void
test_secret_that_can_be_no_cookie (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = NULL;

  fixture->cookies = TRUE;
  response = answer_visit (fixture, "me", "s1", "p1; Domain=example.org");
  assert_internal (response);
}

static void
test_refused_cookie_is_dropped (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    gint32 status;
    gboolean dropped;
  } cases[] = { { 400, TRUE }, { 401, TRUE }, { 403, FALSE }, { 409, FALSE }, { 429, FALSE }, { 503, FALSE } };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (cases); i++)
    {
      gboolean dropped = cases[i / 2].dropped && i % 2 == 1;
      g_autoptr (TwResponse) response = NULL;

      fixture->cookies = i % 2 == 1;
      tw_buffer_clear (&fixture->bytes);
      tw_writer_init (&fixture->writer, TW_PROTOCOL_BINARY, &fixture->bytes);
      tw_writer_struct_begin (&fixture->writer);
      open_struct (&fixture->writer, 1);
      put_i32 (&fixture->writer, 1, cases[i / 2].status);
      response = answer_struct (fixture, "again");
      g_assert_cmpuint (tw_response_status (response), ==, cases[i / 2].status);
      g_assert_cmpstr (tw_response_header (response, "Set-Cookie"), ==,
                       dropped ? "visit_stamp=; Path=/v1/visits; Max-Age=0; HttpOnly; SameSite=Strict" : NULL);
    }
}

static void
test_leaving_drops_the_cookie (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = NULL;

  fixture->cookies = fixture->secure = TRUE;
  response = answer (fixture, "leave", NULL);
  g_assert_cmpuint (tw_response_status (response), ==, 204);
  g_assert_cmpstr (tw_response_header (response, "Set-Cookie"), ==,
                   "visit_stamp=; Path=/v1/visits; Max-Age=0; HttpOnly; SameSite=Strict; Secure");
}

/* A token without its session could never be ended. */
static void
test_session_of_nobody (Fixture *fixture, gconstpointer data)
{
  const char *const *names = data;
  g_autoptr (TwResponse) response = answer_visit (fixture, names[0], names[1], NULL);

  assert_internal (response);
}

/* The claims of the access token in @json. */
static char *
claims_in (const char *json)
{
  const char *token = strstr (json, "\"accessToken\":\""), *claims = token != NULL ? strchr (token, '.') : NULL;
  gsize n;
  guint8 *bytes;
  char *text;

  g_assert_nonnull (claims);
  bytes = tw_base64url_decode (claims + 1, strcspn (claims + 1, "."), &n);
  g_assert_nonnull (bytes);
  text = g_strndup ((const char *) bytes, n);
  g_free (bytes);
  return text;
}

/* Of the one that is answered there is nothing to end, and the other is nobody's business. */
static void
test_session_that_a_reply_ends (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwResponse) response = NULL;
  g_autofree char *text = NULL;
  g_autofree char *claims = NULL;

  open_struct (&fixture->writer, 0);
  put_string (&fixture->writer, 1, "me");
  put_string (&fixture->writer, 2, "s2");
  put_string (&fixture->writer, 3, "Hello");
  put_string (&fixture->writer, 5, "s1");
  response = answer_struct (fixture, "enter");
  text = text_of (response);
  g_assert_cmpuint (tw_response_status (response), ==, 201);
  g_assert_true (tw_revocations_contains (fixture->revocations, "s1"));
  g_assert_false (tw_revocations_contains (fixture->revocations, "s2"));
  g_assert_true (g_str_has_prefix (text, "{\"greeting\":\"Hello\",\"accessToken\":\""));
  claims = claims_in (text);
  g_assert_nonnull (strstr (claims, "\"sid\":\"s2\""));
  g_assert_null (strstr (claims, "s1"));
}

/* Another gateway, whose clock is ahead, may have issued a token just now. */
static void
test_ended_session_is_held_as_long_as_a_token_can_be_valid (Fixture *fixture, gconstpointer data)
{
  const char *object = "{\"sub\":\"me\",\"sid\":\"s1\",\"iat\":1,\"exp\":2}";
  g_autofree char *part = tw_base64url_encode (object, strlen (object));
  g_autoptr (TwClaims) claims = tw_claims_parse (part, strlen (part));
  g_autoptr (TwResponse) response = answer (fixture, "leave", claims);

  g_assert_cmpuint (tw_response_status (response), ==, 204);
  g_assert_true (tw_revocations_contains (fixture->revocations, "s1"));
  tw_clock_advance (fixture->clock, (LIFETIME_S + TW_TOKEN_MAX_SKEW_S) * 1000 - 1);
  g_assert_true (tw_revocations_contains (fixture->revocations, "s1"));
  tw_clock_advance (fixture->clock, 1);
  g_assert_false (tw_revocations_contains (fixture->revocations, "s1"));
}

static void
add (const char *name, gconstpointer data, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (name, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  static const char *const no_session[] = { "me", NULL }, *const no_owner[] = { NULL, "s1" },
                           *const empty_session[] = { "me", "" };

  g_test_init (&argc, &argv, NULL);
  tw_log_init ("test", TW_LOG_ERROR);
  add ("/answer/value-with-location-header-and-cookie", NULL, test_value);
  add ("/answer/link-to-the-next-part", NULL, test_link_to_the_next_part);
  add ("/answer/links-to-several-parts", NULL, test_links_to_several_parts);
  add ("/answer/link-that-is-too-long-is-left-out", NULL, test_link_that_is_too_long_is_left_out);
  add ("/answer/last-part-has-no-link", NULL, test_last_part_has_no_link);
  add ("/answer/cookie-that-can-not-be-one-is-left-out", NULL, test_cookie_that_can_not_be_one);
  add ("/answer/value-of-another-shape", NULL, test_value_of_another_shape);
  add ("/answer/reply-without-a-value", NULL, test_reply_without_a_value);
  add ("/answer/field-of-another-type", NULL, test_field_of_another_type);
  add ("/answer/exception", NULL, test_exception);
  add ("/answer/exception-says-what-it-is-about", NULL, test_exception_says_what_it_is_about);
  add ("/answer/exception-that-passes-says-when-to-try-again", NULL, test_exception_that_passes_says_when_to_try_again);
  add ("/answer/exception-says-itself-when-to-try-again", NULL, test_exception_says_itself_when_to_try_again);
  add ("/answer/exception-without-a-status-of-errors", NULL, test_exception_without_a_status_of_errors);
  add ("/answer/failures-tell-no-addresses", NULL, test_failures);
  add ("/answer/application-exception-is-told-to-nobody", NULL, test_application_exception);
  add ("/answer/session", NULL, test_session);
  add ("/answer/session-that-a-reply-ends", NULL, test_session_that_a_reply_ends);
  add ("/answer/secret-in-the-body", NULL, test_secret_in_the_body);
  add ("/answer/secret-in-a-cookie", GINT_TO_POINTER (FALSE), test_secret_in_a_cookie);
  add ("/answer/secret-in-a-secure-cookie", GINT_TO_POINTER (TRUE), test_secret_in_a_cookie);
  add ("/answer/secret-that-can-be-no-cookie", NULL, test_secret_that_can_be_no_cookie);
  add ("/answer/refused-cookie-is-dropped", NULL, test_refused_cookie_is_dropped);
  add ("/answer/leaving-drops-the-cookie", NULL, test_leaving_drops_the_cookie);
  add ("/answer/session-without-its-name", no_session, test_session_of_nobody);
  add ("/answer/session-without-its-owner", no_owner, test_session_of_nobody);
  add ("/answer/session-with-an-empty-name", empty_session, test_session_of_nobody);
  add ("/answer/ended-session-is-held-as-long-as-a-token-can-be-valid", NULL,
       test_ended_session_is_held_as_long_as_a_token_can_be_valid);
  return g_test_run ();
}
