/* SPDX-License-Identifier: Apache-2.0 */

/* Records that are found by what one field of theirs is, whoever their owner is: what a store reads beside the lists
 * that it is made for. An index on the field makes it a search (migrations, TwMongoIndex).
 *
 * The order in which they come says nothing, unless it is asked for. A record is as it is when it comes: of several, some may be older than
 * others. Errors: UNAVAILABLE, INTERNAL. */

#pragma once

#include "tw-record.h"

G_BEGIN_DECLS

/* A limit that is none. */
#define TW_RECORD_QUERY_ALL G_MAXINT

/* Copied, until the end, by whoever answers later. */
typedef struct
{
  const TwRecordType *type;  /* one that is kept, whose key is an id */
  guint64 field;             /* the bit of a field that is a text or an id: TW_MEMBER_HAS_LIST_ID. 0: all records */
  const char *const *values; /* what it is one of; an id that is none is no record's */
  guint n_values;
  guint limit;               /* as many records at most, at least one */

  /* Of one value: those with the highest key first, which for ids of ours (tw-id.h) is the newest, to the second. Behind
   * @after, an id; NULL: from the start. */
  gboolean newest_first;
  const char *after; /* needed until the read has begun */
} TwRecordQuery;

/* Where they go. */
typedef struct
{
  /* Called with each in turn, which is valid during the call. FALSE: no more are wanted, and the read ends well. */
  gboolean (*row) (gconstpointer record, gpointer user_data);

  /* Called once, behind the last one, on any thread. With an @error what was shown before counts for nothing. */
  void (*end) (const GError *error, gpointer user_data);

  gpointer user_data; /* valid until the end */

  /* FALSE: the read must not wait (tw_sqlite_reads_begin()). */
  gboolean may_wait;
} TwRecordReading;

/* The place of the query's field in its type's table. */
static inline guint
tw_record_query_field (const TwRecordQuery *query)
{
  return (guint) g_bit_nth_lsf ((gulong) query->field, -1);
}

G_END_DECLS
