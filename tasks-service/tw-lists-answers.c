/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-lists-answers.h"

#include "tw-record-wire.h"

TwWriter *
tw_lists_begin_success (TwCall *call)
{
  TwWriter *writer = tw_call_begin_reply (call);

  tw_writer_field (writer, TW_WIRE_STRUCT, 0);
  return writer;
}

void
tw_lists_answer_record (TwCall *call, const TwRecordType *type, gpointer record, const GError *error)
{
  g_autofree gpointer taken = record;

  if (taken == NULL)
    {
      tw_call_fail (call, error);
      return;
    }
  *tw_record_has (taken) &= type->shown;
  tw_record_write (type, taken, tw_lists_begin_success (call));
  tw_call_reply (call);
}

void
tw_lists_answer_records (TwCall *call, const TwRecordType *type, gint16 id, GPtrArray *records, const GError *error)
{
  g_autoptr (GPtrArray) taken = records;
  TwWriter *writer;
  gsize list;

  if (taken == NULL)
    {
      tw_call_fail (call, error);
      return;
    }
  writer = tw_lists_begin_success (call);
  tw_writer_struct_begin (writer);
  tw_writer_field (writer, TW_WIRE_LIST, id);
  list = tw_writer_list_begin (writer, TW_WIRE_STRUCT);
  for (guint i = 0; i < taken->len; i++)
    {
      *tw_record_has (taken->pdata[i]) &= type->shown;
      tw_record_write (type, taken->pdata[i], writer);
    }
  tw_writer_list_end (writer, list, taken->len);
  tw_writer_struct_end (writer);
  tw_call_reply (call);
}

void
tw_lists_answer_list (TwCall *call, TwSharedListRecord *list, const GError *error)
{
  tw_lists_answer_record (call, &tw_shared_list_type, list, error);
}

void
tw_lists_end_list (gpointer list, const GError *error, gpointer call)
{
  tw_lists_answer_list (call, list, error);
}

void
tw_lists_end_member (gpointer member, const GError *error, gpointer call)
{
  tw_lists_answer_record (call, &tw_member_type, member, error);
}

void
tw_lists_end_invitation (gpointer invitation, const GError *error, gpointer call)
{
  tw_lists_answer_record (call, &tw_invitation_type, invitation, error);
}

void
tw_lists_end_removed (gpointer nothing, const GError *error, gpointer call)
{
  if (error == NULL)
    tw_call_reply (call);
  else
    tw_call_fail (call, error);
}
