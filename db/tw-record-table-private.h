/* SPDX-License-Identifier: Apache-2.0 */

/* How a record's table is read and written: for tw-record-table*.c alone. */

#pragma once

#include "tw-record-table.h"

G_BEGIN_DECLS

/* What each row is read by: the field, and again what of it matters for that. */
typedef struct
{
  guint8 field;
  gboolean may_be_null;
  guint64 bit;
  TwRecordKind kind;
  gsize offset;
} TwRecordColumn;

/* What is written of a row: a column, or whose it is. */
typedef struct
{
  TwRecordKind kind;
  TwRecordRole role;
  guint column;   /* of those that are taken where nothing is rare */
  guint8 head[3]; /* the field's, in binary */
} TwRecordStep;

struct _TwRecordTable
{
  const TwRecordType *type;
  guint owner, key;
  guint n_columns; /* but for the owner's */
  TwRecordColumn columns[64]; /* those that are rare, then those of every record */
  guint n_rare;       /* which a row may come without; 0 where the table does not tell */
  guint first_sure;   /* from which on none is NULL, */
  guint64 sure;       /* and what they are */
  guint key_column;
  guint64 always; /* what every record has */
  guint64 rare;   /* what else it may have */
  char *list, *take, *insert, *update;

  /* How a row is written that has nothing rare: tw-record-table-write.c. */
  guint n_steps; /* 0: it is not */
  TwRecordStep steps[16];
  gsize room; /* for all but its texts */
};

/* Behind all else that is found out about a table. */
void tw_record_table_plan_writing (TwRecordTable *table);

G_END_DECLS
