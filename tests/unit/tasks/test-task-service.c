/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-service.h"

#include "task-service-fixture.h"
#include "tw-error.h"
#include "tw-id.h"
#include "tw-task-pager.h"

#include <sqlite3.h>

static const TwCallContext nobody = { .deadline_ms = TW_DEADLINE_NONE };

#define ANN "ann"
#define BOB "bob"

static TwTaskRecord *
create (TaskServiceFixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  TwTaskRecord *task = create_task (f, ANN, &(TaskWords) { .name = name }, &error);

  g_assert_no_error (error);
  return task;
}

static void
assert_task (const TwTaskRecord *task, const char *name, gboolean done, gint64 version)
{
  g_assert_nonnull (task);
  g_assert_cmpstr (task->name, ==, name);
  g_assert_cmpint (task->done, ==, done);
  g_assert_cmpint (task->version, ==, version);
}

static void
test_new_task_is_open_and_of_now (TaskServiceFixture *f, gconstpointer data)
{
  g_autoptr (TwTaskRecord) task = create (f, "milk");
  g_autoptr (TwTaskRecord) got = get_task (f, ANN, task->id, NULL);

  assert_task (task, "milk", FALSE, 1);
  g_assert_true (tw_id_is_valid (task->id));
  g_assert_cmpstr (task->user_id, ==, ANN);
  g_assert_cmpint (task->created_ms, ==, NOW_MS);
  g_assert_cmpint (task->updated_ms, ==, NOW_MS);
  assert_task (got, "milk", FALSE, 1);
}

static void
test_new_task_may_be_done (TaskServiceFixture *f, gconstpointer data)
{
  const TaskWords input = { .name = "milk", .has_done = TRUE, .done = TRUE };
  g_autoptr (TwTaskRecord) task = create_task (f, ANN, &input, NULL);

  assert_task (task, "milk", TRUE, 1);
}

