/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-tasks-handler.h"

#include "task-service-fixture.h"
#include "tw-cglib.h"
#include "tw-error.h"
#include "tw-generated-types.h"

#include "tw_tasks.h"

typedef struct
{
  TaskServiceFixture base;
  GObject *processor;
  const TwCallContext *context;
  TwTasksIf *tasks; /* the processor's handler */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  static const TwCallContext nobody = { .deadline_ms = TW_DEADLINE_NONE };

  task_service_set_up (&f->base, data);
  f->context = &nobody;
  f->processor = tw_tasks_processor_for (f->base.service, &f->context);
  f->tasks = TW_TASKS_IF (TW_TASKS_PROCESSOR (f->processor)->handler);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_unref (f->processor);
  task_service_tear_down (&f->base, data);
}

static TwTask *
add (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  TwTask *task = NULL;

  g_assert_true (tw_tasks_handler_add (f->tasks, &task, "ann", name, &error));
  g_assert_no_error (error);
  return task;
}

static void
assert_task (const TwTask *task, const char *name, gboolean done, gint64 version)
{
  g_assert_true (task->__isset_id && task->__isset_userId && task->__isset_name && task->__isset_createdOn
                 && task->__isset_done && task->__isset_updatedOn && task->__isset_version);
  g_assert_cmpstr (task->userId, ==, "ann");
  g_assert_cmpstr (task->name, ==, name);
  g_assert_cmpint (task->done, ==, done);
  g_assert_cmpint (task->version, ==, version);
  g_assert_cmpstr (task->createdOn, ==, "2023-11-14T22:13:20.123Z");
}

static void
test_every_field_is_answered (Fixture *f, gconstpointer data)
{
  TwTask *task = add (f, "milk"), *got = NULL;

  assert_task (task, "milk", FALSE, 1);
  g_assert_cmpstr (task->updatedOn, ==, "2023-11-14T22:13:20.123Z");
  g_assert_true (tw_tasks_handler_get (f->tasks, &got, "ann", task->id, NULL, NULL));
  assert_task (got, "milk", FALSE, 1);
  g_object_unref (got);
  g_object_unref (task);
}

static void
test_update_sets_both (Fixture *f, gconstpointer data)
{
  TwTask *task = add (f, "milk"), *updated = NULL;

  tw_clock_advance (f->base.clock, 1);
  g_assert_true (tw_tasks_handler_update (f->tasks, &updated, task->id, "oat milk", TRUE, "ann", NULL, NULL));
  assert_task (updated, "oat milk", TRUE, 2);
  g_assert_cmpstr (updated->updatedOn, ==, "2023-11-14T22:13:20.124Z");
  g_object_unref (updated);
  g_object_unref (task);
}

/* Calls upsert with a task that has these; NULL is not set. */
static TwTask *
upsert (Fixture *f, const char *id, const char *name, const gboolean *done)
{
  TwTask *given = g_object_new (TW_TYPE_TASK, "userId", "ann", "createdOn", "1999", "version", (gint64) 77, NULL);
  TwTask *task = NULL;
  g_autoptr (GError) error = NULL;

  if (id != NULL)
    g_object_set (given, "id", id, NULL);
  if (name != NULL)
    g_object_set (given, "name", name, NULL);
  if (done != NULL)
    g_object_set (given, "done", *done, NULL);
  g_assert_true (tw_tasks_handler_upsert (f->tasks, &task, given, NULL, &error));
  g_assert_no_error (error);
  g_object_unref (given);
  return task;
}

static void
test_upsert_takes_what_is_set_and_ignores_what_is_ours (Fixture *f, gconstpointer data)
{
  const gboolean yes = TRUE;
  TwTask *added = upsert (f, NULL, "milk", NULL);
  TwTask *finished = upsert (f, added->id, "", &yes);
  TwTask *renamed = upsert (f, added->id, "oat milk", NULL);

  assert_task (added, "milk", FALSE, 1);
  assert_task (finished, "milk", TRUE, 2);
  assert_task (renamed, "oat milk", TRUE, 3);
  g_object_unref (renamed);
  g_object_unref (finished);
  g_object_unref (added);
}

static void
test_all_is_newest_first (Fixture *f, gconstpointer data)
{
  TwTask *one = add (f, "one"), *two = add (f, "two");
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  g_assert_true (tw_tasks_handler_all (f->tasks, &all, "ann", NULL));
  g_assert_cmpuint (all->len, ==, 2);
  assert_task (g_ptr_array_index (all, 0), "two", FALSE, 1);
  assert_task (g_ptr_array_index (all, 1), "one", FALSE, 1);
  g_object_unref (two);
  g_object_unref (one);
}

