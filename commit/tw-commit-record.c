/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-record.h"

gpointer
tw_commit_record_new (const TwRecordType *type, gconstpointer record, const char *partition, gint64 version)
{
  const guint owner = tw_record_find_role (type, TW_RECORD_OWNER), at = tw_record_find_role (type, TW_RECORD_VERSION);
  g_autofree gpointer whole = g_memdup2 (record, type->size);

  *tw_record_text (type, whole, owner) = partition;
  *tw_record_number (type, whole, at) = version;
  *tw_record_has (whole) |= TW_RECORD_BIT (owner) | TW_RECORD_BIT (at);
  tw_record_complete (type, whole);
  return tw_record_copy (type, whole);
}
