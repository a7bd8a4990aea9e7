/* SPDX-License-Identifier: Apache-2.0 */

/* Records as rows of the table that their type names, which is STRICT. A key and other ids are blobs of 12 bytes, of
 * which there are at most four, texts TEXT, lists of texts and bytes BLOB, all else INTEGER or REAL; what is not there is
 * NULL, and what is NULL and yet always there means its default (tw_record_complete()).
 *
 * To ask SQLite for columns that are NULL takes as long as for others. A table may have a column `rare`, INTEGER NOT NULL
 * DEFAULT 0, which is not 0 where there is anything that not every record has: then a row that has none of that is
 * taken without even looking. It is set by what is here, and by a copy (tw-sqlite-dump.h).
 *
 * A table `tasks` may have a column `name_folded`, TEXT, beside the text `name`, to order by: fold (name) (tw-fold.h), but
 * only for owners who are in the table `tasks_folded`, by its column `owner`; it and its index cost a new row a quarter
 * more. For others it is NULL, or fold (name): whoever puts an owner there fills it in before. */

#pragma once

#include "tw-record.h"
#include "tw-sqlite.h"
#include "tw-writer.h"

G_BEGIN_DECLS

typedef struct _TwRecordTable TwRecordTable;

#define TW_RECORD_TABLE_RARE "rare"
#define TW_RECORD_TABLE_FOLDED "_folded"

/* Looks at the table that is there, which has to have the record's columns: a migration makes them. INTERNAL otherwise,
 * with the name of the one that is missing. @connection is NULL with @error set where none could be had. */
TwRecordTable *tw_record_table_new (const TwRecordType *type, TwSqliteConnection *connection, GError **error);
void tw_record_table_free (TwRecordTable *table);

/* The columns of a row, for a SELECT. The owner's is not among them, which whoever asks knows. They are in the reverse of
 * the table's order: SQLite reads a row's head to its end for the last column, and then has what it needs for the others;
 * from the front it would take the head up again for each. */
const char *tw_record_table_columns (const TwRecordTable *table);

/* SQL that hands them over, take_row (?1, ...), without those that are rare where a row has none (tw-sqlite.h). */
const char *tw_record_table_take (const TwRecordTable *table);

/* Texts that a row's ids become. */
typedef struct
{
  char ids[4][25];
} TwRecordRowIds;

/* The row's columns, which were taken, as the record that they are, with texts that lie where @columns and @ids do. */
void tw_record_table_read (const TwRecordTable *table, sqlite3_value **columns, guint n_columns, const char *owner,
                           TwRecordRowIds *ids, gpointer record);

/* Writes the row's columns, which were taken, as tw_record_write() would write the record that they are: without making
 * it, which is much of what a page costs. FALSE where nothing is written, and somebody has to: this is not for rows with
 * anything rare, nor for tables that don't say what is, nor for anything but the binary protocol. @created_ms and the 25 bytes of @key get what tells the row among its owner's. */
gboolean tw_record_table_write (const TwRecordTable *table, sqlite3_value **columns, guint n_columns, const char *owner,
                                TwWriter *writer, gint64 *created_ms, char *key);

/* The key's bytes of a row. */
const guint8 *tw_record_table_key (const TwRecordTable *table, sqlite3_value **columns, guint n_columns);

/* SQL that inserts a whole record: a place for each column. */
const char *tw_record_table_insert (const TwRecordTable *table);

/* SQL that sets all but key, owner and creation of the row that these three tell. */
const char *tw_record_table_update (const TwRecordTable *table);

/* Binds a record for either. Its texts must stay until the statement is given back. FALSE where an id is not 24 hex
 * digits. */
gboolean tw_record_table_bind (const TwRecordTable *table, sqlite3_stmt *statement, gconstpointer record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwRecordTable, tw_record_table_free)

G_END_DECLS
