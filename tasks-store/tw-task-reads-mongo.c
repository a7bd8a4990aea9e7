/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-reads-mongo.h"

#include "tw-error.h"
#include "tw-id.h"
#include "tw-task-document.h"
#include "tw-task-filter.h"
#include "tw-task-names-mongo.h"
#include "tw-task-order.h"
#include "tw-task-query-mongo.h"
#include "tw-task-sources.h"
#include "tw-task-store-mongo.h"

#include <stddef.h>
#include <string.h>

/* Documents that are asked for, and in memory, at a time. */
#define PAGE 1000

/* Lists that one command asks for: five times as many runs, for what `done` may be, are what a server merges still. */
#define LISTS_AT_ONCE 40

struct _TwTaskReadsMongo
{
  TwMongo *mongo;
  TwTaskNamesMongo *names;
  atomic_flag warned; /* of a document that is not a task */
};

/* A read's question, and what an operation of it found. Its rows are shown when that has ended: not before, since where
 * it takes too long rows may still be on their way when it has been told so. */
typedef struct
{
  TwTaskReadsMongo *reads;
  gint64 deadline_ms;
  TwTaskQuery query;
  char *user_id, *texts; /* of the query */
  GArray *others;        /* likewise, copied texts */
  TwTaskPosition after;  /* likewise; of a whole list, where that goes on … */
  bson_oid_t id;         /* of one */
  guint left;            /* tasks that are wanted still */
  guint skip;            /* … and how many documents behind that are not tasks */
  guint page, seen;      /* documents that were asked for, and that there were */
  GPtrArray *rows;       /* TwTaskRecord */
  TwTaskReading reading;
  max_align_t state[];   /* the reading's */
} Read;

static void
read_free (gpointer data)
{
  Read *read = data;

  g_clear_pointer (&read->rows, g_ptr_array_unref);
  g_free (read->user_id);
  g_free (read->texts);
  tw_record_conditions_unref (read->query.filter.conditions);
  g_clear_pointer (&read->others, g_array_unref);
  tw_task_position_clear (&read->after);
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
  if (document == NULL || (task = tw_task_document_read (document, &read->reads->warned)) == NULL)
    return tw_task_not_found (error);
  g_ptr_array_add (read->rows, task);
  return TRUE;
}

/* A list of any length, newest first: in operations of so many documents, so that not all of it is in memory at once */

static gboolean
is_whole (const TwTaskQuery *query)
{
  return query->limit == 0 && query->order.key == TW_TASK_BY_CREATED && !query->order.backwards
         && !tw_task_filter_looks (&query->filter);
}

static gboolean
keep_row (const bson_t *document, gpointer data)
{
  Read *read = data;
  TwTaskRecord *task = tw_task_document_read (document, &read->reads->warned);

  read->seen++;
  if (task == NULL)
    {
      read->skip++;
      return TRUE;
    }
  read->query.after = &read->after;
  read->after.created_ms = task->created_ms;
  g_strlcpy (read->after.id, task->id, sizeof read->after.id);
  read->skip = 0;
  g_ptr_array_add (read->rows, task);
  return TRUE;
}

static gboolean
run_part (TwMongoSession *session, Read *read, GError **error)
{
  const TwTaskWalk walk = { TW_TASK_WALK_NEWEST, .behind = read->query.after };
  g_autoptr (TwBson) filter = tw_task_query_walk (&read->query, &walk);
  g_autoptr (TwBson) options = tw_task_query_page (&walk, read->skip, PAGE);

  read->page = PAGE;
  return tw_mongo_find (session, TW_TASK_COLLECTION, filter, options, keep_row, read, error);
}

/* Other lists, which are pages: in one operation */

typedef struct
{
  TwMongoSession *session;
  Read *read;
  const TwTaskQuery *query; /* the read's, or that of a source */
  gboolean by_name;         /* there are walks by name, unless some names are found to have no keys */
  bson_t **wrong;           /* a document whose name has another one's key: what was read by them counts for nothing */
} Walker;

/* What one command of a walk shows. */
typedef struct
{
  Read *read;
  const TwTaskWalk *walk;
  TwTaskRowFunc row;
  gpointer user_data;
  bson_t **wrong;
  guint seen;
  gboolean ended; /* no more are wanted */
} Showing;

