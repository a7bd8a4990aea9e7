/* SPDX-License-Identifier: Apache-2.0 */

/* What is found by a field of its own: tw-task-store-query.h; and what is left of a list that is gone. */

#include "task-store-fixture.h"
#include "tw-list-chores.h"
#include "tw-list-service-private.h"

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

  tw_list_wait_for_commit (store, TW_DEADLINE_NONE, &(TwCommitSpec) {
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
  const TwRecordQuery query = { &tw_member_type, field, values, n_values, limit };
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

static void
test_limits (Fixture *f, gconstpointer factory)
{
  static const char *const both[] = { ONE, TWO };
  const TwRecordQuery query = { &tw_member_type, TW_MEMBER_HAS_LIST_ID, both, 2, 3 };
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
  const TwRecordQuery query = { &tw_member_type, TW_MEMBER_HAS_LIST_ID, one, 1, 1 };
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
  const TwRecordQuery query = { type, 0, NULL, 0, 1000 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = tw_task_store_gather (store, TW_DEADLINE_NONE, &query, &error);

  g_assert_no_error (error);
  return found->len;
}

static const TwCallContext no_context = { .deadline_ms = TW_DEADLINE_NONE };

static char *
make_list (TwListService *service, const char *user_id)
{
  const TwListCaller owner = { .context = &no_context, .user_id = user_id };
  const TwSharedListRecord said = { .has = TW_SHARED_LIST_HAS_NAME, .name = "a list" };
  const TwInvitationRecord invited = { .has = TW_INVITATION_HAS_ROLE | TW_INVITATION_HAS_USES, .role = "editor", .uses = 1 };
  g_autoptr (GError) error = NULL;
  g_autofree char *code = NULL;
  g_autoptr (TwSharedListRecord) list = tw_list_service_create (service, &owner, &said, &error);
  g_autoptr (TwInvitationRecord) invitation = NULL;

  g_assert_no_error (error);
  invitation = tw_list_service_invite (service, &owner, list->id, &invited, &code, &error);
  g_assert_no_error (error);
  return g_strdup (list->id);
}

/* More than one step's, of people who have left. */
static void
fill_with_former (TwTaskStore *store, const char *owner, const char *list_id, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      char user[16];
      g_autoptr (GError) error = NULL;
      TwClock *clock = tw_clock_new_fixed (1700000000000);
      TwListService *service = tw_list_service_new (store, clock, NULL);
      const TwListCaller guest = { .context = &no_context, .user_id = user };
      const TwSharedListRecord open = { .has = TW_SHARED_LIST_HAS_IS_PUBLIC, .is_public = TRUE };
      const TwListCaller whose = { .context = &no_context, .user_id = owner };
      g_autoptr (TwSharedListRecord) changed = NULL, joined = NULL;

      g_snprintf (user, sizeof user, "guest %u", i);
      if (i == 0)
        changed = tw_list_service_change (service, &whose, list_id, &open, 0, &error);
      g_assert_no_error (error);
      joined = tw_list_service_join (service, &guest, list_id, "a guest", &error);
      g_assert_no_error (error);
      g_assert_true (tw_list_service_remove_member (service, &guest, list_id, TW_LIST_ME, &error));
      g_assert_no_error (error);
      tw_list_service_free (service);
      tw_clock_free (clock);
    }
}

/* More than one step's. */
#define TASKS 45

typedef struct
{
  TwLatch ended;
  GError *error;
} Writing;

static void
written (const TwTaskResult *results, const GError *error, gpointer data)
{
  Writing *writing = data;

  writing->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&writing->ended);
}

/* Tasks from @first on in a list, of which each is somebody's to do. */
static void
fill_with_tasks (TwTaskStore *store, const char *owner, const char *list_id, guint first, guint n)
{
  for (guint done = 0; done < n; done += 5)
    {
      TwTaskOperation operations[5];
      TwTaskRecord tasks[5];
      char ids[5][TW_ID_SIZE];
      Writing writing = { .error = NULL };

      for (guint i = 0; i < 5; i++)
        {
          tasks[i] = (TwTaskRecord) { .has = TASK_WHOLE | TW_TASK_HAS_LIST_ID | TW_TASK_HAS_ASSIGNEE_ID,
                                      .id = id_of (first + done + i, ids[i]), .user_id = owner, .name = "a name",
                                      .list_id = list_id, .assignee_id = "guest", .created_ms = 1, .version = 1 };
          operations[i] = (TwTaskOperation) { .verb = TW_TASK_INSERT, .said = &tasks[i] };
        }
      tw_latch_init (&writing.ended);
      tw_task_write (store, &(TwTaskRequest) { .deadline_ms = TW_DEADLINE_NONE }, owner, operations, 5, TRUE, written,
                     &writing);
      tw_latch_wait (&writing.ended);
      g_assert_no_error (writing.error);
    }
}

static guint
count_assigned (TwTaskStore *store, const char *owner)
{
  const TwTaskQuery query = { .user_id = owner, .filter.assignee_id = "guest", .limit = 2000 };
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  guint n = 1;

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
  const TwListCaller owner = { .context = &no_context, .user_id = ANN };
  const TwListCaller guest = { .context = &no_context, .user_id = "guest" };
  const TwSharedListRecord open = { .has = TW_SHARED_LIST_HAS_IS_PUBLIC, .is_public = TRUE };
  g_autofree char *left = make_list (service, ANN), *stays = make_list (service, ANN);
  g_autoptr (TwSharedListRecord) changed = tw_list_service_change (service, &owner, left, &open, 0, NULL);
  g_autoptr (TwSharedListRecord) joined = tw_list_service_join (service, &guest, left, "a guest", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (changed);
  g_assert_nonnull (joined);
  fill_with_tasks (f->store, ANN, left, 0, TASKS);
  fill_with_tasks (f->store, ANN, stays, TASKS, 5);
  g_assert_true (tw_list_service_remove_member (service, &guest, left, TW_LIST_ME, &error));
  g_assert_no_error (error);
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
  const TwListCaller owner = { .context = &no_context, .user_id = ANN };
  g_autofree char *gone = make_list (service, ANN), *stays = make_list (service, ANN);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (gone, !=, stays);
  fill_with_former (f->store, ANN, gone, 30);
  fill_with_tasks (f->store, ANN, gone, 0, TASKS);
  fill_with_tasks (f->store, ANN, stays, TASKS, 5);
  g_assert_true (tw_list_service_remove (service, &owner, gone, &error));
  g_assert_no_error (error);
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

void
contract_add_queries (const TwTaskStoreFactory *factory)
{
  static const ContractCase cases[] = {
    { "query/by-what-a-field-is", test_queries },
    { "query/no-more-than-are-wanted", test_limits },
    { "query/whole-records", test_whole_records },
    { "chores/what-lay-in-a-list-is-removed-by-whoever-comes-next", test_chores },
    { "chores/who-has-left-has-nothing-to-do", test_leaver },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
