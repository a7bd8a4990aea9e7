/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-deadline.h"

static _Thread_local gint64 current = TW_DEADLINE_NONE;

void
tw_deadline_set (gint64 deadline_ms)
{
  current = deadline_ms;
}

gint64
tw_deadline_get (void)
{
  return current;
}
