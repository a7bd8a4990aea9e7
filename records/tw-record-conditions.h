/* SPDX-License-Identifier: Apache-2.0 */

/* What a request asks of records by its filters (tw-record-question.h), and whether a record is one of those: the same
 * for every store. NULL are no conditions, which every record fits. Conditions do not change, and may be used by
 * several threads at once. */

#pragma once

#include "tw-record-question.h"
#include "tw-words.h"

G_BEGIN_DECLS

typedef struct
{
  const TwRecordFilter *filter;
  guint field;   /* the record's, or the first of those */
  gboolean none; /* it has to be missing */

  /* A bool, a number, a time or a date: from and to, both included. */
  gint64 low, high;
  double real_low, real_high; /* of a real */
  char *text;                 /* of a text, an id, texts and words */
  TwWords *words;
} TwRecordCondition;

typedef struct
{
  gatomicrefcount holders;
  const TwRecordQuestion *question;
  guint n;
  TwRecordCondition conditions[];
} TwRecordConditions;

/* Sets *@conditions to what @request asks for, but of the record's fields @but (bits): NULL where that is nothing. Free
 * with tw_record_conditions_unref(). Texts are copied. INVALID, with its place, for a moment that is none. */
gboolean tw_record_conditions_read (const TwRecordQuestion *question, gconstpointer request, guint64 but,
                                    TwRecordConditions **conditions, GError **error);
TwRecordConditions *tw_record_conditions_ref (TwRecordConditions *conditions);
void tw_record_conditions_unref (TwRecordConditions *conditions);

gboolean tw_record_conditions_fit (const TwRecordConditions *conditions, gconstpointer record);

/* Adds them to the stamp of a question (tw-record-stamp.h). What asks for nothing leaves it as it is. */
void tw_record_conditions_stamp (const TwRecordConditions *conditions, guint64 *stamp);

/* Whether a store can look for what the condition @i says by the field's value alone: it is there, and between two ends.
 * A bool is always there. */
gboolean tw_record_condition_is_plain (const TwRecordConditions *conditions, guint i);
gboolean tw_record_conditions_are_plain (const TwRecordConditions *conditions);

/* Whether there are some, and all of them say no more than that @field, a number, a time, a date or a real, is between two
 * ends, which are those of *@range. */
gboolean tw_record_conditions_are_range (const TwRecordConditions *conditions, guint field, TwRecordCondition *range);

/* What all plain conditions on @field have in common; FALSE where there is none. The text is theirs. */
gboolean tw_record_conditions_range (const TwRecordConditions *conditions, guint field, TwRecordCondition *range);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwRecordConditions, tw_record_conditions_unref)

G_END_DECLS
