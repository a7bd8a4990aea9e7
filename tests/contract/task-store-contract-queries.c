/* SPDX-License-Identifier: Apache-2.0 */

/* What is found by a field of its own: tw-task-store-query.h; and what is left of a list that is gone. */

#include "task-store-fixture.h"
#include "tw-error.h"
#include "tw-commit-wait.h"
#include "tw-list-chores.h"
#include "tw-list-service.h"
#include "tw-task-places.h"
#include "tw-task-service.h"
#include "list-waits.h"

#include <string.h>

#define ONE "aaaaaaaaaaaaaaaaaaaaaaaa"
#define TWO "bbbbbbbbbbbbbbbbbbbbbbbb"

/* Members, put in one step: "3 of list ONE, who is ann" as { 3, ONE, ANN }. */
typedef struct
{
  guint n;
  const char *list_id, *user_id;
} Put;

static gboolean
decide_put (TwCommit *commit, gpointer data, GError **error)
{
  for (const Put *put = data; put->n != 0; put++)
    {
      char id[TW_ID_SIZE];
      TwMemberRecord member = {
        .has = TW_MEMBER_HAS_ID | TW_MEMBER_HAS_USER_ID | TW_MEMBER_HAS_ROLE | TW_MEMBER_HAS_CREATED_ON
               | TW_MEMBER_HAS_UPDATED_ON | (put->list_id != NULL ? TW_MEMBER_HAS_LIST_ID : 0),
        .id = id_of (put->n, id), .list_id = put->list_id, .user_id = put->user_id, .role = "viewer",
        .created_ms = 1, .updated_ms = 1,
      };

      tw_commit_put (commit, &tw_member_type, &member);
    }
  return TRUE;
}

static void
nothing (gpointer data)
{
}

static void
put_members (TwTaskStore *store, const char *owner, Put *puts)
{
  g_autoptr (GError) error = NULL;

  tw_commit_wait (store->commits, TW_DEADLINE_NONE, &(TwCommitSpec) {
    .partition = owner, .now_ms = 1, .decide = decide_put, .data = puts, .free_data = nothing }, NULL, &error);
  g_assert_no_error (error);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(const TwMemberRecord *const *) a)->id, (*(const TwMemberRecord *const *) b)->id);
}

