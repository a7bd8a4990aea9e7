/* SPDX-License-Identifier: Apache-2.0 */

/* The part of the contract that is about orders and filters: pages of every length, cut anywhere, against tasks that are
 * filtered and sorted here in the plainest way, whatever else changes meanwhile. */

#include "task-store-fixture.h"

#include "tw-record-when.h"
#include "tw-task-cursor.h"
#include "tw-task-order.h"
#include "tw-task-pager.h"
#include "tw-task-request.h"

#include <string.h>

#define TASKS 36
#define LONG_NAME "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define ONE_LIST "0123456789abcdef01234567"
#define OTHER_LIST "0123456789abcdef01234568"

/* In the order of names; those of one number are alike. */
static const struct
{
  const char *name;
  int number;
} names[] = {
  { "-", 0 },       { "10 things", 1 }, { "2 things", 2 },       { "Äpfel", 3 },         { "apfel", 3 },
  { "APFEL", 3 },   { "apfelmus", 4 },  { "Straße", 5 },         { "strasse", 5 },       { "STRASSE 1", 6 },
  { "Żebra", 9 },   { "zebra", 9 },     { LONG_NAME "é", 8 },    { LONG_NAME "a", 7 },   { "øre", 10 },
  { "ягода", 11 },  { "日本", 12 },     { LONG_NAME "E", 8 },
};

static const char *const moments[]
    = { "2026-12-24", "2026-12-24T00:00:00Z", "2026-12-24T12:30:00.250Z", "2026-12-23T23:59:59.999Z", "0001-01-01",
        "9999-12-31T23:59:59.999Z", "2026-12-25" };

static const struct
{
  const char *texts;
  gsize length;
  gboolean is_home;
} labels[] = { { NULL, 0, FALSE }, { "garden", 7, FALSE }, { "HOME\0garden", 12, TRUE }, { "hómé", 7, TRUE }, { "homes", 6, FALSE } };

static const struct
{
  const char *text;
  gboolean has_plan;
} notes[] = { { NULL, FALSE }, { "Les PLÁNTES", TRUE }, { "airplane", FALSE } };

/* A task as the test knows it. */
typedef struct
{
  TwTaskRecord record;
  char id[TW_ID_SIZE];
  int name;
  gboolean is_home, has_plan;
  guint seen;
} Known;

static void
make_task (Known *task, guint n, GRand *rand)
{
  TwTaskRecord *record = &task->record;
  const gint32 moment = g_rand_int_range (rand, -5, G_N_ELEMENTS (moments));
  const gint32 name = g_rand_int_range (rand, 0, G_N_ELEMENTS (names));
  const gint32 label = g_rand_int_range (rand, 0, G_N_ELEMENTS (labels));
  const gint32 note = g_rand_int_range (rand, 0, G_N_ELEMENTS (notes));
  const gint32 list = g_rand_int_range (rand, 0, 4);
  const gint32 priority = g_rand_int_range (rand, -2, 5);

  *task = (Known) { .name = names[name].number, .is_home = labels[label].is_home, .has_plan = notes[note].has_plan };
  id_of (n, task->id);
  *record = (TwTaskRecord) { .has = TASK_WHOLE, .id = task->id, .user_id = ANN, .name = names[name].name,
                             .created_ms = 1700000000000 + g_rand_int_range (rand, 0, TASKS / 3), .version = 1 };
  record->updated_ms = record->created_ms;
  record->done = g_rand_boolean (rand);
  if (moment >= 0 && tw_record_when_parse (moments[moment], &record->due))
    record->has |= TW_TASK_HAS_DUE_ON;
  record->priority = MAX (priority, 0);
  record->has |= priority >= 0 ? TW_TASK_HAS_PRIORITY : 0; /* 0, which no caller of ours writes, is none */
  record->labels = (TwRecordTexts) { labels[label].texts, labels[label].length };
  record->has |= labels[label].texts != NULL ? TW_TASK_HAS_LABELS : 0;
  record->notes = notes[note].text;
  record->has |= record->notes != NULL ? TW_TASK_HAS_NOTES : 0;
  record->list_id = list == 0 ? ONE_LIST : list == 1 ? OTHER_LIST : NULL;
  record->has |= record->list_id != NULL ? TW_TASK_HAS_LIST_ID : 0;
  record->assignee_id = g_rand_boolean (rand) ? ANN : NULL;
  record->has |= record->assignee_id != NULL ? TW_TASK_HAS_ASSIGNEE_ID : 0;
  if (g_rand_boolean (rand))
    {
      record->position = g_rand_int_range (rand, -3, 4) * 0.5e-3;
      record->has |= TW_TASK_HAS_POSITION;
    }
}

