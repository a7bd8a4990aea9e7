/* SPDX-License-Identifier: Apache-2.0 */

/* How many commands of MongoDB's it takes to change, and to remove, many tasks at once: a few, however many they are. */

#include "list-waits.h"
#include "mongo-fixture.h"
#include "mongo-task-store.h"
#include "task-waits.h"
#include "tw-id.h"
#include "tw-list-chores.h"
#include "tw-list-service.h"

#define ANN "ann"
#define BOB "bob"

#define MANY 30
#define LISTS 6

typedef struct
{
  MongoFixture base;
  TwTaskStore *store;
} Place;

static void
set_up (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  mongo_fixture_set_up (&place->base, data);
  place->store = mongo_task_store_open (place->base.uri, &error);
  g_assert_no_error (error);
}

static void
tear_down (Place *place, gconstpointer data)
{
  tw_task_store_free (place->store);
  mongo_fixture_tear_down (&place->base, data);
}

/* That have been sent until now. */
static guint
count_commands (Place *place)
{
  static const char *const collections[] = { "commits", "tasks", "lists", "members", "invitations", "chores" };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (collections); i++)
    n += forwarder_count (place->base.forwarder, collections[i]);
  return n;
}

static const char *
id_of (guint n, char id[TW_ID_SIZE])
{
  g_snprintf (id, TW_ID_SIZE, "%024u", n);
  return id;
}

/* Has @user_id do something to @n tasks of ANN's, MANY at most, and returns how many commands that took. */
static guint
write_some (Place *place, guint n, const char *user_id, TwTaskVerb verb, const char *const *lists, guint n_lists,
            const char *assignee_id)
{
  const guint before = count_commands (place);
  TwTaskRecord said[MANY];
  TwTaskOperation operations[MANY];
  char ids[MANY][TW_ID_SIZE];
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      said[i] = (TwTaskRecord) { .has = TW_TASK_HAS_NAME, .id = id_of (i + 1, ids[i]), .user_id = ANN,
                                 .name = verb == TW_TASK_INSERT ? "made" : "changed", .created_ms = 1, .version = 1 };
      if (verb == TW_TASK_INSERT)
        said[i].has = TASK_WHOLE;
      if (n_lists > 0)
        {
          said[i].list_id = lists[i % n_lists];
          said[i].has |= TW_TASK_HAS_LIST_ID;
        }
      if (assignee_id != NULL)
        {
          said[i].assignee_id = assignee_id;
          said[i].has |= TW_TASK_HAS_ASSIGNEE_ID;
        }
      operations[i] = (TwTaskOperation) { .verb = verb, .said = &said[i] };
    }
  task_write_all (place->store, &(TwTaskRequest) { .deadline_ms = TW_DEADLINE_NONE, .now_ms = 1, .user_id = user_id },
                  ANN, operations, n, &error);
  g_assert_no_error (error);
  return count_commands (place) - before;
}

static guint
write_many (Place *place, const char *user_id, TwTaskVerb verb, const char *const *lists, guint n_lists,
            const char *assignee_id)
{
  return write_some (place, MANY, user_id, verb, lists, n_lists, assignee_id);
}

static guint
write_one (Place *place, const char *user_id, TwTaskVerb verb, const char *list_id, const char *assignee_id)
{
  return write_some (place, 1, user_id, verb, &list_id, list_id != NULL, assignee_id);
}

/* The whole is at most four commands, and the head of who was not seen yet one more. */
static void
test_own_tasks (Place *place, gconstpointer data)
{
  g_assert_cmpuint (write_many (place, ANN, TW_TASK_INSERT, NULL, 0, NULL), <=, 3);
  g_assert_cmpuint (write_many (place, ANN, TW_TASK_CHANGE, NULL, 0, NULL), ==, 3);
  g_assert_cmpuint (write_many (place, ANN, TW_TASK_REMOVE, NULL, 0, NULL), ==, 3);
}

/* LISTS of ANN's, open to all, which BOB is in, as an editor; free with g_strfreev(). */
static char **
make_lists (Place *place)
{
  g_autoptr (TwClock) clock = tw_clock_new_fixed (1700000000000);
  TwListService *service = tw_list_service_new (place->store, clock, NULL);
  ListWait wait;
  const TwMemberRecord editor = { .has = TW_MEMBER_HAS_ROLE, .role = "editor" };
  const TwSharedListRecord said = { .has = TW_SHARED_LIST_HAS_NAME | TW_SHARED_LIST_HAS_IS_PUBLIC, .name = "a list",
                                    .is_public = TRUE };
  char **ids = g_new0 (char *, LISTS + 1);

  for (guint i = 0; i < LISTS; i++)
    {
      TwListCaller caller = list_writer (&wait, ANN);
      g_autofree TwSharedListRecord *list = NULL;

      tw_list_service_create (service, &caller, &said);
      list = list_write_wait (&wait, NULL);
      g_assert_nonnull (list);
      ids[i] = g_strdup (list->id);
      caller = list_writer (&wait, BOB);
      tw_list_service_join (service, &caller, ids[i], "Bob");
      g_free (list_write_wait (&wait, NULL));
      caller = list_writer (&wait, ANN);
      tw_list_service_change_member (service, &caller, ids[i], BOB, &editor, 0);
      g_free (list_write_wait (&wait, NULL));
    }
  tw_list_service_free (service);
  return ids;
}

