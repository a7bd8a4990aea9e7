/* SPDX-License-Identifier: Apache-2.0 */

#include "tasks-server-fixture.h"

#include "tw-cglib-finalizers.h"
#include "tw-generated-types.h"

#include <string.h>

/* get */

static void
test_get (TasksServer *f, gconstpointer data)
{
  const TaskWords finish = { .has_done = TRUE, .done = TRUE };
  g_autoptr (TwTaskRecord) task = add_task (f, "Milch für Łódź 🥛", FALSE), changed = NULL;
  g_autofree char *upper = g_ascii_strup (task->id, -1), *longer = g_strnfill (2000, 'a');
  const char *const unknown[] = { "000000000000000000000000", "not an id", "", longer };

  IN_EACH_ENCODING (encoding)
    {
      take_task (call_for_task (f, *encoding, "get", write_get, task->id), "Milch für Łódź 🥛", FALSE, 1);
      take_task (call_for_task (f, *encoding, "get", write_get, upper), "Milch für Łódź 🥛", FALSE, 1);
      for (guint i = 0; i < G_N_ELEMENTS (unknown); i++)
        assert_refused (f, *encoding, "get", write_get, unknown[i], 404, "Task not found");
      assert_refused (f, *encoding, "get", write_get_of_another, task->id, 404, "Task not found");
    }
  tw_clock_advance (f->base.clock, 86400001);
  changed = change_task (&f->base, "ann", task->id, &finish, NULL);
  g_assert_nonnull (changed);
  IN_EACH_ENCODING (encoding)
    {
      TwTask *got = call_for_task (f, *encoding, "get", write_get, task->id);

      g_assert_cmpstr (got->id, ==, task->id);
      g_assert_cmpstr (got->createdOn, ==, "2023-11-14T22:13:20.123Z");
      g_assert_cmpstr (got->updatedOn, ==, "2023-11-15T22:13:20.124Z");
      take_task (got, "Milch für Łódź 🥛", TRUE, 2);
    }
}

/* page */

/* The names of @n tasks' pages, one behind the other. */
static char *
walk_pages (const TasksServer *f, TwEncoding encoding, Request request, guint n)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *cursor = NULL;

  for (guint left = n; left > 0;)
    {
      guint expected = MIN (left, (guint) request.limit);
      TwTaskPage *page = call_for_page (f, encoding, &request, expected);

      for (guint i = 0; i < page->tasks->len; i++)
        g_string_append_printf (names, "%s ", ((const TwTask *) page->tasks->pdata[i])->name);
      left -= expected;
      g_assert_cmpint (page->__isset_nextCursor, ==, left > 0);
      g_free (cursor);
      request.cursor = cursor = g_strdup (page->nextCursor);
      g_object_unref (page);
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
test_page (TasksServer *f, gconstpointer data)
{
  const gint32 limits[] = { 1, 14, 15, 59, 60, 61, 200 };
  const Request none_said = { 0 }, too_many = { .limit = 201 }, not_ours = { .cursor = "AfffffffffffffffffffffffffffA" };
  const Request before_all = { .cursor = "AQAAAAAAAAAAAAAAAAAAAAAAAAAA" };
  g_autoptr (GString) all = g_string_new (NULL), finished = g_string_new (NULL), open = g_string_new (NULL);

  IN_EACH_ENCODING (encoding)
    g_object_unref (call_for_page (f, *encoding, &none_said, 0));
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *name = g_strnfill (1 + i * 7, 'n'), *said = g_strconcat (name, " ", NULL);

      g_free (add_task (f, name, i % 3 == 0));
      tw_clock_advance (f->base.clock, i % 2);
      g_string_prepend (all, said);
      g_string_prepend (i % 3 == 0 ? finished : open, said);
    }
  IN_EACH_ENCODING (encoding)
    {
      g_autofree char *of_finished = walk_pages (f, *encoding, (Request) { .limit = 7, .filter = TW_DONE_ONLY }, 20);
      g_autofree char *of_open = walk_pages (f, *encoding, (Request) { .limit = 40, .filter = TW_OPEN_ONLY }, 40);

      g_assert_cmpstr (of_finished, ==, finished->str);
      g_assert_cmpstr (of_open, ==, open->str);
      for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
        {
          g_autofree char *names = walk_pages (f, *encoding, (Request) { .limit = limits[i] }, 60);

          g_assert_cmpstr (names, ==, all->str);
        }
      g_object_unref (call_for_page (f, *encoding, &none_said, 50));
      g_object_unref (call_for_page (f, *encoding, &before_all, 0));
      assert_refused (f, *encoding, "page", write_page, &too_many, 400, "limit");
      assert_refused (f, *encoding, "page", write_page, &not_ours, 400, "cursor");
    }
}

