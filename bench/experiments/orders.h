/* SPDX-License-Identifier: Apache-2.0 */

/* What the two experiments on the orders of tasks have in common (docs/experiments/orders.md): the table with all
 * fields, and the ways in which it may be indexed. */

#pragma once

#include "measure.h"

#include <sqlite3.h>
#include <string.h>

/* As tasks-service has it. */
#define ORDERS_TODAY                                                                                                   \
  "CREATE TABLE tasks (user_id TEXT NOT NULL, created_ms INTEGER NOT NULL, id BLOB NOT NULL UNIQUE,"                   \
  " updated_ms INTEGER NOT NULL, version INTEGER NOT NULL, done INTEGER NOT NULL, name TEXT NOT NULL,"                 \
  " PRIMARY KEY (user_id, created_ms, id)) STRICT, WITHOUT ROWID;"                                                     \
  "CREATE INDEX own_created ON tasks (user_id, done, created_ms, id);"

/* What is not set is NULL, priority 0 too. due is twice the milliseconds, plus one for a time of day. */
#define ORDERS_WIDE(MORE)                                                                                              \
  "CREATE TABLE tasks (user_id TEXT NOT NULL, created_ms INTEGER NOT NULL, id BLOB NOT NULL UNIQUE,"                   \
  " updated_ms INTEGER NOT NULL, version INTEGER NOT NULL, done INTEGER NOT NULL, list_id BLOB, due INTEGER,"          \
  " remind_ms INTEGER, priority INTEGER, completed_ms INTEGER, position REAL, assignee_id TEXT, created_by TEXT,"      \
  " labels TEXT, notes TEXT, " MORE "name TEXT NOT NULL,"                                                              \
  " PRIMARY KEY (user_id, created_ms, id)) STRICT, WITHOUT ROWID;"                                                     \
  "CREATE INDEX own_created ON tasks (user_id, done, created_ms, id);"

#define NEWEST "created_ms DESC, id DESC"

/* Those of a list, for its members. */
#define ORDERS_LISTS                                                                                                   \
  "CREATE INDEX list_created ON tasks (list_id, done, created_ms, id) WHERE list_id IS NOT NULL;"                      \
  "CREATE INDEX list_due ON tasks (list_id, done, due, " NEWEST ") WHERE list_id IS NOT NULL AND due IS NOT NULL;"     \
  "CREATE INDEX list_priority ON tasks (list_id, done, priority, " NEWEST ")"                                          \
  " WHERE list_id IS NOT NULL AND priority IS NOT NULL;"                                                               \
  "CREATE INDEX list_position ON tasks (list_id, done, position, " NEWEST ")"                                          \
  " WHERE list_id IS NOT NULL AND position IS NOT NULL;"

/* Those of a partition: of what is set alone. */
#define ORDERS_OWN                                                                                                     \
  "CREATE INDEX own_due ON tasks (user_id, done, due, " NEWEST ") WHERE due IS NOT NULL;"                              \
  "CREATE INDEX own_priority ON tasks (user_id, done, priority, " NEWEST ") WHERE priority IS NOT NULL;"               \
  "CREATE INDEX own_position ON tasks (user_id, done, position, " NEWEST ") WHERE position IS NOT NULL;"

#define ORDERS_NAMES(KEY) "CREATE INDEX own_name ON tasks (user_id, done, " KEY ", " NEWEST ");"
#define ORDERS_LIST_NAMES(KEY)                                                                                         \
  "CREATE INDEX list_name ON tasks (list_id, done, " KEY ", " NEWEST ") WHERE list_id IS NOT NULL;"

/* One for each sort, alone, with a list and with done, of every task. */
#define ORDERS_NAIVE_ONE(NAME, KEY)                                                                                    \
  "CREATE INDEX own_" NAME "_any ON tasks (user_id, " KEY ", " NEWEST ");"                                             \
  "CREATE INDEX own_" NAME " ON tasks (user_id, done, " KEY ", " NEWEST ");"                                           \
  "CREATE INDEX list_" NAME " ON tasks (list_id, done, " KEY ", " NEWEST ");"
#define ORDERS_NAIVE                                                                                                   \
  ORDERS_NAIVE_ONE ("due", "due")                                                                                      \
  ORDERS_NAIVE_ONE ("priority", "priority")                                                                            \
  ORDERS_NAIVE_ONE ("position", "position")                                                                            \
  ORDERS_NAIVE_ONE ("name", "fold (name)")                                                                             \
  "CREATE INDEX list_created ON tasks (list_id, done, created_ms, id);"

/* What is proposed: names are in no index at first (docs/experiments/orders.md). */
#define ORDERS_NAMES_LATER                                                                                             \
  "CREATE INDEX own_name ON tasks (user_id, done, name_key, " NEWEST ") WHERE name_key IS NOT NULL;"                   \
  "CREATE INDEX list_name ON tasks (list_id, done, name_key, " NEWEST ")"                                              \
  " WHERE list_id IS NOT NULL AND name_key IS NOT NULL;"
#define ORDERS_LATER ORDERS_NAMES_LATER ORDERS_OWN ORDERS_LISTS

/* With names at once. */
#define ORDERS_PROPOSED ORDERS_NAMES ("fold (name)") ORDERS_OWN ORDERS_LIST_NAMES ("fold (name)") ORDERS_LISTS

#define ID_BYTES 12
#define ORDERS_PAGE 51 /* one more than is shown: whether there is a next page */
#define USER "user%020u"
#define NAME "A task like any other, of about fifty characters"

void orders_check (sqlite3 *db, int result);
sqlite3 *orders_open (const char *path, const char *synchronous, const char *schema);
sqlite3_stmt *orders_prepare (sqlite3 *db, const char *sql);
gboolean orders_step (sqlite3_stmt *statement); /* FALSE at its end, reset */

/* Reads all columns of all rows, adding them up in @sum, and returns how many rows there are. */
guint orders_ask (sqlite3_stmt *statement, gint64 *sum);

/* A text in lower case, without marks: new. */
char *orders_fold (const char *text);

void orders_id (guint64 created_ms, guint64 n, guint8 id[ID_BYTES]);

static inline void
orders_list_id (guint n, guint8 id[ID_BYTES])
{
  orders_id (1700000000000, n, id);
}

/* A page of the first @lists lists, of what is not done (@n_done 1), or of both (2). @walk has a list and done as
 * arguments, and gives keys, @row those of the table. */
guint orders_merged_page (sqlite3_stmt *walk, sqlite3_stmt *row, guint lists, int n_done, gint64 *sum);

static inline double
median (double *values, guint n)
{
  for (guint i = 1; i < n; i++)
    for (guint j = i; j > 0 && values[j] < values[j - 1]; j--)
      {
        double kept = values[j];

        values[j] = values[j - 1];
        values[j - 1] = kept;
      }
  return values[n / 2];
}
