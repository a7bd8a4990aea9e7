/* SPDX-License-Identifier: Apache-2.0 */

/* What is written of a row as it lies in the table is what would be written of its record, byte for byte; what can't be
 * written so is shown. */

#include "tw-task-store-sqlite.h"

#include "task-store-fixture.h"
#include "tw-record-wire.h"
#include "tw-temporary-folder.h"

typedef struct
{
  TwProtocol protocol;
  TwBuffer bytes;
  GString *places;
  guint written, shown;
  guint left;
} Page;

static void
page_init (Page *page, TwProtocol protocol, guint left)
{
  *page = (Page) { .protocol = protocol, .places = g_string_new (NULL), .left = left };
}

static void
page_clear (Page *page)
{
  tw_buffer_clear (&page->bytes);
  g_string_free (page->places, TRUE);
}

static void
note_place (Page *page, gint64 created_ms, const char *id)
{
  g_string_append_printf (page->places, "%" G_GINT64_FORMAT " %s ", created_ms, id);
  page->left--;
}

static gboolean
show (const TwTaskRecord *task, gpointer state)
{
  Page *page = *(Page *const *) state;
  TwWriter writer;

  if (page->left == 0)
    return FALSE;
  tw_writer_init (&writer, page->protocol, &page->bytes);
  tw_record_write (&tw_task_type, task, &writer);
  page->shown++;
  note_place (page, task->created_ms, task->id);
  return TRUE;
}

static TwTaskRowEnd
write_raw (const TwTaskRawRow *row, gpointer state)
{
  Page *page = *(Page *const *) state;
  const gsize before = page->bytes.len;
  TwTaskPosition place;
  TwWriter writer;

  if (page->left == 0)
    return TW_TASK_ROW_REFUSED;
  tw_writer_init (&writer, page->protocol, &page->bytes);
  if (!row->write (row->row, &writer, &place))
    {
      g_assert_cmpuint (page->bytes.len, ==, before);
      return TW_TASK_ROW_UNWRITTEN;
    }
  page->written++;
  note_place (page, place.created_ms, place.id);
  return TW_TASK_ROW_TAKEN;
}

static void
expect_no_error (const GError *error, gpointer state)
{
  g_assert_no_error (error);
}

static void
read_page (TwTaskStore *store, const TwTaskQuery *query, gboolean raw, Page *page)
{
  const TwTaskReading reading = { show, expect_no_error, &page, sizeof page, .may_wait = TRUE,
                                  .raw = raw ? write_raw : NULL };

  g_assert_true (tw_task_store_read (store, TW_DEADLINE_NONE, query, &reading));
}

/* Five tasks of Ann's, of which the fourth has something rare; between those of others. */
static void
fill (TwTaskStore *store)
{
  static const gint64 updated_ms[] = { 1000, 1767225600123, -1, 3000, 253402300799999 };
  static const char *const names[]
      = { "a", "Größe \"\\ 漢字", "", "rare", "a name that is longer than most names of tasks are" };

  insert (store, "abe", 8, 1, FALSE);
  insert (store, "zoe", 9, 1, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      char id[TW_ID_SIZE];
      TwTaskRecord task = { .has = TASK_WHOLE | TW_TASK_HAS_UPDATED_ON, .id = id_of (i + 1, id), .user_id = ANN,
                            .name = names[i], .created_ms = 1000 * (i + 1), .updated_ms = updated_ms[i],
                            .version = 1 + 1000 * i, .done = i % 2 == 1 };

      if (i == 3)
        {
          task.priority = 1;
          task.has |= TW_TASK_HAS_PRIORITY;
        }
      g_free (insert_record (store, &task, NULL));
    }
}

static void
test_same_bytes (gconstpointer plain)
{
  static const TwProtocol protocols[] = { TW_PROTOCOL_BINARY, TW_PROTOCOL_COMPACT };
  const TwTaskPosition after = behind (5000, 5);
  const TwTaskQuery queries[] = {
    { .user_id = ANN },
    { .user_id = ANN, .order.backwards = TRUE },
    { .user_id = ANN, .after = &after },
    { .user_id = ANN, .filter.done = TW_OPEN_ONLY },
    { .user_id = ANN, .filter.done = TW_DONE_ONLY },
    { .user_id = "abe" },
    { .user_id = "zoe" },
    { .user_id = "bob" },
  };
  static const guint written[] = { 4, 4, 3, 3, 1, 1, 1, 0 }, shown[] = { 1, 1, 1, 0, 1, 0, 0, 0 };
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  TwTaskStore *store = tw_task_store_sqlite_open (path, (TwPlain) GPOINTER_TO_UINT (plain), NULL);

  fill (store);
  for (guint i = 0; i < G_N_ELEMENTS (queries) * G_N_ELEMENTS (protocols) * 2; i++)
    {
      const guint n = i / 4;
      const TwProtocol protocol = protocols[i / 2 % 2];
      const guint left = i % 2 == 0 ? G_MAXUINT : 2;
      const gboolean can = protocol == TW_PROTOCOL_BINARY && plain == NULL;
      Page page, expected;

      page_init (&page, protocol, left);
      page_init (&expected, protocol, left);
      read_page (store, &queries[n], TRUE, &page);
      read_page (store, &queries[n], FALSE, &expected);
      g_assert_cmpmem (page.bytes.data, page.bytes.len, expected.bytes.data, expected.bytes.len);
      g_assert_cmpstr (page.places->str, ==, expected.places->str);
      if (left == G_MAXUINT)
        {
          g_assert_cmpuint (page.written, ==, can ? written[n] : 0);
          g_assert_cmpuint (page.shown, ==, shown[n] + (can ? 0 : written[n]));
        }
      page_clear (&page);
      page_clear (&expected);
    }
  tw_task_store_free (store);
}

/* What has to be looked at or merged is shown. */
static void
test_others_are_shown (void)
{
  const TwPageRequestRecord without_priority = { .has = TW_PAGE_REQUEST_HAS_PRIORITY };
  g_autoptr (TwRecordConditions) conditions = NULL;
  TwTaskQuery queries[] = {
    { .user_id = ANN, .limit = 10 },
    { .user_id = ANN, .limit = 10, .filter.list = TW_LIST_NONE },
    { .user_id = ANN, .limit = 10, .order.key = TW_TASK_BY_PRIORITY },
    { .user_id = ANN, .limit = 10, .others = &(TwTaskSource) { "0123456789abcdef01234567", BOB }, .n_others = 1 },
  };
  static const guint shown[] = { 4, 5, 5, 5 };
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  TwTaskStore *store = tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, NULL);

  g_assert_true (tw_record_conditions_read (&tw_page_request_question, &without_priority, 0, &conditions, NULL));
  queries[0].filter.conditions = conditions;
  fill (store);
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      Page page;

      page_init (&page, TW_PROTOCOL_BINARY, G_MAXUINT);
      read_page (store, &queries[i], TRUE, &page);
      g_assert_cmpuint (page.written, ==, 0);
      g_assert_cmpuint (page.shown, ==, shown[i]);
      page_clear (&page);
    }
  tw_task_store_free (store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/task-rows-sqlite/are-written-as-their-records-are", GUINT_TO_POINTER (TW_PLAIN_NOTHING),
                        test_same_bytes);
  g_test_add_data_func ("/task-rows-sqlite/plain-ones-are-shown", GUINT_TO_POINTER (TW_PLAIN_ROWS), test_same_bytes);
  g_test_add_func ("/task-rows-sqlite/that-are-looked-at-or-merged-are-shown", test_others_are_shown);
  return g_test_run ();
}