/* Where a key is not what it should be the order is not the walk's. */
static gboolean
show_document (const bson_t *document, gpointer data)
{
  Showing *showing = data;
  g_autoptr (TwTaskRecord) task = tw_task_document_read (document, &showing->read->reads->warned);
  const gboolean by_key = showing->walk->kind >= TW_TASK_WALK_KEYS && showing->walk->kind != TW_TASK_WALK_UNSET;

  showing->seen++;
  if (task == NULL || (by_key && !tw_task_order_has_key (showing->walk->key, task)))
    return TRUE;
  if (by_key && showing->walk->key == TW_TASK_BY_NAME && !tw_task_names_mongo_is_right (document, task->name))
    {
      *showing->wrong = bson_copy (document);
      showing->ended = TRUE;
      return FALSE;
    }
  showing->ended = !showing->row (task, showing->user_data);
  return !showing->ended;
}

/* A TwTaskWalkFunc. Another command is only needed where something else was among the tasks. */
static gboolean
walk_documents (gpointer data, const TwTaskWalk *walk, TwTaskRowFunc row, gpointer user_data, GError **error)
{
  const Walker *walker = data;
  g_autoptr (TwBson) filter = tw_task_query_walk (walker->query, walk);
  Showing showing = { walker->read, walk, row, user_data, walker->wrong, .seen = 0 };
  guint asked = 0;

  if (*walker->wrong != NULL)
    return TRUE;

  do
    {
      g_autoptr (TwBson) options = tw_task_query_page (walk, asked, walk->wanted);

      if (!tw_mongo_find (walker->session, TW_TASK_COLLECTION, filter, options, show_document, &showing, error))
        return FALSE;
      asked += walk->wanted;
    }
  while (walk->wanted > 0 && showing.seen == asked && !showing.ended);
  return TRUE;
}

static gboolean
keep_task (const TwTaskRecord *task, gpointer data)
{
  Read *read = data;

  g_ptr_array_add (read->rows, tw_record_copy (&tw_task_type, task));
  return TRUE;
}

/* Whether there are walks by name. Those without a key get one, for the next time. */
static gboolean
find_names (const Walker *walker, gboolean *there, GError **error)
{
  if (!tw_task_names_mongo_are_there (walker->session, walker->query, there, error))
    return FALSE;
  if (!*there)
    tw_task_names_mongo_make (walker->read->reads->names, walker->query, NULL);
  return TRUE;
}

/* A TwTaskSourceFunc. */
static gboolean
read_source (gpointer data, const TwTaskQuery *query, TwTaskRowFunc row, gpointer user_data, GError **error)
{
  Walker walker = *(const Walker *) data;
  TwTaskWalks walks = { walk_documents, &walker, .has_names = FALSE };

  walker.query = query;
  if (walker.by_name && !find_names (&walker, &walks.has_names, error))
    return FALSE;
  return tw_task_page_read (query, &walks, row, user_data, error);
}

static gboolean
read_pages (const Walker *walker, GError **error)
{
  Read *read = walker->read;

  if (read->query.n_others > 0)
    return tw_task_sources_read (&read->query, LISTS_AT_ONCE, read_source, (gpointer) (guintptr) walker, keep_task, read,
                                 error);
  return read_source ((gpointer) (guintptr) walker, &read->query, keep_task, read, error);
}

/* Where a name has another one's key, once more past the keys. */
static gboolean
read_page (TwMongoSession *session, Read *read, GError **error)
{
  const gboolean by_name = read->query.order.key == TW_TASK_BY_NAME && !tw_task_filter_looks (&read->query.filter);
  g_autoptr (TwBson) wrong = NULL;
  Walker walker = { session, read, &read->query, by_name, &wrong };

  if (!read_pages (&walker, error))
    return FALSE;
  if (wrong == NULL)
    return TRUE;
  tw_task_names_mongo_make (read->reads->names, &read->query, wrong);
  g_clear_pointer (&wrong, bson_destroy);
  g_ptr_array_set_size (read->rows, 0);
  walker.by_name = FALSE;
  return read_pages (&walker, error);
}

