/* SPDX-License-Identifier: Apache-2.0 */

/* What is one document's is one command of the server's, which it does whole or not at all; nothing here is read,
 * changed and written back, but for a document that an older service left (tw-task-change-mongo.c). */

#include "tw-task-store-mongo.h"

#include "tw-error.h"
#include "tw-random.h"
#include "tw-record-document.h"
#include "tw-task-change-mongo.h"
#include "tw-task-document.h"
#include "tw-task-query-mongo.h"

#include <stddef.h>

/* Documents that are asked for, and in memory, at a time. */
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

/* A read's question, and what an operation of it found. Its rows are shown when that has ended: not before, since where
 * it takes too long rows may still be on their way when it has been told so. */
typedef struct
{
  Store *store;
  gint64 deadline_ms;
  char *user_id;
  gboolean is_list;
  bson_oid_t id; /* of one */
  TwDoneFilter filter;
  guint left;           /* tasks that are wanted still */
  TwTaskPosition after; /* where the list goes on … */
  gboolean has_after;
  guint skip;       /* … and how many documents behind that are not tasks */
  guint page, seen; /* documents that were asked for, and that there were */
  GPtrArray *rows;  /* TwTaskRecord */
  TwTaskReading reading;
  max_align_t state[]; /* the reading's */
} Read;

static void
read_free (gpointer data)
{
  Read *read = data;

  g_clear_pointer (&read->rows, g_ptr_array_unref);
  g_free (read->user_id);
  g_free (read);
}

static gboolean
run_get (TwMongoSession *session, Read *read, GError **error)
{
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

static gboolean
run_read (TwMongoSession *session, gpointer data, GError **error)
{
  Read *read = data;
  g_autoptr (TwBson) filter = NULL;
  g_autoptr (TwBson) options = NULL;

  if (!read->is_list)
    return run_get (session, read, error);
  filter = tw_task_query_list (read->user_id, read->filter, read->has_after ? &read->after : NULL);
  read->page = MIN (read->left, PAGE);
  options = tw_task_query_page (read->skip, read->page);
  return tw_mongo_find (session, TW_TASK_COLLECTION, filter, options, keep_row, read, error);
}

/* Whether more are wanted. */
static gboolean
show_rows (Read *read)
{
  gboolean wanted = TRUE;

  for (guint i = 0; wanted && i < read->rows->len; i++)
    wanted = read->reading.row (read->rows->pdata[i], read->reading.state);
  read->left -= read->rows->len;
  return wanted && read->left > 0;
}

static void start_read (Read *read);

/* What @read, which has ended, is to go on with. */
static Read *
read_next (Read *read)
{
  Read *next = g_memdup2 (read, sizeof *read + read->reading.state_size);

  next->reading.state = next->state;
  next->seen = 0;
  g_ptr_array_set_size (next->rows, 0);
  read->rows = NULL;
  read->user_id = NULL;
  return next;
}

/* One operation is enough but for lists that are long or have something else among their tasks. */
static void
finish_read (gpointer data, const GError *error)
{
  Read *read = data;

  if (error == NULL && show_rows (read) && read->seen == read->page)
    start_read (read_next (read));
  else
    read->reading.end (error, read->reading.state);
}

static void
start_read (Read *read)
{
  tw_mongo_run (read->store->mongo, read->deadline_ms, TW_MONGO_READING, run_read, finish_read, read, read_free);
}

/* FALSE where @query can't be asked. */
static gboolean
read_question (Read *read, const TwTaskQuery *query, GError **error)
{
  read->is_list = query->id == NULL;
  read->left = !read->is_list ? 1 : query->limit != 0 ? query->limit : G_MAXUINT;
  if (!read->is_list)
    return tw_id_to_bytes (query->id, read->id.bytes) || not_found (error);
  read->filter = query->filter;
  read->has_after = query->after != NULL;
  if (query->after == NULL)
    return TRUE;
  read->after = *query->after;
  if (tw_id_is_valid (read->after.id))
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "the position is not a task's");
  return FALSE;
}

static gboolean
store_read (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading)
{
  Read *read = g_malloc0 (sizeof *read + reading->state_size);
  g_autoptr (GError) error = NULL;

  read->store = mongo_store (store);
  read->deadline_ms = deadline_ms;
  read->user_id = g_strdup (query->user_id);
  read->rows = g_ptr_array_new_with_free_func (g_free);
  read->reading = *reading;
  read->reading.state = memcpy (read->state, reading->state, reading->state_size);
  if (read_question (read, query, &error))
    {
      start_read (read);
      return TRUE;
    }
  read_free (read);
  reading->end (error, reading->state);
  return TRUE;
}

