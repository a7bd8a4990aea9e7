/* SPDX-License-Identifier: Apache-2.0 */

/* A method that does no more than keep a record of the caller's own (tw.serve): where in its arguments is what that takes.
 * Made from the IDL (gen/served.py): of each service there is a table, tw_tasks_served, which ends with a NULL name. */

#pragma once

#include "tw-record.h"

G_BEGIN_DECLS

typedef enum
{
  TW_SERVE_CREATE,
  TW_SERVE_GET,
  TW_SERVE_LIST, /* a page of the caller's, newest first */
  TW_SERVE_PATCH,
  TW_SERVE_REMOVE,
} TwRecordVerb;

/* A field of the arguments' struct, or of one in it. */
typedef struct
{
  const TwRecordType *type; /* that has the field; NULL: the method does not take this */
  gsize offset;             /* in the arguments' struct, of the one that has it */
  guint8 field;             /* its place there */
} TwRecordPlace;

typedef struct
{
  const char *name;
  TwRecordVerb verb;
  const TwRecordType *record;
  const TwRecordType *arguments;

  TwRecordPlace owner;         /* a text: who asks */
  TwRecordPlace key;           /* a text: GET, PATCH, REMOVE */
  TwRecordPlace said;          /* a struct of the record's own fields: CREATE, PATCH */
  TwRecordPlace clear;         /* which of them are null: PATCH */
  TwRecordPlace limit, cursor; /* a number and a text: LIST */
  gint16 list, next;           /* fields of what is returned: LIST */

  TwRecordPlace idempotency_key, fingerprint; /* a text and a binary */
  TwRecordPlace if_match, if_none_match;      /* texts */
} TwRecordMethod;

/* The member at @place, which there is, of @arguments. */
static inline gpointer
tw_record_place_member (const TwRecordPlace *place, gconstpointer arguments)
{
  return tw_record_member (place->type, (const guint8 *) arguments + place->offset, place->field);
}

/* Whether the arguments have it. */
static inline gboolean
tw_record_place_is_set (const TwRecordPlace *place, gconstpointer arguments)
{
  return place->type != NULL
         && (*tw_record_has ((const guint8 *) arguments + place->offset) & TW_RECORD_BIT (place->field)) != 0;
}

G_END_DECLS
