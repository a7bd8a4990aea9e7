/* SPDX-License-Identifier: Apache-2.0 */

/* What the fields of a struct may ask of records: filters, and what they are sorted by. Made from the IDL (tw.query,
 * gen/questions.py): of such a struct there is a table, tw_page_request_question, and TW_PAGE_REQUEST_SORT_NAME for the
 * place of each word to sort by. Thread-safe. */

#pragma once

#include "tw-record.h"

G_BEGIN_DECLS

typedef enum
{
  TW_RECORD_IS,
  TW_RECORD_BELOW,
  TW_RECORD_AT_MOST,
  TW_RECORD_ABOVE,
  TW_RECORD_AT_LEAST,
  TW_RECORD_HAS,   /* of texts: one that folds alike (tw-fold.h) */
  TW_RECORD_WORDS, /* of one text or several: all words (tw-words.h) */
} TwRecordOperator;

typedef struct
{
  guint8 argument;  /* the place in the request's struct of what is asked for */
  TwRecordOperator operator;
  guint64 fields;   /* the record's, as bits: one, or several of WORDS */
  gboolean has_none;
  gint64 none;      /* of a number: a record that has this has none, and IS asks for those without */
} TwRecordFilter;

typedef struct
{
  const char *word;
  guint8 field;     /* its place in the record: a text, a number, a time, a date or a real */
  gboolean has_none;
  gint64 none;      /* a record that has this has none */
} TwRecordSort;

typedef struct
{
  const TwRecordType *request, *record;
  guint64 asks;     /* the request's fields that have filters, as bits */
  guint n_filters;
  const TwRecordFilter *filters; /* what costs most is last */
  guint8 sort;      /* the place in the request's struct of the word to sort by; "-" before it turns the order round */
  guint n_sorts;    /* 0: there is no such word */
  const TwRecordSort *sorts; /* the first one is by when records were made */
} TwRecordQuestion;

/* The filter for the record's one @field, given as its bit, that @request makes use of; NULL: none. */
const TwRecordFilter *tw_record_question_asked (const TwRecordQuestion *question, guint64 field, gconstpointer request);

/* The place of the word that @request sorts by; 0 where it has none. */
guint tw_record_question_sort (const TwRecordQuestion *question, gconstpointer request, gboolean *backwards);

G_END_DECLS
