/* SPDX-License-Identifier: Apache-2.0 */

/* Records from Thrift's bytes, and into them. */

#pragma once

#include "tw-reader.h"
#include "tw-record.h"
#include "tw-writer.h"

G_BEGIN_DECLS

/* Writes @record as the struct that it is: each field that is there, whatever is kept of it. */
void tw_record_write (const TwRecordType *type, gconstpointer record, TwWriter *writer);

/* Reads the struct before which @reader stands into @record, which begins as zeroes. What the table does not know, and
 * what is of another type than it says, is skipped. Texts are copied with a NUL behind each to *@space, which then
 * points behind them: on the wire a text has at least a byte of length beside it, so all fit into as many bytes as the
 * struct has; bytes are copied likewise. A time or date that can't be read becomes TW_RECORD_NO_TIME. */
void tw_record_read (const TwRecordType *type, TwReader *reader, gpointer record, char **space);

/* Reads the next struct of a list that a record has, of @type, into @record; FALSE behind the last one. Its texts lie where
 * the record's do, and the bytes that the record was read from must be there still. */
gboolean tw_record_list_next (const TwRecordType *type, TwRecordList *list, gpointer record);

G_END_DECLS
