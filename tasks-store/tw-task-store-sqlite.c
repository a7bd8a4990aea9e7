/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-store-sqlite.h"

#include "tw-commits-sqlite.h"
#include "tw-error.h"
#include "tw-record-query-sqlite.h"
#include "tw-record-table.h"
#include "tw-records.h"
#include "tw-sqlite-sieve.h"
#include "tw-sqlite.h"
#include "tw-task-reads-sqlite.h"
#include "tw-task-store-query.h"
#include "tw-task-tables.h"

typedef struct
{
  TwTaskStore parent;
  TwSqlite *db;
  TwRecordTable *table;
  TwTaskReadsSqlite *reads;
  TwRecordQuerySqlite *queries;
  TwSqliteSieve *guests; /* who may be in lists of others; NULL: that is asked each time */
} Store;

static Store *
sqlite_store (TwTaskStore *store)
{
  return (Store *) store;
}

static TwSqlite *
database (TwTaskStore *store)
{
  return sqlite_store (store)->db;
}

/* For reads that wait for the disk, those that work meanwhile, lists of all tasks and checks. One that was never used
 * is small. */
#define READERS 32

static gboolean
read_check (TwSqliteConnection *connection, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "SELECT EXISTS (SELECT 1 FROM tasks)", error);

  return statement != NULL && tw_sqlite_step (connection, statement, error) >= 0;
}

static gboolean
store_check (TwTaskStore *store, gint64 deadline_ms, GError **error)
{
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (database (store), deadline_ms, error);
  gboolean well = read_check (connection, error);

  tw_sqlite_reader_return (database (store), connection);
  return well;
}

static gboolean
store_reads_begin (TwTaskStore *store, gboolean foremost)
{
  return tw_sqlite_reads_begin (database (store), foremost);
}

static void
store_reads_end (TwTaskStore *store)
{
  tw_sqlite_reads_end (database (store));
}

static gboolean
store_read (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading)
{
  return tw_task_reads_sqlite_read (sqlite_store (store)->reads, deadline_ms, query, reading);
}

typedef struct
{
  TwSqliteSieve *guests;
  const TwRecordReading *reading;
} Found;

static gboolean
show_guest (gconstpointer record, gpointer data)
{
  const Found *found = data;

  tw_sqlite_sieve_was_found (found->guests, ((const TwMemberRecord *) record)->guest_id);
  return found->reading->row (record, found->reading->user_data);
}

/* Which lists of others somebody is in is looked for with each page; most people are in none. */
static gboolean
find (const Store *store, gint64 deadline_ms, const TwRecordQuery *query, const TwRecordReading *reading,
      GError **error)
{
  const gboolean of_guest = store->guests != NULL && query->type == &tw_member_type
                            && query->field == TW_MEMBER_HAS_GUEST_ID && query->n_values == 1;

  if (!of_guest)
    return tw_record_query_sqlite_run (store->queries, deadline_ms, query, reading->row, reading->user_data, error);
  return tw_sqlite_sieve_rules_out (store->guests, query->values[0])
         || tw_record_query_sqlite_run (store->queries, deadline_ms, query, show_guest,
                                        &(Found) { store->guests, reading }, error);
}

static gboolean
store_query (TwTaskStore *store, gint64 deadline_ms, const TwRecordQuery *query, const TwRecordReading *reading)
{
  g_autoptr (GError) error = NULL;

  if (!find (sqlite_store (store), deadline_ms, query, reading, &error)
      && !reading->may_wait && g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE))
    return FALSE;
  reading->end (error, reading->user_data);
  return TRUE;
}

static void
store_free (TwTaskStore *store)
{
  Store *sqlite = sqlite_store (store);

  tw_sqlite_close (sqlite->db);
  tw_commits_sqlite_free (store->commits);
  tw_task_reads_sqlite_free (sqlite->reads);
  tw_record_query_sqlite_free (sqlite->queries);
  tw_sqlite_sieve_free (sqlite->guests);
  tw_record_table_free (sqlite->table);
  g_free (sqlite);
}

static TwRecordTable *
look_at_table (TwSqlite *db, GError **error)
{
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, error);
  TwRecordTable *table = tw_record_table_new (&tw_task_type, connection, error);

  tw_sqlite_reader_return (db, connection);
  return table;
}

/* TRUE without one where it is not wanted. */
static gboolean
watch_guests (TwSqlite *db, TwSqliteSieve **guests, GError **error)
{
  if ((tw_sqlite_plain (db) & TW_PLAIN_SIEVE) == 0)
    *guests = tw_sqlite_sieve_new (db, "members", "guest_id", error);
  return *guests != NULL || (tw_sqlite_plain (db) & TW_PLAIN_SIEVE) != 0;
}

TwTaskStore *
tw_task_store_sqlite_open (const char *path, TwPlain plain, GError **error)
{
  static const TwTaskStoreClass klass = {
    .free = store_free,
    .check = store_check,
    .reads_begin = store_reads_begin,
    .reads_end = store_reads_end,
    .read = store_read,
    .query = store_query,
  };
  g_autoptr (TwSqliteSieve) guests = NULL;
  g_autoptr (TwSqlite) db = tw_sqlite_open (path, tw_task_tables_kind.application_id, tw_task_tables_migrations,
                                            tw_task_tables_kind.version, READERS, error);
  g_autoptr (TwRecordTable) table = db != NULL ? look_at_table (db, error) : NULL;
  g_autoptr (TwTaskReadsSqlite) reads = NULL;
  g_autoptr (TwRecordQuerySqlite) queries = NULL;
  TwCommits *commits;
  Store *store;

  if (table == NULL)
    return NULL;
  tw_sqlite_be_plain (db, plain);
  reads = tw_task_reads_sqlite_new (db, table, error);
  queries = reads != NULL ? tw_record_query_sqlite_new (db, tw_tasks_records, TW_TASKS_RECORDS, error) : NULL;
  if (queries == NULL || !watch_guests (db, &guests, error))
    return NULL;
  commits = tw_commits_sqlite_new (db, tw_tasks_records, TW_TASKS_RECORDS, error);
  if (commits == NULL)
    return NULL;
  store = g_new0 (Store, 1);
  store->parent.klass = &klass;
  store->parent.commits = commits;
  store->db = g_steal_pointer (&db);
  store->table = g_steal_pointer (&table);
  store->reads = g_steal_pointer (&reads);
  store->queries = g_steal_pointer (&queries);
  store->guests = g_steal_pointer (&guests);
  return &store->parent;
}
