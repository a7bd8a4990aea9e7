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
#include "tw-record.h"
#include "tw-sqlite.h"

G_BEGIN_DECLS

/* A table and its records. Names of columns are parted by ", ". A column TW_RECORD_TABLE_RARE of the table's is set to
 * whether any maybe of the record is there (tw-record-table.h). */
typedef struct
{
  const char *name, *type; /* of the section: tw-dump.h */
  const char *table;
  const char *key;     /* its columns, by which records ascend: those that come first in a record */
  const char *columns; /* of a record, in its order */
  const char *selected; /* how they are read, where that is not as they are; or NULL */
} TwSqliteDumpTable;

/* The table of @type's records, which is what its annotations say. */
TwSqliteDumpTable tw_sqlite_dump_table_of (const TwRecordType *type);

typedef struct
{
  gint32 application_id; /* see tw_sqlite_open() */
  const TwSqliteMigration *migrations;
  guint n_migrations;
  const TwSqliteDumpTable *tables; /* in the order in which to move them */
  guint n_tables;
} TwSqliteDumpSpec;

/* Of @spec, the migrations must outlive it. */
TwDump *tw_sqlite_dump_open (const char *path, TwDumpRole role, const TwSqliteDumpSpec *spec, GError **error);

G_END_DECLS
