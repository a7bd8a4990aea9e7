/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-store-mongo.h"

#include "tw-error.h"
#include "tw-id.h"
#include "tw-record-document.h"
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
