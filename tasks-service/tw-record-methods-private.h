/* SPDX-License-Identifier: Apache-2.0 */

/* Inside of tw-record-methods.h's implementation: a call, and what it asks for. */

#pragma once

#include "tw-record-methods.h"

#include "tw-arguments.h"
#include "tw-call-pool.h"
#include "tw-id.h"

G_BEGIN_DECLS

typedef struct
{
  TwRecordMethods *methods;
  const TwRecordMethod *method;
  TwRecordMap said; /* what callers say becomes the record */
} TwRecordServed;

struct _TwRecordMethods
{
  TwTaskStore *store;
  const TwClock *clock;
  TwCallPool *readers;
  guint n;
  TwRecordServed *served;
};

/* A call, and what it asks for. It is on the stack, or a commit's. */
typedef struct
{
  const TwRecordServed *served;
  TwCall *call;
  TwArguments arguments;
  gpointer asked; /* the arguments' struct */

  /* Of a change. */
  gint64 now_ms;
  char id[TW_ID_SIZE];
  gpointer said; /* what the record is to be: a record */
  guint64 clear;
  gpointer found; /* the record as the step leaves it, if it does not say so itself */
  gconstpointer result;
} TwRecordRequest;

void tw_record_request_init (TwRecordRequest *request, const TwRecordServed *served, TwCall *call);
void tw_record_request_clear (TwRecordRequest *request);

/* The text at @place; NULL where there is none. */
const char *tw_record_request_text (const TwRecordRequest *request, const TwRecordPlace *place);

void tw_record_not_found (const TwRecordMethod *method, GError **error);

/* Begins an answer with a struct. */
TwWriter *tw_record_begin_success (TwCall *call);

/* What leaves the service of @record. */
void tw_record_write_shown (const TwRecordType *type, gconstpointer record, TwWriter *writer);

/* Consumes @call. */
void tw_record_answer (TwCall *call, const TwRecordType *type, gconstpointer record);

/* A TwCallPoolFunc: answers GET or LIST; @served is a TwRecordServed. */
gboolean tw_record_answer_read (TwCall *call, gboolean may_wait, gpointer served);

/* A TwCallFunc: has CREATE, PATCH or REMOVE done; @served is a TwRecordServed. */
void tw_record_take_change (TwCall *call, gpointer served);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwRecordRequest, tw_record_request_clear)

G_END_DECLS
