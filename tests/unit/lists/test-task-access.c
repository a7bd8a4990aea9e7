/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-error.h"
#include "tw-task-access.h"

#include <string.h>

#define HERE "aaaaaaaaaaaaaaaaaaaaaaaa"
#define THERE "bbbbbbbbbbbbbbbbbbbbbbbb"
#define NOWHERE "cccccccccccccccccccccccc"

/* Ann's partition: she has two lists, and had a third; in one is an editor, in all a viewer. */
static const struct
{
  const char *list_id, *user_id, *role;
} people[] = {
  { HERE, "ann", "owner" },  { HERE, "ed", "editor" },   { HERE, "vic", "viewer" }, { HERE, "gone", "" },
  { NOWHERE, "ann", "" }, { NOWHERE, "vic", "viewer" }, { THERE, "ann", "owner" }, { THERE, "vic", "viewer" }, { THERE, "ed", "viewer" },
};

static gconstpointer
find (TwCommit *commit, const TwRecordType *type, const char *id, GError **error)
{
  static TwMemberRecord members[G_N_ELEMENTS (people)];
  char member_id[TW_ID_SIZE];

  for (guint i = 0; type == &tw_member_type && i < G_N_ELEMENTS (people); i++)
    {
      tw_list_member_id (people[i].list_id, people[i].user_id, member_id);
      members[i].role = people[i].role;
      members[i].list_id = people[i].list_id;
      if (strcmp (member_id, id) == 0)
        return &members[i];
    }
  return NULL;
}

/* What @who may do of a task that is in @list and @assignee's, or, with `new`, of one that is to be made, and says: another
 * list ("" is the inbox), somebody else. Where it ends well: whose the task is then to do. */
static const struct
{
  const char *who, *list, *assignee;
  gboolean is_new;
  const char *to_list, *to_assignee;
  int code;
  const char *location, *then;
} cases[] = {
  { "ann", NULL, NULL, TRUE, NULL, NULL, -1, NULL, NULL },
  { "ann", NULL, NULL, TRUE, NULL, "ann", -1, NULL, "ann" },
  { "ann", NULL, NULL, TRUE, NULL, "ed", TW_ERROR_INVALID, "assigneeId", NULL },
  { "ann", NULL, NULL, TRUE, HERE, "ed", -1, NULL, "ed" },
  { "ann", NULL, NULL, TRUE, HERE, "gone", TW_ERROR_INVALID, "assigneeId", NULL },
  { "ann", NULL, NULL, TRUE, HERE, "bob", TW_ERROR_INVALID, "assigneeId", NULL },
  { "ann", NULL, NULL, TRUE, NOWHERE, NULL, TW_ERROR_NOT_FOUND, "listId", NULL },
  { "ed", NULL, NULL, TRUE, HERE, "vic", -1, NULL, "vic" },
  { "ed", NULL, NULL, TRUE, THERE, NULL, TW_ERROR_FORBIDDEN, "listId", NULL },
  { "vic", NULL, NULL, TRUE, HERE, NULL, TW_ERROR_FORBIDDEN, "listId", NULL },
  { "gone", NULL, NULL, TRUE, HERE, NULL, TW_ERROR_NOT_FOUND, "listId", NULL },
  { "bob", NULL, NULL, TRUE, HERE, NULL, TW_ERROR_NOT_FOUND, "listId", NULL },
  { "ed", HERE, "vic", FALSE, NULL, NULL, -1, NULL, "vic" },
  { "ed", HERE, "vic", FALSE, NULL, "ann", -1, NULL, "ann" },
  { "ed", HERE, NULL, FALSE, "", NULL, TW_ERROR_FORBIDDEN, "listId", NULL },
  { "ed", HERE, NULL, FALSE, "AAAAAAAAAAAAAAAAAAAAAAAA", NULL, -1, NULL, NULL },
  { "ed", HERE, "gone", FALSE, HERE, "gone", -1, NULL, "gone" }, /* it is said again, and will be taken away */
  { "ann", HERE, "vic", FALSE, THERE, NULL, -1, NULL, "vic" },
  { "ann", HERE, "gone", FALSE, THERE, NULL, -1, NULL, NULL },
  { "ann", HERE, "vic", FALSE, "", NULL, -1, NULL, NULL },
  { "ann", HERE, "ann", FALSE, "", NULL, -1, NULL, "ann" },
  { "ann", HERE, "vic", FALSE, "", "vic", TW_ERROR_INVALID, "assigneeId", NULL },
  { "ann", NULL, NULL, FALSE, "", NULL, -1, NULL, NULL },
};

