/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-tasks-pages.h"

#include "tw-arguments.h"
#include "tw-error.h"
#include "tw-list-roles.h"
#include "tw-task-filter.h"
#include "tw-task-request.h"
#include "tw-tasks-answers.h"

#include <stdatomic.h>

/* A page on its way. It belongs to whoever asks for it and to what looks up memberships, which may end later. */
typedef struct
{
  _Atomic guint holders;
  TwTaskService *service;
  TwCall *call;
  gboolean may_wait;
  gboolean must_wait; /* it could not be read without: only told where all ends at once */
  TwArguments arguments;
  TwTasksPageArguments asked;
  TwTaskQuery query;
  GPtrArray *members; /* TwMemberRecord */
  GHashTable *lists;  /* ids of those that are there, of which these are */
  GArray *others;     /* TwTaskSource */
  GPtrArray *hidden;  /* ids of own lists that are gone, of which something may be left */
} Page;

static void
unref_page (Page *page)
{
  if (atomic_fetch_sub (&page->holders, 1) > 1)
    return;
  tw_arguments_clear (&page->arguments);
  tw_record_conditions_unref (page->query.filter.conditions);
  g_clear_pointer (&page->members, g_ptr_array_unref);
  g_clear_pointer (&page->lists, g_hash_table_unref);
  g_clear_pointer (&page->others, g_array_unref);
  g_clear_pointer (&page->hidden, g_ptr_array_unref);
  g_free (page);
}

static void
fail_at_list (const Page *page)
{
  g_autoptr (GError) error = NULL;

  tw_list_not_found (&error);
  tw_error_locate (error, "listId");
  tw_call_fail (page->call, error);
}

/* Answers with the page that the query asks for; FALSE where that would have to wait and must not. */
static gboolean
answer (const Page *page)
{
  TwTasksAnswer answer;
  const TwTaskReading reading = tw_tasks_answer_page (&answer, page->call, page->may_wait, &page->query);

  if (tw_task_service_page (page->service, tw_call_context (page->call), &page->query, page->asked.request.cursor,
                            &reading))
    return TRUE;
  tw_tasks_answer_clear (&answer);
  return FALSE;
}

static void
hide (Page *page, const TwMemberRecord *member)
{
  if ((member->has & TW_MEMBER_HAS_FORMER_LIST_ID) == 0)
    return;
  if (page->hidden == NULL)
    page->hidden = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (page->hidden, g_strdup (member->former_list_id));
}

static gboolean
keep_member (gconstpointer record, gpointer data)
{
  Page *page = data;

  if (tw_list_role_of (record) == TW_LIST_NOBODY)
    {
      hide (page, record);
      return TRUE;
    }
  if (page->members == NULL)
    page->members = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (page->members, tw_record_copy (&tw_member_type, record));
  return TRUE;
}

static void
hide_gone (Page *page)
{
  if (page->hidden == NULL)
    return;
  page->query.filter.hidden = (const char *const *) page->hidden->pdata;
  page->query.filter.n_hidden = page->hidden->len;
}

static void
add_others (Page *page)
{
  page->others = g_array_new (FALSE, FALSE, sizeof (TwTaskSource));
  for (guint i = 0; i < page->members->len; i++)
    {
      const TwMemberRecord *member = page->members->pdata[i];
      const TwTaskSource other = { member->list_id, member->owner_id };

      if (g_hash_table_contains (page->lists, member->list_id))
        g_array_append_val (page->others, other);
    }
  page->query.others = (const TwTaskSource *) (gconstpointer) page->others->data;
  page->query.n_others = page->others->len;
}

/* Which lists are there */

static gboolean
keep_list (gconstpointer record, gpointer data)
{
  const Page *page = data;

  g_hash_table_add (page->lists, g_strdup (((const TwSharedListRecord *) record)->id));
  return TRUE;
}

