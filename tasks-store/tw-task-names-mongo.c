/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-names-mongo.h"

#include "tw-fold.h"
#include "tw-mongo-bulk.h"
#include "tw-task-document.h"
#include "tw-task-query-mongo.h"

#include <string.h>

/* Tasks at a time. */
#define STEP 100

struct _TwTaskNamesMongo
{
  TwMongo *mongo;
  atomic_flag *warned;
  atomic_flag is_at_it;
  atomic_bool is_ended;
};

/* One step. */
typedef struct
{
  TwTaskNamesMongo *names;
  bson_t *filter; /* those without a key */
  bson_t *wrong;

  /* Where the step before ended. */
  gboolean is_behind;
  gint64 created_ms;
  bson_oid_t id;

  GPtrArray *found; /* documents */
} Making;

static void
making_free (gpointer data)
{
  Making *making = data;

  g_clear_pointer (&making->filter, bson_destroy);
  g_clear_pointer (&making->wrong, bson_destroy);
  g_ptr_array_unref (making->found);
  g_free (making);
}

static const char *
key_name (void)
{
  return tw_task_type.fields[g_bit_nth_lsf (TW_TASK_HAS_NAME, -1)].folded;
}

/* Tasks of @query's without a key: others that have none, which are no tasks, are left alone. */
static bson_t *
filter_of (const TwTaskQuery *query)
{
  bson_t *filter = tw_task_query_walk (query, &(TwTaskWalk) { TW_TASK_WALK_UNSET, TW_TASK_BY_NAME, .behind = NULL });

  BCON_APPEND (filter, "_id", "{", "$type", BCON_UTF8 ("objectId"), "}");
  return filter;
}

/* What that asks for beside: behind a place, where there was a step before. */
static bson_t *
filter_behind (const Making *making)
{
  bson_t *filter = bson_copy (making->filter);

  if (making->is_behind)
    BCON_APPEND (filter, "createdOn", "{", "$type", BCON_UTF8 ("date"), "$lte", BCON_DATE_TIME (making->created_ms), "}",
                 "$or", "[",
                   "{", "createdOn", "{", "$lt", BCON_DATE_TIME (making->created_ms), "}", "}",
                   "{", "_id", "{", "$lt", BCON_OID (&making->id), "}", "}",
                 "]");
  else
    BCON_APPEND (filter, "createdOn", "{", "$type", BCON_UTF8 ("date"), "}");
  return filter;
}

static bson_t *
options_of (guint limit)
{
  const TwTaskWalk newest = { TW_TASK_WALK_NEWEST, .behind = NULL };

  return tw_task_query_page (&newest, 0, limit);
}

static gboolean
keep_document (const bson_t *document, gpointer data)
{
  g_ptr_array_add (data, bson_copy (document));
  return TRUE;
}

gboolean
tw_task_names_mongo_are_there (TwMongoSession *session, const TwTaskQuery *query, gboolean *there, GError **error)
{
  g_autoptr (TwBson) filter = filter_of (query), options = options_of (1), document = NULL;

  BCON_APPEND (filter, "createdOn", "{", "$type", BCON_UTF8 ("date"), "}");
  if (!tw_mongo_find_one (session, TW_TASK_COLLECTION, filter, options, &document, error))
    return FALSE;
  *there = document == NULL;
  return TRUE;
}

gboolean
tw_task_names_mongo_is_right (const bson_t *document, const char *name)
{
  g_autofree char *key = tw_fold_key (name);
  bson_iter_t iter;

  return bson_iter_init_find (&iter, document, key_name ()) && BSON_ITER_HOLDS_UTF8 (&iter)
         && strcmp (bson_iter_utf8 (&iter, NULL), key) == 0;
}

