/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-query-mongo.h"

#include "tw-id.h"
#include "tw-record-conditions-mongo.h"
#include "tw-task-order.h"
#include "tw-task-store-mongo.h"

/* A list is ordered by (createdOn, _id), both descending, and both indexes have that order behind the fields that a
 * list fixes: the server walks from the place that the last page ended at, over just the documents that it returns, and
 * never sorts. Without an index that has `done`, the few open tasks among a thousand finished ones would take a
 * thousand steps to find.
 *
 * Another order's key stands before that, and behind `done`, whose runs the server merges; only what has the key is in
 * its index, so that a new task pays for what it is given. Every task has a name, and those whose key for it is missing,
 * because somebody else wrote them, have to be found by that: so it is another index of all. */
#define NEWEST "\"createdOn\": -1, \"_id\": -1}"
#define OF_USER(KEY) "{\"userId\": 1, \"done\": 1, \"" KEY "\": 1, " NEWEST
#define OF_LIST(KEY) "{\"listId\": 1, \"done\": 1, \"" KEY "\": 1, " NEWEST

const TwMongoIndex tw_task_query_indexes[TW_TASK_INDEXES] = {
  { TW_TASK_COLLECTION, "tasks_by_user", "{\"userId\": 1, " NEWEST, FALSE, NULL },
  { TW_TASK_COLLECTION, "tasks_by_user_done", "{\"userId\": 1, \"done\": 1, " NEWEST, FALSE, NULL },
  { TW_TASK_COLLECTION, "tasks_by_user_due", OF_USER ("dueOn"), FALSE, "dueOn" },
  { TW_TASK_COLLECTION, "tasks_by_user_priority", OF_USER ("priority"), FALSE, "priority" },
  { TW_TASK_COLLECTION, "tasks_by_user_position", OF_USER ("position"), FALSE, "position" },
  { TW_TASK_COLLECTION, "tasks_by_user_name", OF_USER ("nameFolded"), FALSE, NULL },
  { TW_TASK_COLLECTION, "tasks_by_list_done", "{\"listId\": 1, \"done\": 1, " NEWEST, FALSE, "listId" },
  { TW_TASK_COLLECTION, "tasks_by_list_due", OF_LIST ("dueOn"), FALSE, "dueOn" },
  { TW_TASK_COLLECTION, "tasks_by_list_priority", OF_LIST ("priority"), FALSE, "priority" },
  { TW_TASK_COLLECTION, "tasks_by_list_position", OF_LIST ("position"), FALSE, "position" },
  { TW_TASK_COLLECTION, "tasks_by_list_name", OF_LIST ("nameFolded"), FALSE, "listId" },
  { TW_MEMBER_COLLECTION, "members_by_list", "{\"listId\": 1}", FALSE, "listId" },
  { TW_MEMBER_COLLECTION, "members_by_former_list", "{\"formerListId\": 1}", FALSE, "formerListId" },
  { TW_MEMBER_COLLECTION, "members_by_user", "{\"userId\": 1}", FALSE, NULL },
  { TW_MEMBER_COLLECTION, "members_by_owner", "{\"ownerId\": 1}", FALSE, NULL },
  { TW_MEMBER_COLLECTION, "members_by_guest", "{\"guestId\": 1}", FALSE, "guestId" },
  { TW_INVITATION_COLLECTION, "invitations_by_list", "{\"listId\": 1}", FALSE, NULL },
  { TW_INVITATION_COLLECTION, "invitations_by_code", "{\"codeHash\": 1}", FALSE, NULL },
  { TW_CHORE_COLLECTION, "chores_by_created", "{\"createdOn\": 1}", FALSE, NULL },
  TW_COMMITS_MONGO_INDEX_LIST,
};

/* The date leaves out what tw_task_document_read() would. */
bson_t *
tw_task_query_one (const bson_oid_t *id, const char *user_id)
{
  return BCON_NEW ("_id", BCON_OID (id), "userId", BCON_UTF8 (user_id), "createdOn", "{", "$type", BCON_UTF8 ("date"),
                   "}");
}

/* Single values rather than their negation, so that the index is entered at each of them and their runs are merged in
 * its order: for one by a key, and for a list's, that is needed whatever is done. null fits what is missing too; 0 and 1 are what some
 * drivers write for a boolean. */