/* What is found, as the numbers of its ids, ascending: "1 2". */
static void
assert_found (TwTaskStore *store, guint64 field, const char *const *values, guint n_values, guint limit,
              const char *expected)
{
  const TwRecordQuery query = { &tw_member_type, field, values, n_values, .limit = limit };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = tw_task_store_gather (store, TW_DEADLINE_NONE, &query, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  g_ptr_array_sort (found, compare);
  for (guint i = 0; i < found->len; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? " " : "",
                            (int) g_ascii_strtoll (((const TwMemberRecord *) found->pdata[i])->id, NULL, 10));
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_queries (Fixture *f, gconstpointer factory)
{
  static const char *const one[] = { ONE }, *const two[] = { TWO, ONE }, *const none[] = { "nonsense", "", ANN };
  static const char *const ann[] = { ANN }, *const nobody[] = { "nobody" };
  static const char *const keys[] = { "000000000000000000000004", "000000000000000000000001" };
  Put anns[] = { { 1, ONE, ANN }, { 2, ONE, BOB }, { 3, NULL, "" }, { 0, NULL, NULL } };
  Put bobs[] = { { 4, TWO, ANN }, { 5, TWO, BOB }, { 0, NULL, NULL } };

  put_members (f->store, ANN, anns);
  put_members (f->store, BOB, bobs);
  assert_found (f->store, TW_MEMBER_HAS_LIST_ID, one, 1, 9, "1 2");
  assert_found (f->store, TW_MEMBER_HAS_LIST_ID, two, 2, 9, "1 2 4 5");
  assert_found (f->store, TW_MEMBER_HAS_LIST_ID, none, 3, 9, "");
  assert_found (f->store, TW_MEMBER_HAS_USER_ID, ann, 1, 9, "1 4");
  assert_found (f->store, TW_MEMBER_HAS_USER_ID, nobody, 1, 9, "");
  assert_found (f->store, TW_MEMBER_HAS_ID, keys, 2, 9, "1 4");
  assert_found (f->store, TW_MEMBER_HAS_ID, none, 3, 9, "");
  assert_found (f->store, 0, NULL, 0, 9, "1 2 3 4 5");
}

/* A page of ONE's, in the order in which they come, behind the one that has the number @after. */
static void
assert_page (TwTaskStore *store, guint after, guint limit, const char *expected)
{
  static const char *const one[] = { ONE };
  char id[TW_ID_SIZE];
  const TwRecordQuery query = { &tw_member_type, TW_MEMBER_HAS_LIST_ID, one, 1, .limit = limit, .newest_first = TRUE,
                                .after = after != 0 ? id : NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  g_snprintf (id, sizeof id, "%024u", after);
  found = tw_task_store_gather (store, TW_DEADLINE_NONE, &query, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < found->len; i++)
    g_string_append_printf (text, "%d ", (int) g_ascii_strtoll (((const TwMemberRecord *) found->pdata[i])->id, NULL, 10));
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_newest_first (Fixture *f, gconstpointer factory)
{
  static const char *const one[] = { ONE };
  const TwRecordQuery nonsense = { &tw_member_type, TW_MEMBER_HAS_LIST_ID, one, 1, .limit = 9, .newest_first = TRUE,
                                   .after = "nonsense" };
  Put puts[] = { { 3, ONE, ANN }, { 1, ONE, BOB }, { 7, TWO, ANN }, { 9, ONE, "c" }, { 4, ONE, "d" }, { 0, NULL, NULL } };
  g_autoptr (GPtrArray) found = NULL;

  put_members (f->store, ANN, puts);
  assert_page (f->store, 0, 9, "9 4 3 1 ");
  assert_page (f->store, 0, 2, "9 4 ");
  assert_page (f->store, 4, 2, "3 1 ");
  assert_page (f->store, 5, 9, "4 3 1 ");
  assert_page (f->store, 1, 9, "");
  found = tw_task_store_gather (f->store, TW_DEADLINE_NONE, &nonsense, NULL);
  g_assert_cmpuint (found->len, ==, 0);
}

static void
test_limits (Fixture *f, gconstpointer factory)
{
  static const char *const both[] = { ONE, TWO };
  const TwRecordQuery query = { &tw_member_type, TW_MEMBER_HAS_LIST_ID, both, 2, .limit = 3 };
  Put puts[] = { { 1, ONE, ANN }, { 2, ONE, BOB }, { 3, TWO, ANN }, { 4, TWO, BOB }, { 0, NULL, NULL } };
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  put_members (f->store, ANN, puts);
  found = tw_task_store_gather (f->store, TW_DEADLINE_NONE, &query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 3);
}

/* All that was put is there, with its owner, whoever asks. */
static void
test_whole_records (Fixture *f, gconstpointer factory)
{
  static const char *const one[] = { ONE };
  const TwRecordQuery query = { &tw_member_type, TW_MEMBER_HAS_LIST_ID, one, 1, .limit = 1 };
  Put puts[] = { { 7, ONE, BOB }, { 0, NULL, NULL } };
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;
  const TwMemberRecord *member;

  put_members (f->store, ANN, puts);
  found = tw_task_store_gather (f->store, TW_DEADLINE_NONE, &query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 1);
  member = found->pdata[0];
  g_assert_cmpstr (member->owner_id, ==, ANN);
  g_assert_cmpstr (member->list_id, ==, ONE);
  g_assert_cmpstr (member->user_id, ==, BOB);
  g_assert_cmpstr (member->role, ==, "viewer");
  g_assert_cmpint (member->version, ==, 1);
  g_assert_cmpint (member->created_ms, ==, 1);
  g_assert_true ((member->has & TW_MEMBER_HAS_FORMER_LIST_ID) == 0);
}

static guint
count (TwTaskStore *store, const TwRecordType *type)
{
  const TwRecordQuery query = { type, 0, NULL, 0, .limit = 1000 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = tw_task_store_gather (store, TW_DEADLINE_NONE, &query, &error);

  g_assert_no_error (error);
  return found->len;
}

static char *
make_list (TwListService *service, const char *user_id)
{
  const TwSharedListRecord said = { .has = TW_SHARED_LIST_HAS_NAME | TW_SHARED_LIST_HAS_IS_PUBLIC, .name = "a list",
                                    .is_public = TRUE };
  const TwInvitationRecord invited = { .has = TW_INVITATION_HAS_ROLE | TW_INVITATION_HAS_USES, .role = "editor", .uses = 1 };
  ListWait wait;
  TwListCaller owner = list_writer (&wait, user_id);
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSharedListRecord) list = NULL;
  g_autoptr (TwInvitationRecord) invitation = NULL;

  tw_list_service_create (service, &owner, &said);
  list = list_write_wait (&wait, &error);
  g_assert_no_error (error);
  owner = list_writer (&wait, user_id);
  tw_list_service_invite (service, &owner, list->id, &invited);
  invitation = list_write_wait (&wait, &error);
  g_assert_no_error (error);
  return g_strdup (list->id);
}

static void
join (TwListService *service, const char *user_id, const char *list_id)
{
  ListWait wait;
  const TwListCaller guest = list_writer (&wait, user_id);
  g_autoptr (GError) error = NULL;

  tw_list_service_join (service, &guest, list_id, "a guest");
  g_free (list_write_wait (&wait, &error));
  g_assert_no_error (error);
}

static void
leave (TwListService *service, const char *user_id, const char *list_id)
{
  ListWait wait;
  const TwListCaller guest = list_writer (&wait, user_id);
  g_autoptr (GError) error = NULL;

  tw_list_service_remove_member (service, &guest, list_id, TW_LIST_ME);
  g_assert_null (list_write_wait (&wait, &error));
  g_assert_no_error (error);
}

static void
remove_list (TwListService *service, const char *user_id, const char *list_id)
{
  ListWait wait;
  const TwListCaller owner = list_writer (&wait, user_id);
  g_autoptr (GError) error = NULL;

  tw_list_service_remove (service, &owner, list_id);
  g_assert_null (list_write_wait (&wait, &error));
  g_assert_no_error (error);
}

/* More than one step's, of people who have left, and of people who have not. */
static void
fill_with_people (TwListService *service, const char *list_id, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      char user[16];

      g_snprintf (user, sizeof user, "guest %u", i);
      join (service, user, list_id);
      if (i % 2 == 0)
        leave (service, user, list_id);
    }
}

/* More than one step's. */
#define TASKS 45

/* Tasks from @first on in a list, of which each is somebody's to do. */
static void
fill_with_tasks (TwTaskStore *store, const char *owner, const char *list_id, guint first, guint n)
{
  for (guint done = 0; done < n; done += 5)
    {
      TwTaskOperation operations[5];
      TwTaskRecord tasks[5];
      char ids[5][TW_ID_SIZE];
      g_autoptr (GError) error = NULL;

      for (guint i = 0; i < 5; i++)
        {
          tasks[i] = (TwTaskRecord) { .has = TASK_WHOLE | TW_TASK_HAS_LIST_ID | TW_TASK_HAS_ASSIGNEE_ID,
                                      .id = id_of (first + done + i, ids[i]), .user_id = owner, .name = "a name",
                                      .list_id = list_id, .assignee_id = "guest", .created_ms = 1, .version = 1 };
          operations[i] = (TwTaskOperation) { .verb = TW_TASK_INSERT, .said = &tasks[i] };
        }
      task_write_all (store, &(TwTaskRequest) { .deadline_ms = TW_DEADLINE_NONE }, owner, operations, 5, &error);
      g_assert_no_error (error);
    }
}

static guint
count_assigned (TwTaskStore *store, const char *owner)
{
  const TwPageRequestRecord asked = { .has = TW_PAGE_REQUEST_HAS_ASSIGNEE_ID, .assignee_id = "guest" };
  g_autoptr (TwRecordConditions) conditions = NULL;
  TwTaskQuery query = { .user_id = owner, .limit = 2000 };
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  guint n = 1;

  g_assert_true (tw_record_conditions_read (&tw_page_request_question, &asked, 0, &conditions, &error));
  query.filter.conditions = conditions;
  g_assert_true (read_tasks (store, TW_DEADLINE_NONE, &query, note_row, list, &error));
  for (const char *at = list->str; (at = strchr (at, ' ')) != NULL; at++)
    n++;
  return list->len > 0 ? n : 0;
}

/* Who has left has nothing to do any more in that list, also where whoever had them leave died meanwhile. */
static void
test_leaver (Fixture *f, gconstpointer factory)
{
  g_autoptr (TwClock) clock = tw_clock_new_fixed (1700000000000);
  TwListService *service = tw_list_service_new (f->store, clock, NULL);
  g_autofree char *left = make_list (service, ANN), *stays = make_list (service, ANN);
  g_autoptr (GError) error = NULL;

  join (service, "guest", left);
  fill_with_tasks (f->store, ANN, left, 0, TASKS);
  fill_with_tasks (f->store, ANN, stays, TASKS, 5);
  leave (service, "guest", left);
  tw_list_service_free (service);
  g_assert_cmpuint (count (f->store, &tw_chore_type), ==, 1);
  g_assert_cmpuint (count_assigned (f->store, ANN), ==, TASKS + 5);
  tw_task_store_free (f->store);
  open_store (f);
  g_assert_true (tw_list_chores_do (f->store, clock, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_assigned (f->store, ANN), ==, 5);
  g_assert_cmpuint (count_tasks (f->store, ANN), ==, TASKS + 5);
  g_assert_cmpuint (count (f->store, &tw_chore_type), ==, 0);
}

/* Whoever removed the list may have died: the next one that opens the store finds what is left to do. */
static void
test_chores (Fixture *f, gconstpointer factory)
{
  g_autoptr (TwClock) clock = tw_clock_new_fixed (1700000000000);
  TwListService *service = tw_list_service_new (f->store, clock, NULL);
  g_autofree char *gone = make_list (service, ANN), *stays = make_list (service, ANN);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (gone, !=, stays);
  fill_with_people (service, gone, 44);
  fill_with_tasks (f->store, ANN, gone, 0, TASKS);
  fill_with_tasks (f->store, ANN, stays, TASKS, 5);
  remove_list (service, ANN, gone);
  tw_list_service_free (service);
  g_assert_cmpuint (count (f->store, &tw_shared_list_type), ==, 1);
  g_assert_cmpuint (count_tasks (f->store, ANN), ==, TASKS + 5);
  g_assert_cmpuint (count (f->store, &tw_invitation_type), ==, 2);
  tw_task_store_free (f->store);
  open_store (f);
  g_assert_true (tw_list_chores_do (f->store, clock, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count (f->store, &tw_invitation_type), ==, 1);
  g_assert_cmpuint (count (f->store, &tw_member_type), ==, 1);
  g_assert_cmpuint (count_tasks (f->store, ANN), ==, 5);
  g_assert_cmpuint (count (f->store, &tw_chore_type), ==, 0);
  g_assert_true (tw_list_chores_do (f->store, clock, &error));
  g_assert_no_error (error);
}

static void
change_as (TwTaskStore *store, const char *user_id, const char *partition, const char *id, GError **error)
{
  const TwTaskRecord said = { .has = TW_TASK_HAS_NAME, .name = "another" };
  const TwTaskRequest request = { .deadline_ms = TW_DEADLINE_NONE, .now_ms = 2, .user_id = user_id };
  TaskChangeWait wait;

  tw_task_change (store, &request, partition, id, &(TwPreconditions) { .has_match = FALSE }, &said, 0, task_change_ended,
                  task_change_begin (&wait));
  g_free (task_change_wait (&wait, error));
}

/* What lay in a list is gone with it, for its owner as for others, though nobody has removed it yet. */
static void
test_gone_at_once (Fixture *f, gconstpointer factory)
{
  g_autoptr (TwClock) clock = tw_clock_new_fixed (1700000000000);
  TwListService *service = tw_list_service_new (f->store, clock, NULL);
  g_autofree char *gone = make_list (service, ANN);
  const char *const people[] = { ANN, "guest" };
  const TwListCaller caller = { .context = &(TwCallContext) { .deadline_ms = TW_DEADLINE_NONE }, .user_id = "guest" };
  TwTaskPlaces *places = tw_task_places_new (f->store);
  TwTaskService *tasks;
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  TaskReadWait wait;
  char id[TW_ID_SIZE];

  join (service, "guest", gone);
  fill_with_tasks (f->store, ANN, gone, 0, 5);
  g_free (tw_task_places_find_task (places, TW_DEADLINE_NONE, "guest", id_of (1, id), &error));
  g_assert_no_error (error);
  change_as (f->store, ANN, ANN, id, &error);
  g_assert_no_error (error);
  remove_list (service, ANN, gone);
  for (guint i = 0; i < G_N_ELEMENTS (people); i++)
    {
      change_as (f->store, people[i], ANN, id, &error);
      assert_not_found (&error);
    }
  g_assert_null (tw_task_places_find_task (places, TW_DEADLINE_NONE, "guest", id, &error));
  assert_not_found (&error);
  g_assert_null (tw_list_service_members (service, &caller, gone, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  tw_task_places_free (places);
  tw_list_service_free (service);
  g_assert_cmpuint (count_tasks (f->store, ANN), ==, 5);
  tasks = tw_task_service_new (f->store, clock);
  tw_task_service_read_all (tasks, caller.context, ANN, task_read_begin (&wait, note_row, list));
  g_assert_true (task_read_wait (&wait, &error));
  g_assert_cmpstr (list->str, ==, "");
  tw_task_service_free (tasks); /* and its store */
  open_store (f);
}

void
contract_add_queries (const TwTaskStoreFactory *factory)
{
  static const ContractCase cases[] = {
    { "query/by-what-a-field-is", test_queries },
    { "query/newest-first", test_newest_first },
    { "query/no-more-than-are-wanted", test_limits },
    { "query/whole-records", test_whole_records },
    { "chores/what-lay-in-a-list-is-removed-by-whoever-comes-next", test_chores },
    { "chores/who-has-left-has-nothing-to-do", test_leaver },
    { "chores/what-lay-in-a-list-is-gone-at-once", test_gone_at_once },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
