/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-changed.h"

#include "tw-error.h"
#include "tw-records.h"

static void
test_new_record_changes_what_it_has (void)
{
  const TwTaskRecord task = { .has = TW_TASK_HAS_ID | TW_TASK_HAS_NAME, .id = "000000000000000000000001", .name = "" };

  g_assert_cmphex (tw_commit_changed (&tw_task_type, NULL, &task), ==, TW_TASK_HAS_ID | TW_TASK_HAS_NAME);
}

static void
test_fields_that_are_other_are_changed (void)
{
  char name[] = "a name";
  const TwTaskRecord before = { .has = TW_TASK_HAS_NAME | TW_TASK_HAS_DONE | TW_TASK_HAS_VERSION, .name = "a name",
                                .version = 1 };
  TwTaskRecord after = before;

  after.name = name; /* the same text elsewhere is the same */
  g_assert_cmphex (tw_commit_changed (&tw_task_type, &before, &after), ==, 0);
  after.version = 2;
  after.done = TRUE;
  g_assert_cmphex (tw_commit_changed (&tw_task_type, &before, &after), ==, TW_TASK_HAS_DONE | TW_TASK_HAS_VERSION);
  name[0] = 'A';
  after.has &= ~TW_TASK_HAS_VERSION; /* what is taken away is changed */
  after.has |= TW_TASK_HAS_UPDATED_ON;
  g_assert_cmphex (tw_commit_changed (&tw_task_type, &before, &after), ==,
                   TW_TASK_HAS_NAME | TW_TASK_HAS_DONE | TW_TASK_HAS_VERSION | TW_TASK_HAS_UPDATED_ON);
}

typedef struct
{
  guint64 has;
  gint64 first, second;
} Pair;

static void
test_bits_at_rest_are_by_ids (void)
{
  const TwRecordField fields[] = {
    { .name = "first", .id = 3, .kind = TW_RECORD_NUMBER, .offset = G_STRUCT_OFFSET (Pair, first) },
    { .name = "second", .id = 63, .kind = TW_RECORD_NUMBER, .offset = G_STRUCT_OFFSET (Pair, second) },
  };
  /* The same as it is when a field has come between, and the first has gone. */
  const TwRecordField later[] = {
    { .name = "between", .id = 40, .kind = TW_RECORD_NUMBER, .offset = G_STRUCT_OFFSET (Pair, first) },
    fields[1],
  };
  const TwRecordType type = { .size = sizeof (Pair), .n_fields = 2, .fields = fields };
  const TwRecordType newer = { .size = sizeof (Pair), .n_fields = 2, .fields = later };
  const guint64 both = TW_RECORD_BIT (0) | TW_RECORD_BIT (1);

  g_assert_cmphex (tw_commit_changed_to_ids (&type, both), ==, TW_RECORD_BIT (3) | TW_RECORD_BIT (63));
  g_assert_cmphex (tw_commit_changed_from_ids (&type, TW_RECORD_BIT (3) | TW_RECORD_BIT (63)), ==, both);
  g_assert_cmphex (tw_commit_changed_from_ids (&newer, TW_RECORD_BIT (3) | TW_RECORD_BIT (63)), ==, TW_RECORD_BIT (1));
  g_assert_true (tw_commit_changed_check (&type, NULL));
}

static void
test_id_without_a_bit_is_refused (void)
{
  const TwRecordField fields[] = { { .name = "first", .id = 64, .kind = TW_RECORD_NUMBER } };
  const TwRecordType type = { .name = "Pair", .n_fields = 1, .fields = fields };
  g_autoptr (GError) error = NULL;

  g_assert_false (tw_commit_changed_check (&type, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/commit-changed/new-record-changes-what-it-has", test_new_record_changes_what_it_has);
  g_test_add_func ("/commit-changed/fields-that-are-other-are-changed", test_fields_that_are_other_are_changed);
  g_test_add_func ("/commit-changed/bits-at-rest-are-by-ids", test_bits_at_rest_are_by_ids);
  g_test_add_func ("/commit-changed/id-without-a-bit-is-refused", test_id_without_a_bit_is_refused);
  return g_test_run ();
}