static void
test_page_has_a_cursor_where_there_is_more (Fixture *f, gconstpointer data)
{
  TwTask *one = add (f, "one"), *two = add (f, "two");
  TwPageRequest *request = g_object_new (TW_TYPE_PAGE_REQUEST, "limit", 1, NULL);
  TwTaskPage *first = NULL, *second = NULL;

  g_assert_true (tw_tasks_handler_page (f->tasks, &first, "ann", request, NULL, NULL));
  g_assert_cmpuint (first->tasks->len, ==, 1);
  assert_task (g_ptr_array_index (first->tasks, 0), "two", FALSE, 1);
  g_assert_true (first->__isset_nextCursor);

  g_object_set (request, "cursor", first->nextCursor, NULL);
  g_assert_true (tw_tasks_handler_page (f->tasks, &second, "ann", request, NULL, NULL));
  g_assert_cmpuint (second->tasks->len, ==, 1);
  assert_task (g_ptr_array_index (second->tasks, 0), "one", FALSE, 1);
  g_assert_false (second->__isset_nextCursor);
  g_object_unref (second);
  g_object_unref (first);
  g_object_unref (request);
  g_object_unref (two);
  g_object_unref (one);
}

static void
test_page_filters_by_done (Fixture *f, gconstpointer data)
{
  const gboolean yes = TRUE;
  TwTask *open = add (f, "open"), *done = upsert (f, NULL, "done", &yes);

  for (guint i = 0; i < 2; i++)
    {
      TwPageRequest *request = g_object_new (TW_TYPE_PAGE_REQUEST, "done", i == 1, NULL);
      TwTaskPage *page = NULL;

      g_assert_true (tw_tasks_handler_page (f->tasks, &page, "ann", request, NULL, NULL));
      g_assert_cmpuint (page->tasks->len, ==, 1);
      g_assert_cmpstr (((TwTask *) g_ptr_array_index (page->tasks, 0))->name, ==, i == 1 ? "done" : "open");
      g_object_unref (page);
      g_object_unref (request);
    }
  g_object_unref (done);
  g_object_unref (open);
}

static void
test_create_and_patch (Fixture *f, gconstpointer data)
{
  TwNewTask *new_task = g_object_new (TW_TYPE_NEW_TASK, "name", "milk", "done", TRUE, NULL);
  TwTaskChanges *reopen = g_object_new (TW_TYPE_TASK_CHANGES, "done", FALSE, NULL);
  TwTask *created = NULL, *patched = NULL;

  g_assert_true (tw_tasks_handler_create (f->tasks, &created, "ann", new_task, NULL, NULL));
  assert_task (created, "milk", TRUE, 1);
  g_assert_true (tw_tasks_handler_patch (f->tasks, &patched, "ann", created->id, reopen, NULL, NULL));
  assert_task (patched, "milk", FALSE, 2);
  g_object_unref (patched);
  g_object_unref (created);
  g_object_unref (reopen);
  g_object_unref (new_task);
}

static void
test_patch_clears_nothing_and_says_what (Fixture *f, gconstpointer data)
{
  TwTask *task = add (f, "milk"), *patched = NULL;
  TwTaskChanges *changes = g_object_new (TW_TYPE_TASK_CHANGES, "name", "gone", NULL);
  g_autoptr (GError) error = NULL;

  g_hash_table_add (changes->clear, g_strdup ("done"));
  changes->__isset_clear = TRUE;
  g_assert_false (tw_tasks_handler_patch (f->tasks, &patched, "ann", task->id, changes, NULL, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "These can't be cleared: done");
  g_object_unref (changes);
  g_object_unref (task);
}

static void
test_removed_is_not_found (Fixture *f, gconstpointer data)
{
  TwTask *task = add (f, "milk"), *got = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (tw_tasks_handler_remove (f->tasks, "ann", task->id, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tw_tasks_handler_get (f->tasks, &got, "ann", task->id, NULL, &error));
  g_assert_null (got);
  g_assert_cmpint (tw_error_status (error), ==, 404);
  g_assert_cmpstr (tw_error_public_message (error), ==, "Task not found");
  g_object_unref (task);
}

static void
test_check_is_well (Fixture *f, gconstpointer data)
{
  TwHealthcheck *health = NULL;

  g_assert_true (tw_tasks_handler_check (f->tasks, &health, NULL));
  g_assert_true (health->ok);
  g_assert_cmpstr (health->message, ==, "");
  g_object_unref (health);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tw_cglib_init (tw_generated_types, G_N_ELEMENTS (tw_generated_types));
#define ADD(name, func) g_test_add ("/tasks-handler/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("every-field-is-answered", test_every_field_is_answered);
  ADD ("update-sets-both", test_update_sets_both);
  ADD ("upsert-takes-what-is-set-and-ignores-what-is-ours", test_upsert_takes_what_is_set_and_ignores_what_is_ours);
  ADD ("all-is-newest-first", test_all_is_newest_first);
  ADD ("page-has-a-cursor-where-there-is-more", test_page_has_a_cursor_where_there_is_more);
  ADD ("page-filters-by-done", test_page_filters_by_done);
  ADD ("create-and-patch", test_create_and_patch);
  ADD ("patch-clears-nothing-and-says-what", test_patch_clears_nothing_and_says_what);
  ADD ("removed-is-not-found", test_removed_is_not_found);
  ADD ("check-is-well", test_check_is_well);
  return g_test_run ();
}