static void
end_lists (const GError *error, gpointer data)
{
  Page *page = data;
  const gboolean is_one = page->query.filter.list == TW_LIST_ONE;

  if (error != NULL)
    tw_call_fail (page->call, error);
  else if (is_one && g_hash_table_size (page->lists) == 0)
    fail_at_list (page);
  else
    {
      if (is_one)
        page->query.user_id = ((const TwMemberRecord *) page->members->pdata[0])->owner_id;
      else
        add_others (page);
      if (!answer (page))
        page->must_wait = TRUE;
    }
  unref_page (page);
}

/* Runs @query, which ends with @reading; the page is held until then. FALSE where it would have to wait and must not. */
static gboolean
ask (Page *page, const TwRecordQuery *query, const TwRecordReading *reading)
{
  atomic_fetch_add (&page->holders, 1);
  if (tw_task_service_find (page->service, tw_call_context (page->call), query, reading))
    return TRUE;
  unref_page (page);
  return FALSE;
}

static gboolean
look_for_lists (Page *page)
{
  const TwRecordReading reading = { keep_list, end_lists, page, page->may_wait };
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  page->lists = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < page->members->len; i++)
    g_ptr_array_add (ids, (gpointer) (guintptr) ((const TwMemberRecord *) page->members->pdata[i])->list_id);
  return ask (page,
              &(TwRecordQuery) { &tw_shared_list_type, TW_SHARED_LIST_HAS_ID, (const char *const *) ids->pdata, ids->len,
                                 .limit = ids->len },
              &reading);
}

/* What the caller is in lists */

static void
end_members (const GError *error, gpointer data)
{
  Page *page = data;

  hide_gone (page);
  if (error != NULL)
    tw_call_fail (page->call, error);
  else if (page->members == NULL && page->query.filter.list == TW_LIST_ONE)
    fail_at_list (page);
  else if (!(page->members != NULL ? look_for_lists (page) : answer (page)))
    page->must_wait = TRUE;
  unref_page (page);
}

/* What the caller is in the list, or in which lists of others they are. */
static gboolean
look_up (Page *page)
{
  const TwRecordReading reading = { keep_member, end_members, page, page->may_wait };
  char id[TW_ID_SIZE];
  const char *value = page->query.user_id;
  TwRecordQuery query = { &tw_member_type, TW_MEMBER_HAS_GUEST_ID, &value, 1, .limit = TW_RECORD_QUERY_ALL };

  if (page->query.filter.list == TW_LIST_ONE)
    {
      tw_list_member_id (page->query.filter.list_id, page->query.user_id, id);
      value = id;
      query.field = TW_MEMBER_HAS_ID;
      query.limit = 1;
    }
  return ask (page, &query, &reading);
}

static gboolean
read_question (Page *page, GError **error)
{
  tw_arguments_read (&page->arguments, page->call, &tw_tasks_page_type, &page->asked);
  tw_record_fill (&tw_page_request_type, &page->asked.request);
  page->query.user_id = page->asked.user_id;
  return tw_task_request_read (&page->asked.request, &page->query, error);
}

gboolean
tw_tasks_answer_a_page (TwCall *call, gboolean may_wait, gpointer service)
{
  Page *page = g_new0 (Page, 1);
  g_autoptr (GError) error = NULL;
  gboolean was_answered = TRUE;

  atomic_init (&page->holders, 1);
  page->service = service;
  page->call = call;
  page->may_wait = may_wait;
  page->arguments = (TwArguments) TW_ARGUMENTS_INIT;
  if (!read_question (page, &error))
    tw_call_fail (call, error);
  else if (!may_wait && tw_task_filter_looks (&page->query.filter))
    was_answered = FALSE; /* to look at all of somebody's tasks is no work for the loop */
  else if (page->query.filter.list == TW_LIST_NONE)
    was_answered = answer (page);
  else
    was_answered = look_up (page) && !page->must_wait;
  unref_page (page);
  return was_answered;
}