/* That the document has what this one has as @name, whatever that is. */
static void
append_same (bson_t *filter, const bson_t *document, const char *name)
{
  bson_iter_t iter;
  bson_t same;

  bson_append_document_begin (filter, name, -1, &same);
  if (bson_iter_init_find (&iter, document, name))
    bson_append_iter (&same, "$eq", -1, &iter);
  else
    BSON_APPEND_BOOL (&same, "$exists", false);
  bson_append_document_end (filter, &same);
}

/* Where the name is another one by now, its key has come with it. */
static void
add_key (Making *making, TwMongoBulk *bulk, const bson_t *document)
{
  g_autoptr (TwTaskRecord) task = tw_task_document_read (document, making->names->warned);
  g_autofree char *key = task != NULL ? tw_fold_key (task->name) : NULL;
  g_autoptr (TwBson) filter = NULL, update = NULL;

  if (task == NULL)
    return;
  making->is_behind = TRUE;
  making->created_ms = task->created_ms;
  bson_oid_init_from_string (&making->id, task->id);
  filter = BCON_NEW ("_id", BCON_OID (&making->id));
  append_same (filter, document, "name");
  append_same (filter, document, key_name ());
  update = BCON_NEW ("$set", "{", key_name (), BCON_UTF8 (key), "}");
  tw_mongo_bulk_update (bulk, filter, update, FALSE);
}

static gboolean
run (TwMongoSession *session, gpointer data, GError **error)
{
  Making *making = data;
  g_autoptr (TwBson) filter = filter_behind (making), options = options_of (STEP);
  g_autoptr (TwMongoBulk) bulk = tw_mongo_bulk_new (session, TW_TASK_COLLECTION);

  if (making->wrong != NULL)
    add_key (making, bulk, making->wrong);
  making->is_behind = FALSE;
  if (!tw_mongo_find (session, TW_TASK_COLLECTION, filter, options, keep_document, making->found, error))
    return FALSE;
  for (guint i = 0; i < making->found->len; i++)
    add_key (making, bulk, making->found->pdata[i]);
  return tw_mongo_bulk_run (bulk, NULL, error);
}

static void finish (gpointer data, const GError *error);

/* From where @before ended, which is over. */
static void
go_on (Making *before)
{
  Making *making = g_memdup2 (before, sizeof *before);

  before->filter = NULL;
  making->wrong = NULL;
  making->found = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);
  tw_mongo_run (making->names->mongo, TW_DEADLINE_NONE, TW_MONGO_CHANGING, run, finish, making, making_free);
}

static void
finish (gpointer data, const GError *error)
{
  Making *making = data;

  if (error == NULL && making->found->len == STEP && making->is_behind && !atomic_load (&making->names->is_ended))
    go_on (making);
  else
    atomic_flag_clear (&making->names->is_at_it);
}

void
tw_task_names_mongo_make (TwTaskNamesMongo *names, const TwTaskQuery *query, const bson_t *wrong)
{
  Making *making;

  if (atomic_load (&names->is_ended) || atomic_flag_test_and_set (&names->is_at_it))
    return;
  making = g_new0 (Making, 1);
  making->names = names;
  making->filter = filter_of (query);
  making->wrong = wrong != NULL ? bson_copy (wrong) : NULL;
  making->found = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);
  tw_mongo_run (names->mongo, TW_DEADLINE_NONE, TW_MONGO_CHANGING, run, finish, making, making_free);
}

TwTaskNamesMongo *
tw_task_names_mongo_new (TwMongo *mongo, atomic_flag *warned)
{
  TwTaskNamesMongo *names = g_new0 (TwTaskNamesMongo, 1);

  names->mongo = mongo;
  names->warned = warned;
  atomic_flag_clear (&names->is_at_it);
  atomic_init (&names->is_ended, FALSE);
  return names;
}

void
tw_task_names_mongo_end (TwTaskNamesMongo *names)
{
  atomic_store (&names->is_ended, TRUE);
}

void
tw_task_names_mongo_free (TwTaskNamesMongo *names)
{
  g_free (names);
}