static void
append_done (bson_t *filter, TwDoneFilter done, gboolean is_needed)
{
  if (done == TW_DONE_ONLY)
    BCON_APPEND (filter, "done", "{", "$in", "[", BCON_BOOL (true), BCON_INT32 (1), "]", "}");
  else if (done == TW_OPEN_ONLY)
    BCON_APPEND (filter, "done", "{", "$in", "[", BCON_BOOL (false), BCON_NULL, BCON_INT32 (0), "]", "}");
  else if (is_needed)
    BCON_APPEND (filter, "done", "{", "$in", "[", BCON_BOOL (false), BCON_BOOL (true), BCON_NULL, BCON_INT32 (0),
                 BCON_INT32 (1), "]", "}");
}

/* What can't be a list's id is none's. */
static void
append_list (bson_t *filter, const TwTaskFilter *asked)
{
  bson_oid_t id;

  if (asked->list == TW_LIST_NONE)
    BCON_APPEND (filter, "listId", BCON_NULL);
  else if (asked->list == TW_LIST_ONE && tw_id_to_bytes (asked->list_id, id.bytes))
    BCON_APPEND (filter, "listId", BCON_OID (&id));
  else if (asked->list == TW_LIST_ONE)
    BCON_APPEND (filter, "listId", BCON_UTF8 (asked->list_id));
}

static void
append_others (bson_t *filter, const TwTaskQuery *query)
{
  bson_t condition, array;

  if (query->n_others == 0)
    return;
  bson_append_document_begin (filter, "listId", -1, &condition);
  bson_append_array_begin (&condition, "$in", -1, &array);
  for (guint i = 0; i < query->n_others; i++)
    {
      bson_oid_t id;
      const char *index;
      char space[16];

      bson_uint32_to_string (i, &index, space, sizeof space);
      if (tw_id_to_bytes (query->others[i].list_id, id.bytes))
        bson_append_oid (&array, index, -1, &id);
    }
  bson_append_array_end (&condition, &array);
  bson_append_document_end (filter, &condition);
}

/* (createdOn, _id) < @place, or, for the oldest first, > it. The first condition, which the second implies, is the one
 * that bounds the index. */
static void
append_behind (bson_t *filter, const TwTaskPosition *place, gboolean oldest_first)
{
  const char *beyond = oldest_first ? "$gt" : "$lt", *at_most = oldest_first ? "$gte" : "$lte";
  bson_oid_t id;
  gboolean valid = tw_id_to_bytes (place->id, id.bytes);

  g_assert (valid);
  BCON_APPEND (filter, "createdOn", "{", at_most, BCON_DATE_TIME (place->created_ms), "}",
               "$or", "[",
                 "{", "createdOn", "{", beyond, BCON_DATE_TIME (place->created_ms), "}", "}",
                 "{", "_id", "{", beyond, BCON_OID (&id), "}", "}",
               "]");
}

static const char *const names[TW_TASK_KEYS] = { "createdOn", "dueOn", "priority", "nameFolded", "position" };

static void
append_bound (bson_t *condition, const char *operation, TwTaskKey key, const TwTaskPosition *bound)
{
  if (bound == NULL)
    return;
  switch (key)
    {
    case TW_TASK_BY_DUE:
      tw_record_conditions_append_when (condition, operation, bound->number);
      break;
    case TW_TASK_BY_PRIORITY:
      bson_append_int64 (condition, operation, -1, bound->number);
      break;
    case TW_TASK_BY_NAME:
      bson_append_utf8 (condition, operation, -1, bound->text, -1);
      break;
    case TW_TASK_BY_POSITION:
      bson_append_double (condition, operation, -1, bound->real);
      break;
    case TW_TASK_BY_CREATED:
    default:
      break;
    }
}

/* But for the one that stands for none, whose fractions count without them. */
static void
append_no_number (bson_t *filter, const char *name, gint64 none)
{
  const char *below = none > 0 ? "$lt" : "$lte", *above = none < 0 ? "$gt" : "$gte";

  BCON_APPEND (filter, "$nor", "[",
                 "{", name, "{", below, BCON_INT64 (none > 0 ? none : none - 1), "}", "}",
                 "{", name, "{", above, BCON_INT64 (none < 0 ? none : none + 1), "}", "}",
               "]");
}