/* all */

static void
test_all (TasksServer *f, gconstpointer data)
{
  for (guint n = 0; n <= 40; n++)
    {
      if (n <= 1 || n == 14 || n == 15 || n == 40)
        IN_EACH_ENCODING (encoding)
          {
            g_autoptr (GPtrArray) tasks = call (f, *encoding, "all", write_all, "ann", TW_TYPE_TASK);
            g_autoptr (GPtrArray) others = call (f, *encoding, "all", write_all, "bob", TW_TYPE_TASK);

            g_assert_cmpuint (others->len, ==, 0);
            g_assert_cmpuint (tasks->len, ==, n);
            for (guint i = 0; i < n; i++)
              assert_task (tasks->pdata[i], (n - 1 - i) % 2 == 0 ? "Milch" : "Łódź 🥛", (n - 1 - i) % 3 == 0, 1);
          }
      g_free (add_task (f, n % 2 == 0 ? "Milch" : "Łódź 🥛", n % 3 == 0));
      tw_clock_advance (f->base.clock, n % 2);
    }
}

/* create and add */

typedef struct
{
  const char *name;
  gboolean has_done, done;
} New;

static void
write_create (TwWriter *writer, gconstpointer data)
{
  const New *task = data;

  write_text (writer, 1, "ann");
  write_unknown (writer);
  tw_writer_field (writer, TW_WIRE_STRUCT, 2);
  tw_writer_struct_begin (writer);
  write_text (writer, 1, task->name);
  if (task->has_done)
    {
      tw_writer_field (writer, TW_WIRE_BOOL, 2);
      tw_writer_bool (writer, task->done);
    }
  write_unknown (writer);
  tw_writer_struct_end (writer);
}

static void
write_add (TwWriter *writer, gconstpointer name)
{
  write_text (writer, 2, name);
  write_unknown (writer);
  write_text (writer, 1, "ann");
}

static void
test_create_and_add (TasksServer *f, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (500, 'x'), *too_long = g_strnfill (501, 'x');
  const New good[] = { { .name = "milk" }, { "milk", TRUE, FALSE }, { "milk", TRUE, TRUE }, { .name = longest } };
  const New bad[] = { { .name = too_long }, { .name = "" }, { .name = "a\nb" } };

  IN_EACH_ENCODING (encoding)
    {
      for (guint i = 0; i < G_N_ELEMENTS (good); i++)
        {
          TwTask *task = call_for_task (f, *encoding, "create", write_create, &good[i]), *got;

          g_assert_cmpstr (task->createdOn, ==, "2023-11-14T22:13:20.123Z");
          g_assert_cmpstr (task->updatedOn, ==, "2023-11-14T22:13:20.123Z");
          got = call_for_task (f, *encoding, "get", write_get, task->id);
          take_task (got, good[i].name, good[i].done, 1);
          take_task (task, good[i].name, good[i].done, 1);
          take_task (call_for_task (f, *encoding, "add", write_add, good[i].name), good[i].name, FALSE, 1);
        }
      for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
        {
          assert_refused (f, *encoding, "create", write_create, &bad[i], 400, "name");
          assert_exception (f, *encoding, "add", write_add, bad[i].name, "name");
        }
    }
}

/* patch and update */

typedef struct
{
  const char *id;   /* NULL: not said */
  const char *name; /* as well */
  gboolean has_done, done;
  gboolean clear_nothing, clear_name;
} Patch;

static void
write_patch (TwWriter *writer, gconstpointer data)
{
  const Patch *patch = data;

  write_text (writer, 1, "ann");
  write_text (writer, 2, patch->id);
  tw_writer_field (writer, TW_WIRE_STRUCT, 3);
  tw_writer_struct_begin (writer);
  if (patch->clear_nothing || patch->clear_name)
    {
      tw_writer_field (writer, TW_WIRE_SET, 1);
      tw_writer_set (writer, TW_WIRE_STRING, patch->clear_name ? 1 : 0);
      if (patch->clear_name)
        tw_writer_string (writer, "name", 4);
    }
  if (patch->name != NULL)
    write_text (writer, 2, patch->name);
  if (patch->has_done)
    {
      tw_writer_field (writer, TW_WIRE_BOOL, 3);
      tw_writer_bool (writer, patch->done);
    }
  write_unknown (writer);
  tw_writer_struct_end (writer);
}

