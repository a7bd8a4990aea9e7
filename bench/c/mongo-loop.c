/* SPDX-License-Identifier: Apache-2.0 */

/* What libmongoc alone takes for what is behind `page`, `get` and `create`: tasks-service's own connection string,
 * commands and documents, one after the other on one thread. Each answer is walked to its end; what is in it is not
 * read, but for how many documents there are. bench/mongo_driver.py runs it. */

#include "tw-ask.h"
#include "tw-config.h"
#include "tw-error.h"
#include "tw-id.h"
#include "tw-mongo-uri.h"
#include "tw-output.h"
#include "tw-record-document.h"
#include "tw-store-file.h"
#include "tw-tally.h"
#include "tw-task-query-mongo.h"
#include "tw-task-store-mongo.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct
{
  mongoc_client_pool_t *clients;
  const char *database;
  TwQuestions questions;
  bson_t *options; /* of a read */
  gint64 wanted;   /* documents that a read finds */
  gint32 asked;
} Loop;

static gboolean
fail (const bson_error_t *why, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "the database: %s", why->message);
  return FALSE;
}

static const TwTaskWalk newest = { .kind = TW_TASK_WALK_NEWEST };

/* A page has one more than is shown, by which its reader knows whether there is a next one. */
static void
set_options (Loop *loop, gint64 max_time_ms)
{
  if (loop->questions.method == TW_ASK_PAGE)
    {
      loop->wanted = TW_ASK_PAGE_LIMIT + 1;
      loop->options = tw_task_query_page (&newest, 0, TW_ASK_PAGE_LIMIT + 1);
    }
  else
    {
      loop->wanted = 1;
      loop->options = BCON_NEW ("limit", BCON_INT64 (1));
    }
  BSON_APPEND_INT64 (loop->options, "maxTimeMS", max_time_ms);
}

static gboolean
find (const Loop *loop, mongoc_collection_t *tasks, const bson_t *filter, GError **error)
{
  g_autoptr (TwMongoCursor) cursor = mongoc_collection_find_with_opts (tasks, filter, loop->options, NULL);
  const bson_t *document;
  bson_error_t why;
  gint64 n = 0;

  while (mongoc_cursor_next (cursor, &document))
    n++;
  if (mongoc_cursor_error (cursor, &why))
    return fail (&why, error);
  if (n == loop->wanted)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "%" G_GINT64_FORMAT " documents instead of %" G_GINT64_FORMAT, n,
               loop->wanted);
  return FALSE;
}

static gboolean
read_page (const Loop *loop, mongoc_collection_t *tasks, GError **error)
{
  g_autoptr (TwBson) filter = tw_task_query_walk (&(TwTaskQuery) { .user_id = loop->questions.user_id }, &newest);

  return find (loop, tasks, filter, error);
}

static gboolean
read_one (const Loop *loop, mongoc_collection_t *tasks, const char *id, GError **error)
{
  g_autoptr (TwBson) filter = NULL;
  bson_oid_t oid;

  if (!tw_id_to_bytes (id, oid.bytes))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "\"%s\" is not an id", id);
      return FALSE;
    }
  filter = tw_task_query_one (&oid, loop->questions.user_id);
  return find (loop, tasks, filter, error);
}

static gboolean
insert (const Loop *loop, mongoc_collection_t *tasks, char *name, GError **error)
{
  const gint64 now_ms = g_get_real_time () / 1000;
  char id[TW_ID_SIZE];
  g_autoptr (TwBson) document = NULL;
  g_auto (TwBsonReply) reply;
  bson_error_t why;

  tw_id_new (now_ms, id);
  document = tw_record_document_new (&tw_task_type, &(TwTaskRecord) {
    .has = TW_TASK_HAS_ID | TW_TASK_HAS_USER_ID | TW_TASK_HAS_NAME | TW_TASK_HAS_CREATED_ON | TW_TASK_HAS_DONE
           | TW_TASK_HAS_UPDATED_ON | TW_TASK_HAS_VERSION,
    .id = id,
    .user_id = loop->questions.user_id,
    .name = name,
    .created_ms = now_ms,
    .updated_ms = now_ms,
    .version = 1,
  });
  return mongoc_collection_insert_one (tasks, document, NULL, &reply, &why) || fail (&why, error);
}

static gboolean
ask (const Loop *loop, mongoc_client_t *client, char *subject, GError **error)
{
  g_autoptr (TwMongoCollection) tasks = mongoc_client_get_collection (client, loop->database, TW_TASK_COLLECTION);

  switch (loop->questions.method)
    {
    case TW_ASK_PAGE:
      return read_page (loop, tasks, error);
    case TW_ASK_CREATE:
      return insert (loop, tasks, subject, error);
    case TW_ASK_GET:
    default:
      return read_one (loop, tasks, subject, error);
    }
}

