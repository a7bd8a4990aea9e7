/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-rules.h"

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
