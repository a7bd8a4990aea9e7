/* SPDX-License-Identifier: Apache-2.0 */

/* What is one document's is one command of the server's, which it does whole or not at all; nothing here is read,
 * changed and written back, but for a document that an older service left (tw-task-change-mongo.c). */

#include "tw-task-store-mongo.h"

#include "tw-error.h"
#include "tw-random.h"
#include "tw-store-error.h"
#include "tw-task-change-mongo.h"
#include "tw-task-document.h"
#include "tw-task-query-mongo.h"

/* Documents that are asked for at once where a list has no limit. */
#define PAGE 1000

const TwMongoSpec tw_task_store_mongo_spec = {
  .data = "tasks",
  .database = "tasks-db",
  .indexes = tw_task_query_indexes,
  .n_indexes = TW_TASK_INDEXES,
};

typedef struct
{
  TwTaskStore parent;
  TwMongo *mongo;
  atomic_flag warned; /* of a document that is not a task */
} Store;

static Store *
mongo_store (TwTaskStore *store)
{
  return (Store *) store;
}

static gboolean
not_found (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Task not found");
  return FALSE;
}

static gboolean
store_check (TwTaskStore *store, gint64 deadline_ms, GError **error)
{
  return tw_mongo_check (mongo_store (store)->mongo, deadline_ms, error);
}

/* A read's question and what it found. */
typedef struct
{
  Store *store;
  char *user_id;
  bson_oid_t id; /* start_get() */
  TwDoneFilter filter;
  guint limit;          /* 0: none */
  TwTaskPosition after; /* where the next page goes on … */
  gboolean has_after;
  guint skip;      /* … and how many documents behind that are not tasks */
  guint seen;      /* documents of this page */
  GPtrArray *rows; /* TwTaskRecord */
  TwTaskRowsDone done;
  gpointer user_data;
} Read;

static Read *
read_new (TwTaskStore *store, const char *user_id, TwTaskRowsDone done, gpointer user_data)
{
  Read *read = g_new0 (Read, 1);

  read->store = mongo_store (store);
  read->user_id = g_strdup (user_id);
  read->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_task_record_free);
  read->done = done;
  read->user_data = user_data;
  return read;
}

static void
read_free (gpointer data)
{
  Read *read = data;

  g_ptr_array_unref (read->rows);
  g_free (read->user_id);
  g_free (read);
}

/* Where it failed, because it took too long, rows may still be on their way. */
static void
read_finish (gpointer data, const GError *error)
{
  const Read *read = data;

  read->done (error == NULL ? read->rows : NULL, error, read->user_data);
}

static void
read_start (Read *read, gint64 deadline_ms, TwMongoFunc run)
{
  tw_mongo_run (read->store->mongo, deadline_ms, TW_MONGO_READING, run, read_finish, read, read_free);
}

static gboolean
run_get (TwMongoSession *session, gpointer data, GError **error)
{
  Read *read = data;
  g_autoptr (TwBson) filter = tw_task_query_one (&read->id, read->user_id);
  g_autoptr (TwBson) document = NULL;
  TwTaskRecord *task;

  if (!tw_mongo_find_one (session, TW_TASK_COLLECTION, filter, NULL, &document, error))
    return FALSE;
  if (document == NULL || (task = tw_task_document_read (document, &read->store->warned)) == NULL)
    return not_found (error);
  g_ptr_array_add (read->rows, task);
  return TRUE;
}

static void
store_start_get (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, TwTaskRowsDone done,
                 gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  bson_oid_t oid;
  Read *read;

  if (!tw_task_document_id (id, &oid))
    {
      not_found (&error);
      done (NULL, error, user_data);
      return;
    }
  read = read_new (store, user_id, done, user_data);
  read->id = oid;
  read_start (read, deadline_ms, run_get);
}

static gboolean
keep_row (const bson_t *document, gpointer data)
{
  Read *read = data;
  TwTaskRecord *task = tw_task_document_read (document, &read->store->warned);

  read->seen++;
  if (task == NULL)
    {
      read->skip++;
      return TRUE;
    }
  read->has_after = TRUE;
  read->after.created_ms = task->created_ms;
  g_strlcpy (read->after.id, task->id, sizeof read->after.id);
  read->skip = 0;
  g_ptr_array_add (read->rows, task);
  return TRUE;
}

/* Whoever asked waits no longer, and has been told so or is just about to be. */
static gboolean
too_late (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_UNAVAILABLE);
  return FALSE;
}

/* Page after page, until there are as many rows as were asked for, or no more documents. One page is enough but for
 * lists that are long or have something else among their tasks. */
static gboolean
run_list (TwMongoSession *session, gpointer data, GError **error)
{
  Read *read = data;
  guint page;

  do
    {
      g_autoptr (TwBson) filter
          = tw_task_query_list (read->user_id, read->filter, read->has_after ? &read->after : NULL);
      g_autoptr (TwBson) options = NULL;

      if (tw_mongo_session_left_ms (session) == 0)
        return too_late (error);
      page = read->limit == 0 ? PAGE : MIN (read->limit - read->rows->len, PAGE);
      options = tw_task_query_page (read->skip, page);
      read->seen = 0;
      if (!tw_mongo_find (session, TW_TASK_COLLECTION, filter, options, keep_row, read, error))
        return FALSE;
    }
  while (read->seen == page && (read->limit == 0 || read->rows->len < read->limit));
  return TRUE;
}