static gboolean
run_read (TwMongoSession *session, gpointer data, GError **error)
{
  Read *read = data;

  if (read->query.id != NULL)
    return run_get (session, read, error);
  if (is_whole (&read->query))
    return run_part (session, read, error);
  return read_page (session, read, error);
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
  if (next->query.after != NULL)
    next->query.after = &next->after;
  next->seen = 0;
  g_ptr_array_set_size (next->rows, 0);
  read->rows = NULL;
  read->user_id = NULL;
  read->texts = NULL;
  read->query.filter.conditions = NULL;
  read->others = NULL;
  read->after.text = NULL;
  return next;
}

/* One operation is enough but for whole lists that are long. */
static void
finish_read (gpointer data, const GError *error)
{
  Read *read = data;

  if (error == NULL && show_rows (read) && read->page > 0 && read->seen == read->page)
    start_read (read_next (read));
  else
    read->reading.end (error, read->reading.state);
}

static void
start_read (Read *read)
{
  tw_mongo_run (read->reads->mongo, read->deadline_ms, TW_MONGO_READING, run_read, finish_read, read, read_free);
}

static void
clear_other (gpointer data)
{
  TwTaskSource *other = data;

  g_free ((gpointer) (guintptr) other->list_id);
  g_free ((gpointer) (guintptr) other->owner_id);
}

static void
copy_others (Read *read, const TwTaskQuery *query)
{
  if (query->n_others == 0)
    return;
  read->others = g_array_new (FALSE, FALSE, sizeof (TwTaskSource));
  g_array_set_clear_func (read->others, clear_other);
  for (guint i = 0; i < query->n_others; i++)
    {
      const TwTaskSource other = { g_strdup (query->others[i].list_id), g_strdup (query->others[i].owner_id) };

      g_array_append_val (read->others, other);
    }
  read->query.others = (const TwTaskSource *) (gconstpointer) read->others->data;
}

/* Copies @query; FALSE where it can't be asked. */
static gboolean
read_question (Read *read, const TwTaskQuery *query, GError **error)
{
  read->query = *query;
  read->query.id = query->id != NULL ? "" : NULL;
  read->query.user_id = read->user_id = g_strdup (query->user_id);
  read->query.filter = tw_task_filter_copy (&query->filter, &read->texts);
  copy_others (read, query);
  read->left = query->limit != 0 ? query->limit : G_MAXUINT;
  if (query->id != NULL)
    return tw_id_to_bytes (query->id, read->id.bytes) || tw_task_not_found (error);
  if (query->after == NULL)
    return TRUE;
  read->after = *query->after;
  read->after.text = g_strdup (query->after->text);
  read->query.after = &read->after;
  if (tw_id_is_valid (read->after.id))
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "the position is not a task's");
  return FALSE;
}

void
tw_task_reads_mongo_read (TwTaskReadsMongo *reads, gint64 deadline_ms, const TwTaskQuery *query,
                          const TwTaskReading *reading)
{
  Read *read = g_malloc0 (sizeof *read + reading->state_size);
  g_autoptr (GError) error = NULL;

  read->reads = reads;
  read->deadline_ms = deadline_ms;
  read->rows = g_ptr_array_new_with_free_func (g_free);
  read->reading = *reading;
  read->reading.state = memcpy (read->state, reading->state, reading->state_size);
  if (read_question (read, query, &error))
    {
      start_read (read);
      return;
    }
  read_free (read);
  reading->end (error, reading->state);
}

TwTaskReadsMongo *
tw_task_reads_mongo_new (TwMongo *mongo)
{
  TwTaskReadsMongo *reads = g_new0 (TwTaskReadsMongo, 1);

  reads->mongo = mongo;
  atomic_flag_clear (&reads->warned);
  reads->names = tw_task_names_mongo_new (mongo, &reads->warned);
  return reads;
}

void
tw_task_reads_mongo_end (TwTaskReadsMongo *reads)
{
  tw_task_names_mongo_end (reads->names);
}

void
tw_task_reads_mongo_free (TwTaskReadsMongo *reads)
{
  tw_task_names_mongo_free (reads->names);
  g_free (reads);
}
