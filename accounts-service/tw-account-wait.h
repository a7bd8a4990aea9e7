/* SPDX-License-Identifier: Apache-2.0 */

/* A mutation of the account store that this thread waits for: tw_account_wait_begin(), the mutation with one of the two
 * callbacks, tw_account_wait_end(). It stays where it is in between. */

#pragma once

#include "tw-account-store.h"
#include "tw-latch.h"

G_BEGIN_DECLS

typedef struct
{
  TwLatch latch;
  GError *error;
  TwRotation rotation;     /* after tw_account_wait_rotated() */
  TwSessionRecord session; /* the same, unless it was refused */
} TwAccountWait;

void tw_account_wait_begin (TwAccountWait *wait);

/* Callbacks; the last argument is the TwAccountWait. */
void tw_account_wait_done (const GError *error, gpointer wait);
void tw_account_wait_rotated (TwRotation rotation, const TwSessionRecord *session, const GError *error, gpointer wait);

/* TRUE once the mutation has happened; FALSE with what went wrong. */
gboolean tw_account_wait_end (TwAccountWait *wait, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
