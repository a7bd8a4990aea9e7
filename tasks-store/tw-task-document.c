/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-document.h"

#include "tw-record-document.h"

TwTaskRecord *
tw_task_document_read (const bson_t *document, atomic_flag *warned)
{
  return tw_record_document_read_or_warn (&tw_task_type, document, warned);
}
