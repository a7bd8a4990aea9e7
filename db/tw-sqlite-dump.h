/* SPDX-License-Identifier: Apache-2.0 */

/* A SQLite database as one end of a copy (tw-dump.h): a section is a table, a record is a row, column by column.
 *
 * A source is opened read-only and read in one transaction. FILE.lock is held so that no service starts on it meanwhile;
 * beside that lock nothing is made in its folder, but for FILE-shm where a service that was killed left its write-ahead
 * log: SQLite needs it to read the log.
 *
 * A target is FILE.part until it is finished: then it takes FILE's place in one step. FILE.lock is held from the start.
 * FILE itself may be there only if it is empty, as a service that nobody has used leaves it.
 *
 * Fails with TW_ERROR_CONFIGURATION where a database can't be used for what is asked; then with what tw_sqlite_step()
 * says.
 */

#pragma once

#include "tw-dump.h"
#include "tw-sqlite.h"

G_BEGIN_DECLS

typedef struct
{
  const char *type; /* of a record: what is first in it is the key */

  /* SQL, whose ?1 is the key and ?2 the limit; insert has a place for each column. */
  const char *count, *first, *behind, *last, *insert;
} TwSqliteDumpTable;

gboolean tw_sqlite_dump_count (TwDump *dump, const TwSqliteDumpTable *table, guint64 *n, GError **error);
GPtrArray *tw_sqlite_dump_read (TwDump *dump, const TwSqliteDumpTable *table, GVariant *after, guint limit,
                                GError **error);
gboolean tw_sqlite_dump_last (TwDump *dump, const TwSqliteDumpTable *table, GVariant **last, GError **error);
gboolean tw_sqlite_dump_write (TwDump *dump, const TwSqliteDumpTable *table, GPtrArray *records, GError **error);

/* Defines what TW_SQLITE_DUMP_SECTION (NAME, TYPE) is made of. All but NAME are string literals; COLUMNS are in the
 * order of the record, PLACES the same number of them: "?1, ?2". */
#define TW_SQLITE_DUMP_DEFINE(NAME, TYPE, TABLE, KEY, COLUMNS, PLACES)                                                \
  static const TwSqliteDumpTable NAME##_table = {                                                                     \
    .type = TYPE,                                                                                                     \
    .count = "SELECT count(*) FROM " TABLE,                                                                           \
    .first = "SELECT " COLUMNS " FROM " TABLE " ORDER BY " KEY " LIMIT ?2",                                           \
    .behind = "SELECT " COLUMNS " FROM " TABLE " WHERE " KEY " > ?1 ORDER BY " KEY " LIMIT ?2",                       \
    .last = "SELECT " COLUMNS " FROM " TABLE " ORDER BY " KEY " DESC LIMIT 1",                                        \
    .insert = "INSERT INTO " TABLE " (" COLUMNS ") VALUES (" PLACES ")",                                              \
  };                                                                                                                  \
  static gboolean NAME##_count (TwDump *dump, guint64 *n, GError **error)                                             \
  {                                                                                                                   \
    return tw_sqlite_dump_count (dump, &NAME##_table, n, error);                                                      \
  }                                                                                                                   \
  static GPtrArray *NAME##_read (TwDump *dump, GVariant *after, guint limit, GError **error)                          \
  {                                                                                                                   \
    return tw_sqlite_dump_read (dump, &NAME##_table, after, limit, error);                                            \
  }                                                                                                                   \
  static gboolean NAME##_last (TwDump *dump, GVariant **last, GError **error)                                         \
  {                                                                                                                   \
    return tw_sqlite_dump_last (dump, &NAME##_table, last, error);                                                    \
  }                                                                                                                   \
  static gboolean NAME##_write (TwDump *dump, GPtrArray *records, GError **error)                                     \
  {                                                                                                                   \
    return tw_sqlite_dump_write (dump, &NAME##_table, records, error);                                                \
  }

#define TW_SQLITE_DUMP_SECTION(NAME, TYPE)                                                                            \
  {                                                                                                                   \
    #NAME, TYPE, NAME##_count, NAME##_read, NAME##_last, NAME##_write                                                 \
  }

typedef struct
{
  gint32 application_id; /* see tw_sqlite_open() */
  const TwSqliteMigration *migrations;
  guint n_migrations;
  const TwDumpSection *sections;
  guint n_sections;
} TwSqliteDumpSpec;

/* @spec must outlive it. */
TwDump *tw_sqlite_dump_open (const char *path, TwDumpRole role, const TwSqliteDumpSpec *spec, GError **error);

G_END_DECLS
