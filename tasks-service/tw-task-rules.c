/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-rules.h"

#include "tw-error.h"

#include <string.h>

static gboolean
has (const TwTaskRecord *task, guint64 bit)
{
  return (task->has & bit) != 0;
}

void
tw_task_rules_settle (TwTaskRecord *said, guint64 *clear)
{
  guint64 none = 0;

  if (has (said, TW_TASK_HAS_PRIORITY) && said->priority == 0)
    none |= TW_TASK_HAS_PRIORITY;
  if (has (said, TW_TASK_HAS_NOTES) && *said->notes == '\0')
    none |= TW_TASK_HAS_NOTES;
  if (has (said, TW_TASK_HAS_LABELS) && said->labels.length == 0)
    none |= TW_TASK_HAS_LABELS;
  said->has &= ~none;
  if (clear != NULL)
    *clear |= none;
}

static gboolean
refuse (const char *member, TwErrorCode code, const char *message, GError **error)
{
  GError *why = g_error_new_literal (TW_ERROR, (int) code, message);

  tw_error_locate (why, "%s", member);
  g_propagate_error (error, why);
  return FALSE;
}

gboolean
tw_task_rules_check (TwCommit *commit, const TwTaskRecord *before, const TwTaskRecord *said, GError **error)
{
  if (has (said, TW_TASK_HAS_LIST_ID))
    return refuse ("listId", TW_ERROR_NOT_FOUND, "List not found", error);
  if (has (said, TW_TASK_HAS_ASSIGNEE_ID) && strcmp (said->assignee_id, said->user_id) != 0)
    return refuse ("assigneeId", TW_ERROR_INVALID, "assigneeId is nobody in the task's list", error);
  return TRUE;
}

void
tw_task_rules_follow (const TwTaskRecord *before, TwTaskRecord *after, gint64 now_ms)
{
  if (!after->done)
    {
      after->has &= ~TW_TASK_HAS_COMPLETED_ON;
      after->completed_ms = 0;
    }
  else if (before == NULL || !before->done)
    {
      after->has |= TW_TASK_HAS_COMPLETED_ON;
      after->completed_ms = now_ms;
    }
}
