/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-document.h"
#include "tw-task-document.h"

#include "tw-mongo-session.h"

#include <math.h>
#include <string.h>

#define CREATED_MS 1600000000123

static bson_t *
five_fields (void)
{
  bson_oid_t id;

  bson_oid_init_from_string (&id, "65f0aa00bbccddeeff001122");
  return BCON_NEW ("_id", BCON_OID (&id), "userId", BCON_UTF8 ("ann"), "name", BCON_UTF8 ("a name"), "createdOn",
                   BCON_DATE_TIME (CREATED_MS), "done", BCON_BOOL (true));
}

/* @document without @field; frees @document. */
static bson_t *
without (bson_t *document, const char *field)
{
  bson_t *rest = bson_new ();

  bson_copy_to_excluding_noinit (document, rest, field, NULL);
  bson_destroy (document);
  return rest;
}

/* What is read of @document, which is freed. */
static TwTaskRecord *
read_document (bson_t *document)
{
  atomic_flag warned = ATOMIC_FLAG_INIT;
  TwTaskRecord *task = tw_task_document_read (document, &warned);

  bson_destroy (document);
  return task;
}

static void
test_five_fields_are_a_task (void)
{
  g_autoptr (TwTaskRecord) task = read_document (five_fields ());

  g_assert_cmpstr (task->id, ==, "65f0aa00bbccddeeff001122");
  g_assert_cmpstr (task->user_id, ==, "ann");
  g_assert_cmpstr (task->name, ==, "a name");
  g_assert_cmpint (task->created_ms, ==, CREATED_MS);
  g_assert_cmpint (task->updated_ms, ==, CREATED_MS);
  g_assert_cmpint (task->version, ==, 1);
  g_assert_true (task->done);
}

static void
test_what_is_made_is_read_back (void)
{
  char id[] = "65f0aa00bbccddeeff001122", user[] = "ünïcode", name[] = "漢字 🐙";
  const TwTaskRecord task = {
    .has = (TW_TASK_HAS_VERSION << 1) - 1,
    .id = id,
    .user_id = user,
    .name = name,
    .created_ms = CREATED_MS,
    .done = TRUE,
    .updated_ms = CREATED_MS + 5,
    .version = G_MAXINT64,
  };
  g_autoptr (TwTaskRecord) got = read_document (tw_record_document_new (&tw_task_type, &task));

  g_assert_cmpstr (got->id, ==, id);
  g_assert_cmpstr (got->user_id, ==, user);
  g_assert_cmpstr (got->name, ==, name);
  g_assert_cmpint (got->created_ms, ==, CREATED_MS);
  g_assert_cmpint (got->updated_ms, ==, CREATED_MS + 5);
  g_assert_cmpint (got->version, ==, G_MAXINT64);
  g_assert_true (got->done);
}

/* Appends the field @name in each type that a number may have. */
#define N_NUMBERS 4

static void
append_number (bson_t *document, const char *name, guint type, int value)
{
  bson_decimal128_t decimal;
  g_autofree char *digits = g_strdup_printf ("%d", value);

  bson_decimal128_from_string (digits, &decimal);
  if (type == 0)
    BSON_APPEND_INT32 (document, name, value);
  else if (type == 1)
    BSON_APPEND_INT64 (document, name, value);
  else if (type == 2)
    BSON_APPEND_DOUBLE (document, name, value);
  else
    BSON_APPEND_DECIMAL128 (document, name, &decimal);
}

static void
test_numbers_of_any_type_count (void)
{
  for (guint type = 0; type < N_NUMBERS; type++)
    for (int value = 0; value < 2; value++)
      {
        bson_t *document = without (five_fields (), "done");
        g_autoptr (TwTaskRecord) task = NULL;

        append_number (document, "version", type, 41 + value);
        append_number (document, "done", type, value);
        task = read_document (document);
        g_assert_cmpint (task->version, ==, 41 + value);
        g_assert_cmpint (task->done, ==, value);
      }
}