static void
test_tasks_of_lists (Place *place, gconstpointer data)
{
  g_auto (GStrv) lists = make_lists (place);
  const char *const *ids = (const char *const *) lists;

  /* Who is in them, and as with one's own. */
  g_assert_cmpuint (write_many (place, ANN, TW_TASK_INSERT, ids, LISTS, BOB), ==, 3);
  g_assert_cmpuint (write_many (place, BOB, TW_TASK_CHANGE, NULL, 0, ANN), ==, 4);
  g_assert_cmpuint (write_many (place, BOB, TW_TASK_CHANGE, ids, 2, BOB), ==, 4);
  g_assert_cmpuint (write_many (place, BOB, TW_TASK_CHANGE, ids + 2, 3, NULL), ==, 4);
  g_assert_cmpuint (write_many (place, BOB, TW_TASK_REMOVE, NULL, 0, NULL), ==, 4);
}

/* A change, by whomever, is four commands at most. */
static void
test_one_task_of_a_list (Place *place, gconstpointer data)
{
  g_auto (GStrv) lists = make_lists (place);

  g_assert_cmpuint (write_one (place, ANN, TW_TASK_INSERT, lists[0], BOB), ==, 3);
  g_assert_cmpuint (write_one (place, ANN, TW_TASK_CHANGE, NULL, NULL), ==, 4);
  g_assert_cmpuint (write_one (place, ANN, TW_TASK_CHANGE, lists[1], NULL), ==, 4);
  g_assert_cmpuint (write_one (place, ANN, TW_TASK_CHANGE, NULL, ANN), ==, 4);
  g_assert_cmpuint (write_one (place, BOB, TW_TASK_CHANGE, NULL, NULL), ==, 4);
  g_assert_cmpuint (write_one (place, BOB, TW_TASK_CHANGE, NULL, BOB), ==, 4);
  g_assert_cmpuint (write_one (place, BOB, TW_TASK_CHANGE, lists[2], NULL), ==, 4);
  g_assert_cmpuint (write_one (place, BOB, TW_TASK_CHANGE, lists[3], ANN), ==, 4);
  g_assert_cmpuint (write_one (place, BOB, TW_TASK_REMOVE, NULL, NULL), ==, 4);
}

static void
test_a_list_that_goes (Place *place, gconstpointer data)
{
  g_autoptr (TwClock) clock = tw_clock_new_fixed (1700000000000);
  g_auto (GStrv) lists = make_lists (place);
  TwListService *service = tw_list_service_new (place->store, clock, NULL);
  ListWait wait;
  const TwListCaller ann = list_writer (&wait, ANN);
  g_autoptr (GError) error = NULL;
  guint before;

  write_many (place, ANN, TW_TASK_INSERT, (const char *const *) lists, 1, NULL);
  tw_list_service_remove (service, &ann, *lists);
  g_free (list_write_wait (&wait, &error));
  g_assert_no_error (error);
  tw_list_service_free (service);
  before = count_commands (place);
  g_assert_true (tw_list_chores_do (place->store, clock, &error));
  g_assert_no_error (error);
  g_assert_cmpint (mongo_fixture_count (&place->base, "tasks", "{\"gone\": {\"$exists\": false}}"), ==, 0);
  g_assert_cmpuint (count_commands (place) - before, <, MANY);
}

static gboolean
count_row (const TwTaskRecord *task, gpointer n)
{
  ++*(guint *) n;
  return TRUE;
}

/* Whether all names have a key, and the page, behind which a server may keep a cursor that has to be closed. */
static void
test_page_by_name (Place *place, gconstpointer data)
{
  const TwTaskQuery query = { .user_id = ANN, .order.key = TW_TASK_BY_NAME, .limit = 10 };
  TaskReadWait wait;
  guint n = 0, before;

  write_many (place, ANN, TW_TASK_INSERT, NULL, 0, NULL);
  before = count_commands (place);
  tw_task_store_read (place->store, TW_DEADLINE_NONE, &query, task_read_begin (&wait, count_row, &n));
  g_assert_true (task_read_wait (&wait, NULL));
  g_assert_cmpuint (n, ==, 10);
  g_assert_cmpuint (count_commands (place) - before, <=, 3);
}

/* Where all that fits has to be looked at, it comes at once, and not a page of it at a time. */
static void
test_filtered_page (Place *place, gconstpointer data)
{
  const TwPageRequestRecord asked = { .has = TW_PAGE_REQUEST_HAS_ASSIGNEE_ID, .assignee_id = ANN };
  TwTaskQuery query = { .user_id = ANN, .order.key = TW_TASK_BY_DUE, .limit = 2 };
  g_autoptr (TwRecordConditions) conditions = NULL;
  TaskReadWait wait;
  guint n = 0, before;

  write_many (place, ANN, TW_TASK_INSERT, NULL, 0, ANN);
  g_assert_true (tw_record_conditions_read (&tw_page_request_question, &asked, 0, &conditions, NULL));
  query.filter.conditions = conditions;
  before = count_commands (place);
  tw_task_store_read (place->store, TW_DEADLINE_NONE, &query, task_read_begin (&wait, count_row, &n));
  g_assert_true (task_read_wait (&wait, NULL));
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (count_commands (place) - before, <=, 3);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Place *place, gconstpointer data);
  } tests[] = {
    { "/task-commands-mongo/own-tasks", test_own_tasks },
    { "/task-commands-mongo/tasks-of-lists", test_tasks_of_lists },
    { "/task-commands-mongo/one-task-of-a-list", test_one_task_of_a_list },
    { "/task-commands-mongo/a-list-that-goes", test_a_list_that_goes },
    { "/task-commands-mongo/page-by-name", test_page_by_name },
    { "/task-commands-mongo/filtered-page", test_filtered_page },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Place, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
