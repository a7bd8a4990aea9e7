/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-document.h"

#include "tw-log.h"
#include "tw-record-document.h"

TwTaskRecord *
tw_task_document_read (const bson_t *document, atomic_flag *warned)
{
  g_autofree char *why = NULL;
  TwTaskRecord *task = tw_record_document_read (&tw_task_type, document, &why);

  if (task == NULL && why != NULL && !atomic_flag_test_and_set (warned))
    tw_log_warning ("left out a document in the collection " TW_TASK_COLLECTION " that is not a task: %s. There may be"
                    " more of them; this is said once", why);
  return task;
}