static void
insert_task (TwTaskStore *store, const TwTaskRecord *record)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwTaskRecord) inserted = insert_record (store, record, &error);

  g_assert_no_error (error);
  g_assert_nonnull (inserted);
}

/* Ann's, and as many of Bob's, in the same lists. */
static void
fill (TwTaskStore *store, Known tasks[TASKS], GRand *rand)
{
  for (guint i = 0; i < TASKS; i++)
    {
      TwTaskRecord another;
      char id[TW_ID_SIZE];

      make_task (&tasks[i], i + 1, rand);
      insert_task (store, &tasks[i].record);
      another = tasks[i].record;
      another.id = id_of (i + 1001, id);
      another.user_id = BOB;
      if (i % 4 == 0)
        insert_task (store, &another);
    }
}

/* What a caller asks for, and the moments that its dates are. */
typedef struct
{
  TwPageRequestRecord request;
  gint64 due_after_ms, due_before_ms;
} Asked;

static gboolean
is_asked (const Asked *asked, guint64 field)
{
  return (asked->request.has & field) != 0;
}

static gboolean
is_in_list (const Asked *asked, const TwTaskRecord *record)
{
  return asked->request.list_id == NULL
         || g_strcmp0 (record->list_id, strcmp (asked->request.list_id, "inbox") == 0 ? NULL : asked->request.list_id) == 0;
}

static gboolean
fits (const Asked *asked, const Known *task)
{
  const TwTaskRecord *record = &task->record;
  const TwPageRequestRecord *request = &asked->request;
  const gboolean is_due = (record->has & TW_TASK_HAS_DUE_ON) != 0;
  const gint64 due_ms = tw_record_when_ms (record->due);

  if (is_asked (asked, TW_PAGE_REQUEST_HAS_DONE) && record->done != request->done)
    return FALSE;
  if (!is_in_list (asked, record))
    return FALSE;
  if (request->label != NULL && !(task->is_home && g_str_has_prefix (request->label, "H")))
    return FALSE;
  if (request->assignee_id != NULL && g_strcmp0 (record->assignee_id, request->assignee_id) != 0)
    return FALSE;
  if (request->q != NULL && !task->has_plan)
    return FALSE;
  if (is_asked (asked, TW_PAGE_REQUEST_HAS_PRIORITY) && record->priority != request->priority)
    return FALSE;
  return (request->due_after == NULL || (is_due && due_ms >= asked->due_after_ms))
         && (request->due_before == NULL || (is_due && due_ms < asked->due_before_ms));
}

/* FALSE where the task has none. */
static gboolean
key_of (const Known *task, TwTaskKey key, double *value)
{
  const TwTaskRecord *record = &task->record;

  switch (key)
    {
    case TW_TASK_BY_DUE:
      *value = (double) record->due;
      return (record->has & TW_TASK_HAS_DUE_ON) != 0;
    case TW_TASK_BY_PRIORITY:
      *value = (double) record->priority;
      return record->priority > 0;
    case TW_TASK_BY_NAME:
      *value = task->name;
      return TRUE;
    case TW_TASK_BY_POSITION:
      *value = record->position;
      return (record->has & TW_TASK_HAS_POSITION) != 0;
    case TW_TASK_BY_CREATED:
    default:
      *value = 0;
      return TRUE;
    }
}

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const TwTaskOrder *order = data;
  const Known *one = *(const Known *const *) a, *other = *(const Known *const *) b;
  const gboolean turned = order->key == TW_TASK_BY_CREATED && order->backwards;
  double x, y;
  const gboolean has_x = key_of (one, order->key, &x), has_y = key_of (other, order->key, &y);
  int newest = one->record.created_ms > other->record.created_ms ? -1 : one->record.created_ms < other->record.created_ms;

  if (has_x != has_y)
    return has_x ? -1 : 1;
  if (has_x && (x < y || x > y))
    return (x < y) != order->backwards ? -1 : 1;
  newest = newest != 0 ? newest : strcmp (other->id, one->id);
  return turned ? -newest : newest;
}

