/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-wait.h"

void
tw_account_wait_begin (TwAccountWait *wait)
{
  *wait = (TwAccountWait) { .error = NULL };
  tw_latch_init (&wait->latch);
}

void
tw_account_wait_done (const GError *error, gpointer user_data)
{
  TwAccountWait *wait = user_data;

  wait->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&wait->latch);
}

void
tw_account_wait_rotated (TwRotation rotation, const TwSessionRecord *session, const GError *error, gpointer user_data)
{
  TwAccountWait *wait = user_data;

  wait->rotation = rotation;
  if (session != NULL)
    wait->session = *session;
  tw_account_wait_done (error, wait);
}

gboolean
tw_account_wait_end (TwAccountWait *wait, GError **error)
{
  tw_latch_wait (&wait->latch);
  if (wait->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&wait->error));
  return FALSE;
}