/* What is of another type is not there, as what is missing. A name is all there is of itself. */
static void
append_unset (bson_t *filter, TwTaskKey key)
{
  const TwRecordSort *sort = &tw_page_request_question.sorts[key];
  const char *type = tw_task_order_kind (key) == TW_RECORD_WHEN ? "string" : "number";

  if (key == TW_TASK_BY_NAME)
    BCON_APPEND (filter, names[key], BCON_NULL);
  else if (sort->has_none)
    append_no_number (filter, names[key], sort->none);
  else
    BCON_APPEND (filter, "$nor", "[", "{", names[key], "{", "$type", BCON_UTF8 (type), "}", "}", "]");
}

/* Without $exists the server would not see that an index has all that is asked for which leaves out what is not there. */
static void
append_key (bson_t *filter, const TwTaskWalk *walk)
{
  bson_t condition;

  if (walk->kind == TW_TASK_WALK_UNSET)
    {
      append_unset (filter, walk->key);
      return;
    }
  bson_append_document_begin (filter, names[walk->key], -1, &condition);
  BCON_APPEND (&condition, "$exists", BCON_BOOL (true));
  if (walk->kind == TW_TASK_WALK_TIES)
    append_bound (&condition, "$eq", walk->key, walk->low);
  else
    {
      append_bound (&condition, walk->low_is_out ? "$gt" : "$gte", walk->key, walk->low);
      append_bound (&condition, "$lt", walk->key, walk->high);
    }
  bson_append_document_end (filter, &condition);
}

/* Whether the walk is along an index in which `done` comes before the key. */
static gboolean
is_along_key (const TwTaskWalk *walk)
{
  return walk->kind >= TW_TASK_WALK_KEYS && (walk->kind != TW_TASK_WALK_UNSET || walk->key == TW_TASK_BY_NAME);
}

static guint64
key_of (const TwTaskWalk *walk)
{
  return TW_RECORD_BIT (tw_page_request_question.sorts[walk->key].field);
}

bson_t *
tw_task_query_walk (const TwTaskQuery *query, const TwTaskWalk *walk)
{
  const gboolean by_key = walk->kind >= TW_TASK_WALK_KEYS;
  bson_t *filter = bson_new ();

  if (query->user_id != NULL)
    BCON_APPEND (filter, "userId", BCON_UTF8 (query->user_id));
  append_list (filter, &query->filter);
  append_others (filter, query);
  append_done (filter, query->filter.done,
               query->filter.list == TW_LIST_ONE || query->n_others > 0 || is_along_key (walk));
  if (by_key)
    append_key (filter, walk);
  tw_record_conditions_append (query->filter.conditions, TW_TASK_HAS_DONE | TW_TASK_HAS_LIST_ID | (by_key ? key_of (walk) : 0),
                               filter);
  if (walk->behind != NULL)
    append_behind (filter, walk->behind, walk->kind == TW_TASK_WALK_OLDEST);
  return filter;
}

static void
append_newest (bson_t *sort, gboolean oldest_first)
{
  BCON_APPEND (sort, "createdOn", BCON_INT32 (oldest_first ? 1 : -1), "_id", BCON_INT32 (oldest_first ? 1 : -1));
}

static void
append_sort (bson_t *options, const TwTaskWalk *walk)
{
  const gboolean back = walk->kind == TW_TASK_WALK_KEYS_BACK;
  bson_t sort;

  if (walk->kind == TW_TASK_WALK_ANYHOW)
    return;
  bson_append_document_begin (options, "sort", -1, &sort);
  if (back || walk->kind == TW_TASK_WALK_KEYS)
    bson_append_int32 (&sort, names[walk->key], -1, back ? -1 : 1);
  append_newest (&sort, back || walk->kind == TW_TASK_WALK_OLDEST);
  bson_append_document_end (options, &sort);
}

/* A page comes whole in the first answer: without batchSize the server would give 101 and wait to be asked for the
 * rest. */
bson_t *
tw_task_query_page (const TwTaskWalk *walk, guint skip, guint limit)
{
  bson_t *options = bson_new ();

  append_sort (options, walk);
  if (limit > 0)
    BCON_APPEND (options, "skip", BCON_INT64 (skip), "limit", BCON_INT64 (limit));
  BCON_APPEND (options, "batchSize", BCON_INT64 (limit > 0 ? limit : 1000));
  return options;
}
