/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo-uri.h"

#include "tw-error.h"
#include "tw-mongo.h"
#include "tw-temporary-folder.h"

#include <string.h>

static TwMongoUri *
take (const char *text)
{
  g_autoptr (GError) error = NULL;
  TwMongoUri *uri = tw_mongo_uri_new (text, "tests", TW_MONGO_DEADLINE_MS, &error);

  g_assert_no_error (error);
  return uri;
}

static gint32
number (const TwMongoUri *uri, const char *option)
{
  return mongoc_uri_get_option_as_int32 (uri, option, -1);
}

static void
test_defaults (void)
{
  g_autoptr (TwMongoUri) uri = take ("mongodb://db.example");
  const mongoc_write_concern_t *concern = mongoc_uri_get_write_concern (uri);

  g_assert_cmpint (mongoc_write_concern_get_w (concern), ==, MONGOC_WRITE_CONCERN_W_MAJORITY);
  g_assert_true (mongoc_write_concern_get_journal (concern));
  g_assert_cmpint (mongoc_write_concern_get_wtimeout_int64 (concern), ==, 1000);
  g_assert_cmpint (number (uri, MONGOC_URI_CONNECTTIMEOUTMS), ==, 1000);
  g_assert_cmpint (number (uri, MONGOC_URI_SOCKETTIMEOUTMS), ==, 1200);
  g_assert_cmpint (number (uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS), ==, 1200);
  g_assert_cmpint (number (uri, MONGOC_URI_WAITQUEUETIMEOUTMS), ==, 500);
  g_assert_true (mongoc_uri_get_option_as_bool (uri, MONGOC_URI_RETRYWRITES, false));
  g_assert_true (mongoc_uri_get_option_as_bool (uri, MONGOC_URI_RETRYREADS, false));
  g_assert_cmpuint (tw_mongo_uri_threads (uri), ==, 32);
  g_assert_cmpint (number (uri, MONGOC_URI_MAXPOOLSIZE), ==, 33);
  g_assert_cmpint (tw_mongo_uri_max_time_ms (uri, TW_MONGO_DEADLINE_MS), <, 1200);
  g_assert_cmpstr (mongoc_uri_get_appname (uri), ==, "tests");
}

static void
test_what_it_says_holds (void)
{
  g_autoptr (TwMongoUri) uri =
    take ("mongodb://u:p@db.example/mine?w=2&journal=false&wtimeoutMS=77&connectTimeoutMS=11&socketTimeoutMS=22&"
          "serverSelectionTimeoutMS=33&waitQueueTimeoutMS=44&retryWrites=false&retryReads=false&maxPoolSize=5&"
          "appName=other&readPreference=primary&replicaSet=rs0&authSource=admin");
  const mongoc_write_concern_t *concern = mongoc_uri_get_write_concern (uri);

  g_assert_cmpint (mongoc_write_concern_get_w (concern), ==, 2);
  g_assert_false (mongoc_write_concern_get_journal (concern));
  g_assert_cmpint (mongoc_write_concern_get_wtimeout_int64 (concern), ==, 77);
  g_assert_cmpint (number (uri, MONGOC_URI_CONNECTTIMEOUTMS), ==, 11);
  g_assert_cmpint (number (uri, MONGOC_URI_SOCKETTIMEOUTMS), ==, 22);
  g_assert_cmpint (number (uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS), ==, 33);
  g_assert_cmpint (number (uri, MONGOC_URI_WAITQUEUETIMEOUTMS), ==, 44);
  g_assert_false (mongoc_uri_get_option_as_bool (uri, MONGOC_URI_RETRYWRITES, true));
  g_assert_false (mongoc_uri_get_option_as_bool (uri, MONGOC_URI_RETRYREADS, true));
  g_assert_cmpuint (tw_mongo_uri_threads (uri), ==, 5);
  g_assert_cmpstr (mongoc_uri_get_appname (uri), ==, "other");
  g_assert_cmpstr (mongoc_uri_get_database (uri), ==, "mine");
  g_assert_cmpstr (mongoc_uri_get_password (uri), ==, "p");
}

static void
test_named_write_concern_stays (void)
{
  g_autoptr (TwMongoUri) uri = take ("mongodb://db.example/?w=two-rooms");
  const mongoc_write_concern_t *concern = mongoc_uri_get_write_concern (uri);

  g_assert_cmpstr (mongoc_write_concern_get_wtag (concern), ==, "two-rooms");
  g_assert_true (mongoc_write_concern_get_journal (concern));
}

static void
test_threads_have_bounds (void)
{
  g_autoptr (TwMongoUri) many = take ("mongodb://db.example/?maxPoolSize=1000");
  g_autoptr (TwMongoUri) fewer = take ("mongodb://db.example/?maxPoolSize=-3");

  g_assert_cmpuint (tw_mongo_uri_threads (many), ==, 256);
  g_assert_cmpuint (tw_mongo_uri_threads (fewer), ==, 1);
}