static void
write_update (TwWriter *writer, gconstpointer data)
{
  const Patch *patch = data;

  write_text (writer, 4, "ann");
  tw_writer_field (writer, TW_WIRE_BOOL, 3);
  tw_writer_bool (writer, patch->done);
  write_unknown (writer);
  write_text (writer, 2, patch->name);
  write_text (writer, 1, patch->id);
}

static void
test_patch (TasksServer *f, gconstpointer data)
{
  IN_EACH_ENCODING (encoding)
    {
      g_autoptr (TwTaskRecord) task = add_task (f, "milk", FALSE);
      const char *id = task->id, *none = "000000000000000000000000";
      const struct
      {
        Patch patch;
        const char *name;
        gboolean done;
        gint64 version;
      } steps[] = {
        { { .id = id, .name = "oat milk" }, "oat milk", FALSE, 2 },
        { { .id = id, .has_done = TRUE, .done = TRUE }, "oat milk", TRUE, 3 },
        { { .id = id, .name = "milk", .has_done = TRUE, .clear_nothing = TRUE }, "milk", FALSE, 4 },
        { { .id = id, .clear_nothing = TRUE }, "milk", FALSE, 4 },
        { { .id = id }, "milk", FALSE, 4 },
      };
      const Patch clears = { .id = id, .clear_name = TRUE }, empties = { .id = id, .name = "" };
      const Patch lost[] = { { .id = none, .name = "milk" }, { .id = none }, { .id = "no id", .name = "milk" } };

      for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
        {
          tw_clock_advance (f->base.clock, 1);
          take_task (call_for_task (f, *encoding, "patch", write_patch, &steps[i].patch), steps[i].name, steps[i].done,
                     steps[i].version);
        }
      assert_refused (f, *encoding, "patch", write_patch, &clears, 400, "clear");
      assert_refused (f, *encoding, "patch", write_patch, &empties, 400, "name");
      for (guint i = 0; i < G_N_ELEMENTS (lost); i++)
        assert_refused (f, *encoding, "patch", write_patch, &lost[i], 404, "Task not found");
    }
}

static void
test_update_sets_both (TasksServer *f, gconstpointer data)
{
  IN_EACH_ENCODING (encoding)
    {
      g_autoptr (TwTaskRecord) task = add_task (f, "milk", FALSE);
      const Patch finish = { .id = task->id, .name = "oat milk", .done = TRUE };
      const Patch reopen = { .id = task->id, .name = "oat milk" };
      const Patch empties = { .id = task->id, .name = "" }, lost = { .id = "no id", .name = "milk" };
      TwTask *updated;

      tw_clock_advance (f->base.clock, 1);
      updated = call_for_task (f, *encoding, "update", write_update, &finish);
      g_assert_cmpstr (updated->createdOn, <, updated->updatedOn);
      take_task (updated, "oat milk", TRUE, 2);
      take_task (call_for_task (f, *encoding, "update", write_update, &reopen), "oat milk", FALSE, 3);
      assert_refused (f, *encoding, "update", write_update, &empties, 400, "name");
      assert_refused (f, *encoding, "update", write_update, &lost, 404, "Task not found");
    }
}

/* upsert */

/* A task that says what is the service's own, too. */
static void
write_upsert (TwWriter *writer, gconstpointer data)
{
  const Patch *patch = data;

  write_unknown (writer);
  tw_writer_field (writer, TW_WIRE_STRUCT, 1);
  tw_writer_struct_begin (writer);
  if (patch->id != NULL)
    write_text (writer, 1, patch->id);
  write_text (writer, 2, "ann");
  if (patch->name != NULL)
    write_text (writer, 3, patch->name);
  write_text (writer, 4, "1999");
  if (patch->has_done)
    {
      tw_writer_field (writer, TW_WIRE_BOOL, 5);
      tw_writer_bool (writer, patch->done);
    }
  tw_writer_field (writer, TW_WIRE_I64, 7);
  tw_writer_i64 (writer, 77);
  tw_writer_struct_end (writer);
}