static TwTaskRecord
task_of (const char *list, const char *assignee)
{
  return (TwTaskRecord) {
    .has = (list != NULL ? TW_TASK_HAS_LIST_ID : 0) | (assignee != NULL ? TW_TASK_HAS_ASSIGNEE_ID : 0),
    .list_id = list, .assignee_id = assignee,
  };
}

static void
test_what_may_be_said (void)
{
  static const TwCommitsClass klass = { .find = find };
  TwCommits commits = { .klass = &klass, .kept_ms = TW_COMMIT_KEPT_MS };
  TwCommit commit = { &commits };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const TwTaskActor actor = { cases[i].who, "ann" };
      const gboolean to_inbox = g_strcmp0 (cases[i].to_list, "") == 0;
      const TwTaskRecord before = task_of (cases[i].list, cases[i].assignee);
      TwTaskRecord said = task_of (to_inbox ? NULL : cases[i].to_list, cases[i].to_assignee);
      guint64 clear = to_inbox ? TW_TASK_HAS_LIST_ID : 0;
      g_autoptr (GError) error = NULL;
      const gboolean well
          = tw_task_access_check (&commit, &actor, cases[i].is_new ? NULL : &before, &said, &clear, &error);
      const char *then = said.assignee_id != NULL ? said.assignee_id : before.assignee_id;

      g_test_message ("case %u: %s", i, error != NULL ? error->message : "well");
      g_assert_cmpint (error != NULL ? error->code : -1, ==, cases[i].code);
      g_assert_cmpint (well, ==, cases[i].code < 0);
      g_assert_cmpstr (error != NULL ? tw_error_location (error) : NULL, ==, cases[i].location);
      if (well)
        g_assert_cmpstr ((clear & TW_TASK_HAS_ASSIGNEE_ID) != 0 ? NULL : then, ==, cases[i].then);
      if (well && said.list_id != NULL)
        g_assert_true (strcmp (said.list_id, HERE) == 0 || strcmp (said.list_id, THERE) == 0);
    }
}

static void
test_who_is_admitted (void)
{
  static const TwCommitsClass klass = { .find = find };
  static const struct
  {
    const char *who, *list;
    TwListRole least;
    int code;
  } tries[] = {
    { "ann", NULL, TW_LIST_OWNER, -1 },
    { "ann", HERE, TW_LIST_OWNER, -1 },
    { "ann", NOWHERE, TW_LIST_VIEWER, TW_ERROR_NOT_FOUND }, /* the list is gone, ... */
    { "vic", NOWHERE, TW_LIST_VIEWER, TW_ERROR_NOT_FOUND }, /* ... and who was in it is left */
    { "ed", HERE, TW_LIST_EDITOR, -1 },
    { "ed", THERE, TW_LIST_VIEWER, -1 },
    { "ed", THERE, TW_LIST_EDITOR, TW_ERROR_FORBIDDEN },
    { "ed", NULL, TW_LIST_VIEWER, TW_ERROR_NOT_FOUND },
    { "gone", HERE, TW_LIST_VIEWER, TW_ERROR_NOT_FOUND },
    { "bob", HERE, TW_LIST_VIEWER, TW_ERROR_NOT_FOUND },
  };
  TwCommits commits = { .klass = &klass, .kept_ms = TW_COMMIT_KEPT_MS };
  TwCommit commit = { &commits };

  for (guint i = 0; i < G_N_ELEMENTS (tries); i++)
    {
      const TwTaskActor actor = { tries[i].who, "ann" };
      const TwTaskRecord task = task_of (tries[i].list, NULL);
      g_autoptr (GError) error = NULL;
      const gboolean well = tw_task_access_admit (&commit, &actor, &task, tries[i].least, &error);

      g_assert_cmpint (error != NULL ? error->code : -1, ==, tries[i].code);
      g_assert_cmpint (well, ==, tries[i].code < 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task-access/what-may-be-said", test_what_may_be_said);
  g_test_add_func ("/task-access/who-is-admitted", test_who_is_admitted);
  return g_test_run ();
}