static void
test_new_task_needs_a_name (TaskServiceFixture *f, gconstpointer data)
{
  const char *const names[] = { NULL, "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const TaskWords input = { .name = names[i] };
      g_autoptr (GError) error = NULL;

      g_assert_null (create_task (f, ANN, &input, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
      g_assert_cmpint (tw_error_status (error), ==, 400);
    }
}

static void
test_change_sets_what_is_said (TaskServiceFixture *f, gconstpointer data)
{
  g_autoptr (TwTaskRecord) task = create (f, "milk");
  g_autoptr (TwTaskRecord) renamed = NULL;
  g_autoptr (TwTaskRecord) done = NULL;
  const TaskWords rename = { .name = "oat milk" }, finish = { .has_done = TRUE, .done = TRUE };

  tw_clock_advance (f->clock, 1000);
  renamed = change_task (f, ANN, task->id, &rename, NULL);
  assert_task (renamed, "oat milk", FALSE, 2);
  g_assert_cmpint (renamed->created_ms, ==, NOW_MS);
  g_assert_cmpint (renamed->updated_ms, ==, NOW_MS + 1000);
  done = change_task (f, ANN, task->id, &finish, NULL);
  assert_task (done, "oat milk", TRUE, 3);
}

static void
assert_not_found (GError **error)
{
  g_assert_error (*error, TW_ERROR, TW_ERROR_NOT_FOUND);
  g_assert_cmpstr ((*error)->message, ==, "Task not found");
  g_clear_error (error);
}

static void
test_unknown_malformed_and_foreign_ids_are_not_found (TaskServiceFixture *f, gconstpointer data)
{
  const TaskWords input = { .name = "mine" };
  g_autoptr (TwTaskRecord) task = create (f, "milk");
  g_autoptr (TwTaskRecord) untouched = NULL;
  const char *const ids[] = { "000000000000000000000000", "nonsense", "", task->id };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (get_task (f, BOB, ids[i], &error));
      assert_not_found (&error);
      g_assert_null (change_task (f, BOB, ids[i], &input, &error));
      assert_not_found (&error);
      g_assert_false (remove_task (f, BOB, ids[i], &error));
      assert_not_found (&error);
    }
  untouched = get_task (f, ANN, task->id, NULL);
  assert_task (untouched, "milk", FALSE, 1);
}

static void
test_removed_is_gone (TaskServiceFixture *f, gconstpointer data)
{
  g_autoptr (TwTaskRecord) task = create (f, "milk");
  g_autoptr (GError) error = NULL;

  g_assert_true (remove_task (f, ANN, task->id, &error));
  g_assert_no_error (error);
  g_assert_false (remove_task (f, ANN, task->id, &error));
  assert_not_found (&error);
}

static gboolean
note_name (const TwTaskRecord *task, gpointer names)
{
  g_string_append (names, task->name);
  return TRUE;
}

/* One page. */
typedef struct
{
  TwTaskPager pager;
  GString *names;
} Page;

static gboolean
note_page_row (const TwTaskRecord *task, gpointer data)
{
  Page *page = data;

  if (tw_task_pager_is_full (&page->pager))
    return FALSE;
  tw_task_pager_take (&page->pager, task);
  return note_name (task, page->names);
}

/* The names of one page, and the cursor to the next; NULL with @error. */
static char *
read_page (TaskServiceFixture *f, const char *user_id, const char *cursor, guint limit, char **next, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  const TwTaskQuery query = { .user_id = user_id, .limit = limit };
  Page page = { .names = names };
  TaskReadWait wait;

  tw_task_pager_init (&page.pager, &query);
  g_assert_true (
    tw_task_service_page (f->service, &nobody, &query, cursor, task_read_begin (&wait, note_page_row, &page)));
  if (!task_read_wait (&wait, error))
    return NULL;
  *next = tw_task_pager_next (&page.pager);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
create_five (TaskServiceFixture *f)
{
  const char *const names[] = { "a", "b", "c", "d", "e" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_free (create (f, names[i]));
      /* some of one moment */
      tw_clock_advance (f->clock, i % 2);
    }
}

static void
test_pages_follow_each_other (TaskServiceFixture *f, gconstpointer data)
{
  g_autofree char *first = NULL, *second = NULL, *third = NULL;
  g_autofree char *to_second = NULL, *to_third = NULL, *end = NULL;
  g_autoptr (GString) whole = g_string_new (NULL);

  create_five (f);
  first = read_page (f, ANN, NULL, 2, &to_second, NULL);
  g_assert_cmpstr (first, ==, "ed");
  second = read_page (f, ANN, to_second, 2, &to_third, NULL);
  g_assert_cmpstr (second, ==, "cb");
  third = read_page (f, ANN, to_third, 2, &end, NULL);
  g_assert_cmpstr (third, ==, "a");
  g_assert_null (end);
  g_assert_true (list_all (f, ANN, note_name, whole, NULL));
  g_assert_cmpstr (whole->str, ==, "edcba");
}

static void
test_last_page_that_is_full_has_no_next (TaskServiceFixture *f, gconstpointer data)
{
  g_autofree char *names = NULL, *next = NULL;

  create_five (f);
  names = read_page (f, ANN, NULL, 5, &next, NULL);
  g_assert_cmpstr (names, ==, "edcba");
  g_assert_null (next);
}

static void
test_cursor_shows_another_user_nothing (TaskServiceFixture *f, gconstpointer data)
{
  g_autofree char *names = NULL, *cursor = NULL, *other = NULL, *next = NULL;

  create_five (f);
  names = read_page (f, ANN, NULL, 2, &cursor, NULL);
  other = read_page (f, BOB, cursor, 2, &next, NULL);
  g_assert_cmpstr (other, ==, "");
  g_assert_null (next);
}

static void
test_malformed_cursor_is_invalid (TaskServiceFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *next = NULL;

  g_assert_null (read_page (f, ANN, "x", 2, &next, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
}

static void
test_check_is_well (TaskServiceFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tw_task_service_check (f->service, &nobody, &error));
  g_assert_no_error (error);
}

/* Entries of the log, once the service has been closed. */
static int
count_entries (TaskServiceFixture *f)
{
  g_autofree char *path = g_build_filename (f->folder, "tasks.db", NULL);
  sqlite3_stmt *statement;
  sqlite3 *db;
  int n;

  g_clear_pointer (&f->service, tw_task_service_free);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "SELECT count(*) FROM log", -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  n = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return n;
}

static void
test_old_entries_go_and_tasks_stay (TaskServiceFixture *f, gconstpointer data)
{
  g_autoptr (TwTaskRecord) old = create (f, "milk"), recent = NULL, still = NULL;

  tw_clock_advance (f->clock, TW_COMMIT_KEPT_MS);
  tw_task_service_tend (f->service);
  recent = create (f, "bread"); /* behind what that does */
  tw_clock_advance (f->clock, 1);
  tw_task_service_tend (f->service);
  still = get_task (f, ANN, old->id, NULL);
  assert_task (still, "milk", FALSE, 1);
  g_assert_cmpint (count_entries (f), ==, 1);
}

#define ON_THE_WAY 200

static void
count_end (const TwTaskRecord *task, const GError *error, gpointer data)
{
  g_assert_null (task);
  g_assert_true (g_error_matches (error, TW_ERROR, TW_ERROR_NOT_FOUND)
                 || g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE));
  g_atomic_int_inc ((gint *) data);
}

/* What is not one's own is looked for elsewhere: each is told its end, also where there is nobody to look any more. */
static void
test_service_ends_what_it_looks_for_elsewhere (TaskServiceFixture *f, gconstpointer data)
{
  static const TwTaskOptions options;
  const TwTaskRecord said = { .has = TW_TASK_HAS_DONE, .done = TRUE };
  gint ended = 0;

  for (guint i = 0; i < ON_THE_WAY; i++)
    tw_task_service_change (f->service, &nobody, ANN, "000000000000000000000000", &said, 0, &options, count_end, &ended);
  g_clear_pointer (&f->service, tw_task_service_free);
  g_assert_cmpint (g_atomic_int_get (&ended), ==, ON_THE_WAY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/task-service/" name, TaskServiceFixture, NULL, task_service_set_up, func, task_service_tear_down)
  ADD ("new-task-is-open-and-of-now", test_new_task_is_open_and_of_now);
  ADD ("new-task-may-be-done", test_new_task_may_be_done);
  ADD ("new-task-needs-a-name", test_new_task_needs_a_name);
  ADD ("change-sets-what-is-said", test_change_sets_what_is_said);
  ADD ("unknown-malformed-and-foreign-ids-are-not-found", test_unknown_malformed_and_foreign_ids_are_not_found);
  ADD ("removed-is-gone", test_removed_is_gone);
  ADD ("pages-follow-each-other", test_pages_follow_each_other);
  ADD ("last-page-that-is-full-has-no-next", test_last_page_that_is_full_has_no_next);
  ADD ("cursor-shows-another-user-nothing", test_cursor_shows_another_user_nothing);
  ADD ("malformed-cursor-is-invalid", test_malformed_cursor_is_invalid);
  ADD ("old-entries-go-and-tasks-stay", test_old_entries_go_and_tasks_stay);
  ADD ("service-ends-what-it-looks-for-elsewhere", test_service_ends_what_it_looks_for_elsewhere);
  ADD ("check-is-well", test_check_is_well);
  return g_test_run ();
}