/* The numbers of those that fit, in order, as note_row() writes them. */
static char *
list_known (Known tasks[TASKS], const Asked *asked, TwTaskOrder order)
{
  g_autoptr (GPtrArray) fitting = g_ptr_array_new ();
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < TASKS; i++)
    if (fits (asked, &tasks[i]))
      g_ptr_array_add (fitting, &tasks[i]);
  g_ptr_array_sort_with_data (fitting, compare, &order);
  for (guint i = 0; i < fitting->len; i++)
    note_row (&((const Known *) fitting->pdata[i])->record, list);
  return g_string_free (g_steal_pointer (&list), FALSE);
}

/* Reads a page as the service does. */
typedef struct
{
  TwTaskPager pager;
  TaskRowFunc row;
  gpointer user_data;
} Page;

static gboolean
take (const TwTaskRecord *task, gpointer data)
{
  Page *page = data;

  if (tw_task_pager_is_full (&page->pager))
    return FALSE;
  tw_task_pager_take (&page->pager, task);
  return page->row (task, page->user_data);
}

/* The page from *@cursor on (NULL: from the start), and in *@cursor the next one's. */
static void
read_page (TwTaskStore *store, const TwTaskFilter *filter, TwTaskOrder order, guint limit, char **cursor,
           TaskRowFunc row, gpointer user_data)
{
  g_auto (TwTaskPosition) after = { .created_ms = 0 };
  TwTaskQuery query = { .user_id = ANN, .filter = *filter, .order = order, .limit = limit };
  g_autoptr (GError) error = NULL;
  Page page = { .row = row, .user_data = user_data };

  tw_task_pager_init (&page.pager, &query);
  query.limit++;
  if (*cursor != NULL)
    {
      tw_task_cursor_decode (*cursor, filter, &order, &after, &error);
      g_assert_no_error (error);
      query.after = &after;
    }
  read_tasks (store, TW_DEADLINE_NONE, &query, take, &page, &error);
  g_assert_no_error (error);
  g_free (*cursor);
  *cursor = tw_task_pager_next (&page.pager);
  tw_task_pager_clear (&page.pager);
}

/* As the service reads what is asked for. */
static TwTaskQuery
query_of (const Asked *asked, TwTaskOrder order)
{
  TwTaskQuery query = { .user_id = ANN };
  g_autoptr (GError) error = NULL;

  tw_task_request_read (&asked->request, &query, &error);
  g_assert_no_error (error);
  query.order = order;
  query.limit = 0;
  return query;
}

#define ALL_OF(...) .request = { .has = __VA_ARGS__ }
#define HAS(field) TW_PAGE_REQUEST_HAS_##field