static void
test_what_is_no_version_is_the_first (void)
{
  const double odd[] = { G_MAXDOUBLE, -G_MAXDOUBLE, (double) INFINITY, (double) NAN };
  bson_t *document = five_fields ();
  TwTaskRecord *task;

  BSON_APPEND_UTF8 (document, "version", "seven");
  task = read_document (document);
  g_assert_cmpint (task->version, ==, 1);
  g_free (task);
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      document = five_fields ();
      BSON_APPEND_DOUBLE (document, "version", odd[i]);
      task = read_document (document);
      g_assert_cmpint (task->version, ==, 1);
      g_free (task);
    }
}

static void
test_without_done_it_is_open (void)
{
  g_autoptr (TwTaskRecord) missing = read_document (without (five_fields (), "done"));
  bson_t *document = without (five_fields (), "done");
  g_autoptr (TwTaskRecord) null = NULL;

  g_assert_false (missing->done);
  BSON_APPEND_NULL (document, "done");
  null = read_document (document);
  g_assert_false (null->done);
}

static void
assert_name (const char *bytes, gsize length, const char *expected)
{
  bson_t *document = without (five_fields (), "name");
  g_autoptr (TwTaskRecord) task = NULL;

  bson_append_utf8 (document, "name", -1, bytes, (int) length);
  task = read_document (document);
  g_assert_cmpstr (task->name, ==, expected);
}

static void
test_name_that_can_not_be_sent_is_mended (void)
{
  g_autoptr (TwTaskRecord) missing = read_document (without (five_fields (), "name"));
  g_autofree char *longest = g_strnfill (100000, 'x');

  assert_name ("a\0b", 3, "a\xef\xbf\xbd" "b");
  assert_name ("\0", 1, "\xef\xbf\xbd");
  assert_name ("a\xff\xc3", 3, "a\xef\xbf\xbd\xef\xbf\xbd");
  assert_name ("\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  assert_name ("", 0, "");
  assert_name (longest, strlen (longest), longest);
  g_assert_cmpstr (missing->name, ==, "");
}

static void
test_what_is_not_a_task_is_left_out_and_said_once (void)
{
  static const char *const fields[] = { "_id", "userId", "createdOn" };
  atomic_flag warned = ATOMIC_FLAG_INIT;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stderr ("*left out a document*its _id is not an ObjectId*");
      g_test_trap_assert_stderr_unmatched ("*left out*left out*");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (TwBson) document = without (five_fields (), fields[i]);

      g_assert_null (tw_task_document_read (document, &warned));
      BSON_APPEND_INT32 (document, fields[i], 5);
      g_assert_null (tw_task_document_read (document, &warned));
    }
}

static void
test_of_what_was_removed_nothing_is_said (void)
{
  g_autoptr (TwBson) five = five_fields ();
  g_autoptr (TwBson) tombstone = bson_new ();
  atomic_flag warned = ATOMIC_FLAG_INIT;
  bson_iter_t id;

  g_assert_true (bson_iter_init_find (&id, five, "_id"));
  bson_append_iter (tombstone, NULL, 0, &id);
  BSON_APPEND_INT64 (tombstone, "version", 2);
  BSON_APPEND_DATE_TIME (tombstone, "gone", 5);
  g_assert_null (tw_task_document_read (tombstone, &warned));
  g_assert_false (atomic_flag_test_and_set (&warned));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task-document/five-fields-are-a-task", test_five_fields_are_a_task);
  g_test_add_func ("/task-document/what-is-made-is-read-back", test_what_is_made_is_read_back);
  g_test_add_func ("/task-document/numbers-of-any-type-count", test_numbers_of_any_type_count);
  g_test_add_func ("/task-document/what-is-no-version-is-the-first", test_what_is_no_version_is_the_first);
  g_test_add_func ("/task-document/without-done-it-is-open", test_without_done_it_is_open);
  g_test_add_func ("/task-document/name-that-can-not-be-sent-is-mended", test_name_that_can_not_be_sent_is_mended);
  g_test_add_func ("/task-document/of-what-was-removed-nothing-is-said", test_of_what_was_removed_nothing_is_said);
  g_test_add_func ("/task-document/what-is-not-a-task-is-left-out-and-said-once",
                   test_what_is_not_a_task_is_left_out_and_said_once);
  return g_test_run ();
}