/* With a client of the pool, as a program with threads has it. */
static gboolean
ask_once (Loop *loop, GError **error)
{
  g_autofree char *subject = tw_questions_next (&loop->questions, ++loop->asked);
  mongoc_client_t *client = mongoc_client_pool_pop (loop->clients);
  const gboolean well = ask (loop, client, subject, error);

  mongoc_client_pool_push (loop->clients, client);
  return well;
}

/* At most @calls calls and @seconds. */
static gboolean
run (Loop *loop, TwTally *tally, gint64 calls, gint64 seconds, GError **error)
{
  const gint64 until_ns = tw_tally_now_ns () + seconds * G_GINT64_CONSTANT (1000000000);

  for (gint64 n = 0; n < calls; n++)
    {
      const gint64 begun_ns = tw_tally_now_ns ();

      if (begun_ns >= until_ns)
        break;
      if (!ask_once (loop, error))
        return FALSE;
      if (tally != NULL)
        tw_tally_add (tally, tw_tally_now_ns () - begun_ns);
    }
  return TRUE;
}

static gboolean
measure (Loop *loop, gint64 warm_up, gint64 seconds, GError **error)
{
  g_autoptr (TwTally) tally = tw_tally_new ();

  if (!run (loop, NULL, warm_up, seconds, error))
    return FALSE;
  if (!tw_tally_begin (tally, error))
    return FALSE;
  if (!run (loop, tally, G_MAXINT64, seconds, error))
    return FALSE;
  return tw_tally_report (tally, 0, error);
}

static gboolean
connect_and_measure (Loop *loop, const char *store_file, gint64 warm_up, gint64 seconds, GError **error)
{
  g_autofree char *text = tw_store_file_read (store_file, error);
  g_autoptr (TwMongoUri) uri = text != NULL ? tw_mongo_uri_new (text, "mongo-loop", TW_MONGO_DEADLINE_MS, error) : NULL;
  bson_error_t why;
  gboolean well;

  if (uri == NULL)
    return FALSE;
  loop->clients = mongoc_client_pool_new_with_error (uri, &why);
  if (loop->clients == NULL)
    return fail (&why, error);
  loop->database = mongoc_uri_get_database (uri);
  if (loop->database == NULL)
    loop->database = tw_task_store_mongo_spec.database;
  set_options (loop, tw_mongo_uri_max_time_ms (uri, TW_MONGO_DEADLINE_MS));
  well = measure (loop, warm_up, seconds, error);
  bson_destroy (loop->options);
  mongoc_client_pool_destroy (loop->clients);
  return well;
}

int
main (int argc, char **argv)
{
  g_autofree char *store_file = NULL, *user_id = NULL, *ids = NULL;
  g_autofree char *method = g_strdup ("get"), *prefix = g_strdup ("bench");
  gint64 warm_up = 100, seconds = 5;
  g_autoptr (GError) error = NULL;
  Loop loop = { 0 };
  gboolean well;
  const TwOption options[] = {
    { "store-file", NULL, TW_OPTION_STRING, &store_file, "FILE", "Holds the database's URI", 0, 0 },
    { "user", NULL, TW_OPTION_STRING, &user_id, "ID", "Whose tasks", 0, 0 },
    { "method", NULL, TW_OPTION_STRING, &method, "NAME", "get, page or create", 0, 0 },
    { "ids", NULL, TW_OPTION_STRING, &ids, "FILE", "The user's tasks' ids, one a line, newest first", 0, 0 },
    { "prefix", NULL, TW_OPTION_STRING, &prefix, "TEXT", "What names that are created begin with", 0, 0 },
    { "warm-up", NULL, TW_OPTION_INTEGER, &warm_up, "N", "Calls before the run", 0, 1000000 },
    { "seconds", NULL, TW_OPTION_INTEGER, &seconds, "N", "At most", 1, 600 },
    { NULL, NULL, TW_OPTION_FLAG, NULL, NULL, NULL, 0, 0 },
  };

  tw_output_init ();
  signal (SIGPIPE, SIG_IGN);
  well = tw_config_read (options, "Asks for tasks by MongoDB's driver alone.", argc, argv, NULL, &error)
         && tw_questions_init (&loop.questions, method, user_id, prefix, ids, &error)
         && connect_and_measure (&loop, store_file, warm_up, seconds, &error);
  tw_questions_clear (&loop.questions);
  if (well)
    return EXIT_SUCCESS;
  fprintf (stderr, "mongo-loop: %s\n", error->message);
  return EXIT_FAILURE;
}
