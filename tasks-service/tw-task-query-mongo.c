/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-query-mongo.h"

#include "tw-id.h"
#include "tw-task-store-mongo.h"

/* A list is ordered by (createdOn, _id), both descending, and both indexes have that order behind the fields that a
 * list fixes: the server walks from the place that the last page ended at, over just the documents that it returns, and
 * never sorts. Without an index that has `done`, the few open tasks among a thousand finished ones would take a
 * thousand steps to find. */
const TwMongoIndex tw_task_query_indexes[TW_TASK_INDEXES] = {
  { TW_TASK_COLLECTION, "tasks_by_user", "{\"userId\": 1, \"createdOn\": -1, \"_id\": -1}", FALSE },
  { TW_TASK_COLLECTION, "tasks_by_user_done", "{\"userId\": 1, \"done\": 1, \"createdOn\": -1, \"_id\": -1}", FALSE },
};

/* The date leaves out what tw_task_document_read() would. */
bson_t *
tw_task_query_one (const bson_oid_t *id, const char *user_id)
{
  return BCON_NEW ("_id", BCON_OID (id), "userId", BCON_UTF8 (user_id), "createdOn", "{", "$type", BCON_UTF8 ("date"),
                   "}");
}

/* Single values rather than their negation, so that the index is entered at each of them and their runs are merged in
 * its order. null fits what is missing too; 0 and 1 are what some drivers write for a boolean. */
static void
append_done (bson_t *filter, TwDoneFilter done)
{
  switch (done)
    {
    case TW_DONE_ONLY:
      BCON_APPEND (filter, "done", "{", "$in", "[", BCON_BOOL (true), BCON_INT32 (1), "]", "}");
      break;
    case TW_OPEN_ONLY:
      BCON_APPEND (filter, "done", "{", "$in", "[", BCON_BOOL (false), BCON_NULL, BCON_INT32 (0), "]", "}");
      break;
    case TW_DONE_ANY:
      break;
    }
}

/* (createdOn, _id) < @after. The first condition, which the second implies, is the one that bounds the index. */
static void
append_after (bson_t *filter, const TwTaskPosition *after)
{
  bson_oid_t id;
  gboolean valid = tw_id_to_bytes (after->id, id.bytes);

  g_assert (valid);
  BCON_APPEND (filter, "createdOn", "{", "$lte", BCON_DATE_TIME (after->created_ms), "}",
               "$or", "[",
                 "{", "createdOn", "{", "$lt", BCON_DATE_TIME (after->created_ms), "}", "}",
                 "{", "_id", "{", "$lt", BCON_OID (&id), "}", "}",
               "]");
}

bson_t *
tw_task_query_list (const char *user_id, TwDoneFilter done, const TwTaskPosition *after)
{
  bson_t *filter = BCON_NEW ("userId", BCON_UTF8 (user_id));

  append_done (filter, done);
  if (after != NULL)
    append_after (filter, after);
  return filter;
}

/* The whole page in the first answer: without batchSize the server would give 101 and wait to be asked for the rest. */
bson_t *
tw_task_query_page (guint skip, guint limit)
{
  return BCON_NEW ("sort", "{", "createdOn", BCON_INT32 (-1), "_id", BCON_INT32 (-1), "}", "skip", BCON_INT64 (skip),
                   "limit", BCON_INT64 (limit), "batchSize", BCON_INT64 (limit));
}
