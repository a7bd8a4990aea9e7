/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-question.h"

#include <string.h>

const TwRecordFilter *
tw_record_question_asked (const TwRecordQuestion *question, guint64 field, gconstpointer request)
{
  const guint64 has = *tw_record_has (request);

  for (guint i = 0; (has & question->asks) != 0 && i < question->n_filters; i++)
    if (question->filters[i].fields == field && (has & TW_RECORD_BIT (question->filters[i].argument)) != 0)
      return &question->filters[i];
  return NULL;
}

/* The schema has no other words. */
guint
tw_record_question_sort (const TwRecordQuestion *question, gconstpointer request, gboolean *backwards)
{
  const char *word = question->n_sorts > 0 ? *tw_record_text (question->request, request, question->sort) : NULL;

  *backwards = word != NULL && *word == '-';
  if (*backwards)
    word++;
  for (guint i = 0; word != NULL && i < question->n_sorts; i++)
    if (strcmp (word, question->sorts[i].word) == 0)
      return i;
  return 0;
}
