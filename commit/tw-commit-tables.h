/* SPDX-License-Identifier: Apache-2.0 */

/* The tables of SQLite's that commits keep beside those of the records: a migration of whoever keeps records so. */

#pragma once

/* A migration that was released stays as it is: what came later are migrations of their own, which follow it.
 *
 * `log`: a row for each part of an entry, in the order of what happens, so that what is new lies together, whoever's it
 * is, and what is too old is at one end. `previous` is the partition's row before (0: none): from the newest one that way
 * leads to all of them. `by_id` is NULL for the owner's own doing, but where there is a key; `changed` has a bit for each
 * field by the field's id in the IDL; key and fingerprint are in the first part. A seq is never used twice.
 *
 * `log_heads`: the newest number of each partition, with the seq of its last row, and what has been dropped. It may be
 * behind: of rows above `heads_to` it is not known whether they are in it.
 *
 * `log_state`: one row. Up to `dropped_to` all rows have been dropped. */
#define TW_COMMIT_TABLES                                                                                              \
  "CREATE TABLE log ("                                                                                                \
  "  seq INTEGER PRIMARY KEY,"                                                                                        \
  "  user_id TEXT NOT NULL,"                                                                                          \
  "  number INTEGER NOT NULL,"                                                                                        \
  "  previous INTEGER NOT NULL,"                                                                                      \
  "  mark BLOB NOT NULL CHECK (length (mark) = 16),"                                                                  \
  "  time_ms INTEGER NOT NULL,"                                                                                       \
  "  by_id TEXT,"                                                                                                     \
  "  kind TEXT NOT NULL,"                                                                                             \
  "  id BLOB NOT NULL CHECK (length (id) = 12),"                                                                      \
  "  version INTEGER NOT NULL,"                                                                                       \
  "  gone INTEGER NOT NULL,"                                                                                          \
  "  changed INTEGER NOT NULL,"                                                                                       \
  "  key TEXT,"                                                                                                       \
  "  fingerprint BLOB"                                                                                                \
  ") STRICT;"                                                                                                         \
  "CREATE UNIQUE INDEX log_by_key ON log (by_id, key) WHERE key IS NOT NULL;"                                         \
  "CREATE TABLE log_heads ("                                                                                          \
  "  user_id TEXT PRIMARY KEY,"                                                                                       \
  "  number INTEGER NOT NULL,"                                                                                        \
  "  seq INTEGER NOT NULL,"                                                                                           \
  "  dropped INTEGER NOT NULL DEFAULT 0,"                                                                             \
  "  dropped_mark BLOB"                                                                                               \
  ") STRICT, WITHOUT ROWID;"                                                                                          \
  "CREATE TABLE log_state (heads_to INTEGER NOT NULL, dropped_to INTEGER NOT NULL) STRICT;"                           \
  "INSERT INTO log_state VALUES (0, 0)"

/* `note`: what lies beside a key, in the first part; NULL: nothing does. */
#define TW_COMMIT_TABLES_NOTE "ALTER TABLE log ADD COLUMN note BLOB"

/* `key_hash`: hash (by_id, key) (tw-sqlite-hash.h), by which a key is looked for. An index of what it stands for would be
 * three times as large, and of random places too, each a page that a change writes. No two rows have the same key of the
 * same user: who writes one has looked. */
#define TW_COMMIT_TABLES_KEY_HASH                                                                                     \
  "DROP INDEX log_by_key;"                                                                                            \
  "ALTER TABLE log ADD COLUMN key_hash INTEGER;"                                                                      \
  "UPDATE log SET key_hash = hash (by_id, key) WHERE key IS NOT NULL;"                                                \
  "CREATE INDEX log_by_key ON log (key_hash) WHERE key_hash IS NOT NULL"

/* `former`: what fields with tw.former were, where the part says so (tw-commit-former.h). `log_store`: one row, which the
 * store puts there when it is first opened. */
#define TW_COMMIT_TABLES_FORMER                                                                                       \
  "ALTER TABLE log ADD COLUMN former BLOB;"                                                                           \
  "CREATE TABLE log_store (id BLOB NOT NULL, key BLOB NOT NULL) STRICT"