static void
store_start_list (TwTaskStore *store, gint64 deadline_ms, const char *user_id, TwDoneFilter filter,
                  const TwTaskPosition *after, guint limit, TwTaskRowsDone done, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  Read *read;

  if (after != NULL && !tw_id_is_valid (after->id))
    {
      g_set_error (&error, TW_ERROR, TW_ERROR_INVALID, "the position is not a task's");
      done (NULL, error, user_data);
      return;
    }
  read = read_new (store, user_id, done, user_data);
  read->filter = filter;
  read->limit = limit;
  read->has_after = after != NULL;
  if (after != NULL)
    read->after = *after;
  read_start (read, deadline_ms, run_list);
}

/* One change on its way. */
typedef struct
{
  Store *store;
  bson_oid_t id;
  char *user_id;
  TwTaskChange change;
  char *new_name;     /* what change.name points to */
  TwTaskRecord *task; /* as it will be (insert), or as it is after the change; of what was removed there is none */
  TwTaskDone done;
  gpointer user_data;
} Mutation;

static void
mutation_free (gpointer data)
{
  Mutation *mutation = data;

  g_free (mutation->user_id);
  g_free (mutation->new_name);
  tw_task_record_free (mutation->task);
  g_free (mutation);
}

static void
finish (gpointer data, const GError *error)
{
  const Mutation *mutation = data;

  mutation->done (error == NULL ? mutation->task : NULL, error, mutation->user_data);
}

/* A mutation of the task @id; NULL, with @done called, where that can't be anybody's. */
static Mutation *
mutation_new (TwTaskStore *store, const char *user_id, const char *id, TwTaskDone done, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  bson_oid_t oid;
  Mutation *mutation;

  if (!tw_task_document_id (id, &oid))
    {
      not_found (&error);
      done (NULL, error, user_data);
      return NULL;
    }
  mutation = g_new0 (Mutation, 1);
  mutation->store = mongo_store (store);
  mutation->id = oid;
  mutation->user_id = g_strdup (user_id);
  mutation->done = done;
  mutation->user_data = user_data;
  return mutation;
}

static void
start (Mutation *mutation, gint64 deadline_ms, TwMongoFunc run)
{
  tw_mongo_run (mutation->store->mongo, deadline_ms, TW_MONGO_CHANGING, run, finish, mutation, mutation_free);
}

static gboolean
run_insert (TwMongoSession *session, gpointer data, GError **error)
{
  const Mutation *mutation = data;
  g_autoptr (TwBson) document = tw_task_document_new (mutation->task);

  return tw_mongo_insert (session, TW_TASK_COLLECTION, document, error);
}

static void
store_insert (TwTaskStore *store, gint64 deadline_ms, const TwTaskRecord *task, TwTaskDone done, gpointer user_data)
{
  Mutation *mutation = mutation_new (store, task->user_id, task->id, done, user_data);

  if (mutation == NULL)
    return;
  mutation->task = tw_task_record_copy (task);
  start (mutation, deadline_ms, run_insert);
}

static gboolean
run_change (TwMongoSession *session, gpointer data, GError **error)
{
  Mutation *mutation = data;

  return tw_task_change_mongo (session, &mutation->id, mutation->user_id, &mutation->change, &mutation->store->warned,
                               &mutation->task, error)
         && (mutation->task != NULL || not_found (error));
}

static void
store_change (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, const TwTaskChange *change,
              TwTaskDone done, gpointer user_data)
{
  Mutation *mutation = mutation_new (store, user_id, id, done, user_data);

  if (mutation == NULL)
    return;
  mutation->new_name = g_strdup (change->name);
  mutation->change = *change;
  mutation->change.name = mutation->new_name;
  start (mutation, deadline_ms, run_change);
}

static gboolean
run_remove (TwMongoSession *session, gpointer data, GError **error)
{
  const Mutation *mutation = data;
  g_autoptr (TwBson) filter = tw_task_query_one (&mutation->id, mutation->user_id);
  gint64 n = 0;

  return tw_mongo_delete_one (session, TW_TASK_COLLECTION, filter, &n, error) && (n > 0 || not_found (error));
}

static void
store_remove (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, TwTaskDone done,
              gpointer user_data)
{
  Mutation *mutation = mutation_new (store, user_id, id, done, user_data);

  if (mutation != NULL)
    start (mutation, deadline_ms, run_remove);
}

static void
store_free (TwTaskStore *store)
{
  tw_mongo_close (mongo_store (store)->mongo);
  g_free (store);
}

TwTaskStore *
tw_task_store_mongo_open (const char *uri, GError **error)
{
  static const TwTaskStoreClass klass = {
    .free = store_free,
    .check = store_check,
    .start_get = store_start_get,
    .start_list = store_start_list,
    .insert = store_insert,
    .change = store_change,
    .remove = store_remove,
  };
  TwMongo *mongo = tw_mongo_open (uri, &tw_task_store_mongo_spec, TW_MONGO_SERVE, error);
  Store *store;

  if (mongo == NULL)
    return NULL;
  store = g_new0 (Store, 1);
  store->parent.klass = &klass;
  store->mongo = mongo;
  atomic_flag_clear (&store->warned);
  return &store->parent;
}