static void
test_upsert_without_id_adds (TasksServer *f, gconstpointer data)
{
  const Patch added = { .name = "milk", .has_done = TRUE, .done = TRUE }, empty = { .name = "" }, unnamed = { 0 };

  IN_EACH_ENCODING (encoding)
    {
      TwTask *one = call_for_task (f, *encoding, "upsert", write_upsert, &added);
      TwTask *two = call_for_task (f, *encoding, "upsert", write_upsert, &added);

      g_assert_cmpstr (one->id, !=, two->id);
      g_assert_cmpstr (one->createdOn, ==, "2023-11-14T22:13:20.123Z");
      take_task (one, "milk", TRUE, 1);
      take_task (two, "milk", TRUE, 1);
      assert_refused (f, *encoding, "upsert", write_upsert, &empty, 400, "name must be at least 1 character");
      assert_refused (f, *encoding, "upsert", write_upsert, &unnamed, 400, "name must be at least 1 character");
    }
}

static void
test_upsert_leaves_what_older_clients_did_not_set (TasksServer *f, gconstpointer data)
{
  IN_EACH_ENCODING (encoding)
    {
      g_autoptr (TwTaskRecord) task = add_task (f, "milk", FALSE);
      const Patch finish = { .id = task->id, .name = "", .has_done = TRUE, .done = TRUE };
      const Patch rename = { .id = task->id, .name = "oat milk" };
      const Patch defaults = { .id = task->id, .name = "" }, nothing = { .id = task->id };
      const Patch lost[] = { { .id = "no id", .name = "milk" }, { .id = "no id" }, { .id = "", .name = "milk" } };

      take_task (call_for_task (f, *encoding, "upsert", write_upsert, &finish), "milk", TRUE, 2);
      take_task (call_for_task (f, *encoding, "upsert", write_upsert, &rename), "oat milk", TRUE, 3);
      take_task (call_for_task (f, *encoding, "upsert", write_upsert, &defaults), "oat milk", TRUE, 3);
      take_task (call_for_task (f, *encoding, "upsert", write_upsert, &nothing), "oat milk", TRUE, 3);
      for (guint i = 0; i < G_N_ELEMENTS (lost); i++)
        assert_refused (f, *encoding, "upsert", write_upsert, &lost[i], 404, "Task not found");
    }
}

/* remove */

static void
test_remove (TasksServer *f, gconstpointer data)
{
  IN_EACH_ENCODING (encoding)
    {
      g_autoptr (TwTaskRecord) task = add_task (f, "milk", FALSE);
      g_autoptr (GPtrArray) nothing = NULL;

      assert_refused (f, *encoding, "remove", write_get_of_another, task->id, 404, "Task not found");
      nothing = call (f, *encoding, "remove", write_get, task->id, TW_TYPE_TASK);
      g_assert_cmpuint (nothing->len, ==, 0);
      assert_refused (f, *encoding, "remove", write_get, task->id, 404, "Task not found");
      assert_refused (f, *encoding, "get", write_get, task->id, 404, "Task not found");
      assert_refused (f, *encoding, "remove", write_get, "no id", 404, "Task not found");
    }
}

/* check, which is generated code's */

static void
write_nothing (TwWriter *writer, gconstpointer data)
{
  write_unknown (writer);
}

static void
test_check_is_well (TasksServer *f, gconstpointer data)
{
  IN_EACH_ENCODING (encoding)
    {
      g_autoptr (GPtrArray) values = call (f, *encoding, "check", write_nothing, NULL, TW_TYPE_HEALTHCHECK);
      const TwHealthcheck *health = values->pdata[0];

      g_assert_true (health->ok);
      g_assert_cmpstr (health->message, ==, "");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tw_cglib_init (tw_generated_types, TW_N_GENERATED_TYPES);
  tw_cglib_mend_finalizers (tw_generated_types, TW_N_GENERATED_TYPES);
#define ADD(name, func)                                                                                                \
  g_test_add ("/tasks-methods/" name, TasksServer, NULL, tasks_server_set_up, func, tasks_server_tear_down)
  ADD ("get", test_get);
  ADD ("page", test_page);
  ADD ("all", test_all);
  ADD ("create-and-add", test_create_and_add);
  ADD ("patch", test_patch);
  ADD ("update-sets-both", test_update_sets_both);
  ADD ("upsert-without-id-adds", test_upsert_without_id_adds);
  ADD ("upsert-leaves-what-older-clients-did-not-set", test_upsert_leaves_what_older_clients_did_not_set);
  ADD ("remove", test_remove);
  ADD ("check-is-well", test_check_is_well);
  return g_test_run ();
}