/* A URI that is refused, and what the line has to name. */
static const struct
{
  const char *uri;
  const char *names;
} refused[] = {
  { "", "" },
  { "mongodb", "" },
  { "http://us3r:s3cret@db.example/", "" },
  { "mongodb://", "" },
  { "mongodb://us3r:s3cret@/", "" },
  { "mongodb://us3r:s3cret@db.example:port/", "" },
  { "mongodb://us3r:s3cret@db.example/?w=0", "w=0" },
  { "mongodb://us3r:s3cret@db.example/?w=-1", "" },
  { "mongodb://us3r:s3cret@db.example/?w=0&journal=true", "" },
  { "mongodb://us3r:s3cret@db.example/?readPreference=secondary", "readPreference" },
  { "mongodb://us3r:s3cret@db.example/?readPreference=primaryPreferred", "readPreference" },
  { "mongodb://us3r:s3cret@db.example/?slaveOk=true", "slaveok" },
  { "mongodb://us3r:s3cret@db.example/?socketTimeoutMs=0", "sockettimeoutms" },
  { "mongodb://us3r:s3cret@db.example/?connectTimeoutMs=-5", "connecttimeoutms" },
  { "mongodb://us3r:s3cret@db.example/?serverSelectionTimeoutMS=0", "serverselectiontimeoutms" },
  { "mongodb://us3r:s3cret@db.example/?socketTimeoutMs=soon", "ocket" },
  { "mongodb://us3r:s3cret@db.example/?sokketTimeoutMs=5", "sokkettimeoutms" },
  { "mongodb://us3r:s3cret@db.example/?retryWrites=perhaps", "retry" },
  { "mongodb://us3r:s3cret@db.example/?tlsCAFile=/nowhere/ca.pem", "/nowhere/ca.pem" },
  { "mongodb://us3r:s3cret@db.example/?tlsCertificateKeyFilePassword=s3cret&nonsense=1", "nonsense" },
  { "mongodb://us3r:s3cret@db.example/?tlsCertificateKeyFilePassword=s3cret%", "" },
  { "mongodb://us3r:s3cret@db.example/a$b", "" },
  { "mongodb://us3r:s3cret/more@db.example/", "percent-encoded" },
  { "mongodb://us3r:s3cret:more@db.example/", "percent-encoded" },
  { "mongodb://us3r:s3cret%zz@db.example/", "percent-encoded" },
  { "mongodb://us3r:x@s3cret@db.example/", "percent-encoded" },
  { "mongodb://us3r:12/s3cret@db.example", "percent-encoded" },
  { "mongodb://us3r:s3cret%ff%fe@db.example/", "" },
};

static void
test_refused (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (tw_mongo_uri_new (refused[i].uri, "tests", TW_MONGO_DEADLINE_MS, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  g_assert_nonnull (strstr (error->message, refused[i].names));
  g_assert_null (strstr (error->message, "s3cret"));
  g_assert_null (strstr (error->message, "us3r"));
  g_assert_null (strchr (error->message, '\n'));
}

/* A / or an @ in an option is no part of a password. */
static void
test_marks_in_options (void)
{
  g_autoptr (TwMongoUri) uri = take ("mongodb://us3r:s3cret@db.example/?appName=a@b");

  g_assert_cmpstr (mongoc_uri_get_appname (uri), ==, "a@b");
}

static void
test_open_refuses (void)
{
  static const TwMongoSpec spec = { .data = "things", .database = "things-db" };
  g_autoptr (GError) error = NULL;

  g_assert_null (tw_mongo_open ("mongodb://us3r:s3cret@db.example/?w=0", &spec, TW_MONGO_SERVE, TW_MONGO_DEADLINE_MS,
                                &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
}

static void
test_certificate_file_must_be_there (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *file = g_build_filename (folder, "ca.pem", NULL);
  g_autofree char *text = g_strdup_printf ("mongodb://db.example/?tls=true&tlsCAFile=%s", file);
  g_autoptr (TwMongoUri) uri = NULL;

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  uri = take (text);
  g_assert_true (mongoc_uri_get_tls (uri));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mongo/uri/defaults", test_defaults);
  g_test_add_func ("/mongo/uri/what-it-says-holds", test_what_it_says_holds);
  g_test_add_func ("/mongo/uri/named-write-concern-stays", test_named_write_concern_stays);
  g_test_add_func ("/mongo/uri/threads-have-bounds", test_threads_have_bounds);
  g_test_add_func ("/mongo/uri/marks-in-options", test_marks_in_options);
  g_test_add_func ("/mongo/uri/open-refuses", test_open_refuses);
  g_test_add_func ("/mongo/uri/certificate-file-must-be-there", test_certificate_file_must_be_there);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *name = g_strdup_printf ("/mongo/uri/refused-without-credentials/%u", i);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_refused);
    }
  return g_test_run ();
}