static const Asked asked[] = {
  { ALL_OF (0) },
  { ALL_OF (HAS (DONE), .done = TRUE) },
  { ALL_OF (HAS (DONE), .done = FALSE) },
  { ALL_OF (HAS (LIST_ID), .list_id = "inbox") },
  { ALL_OF (HAS (LIST_ID), .list_id = ONE_LIST) },
  { ALL_OF (HAS (LIST_ID) | HAS (DONE), .list_id = OTHER_LIST, .done = FALSE) },
  { ALL_OF (HAS (LIST_ID) | HAS (DONE), .list_id = "inbox", .done = TRUE) },
  { ALL_OF (HAS (LABEL), .label = "HÓME") },
  { ALL_OF (HAS (ASSIGNEE_ID), .assignee_id = ANN) },
  { ALL_OF (HAS (Q), .q = "plan LES") },
  { ALL_OF (HAS (PRIORITY), .priority = 2) },
  { ALL_OF (HAS (PRIORITY) | HAS (DONE), .priority = 2, .done = TRUE) },
  { ALL_OF (HAS (PRIORITY) | HAS (DONE), .priority = 0, .done = FALSE) },
  { ALL_OF (HAS (DUE_AFTER), .due_after = "2026-12-24"), .due_after_ms = 1798070400000 },
  { ALL_OF (HAS (DUE_BEFORE) | HAS (LIST_ID), .due_before = "2026-12-24", .list_id = "inbox"), .due_before_ms = 1798070400000 },
  { ALL_OF (HAS (DUE_AFTER) | HAS (DUE_BEFORE), .due_after = "2026-12-24", .due_before = "2026-12-24T12:30:00.250Z"),
    .due_after_ms = 1798070400000, .due_before_ms = 1798115400250 },
  { ALL_OF (HAS (DUE_AFTER) | HAS (DUE_BEFORE) | HAS (DONE), .due_after = "2026-12-24T12:30:00.250Z",
            .due_before = "2026-12-25T00:00:00.001Z", .done = TRUE),
    .due_after_ms = 1798115400250, .due_before_ms = 1798156800001 },
  { ALL_OF (HAS (LIST_ID) | HAS (LABEL) | HAS (ASSIGNEE_ID), .list_id = ONE_LIST, .label = "Home", .assignee_id = ANN) },
  { ALL_OF (HAS (LABEL), .label = "nobody's") },
};

static const TwTaskOrder orders[] = {
  { TW_TASK_BY_CREATED, FALSE }, { TW_TASK_BY_CREATED, TRUE }, { TW_TASK_BY_DUE, FALSE },      { TW_TASK_BY_DUE, TRUE },
  { TW_TASK_BY_PRIORITY, FALSE }, { TW_TASK_BY_PRIORITY, TRUE }, { TW_TASK_BY_NAME, FALSE },    { TW_TASK_BY_NAME, TRUE },
  { TW_TASK_BY_POSITION, FALSE }, { TW_TASK_BY_POSITION, TRUE },
};