/* One change on its way. */
typedef struct
{
  Store *store;
  bson_oid_t id;
  TwTaskRecord *task; /* what to insert, or what to set; with the id and the user in any case */
  guint64 clear;
  TwTaskRecord *changed; /* as it is after the change */
  TwTaskDone done;
  gpointer user_data;
} Mutation;

static void
mutation_free (gpointer data)
{
  Mutation *mutation = data;

  if (mutation->changed != mutation->task)
    g_free (mutation->changed);
  g_free (mutation->task);
  g_free (mutation);
}

static void
finish (gpointer data, const GError *error)
{
  const Mutation *mutation = data;

  mutation->done (error == NULL ? mutation->changed : NULL, error, mutation->user_data);
}

static gboolean
run_insert (TwMongoSession *session, gpointer data, GError **error)
{
  Mutation *mutation = data;
  g_autoptr (TwBson) document = tw_record_document_new (&tw_task_type, mutation->task);

  if (!tw_mongo_insert (session, TW_TASK_COLLECTION, document, error))
    return FALSE;
  mutation->changed = mutation->task;
  return TRUE;
}

static gboolean
run_change (TwMongoSession *session, gpointer data, GError **error)
{
  Mutation *mutation = data;

  return tw_task_change_mongo (session, &mutation->id, mutation->task->user_id,
                               &(TwTaskChange) { mutation->task, mutation->clear }, &mutation->store->warned,
                               &mutation->changed, error)
         && (mutation->changed != NULL || not_found (error));
}

static gboolean
run_remove (TwMongoSession *session, gpointer data, GError **error)
{
  const Mutation *mutation = data;
  g_autoptr (TwBson) filter = tw_task_query_one (&mutation->id, mutation->task->user_id);
  gint64 n = 0;

  return tw_mongo_delete_one (session, TW_TASK_COLLECTION, filter, &n, error) && (n > 0 || not_found (error));
}

/* Queues a mutation of @task, or tells @done at once that its id can't be anybody's. */
static void
start (TwTaskStore *store, gint64 deadline_ms, TwMongoFunc run, const TwTaskRecord *task, guint64 clear,
       TwTaskDone done, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  Mutation *mutation = g_new (Mutation, 1);

  *mutation = (Mutation) { .store = mongo_store (store), .clear = clear, .done = done, .user_data = user_data };
  if (tw_id_to_bytes (task->id, mutation->id.bytes))
    {
      mutation->task = tw_record_copy (&tw_task_type, task);
      tw_mongo_run (mutation->store->mongo, deadline_ms, TW_MONGO_CHANGING, run, finish, mutation, mutation_free);
      return;
    }
  not_found (&error);
  finish (mutation, error);
  mutation_free (mutation);
}

static void
store_insert (TwTaskStore *store, gint64 deadline_ms, const TwTaskRecord *task, TwTaskDone done, gpointer user_data)
{
  start (store, deadline_ms, run_insert, task, 0, done, user_data);
}

static void
store_change (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, const TwTaskChange *change,
              TwTaskDone done, gpointer user_data)
{
  TwTaskRecord set = *change->set;

  set.id = id;
  set.user_id = user_id;
  start (store, deadline_ms, run_change, &set, change->clear, done, user_data);
}

static void
store_remove (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, TwTaskDone done,
              gpointer user_data)
{
  start (store, deadline_ms, run_remove, &(TwTaskRecord) { .id = id, .user_id = user_id }, 0, done, user_data);
}

static void
store_free (TwTaskStore *store)
{
  tw_mongo_close (mongo_store (store)->mongo);
  g_free (store);
}

TwTaskStore *
tw_task_store_mongo_open (const char *uri, gint64 deadline_ms, GError **error)
{
  static const TwTaskStoreClass klass = {
    .free = store_free,
    .check = store_check,
    .read = store_read,
    .insert = store_insert,
    .change = store_change,
    .remove = store_remove,
  };
  TwMongo *mongo = tw_mongo_open (uri, &tw_task_store_mongo_spec, TW_MONGO_SERVE, deadline_ms, error);
  Store *store;

  if (mongo == NULL)
    return NULL;
  store = g_new0 (Store, 1);
  store->parent.klass = &klass;
  store->mongo = mongo;
  atomic_flag_clear (&store->warned);
  return &store->parent;
}
