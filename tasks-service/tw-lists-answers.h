/* SPDX-License-Identifier: Apache-2.0 */

/* How the methods about lists are answered: what leaves the service of a record is what the IDL says, not whose partition
 * it lies in, nor what it is found by. Each answer consumes the call. */

#pragma once

#include "tw-call.h"
#include "tw-records.h"

G_BEGIN_DECLS

/* Begins an answer with a struct. */
TwWriter *tw_lists_begin_success (TwCall *call);

/* Takes @record; NULL: @error. */
void tw_lists_answer_record (TwCall *call, const TwRecordType *type, gpointer record, const GError *error);
void tw_lists_answer_list (TwCall *call, TwSharedListRecord *list, const GError *error);

/* A struct that has a list of records, as the field @id. Takes @records; NULL: @error. */
void tw_lists_answer_records (TwCall *call, const TwRecordType *type, gint16 id, GPtrArray *records, const GError *error);

/* TwListDones (tw-list-service.h) of the TwCall @call. */
void tw_lists_end_list (gpointer list, const GError *error, gpointer call);
void tw_lists_end_member (gpointer member, const GError *error, gpointer call);
void tw_lists_end_invitation (gpointer invitation, const GError *error, gpointer call);
void tw_lists_end_removed (gpointer nothing, const GError *error, gpointer call);

G_END_DECLS
