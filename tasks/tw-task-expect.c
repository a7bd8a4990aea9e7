/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-expect.h"

#include <string.h>

static gboolean
expect (TwCommit *commit, const TwRecordType *type, const GPtrArray *ids)
{
  return tw_commit_expect (commit, type, (const char *const *) ids->pdata, ids->len);
}

/* Of the operation @i; NULL: none that is looked at. */
static const char *
task_of (const TwTaskWrite *write, guint i)
{
  if (write->before != NULL)
    return write->before[i].status == 0 && write->operations[i].verb != TW_TASK_REMOVE ? write->before[i].id : NULL;
  return write->operations[i].verb != TW_TASK_INSERT ? write->operations[i].said->id : NULL;
}

static gboolean
expect_tasks (TwCommit *commit, const TwTaskWrite *write)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; i < write->n; i++)
    if (task_of (write, i) != NULL)
      g_ptr_array_add (ids, (gpointer) (guintptr) task_of (write, i));
  return expect (commit, &tw_task_type, ids);
}

/* What is said of the operation @i; NULL where it is not done now. */
static const TwTaskRecord *
said_of (const TwTaskWrite *write, guint i)
{
  return write->before == NULL && write->operations[i].verb != TW_TASK_REMOVE ? write->operations[i].said : NULL;
}

/* The task that the operation @i finds, which is known by then; or NULL. */
static const TwTaskRecord *
found_of (TwCommit *commit, const TwTaskWrite *write, guint i)
{
  return task_of (write, i) != NULL ? tw_commit_find (commit, &tw_task_type, task_of (write, i), NULL) : NULL;
}

static void
add_member (GPtrArray *ids, const char *list_id, const char *user_id)
{
  char id[TW_ID_SIZE];

  if (user_id == NULL)
    return;
  tw_list_member_id (list_id, user_id, id);
  g_ptr_array_add (ids, g_strdup (id));
}

/* Whether the list is there, who asks, and who is to do the task. */
static void
add_members (GPtrArray *ids, const TwTaskWrite *write, const char *list_id, const char *assignee_id)
{
  if (list_id == NULL)
    return;
  add_member (ids, list_id, write->partition);
  if (strcmp (write->user_id, write->partition) != 0)
    add_member (ids, list_id, write->user_id);
  if (g_strcmp0 (assignee_id, write->partition) != 0)
    add_member (ids, list_id, assignee_id);
}

/* In the lists that the tasks are in and that they are to be in. */
static void
expect_members (TwCommit *commit, const TwTaskWrite *write)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < write->n; i++)
    {
      const TwTaskRecord *said = said_of (write, i), *task = found_of (commit, write, i);
      const char *from = task != NULL ? task->list_id : NULL;
      const char *to = said != NULL && write->move == NULL ? said->list_id : NULL;
      const char *assignee = said != NULL ? said->assignee_id : NULL;

      if (assignee == NULL && to != NULL && task != NULL)
        assignee = task->assignee_id;
      add_members (ids, write, from, to == NULL ? assignee : NULL);
      add_members (ids, write, to, assignee);
    }
  expect (commit, &tw_member_type, ids);
}

void
tw_task_expect (TwCommit *commit, const TwTaskWrite *write)
{
  if (tw_commit_expect (commit, &tw_task_type, NULL, 0) && expect_tasks (commit, write) && write->user_id != NULL)
    expect_members (commit, write);
}
