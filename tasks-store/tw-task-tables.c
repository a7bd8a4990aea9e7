/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-tables.h"

#include "tw-commit-tables.h"

/* The table is its own index in the order of a page: a page is one walk over neighbours, and nothing is kept twice.
 * The filter has an index too, or the few open tasks among a thousand finished ones would take a thousand steps to
 * find.
 *
 * Each other order has an index, and all orders have one of lists. Behind a condition on `done` it has its key's order:
 * what is open and what is done is merged. Ties are newest first. A task is only in those of what it has, so that a new
 * one pays for what it is given (docs/experiments/orders.md). */
#define BY_KEY(NAME, KEY)                                                                                              \
  "CREATE INDEX tasks_by_" NAME " ON tasks (user_id, done, " KEY ", created_ms DESC, id DESC)"                         \
  "  WHERE " KEY " IS NOT NULL;"                                                                                       \
  "CREATE INDEX tasks_by_list_" NAME " ON tasks (list_id, done, " KEY ", created_ms DESC, id DESC)"                    \
  "  WHERE list_id IS NOT NULL AND " KEY " IS NOT NULL;"

const TwSqliteMigration tw_task_tables_migrations[] = {
  "CREATE TABLE tasks ("
  "  user_id TEXT NOT NULL,"
  "  created_ms INTEGER NOT NULL,"
  "  id BLOB NOT NULL UNIQUE CHECK (length (id) = 12),"
  "  updated_ms INTEGER NOT NULL,"
  "  version INTEGER NOT NULL,"
  "  done INTEGER NOT NULL,"
  "  name TEXT NOT NULL,"
  "  PRIMARY KEY (user_id, created_ms, id)"
  ") STRICT, WITHOUT ROWID;"
  "CREATE INDEX tasks_by_done ON tasks (user_id, done, created_ms, id)",
  TW_COMMIT_TABLES,

  /* Behind `rare` is what few tasks have: db/tw-record-table.h. */
  "ALTER TABLE tasks ADD COLUMN rare INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE tasks ADD COLUMN notes TEXT;"
  "ALTER TABLE tasks ADD COLUMN due INTEGER;"
  "ALTER TABLE tasks ADD COLUMN remind_ms INTEGER;"
  "ALTER TABLE tasks ADD COLUMN priority INTEGER;"
  "ALTER TABLE tasks ADD COLUMN labels BLOB;"
  "ALTER TABLE tasks ADD COLUMN completed_ms INTEGER;"
  "ALTER TABLE tasks ADD COLUMN list_id BLOB;"
  "ALTER TABLE tasks ADD COLUMN assignee_id TEXT;"
  "ALTER TABLE tasks ADD COLUMN created_by TEXT;"
  "ALTER TABLE tasks ADD COLUMN position REAL;"
  "CREATE INDEX tasks_by_list ON tasks (list_id, done, created_ms, id) WHERE list_id IS NOT NULL;"
  BY_KEY ("due", "due") BY_KEY ("priority", "priority") BY_KEY ("position", "position")

  /* For whom: db/tw-record-table.h, tw-task-names-sqlite.h. */
  "ALTER TABLE tasks ADD COLUMN name_folded TEXT;"
  BY_KEY ("name", "name_folded")
  "CREATE TABLE tasks_folded (owner TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID",

  /* Who is no more in a list has nothing but its id. */
  "CREATE TABLE lists ("
  "  id BLOB PRIMARY KEY CHECK (length (id) = 12),"
  "  owner_id TEXT NOT NULL,"
  "  created_ms INTEGER NOT NULL,"
  "  updated_ms INTEGER NOT NULL,"
  "  version INTEGER NOT NULL,"
  "  name TEXT NOT NULL,"
  "  color TEXT,"
  "  is_public INTEGER NOT NULL,"
  "  members INTEGER NOT NULL"
  ") STRICT, WITHOUT ROWID;"
  "CREATE TABLE members ("
  "  id BLOB PRIMARY KEY CHECK (length (id) = 12),"
  "  owner_id TEXT NOT NULL,"
  "  created_ms INTEGER NOT NULL,"
  "  updated_ms INTEGER NOT NULL,"
  "  version INTEGER NOT NULL,"
  "  list_id BLOB,"
  "  former_list_id BLOB,"
  "  user_id TEXT NOT NULL,"
  "  role TEXT NOT NULL,"
  "  display_name TEXT,"
  "  position REAL,"
  "  since_ms INTEGER,"
  "  guest_id TEXT"
  ") STRICT, WITHOUT ROWID;"
  "CREATE INDEX members_by_list ON members (list_id) WHERE list_id IS NOT NULL;"
  "CREATE INDEX members_by_former_list ON members (former_list_id) WHERE former_list_id IS NOT NULL;"
  "CREATE INDEX members_by_user ON members (user_id);"
  "CREATE INDEX members_by_guest ON members (guest_id) WHERE guest_id IS NOT NULL;"
  "CREATE TABLE invitations ("
  "  id BLOB PRIMARY KEY CHECK (length (id) = 12),"
  "  owner_id TEXT NOT NULL,"
  "  created_ms INTEGER NOT NULL,"
  "  updated_ms INTEGER NOT NULL,"
  "  version INTEGER NOT NULL,"
  "  list_id BLOB NOT NULL,"
  "  code_hash TEXT NOT NULL,"
  "  role TEXT NOT NULL,"
  "  uses INTEGER NOT NULL,"
  "  expires_ms INTEGER NOT NULL"
  ") STRICT, WITHOUT ROWID;"
  "CREATE INDEX invitations_by_list ON invitations (list_id);"
  "CREATE INDEX invitations_by_code ON invitations (code_hash);"
  "CREATE TABLE chores ("
  "  id BLOB PRIMARY KEY CHECK (length (id) = 12),"
  "  owner_id TEXT NOT NULL,"
  "  created_ms INTEGER NOT NULL,"
  "  updated_ms INTEGER NOT NULL,"
  "  version INTEGER NOT NULL,"
  "  list_id BLOB NOT NULL,"
  "  leaver_id TEXT"
  ") STRICT, WITHOUT ROWID",

  TW_COMMIT_TABLES_NOTE,

  "ALTER TABLE chores ADD COLUMN task_id BLOB;"
  "ALTER TABLE chores ADD COLUMN task_version INTEGER;"
  "ALTER TABLE chores ADD COLUMN receiver_id TEXT;"
  "ALTER TABLE chores ADD COLUMN mover_id TEXT",

  TW_COMMIT_TABLES_KEY_HASH,

  TW_COMMIT_TABLES_FORMER,

  "CREATE INDEX members_by_owner ON members (owner_id)",
};

const TwSqliteKind tw_task_tables_kind = {
  .application_id = 0x5457546b, /* "TWTk" */
  .version = G_N_ELEMENTS (tw_task_tables_migrations),
};
