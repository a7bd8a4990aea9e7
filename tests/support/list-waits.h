/* SPDX-License-Identifier: Apache-2.0 */

/* What is done with lists, waited for. */

#pragma once

#include "tw-latch.h"
#include "tw-list-service.h"

typedef struct
{
  TwLatch ended;
  gpointer record;
  GError *error;
} ListWait;

static inline void
list_write_ended (gpointer record, const GError *error, gpointer data)
{
  ListWait *wait = data;

  wait->record = record;
  wait->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&wait->ended);
}

/* Somebody who writes once, and has all time. */
static inline TwListCaller
list_writer (ListWait *wait, const char *user_id)
{
  static const TwCallContext context = { .deadline_ms = TW_DEADLINE_NONE };

  *wait = (ListWait) { .record = NULL };
  tw_latch_init (&wait->ended);
  return (TwListCaller) { .context = &context, .user_id = user_id, .done = list_write_ended, .user_data = wait };
}

/* What it was about; NULL where nothing is left of it, or with @error. */
static inline gpointer
list_write_wait (ListWait *wait, GError **error)
{
  tw_latch_wait (&wait->ended);
  if (wait->error != NULL)
    {
      g_assert_null (wait->record);
      g_propagate_error (error, wait->error);
    }
  return wait->record;
}