static void
test_pages_are_cut_from_the_order (Fixture *f, gconstpointer data)
{
  static const guint limits[] = { 5, 8, 3, 13, 35, 36, 37, 200, 2, 1, 18 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  Known tasks[TASKS];
  guint turn = 0;

  fill (f->store, tasks, rand);
  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    for (guint j = 0; j < G_N_ELEMENTS (orders); j++)
      {
        const guint limit = limits[turn++ % G_N_ELEMENTS (limits)];
        const TwTaskQuery query = query_of (&asked[i], orders[j]);
        g_autofree char *expected = list_known (tasks, &asked[i], orders[j]);
        g_autoptr (GString) list = g_string_new (NULL);
        char *cursor = NULL;

        do
          read_page (f->store, &query.filter, orders[j], limit, &cursor, note_row, list);
        while (cursor != NULL);
        tw_record_conditions_unref (query.filter.conditions);
        if (strcmp (list->str, expected) != 0)
          g_error ("filter %u, order %u, pages of %u: %s instead of %s", i, j, limit, list->str, expected);
      }
}

/* What has no limit is in order too. */
static void
test_lists_are_whole (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  Known tasks[TASKS];

  fill (f->store, tasks, rand);
  for (guint j = 0; j < G_N_ELEMENTS (orders); j++)
    {
      const TwTaskQuery query = query_of (&asked[j % 5], orders[j]);
      g_autofree char *expected = list_known (tasks, &asked[j % 5], orders[j]);
      g_autoptr (GString) list = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      read_tasks (f->store, TW_DEADLINE_NONE, &query, note_row, list, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (list->str, ==, expected);
    }
}

typedef struct
{
  Known *tasks;
  TwTaskOrder order;
  const Known *last; /* of those that stay */
} Walked;

/* Tasks that stay come once each, and in order. */
static gboolean
see (const TwTaskRecord *task, gpointer data)
{
  Walked *walked = data;
  const guint n = (guint) g_ascii_strtoull (task->id, NULL, 10);
  Known *known;

  if (n > TASKS || n % 2 == 0)
    return TRUE;
  known = &walked->tasks[n - 1];
  g_assert_cmpuint (++known->seen, ==, 1);
  g_assert_true (walked->last == NULL || compare (&walked->last, &known, &walked->order) < 0);
  walked->last = known;
  return TRUE;
}

/* Something happens to one of the tasks with even numbers, which may be on the page's edge: it goes, and mostly another
 * one comes, the @n-th. */
static void
disturb (TwTaskStore *store, Known tasks[TASKS], GRand *rand, guint n)
{
  Known *task = &tasks[(guint) g_rand_int_range (rand, 0, TASKS / 2) * 2 + 1];

  remove_task (store, ANN, task->id, NULL);
  if (n % 3 == 0)
    return;
  make_task (task, 2000 + n, rand);
  insert_task (store, &task->record);
}

static void
test_what_stays_is_seen_once (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (10);
  const TwTaskFilter all = { .done = TW_DONE_ANY };
  Known tasks[TASKS];
  guint n = 0;

  fill (f->store, tasks, rand);
  for (guint j = 1; j < G_N_ELEMENTS (orders); j += 2)
    {
      Walked walked = { tasks, orders[j - (j == 5 ? 1 : 0)], NULL };
      char *cursor = NULL;
      guint turn = 0;

      for (guint i = 0; i < TASKS; i++)
        tasks[i].seen = 0;
      do
        {
          read_page (f->store, &all, walked.order, 4, &cursor, see, &walked);
          disturb (f->store, tasks, rand, ++n);
          turn++;
        }
      while (cursor != NULL && turn < TASKS * 4);
      g_assert_null (cursor);
      for (guint i = 0; i < TASKS; i += 2)
        g_assert_cmpuint (tasks[i].seen, ==, 1);
    }
}

/* By a change a task comes to another place, and is not at the one that it had. */
static void
test_changes_move_tasks (Fixture *f, gconstpointer data)
{
  const TwTaskFilter all = { .done = TW_DONE_ANY }, of_list = { .list = TW_LIST_ONE, .list_id = ONE_LIST };
  const TaskWords finish = { .name = "Ahorn", .has_done = TRUE, .done = TRUE, .now_ms = 50 };
  const char *const before[] = { "Birke", "ahorn", "ZEDER" };
  g_autoptr (TwTaskRecord) changed = NULL;
  g_autoptr (GError) error = NULL;
  char id[TW_ID_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    {
      const TwTaskRecord task = { .has = TASK_WHOLE | TW_TASK_HAS_LIST_ID, .id = id_of (i + 1, id), .user_id = ANN,
                                  .name = before[i], .created_ms = 10 + i, .version = 1, .list_id = ONE_LIST };

      insert_task (f->store, &task);
    }
  for (guint round = 0; round < 3; round++)
    {
      const TwTaskFilter *filter = round == 1 ? &of_list : &all;
      g_autoptr (GString) list = g_string_new (NULL), back = g_string_new (NULL);
      char *cursor = NULL;

      read_page (f->store, filter, orders[6], 10, &cursor, note_row, list);
      read_page (f->store, filter, orders[7], 10, &cursor, note_row, back);
      g_assert_cmpstr (list->str, ==, round == 0 ? "2 1 3" : "3 2 1");
      g_assert_cmpstr (back->str, ==, round == 0 ? "3 1 2" : "1 3 2");
      if (round == 0)
        changed = change_task (f->store, ANN, id_of (3, id), &finish, &error);
      g_assert_no_error (error);
    }
}

void
contract_add_orders (const TwTaskStoreFactory *factory)
{
  static const ContractCase cases[] = {
    { "pages-are-cut-from-the-order", test_pages_are_cut_from_the_order },
    { "lists-are-whole", test_lists_are_whole },
    { "what-stays-is-seen-once", test_what_stays_is_seen_once },
    { "changes-move-tasks", test_changes_move_tasks },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
