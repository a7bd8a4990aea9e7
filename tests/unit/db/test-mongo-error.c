/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo-error.h"

#include <string.h>

/* Each as libmongoc says it: what it means, and whether a write may have happened. */
static const struct
{
  guint32 domain, code;
  TwMongoMeaning meaning;
  gboolean doubt;
} errors[] = {
  { MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET, TW_MONGO_ERROR_AWAY, TRUE },
  { MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_CONNECT, TW_MONGO_ERROR_AWAY, TRUE },
  { MONGOC_ERROR_SERVER_SELECTION, MONGOC_ERROR_SERVER_SELECTION_FAILURE, TW_MONGO_ERROR_AWAY, FALSE },
  { MONGOC_ERROR_CLIENT, MONGOC_ERROR_CLIENT_AUTHENTICATE, TW_MONGO_ERROR_AWAY, FALSE },
  { MONGOC_ERROR_SCRAM, MONGOC_ERROR_SCRAM_PROTOCOL_ERROR, TW_MONGO_ERROR_AWAY, FALSE },
  { MONGOC_ERROR_SERVER, 18, TW_MONGO_ERROR_AWAY, FALSE },
  { MONGOC_ERROR_SERVER, 10107, TW_MONGO_ERROR_AWAY, FALSE },
  { MONGOC_ERROR_SERVER, 13435, TW_MONGO_ERROR_AWAY, FALSE },
  { MONGOC_ERROR_SERVER, 11600, TW_MONGO_ERROR_AWAY, TRUE },
  { MONGOC_ERROR_SERVER, 189, TW_MONGO_ERROR_AWAY, TRUE },
  { MONGOC_ERROR_SERVER, 11000, TW_MONGO_ERROR_CONFLICT, FALSE },
  { MONGOC_ERROR_SERVER, 11001, TW_MONGO_ERROR_CONFLICT, FALSE },
  { MONGOC_ERROR_SERVER, 12582, TW_MONGO_ERROR_CONFLICT, FALSE },
  { MONGOC_ERROR_SERVER, 50, TW_MONGO_ERROR_BUSY, TRUE },
  { MONGOC_ERROR_SERVER, 13, TW_MONGO_ERROR_DENIED, FALSE },
  { MONGOC_ERROR_SERVER, 2, TW_MONGO_ERROR_OTHER, FALSE },
  { MONGOC_ERROR_WRITE_CONCERN, 64, TW_MONGO_ERROR_BUSY, TRUE },
  { MONGOC_ERROR_WRITE_CONCERN, 79, TW_MONGO_ERROR_BUSY, TRUE },
  { MONGOC_ERROR_WRITE_CONCERN, 91, TW_MONGO_ERROR_AWAY, TRUE },
  { MONGOC_ERROR_BSON, MONGOC_ERROR_BSON_INVALID, TW_MONGO_ERROR_OTHER, FALSE },
  /* Numbers of libmongoc's own that a server uses for something else. */
  { MONGOC_ERROR_COMMAND, 13, TW_MONGO_ERROR_OTHER, FALSE },
};

static void
test_meanings (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      bson_error_t why = { .domain = errors[i].domain, .code = errors[i].code };

      g_test_message ("domain %u, code %u", why.domain, why.code);
      g_assert_cmpint (tw_mongo_error_meaning (&why, NULL), ==, errors[i].meaning);
      g_assert_cmpint (tw_mongo_error_leaves_doubt (&why, errors[i].meaning), ==, errors[i].doubt);
    }
}

/* A code that is not in our table, but in the server's. */
static void
test_label_says_that_it_may_be_sent_again (void)
{
  bson_t *reply = BCON_NEW ("errorLabels", "[", "RetryableWriteError", "]");
  bson_error_t why = { .domain = MONGOC_ERROR_SERVER, .code = 4711 };

  g_assert_cmpint (tw_mongo_error_meaning (&why, NULL), ==, TW_MONGO_ERROR_OTHER);
  g_assert_cmpint (tw_mongo_error_meaning (&why, reply), ==, TW_MONGO_ERROR_BUSY);
  bson_destroy (reply);
}

/* Servers repeat what was sent to them. */
static void
test_reason_tells_nothing_of_people (void)
{
  static const guint32 codes[] = { 13, 18, 11000 };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      bson_error_t why = { .domain = MONGOC_ERROR_SERVER, .code = codes[i] };
      g_autofree char *reason = NULL;

      g_strlcpy (why.message, "{ email: \"anna@example.org\" }", sizeof why.message);
      reason = tw_mongo_error_reason (&why);
      g_assert_null (strstr (reason, "anna"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mongo/error/meanings", test_meanings);
  g_test_add_func ("/mongo/error/label-says-that-it-may-be-sent-again", test_label_says_that_it_may_be_sent_again);
  g_test_add_func ("/mongo/error/reason-tells-nothing-of-people", test_reason_tells_nothing_of_people);
  return g_test_run ();
}
