/* SPDX-License-Identifier: Apache-2.0 */

/* What the two halves of the rules share: sessions (tw-account-service.c), and how they begin, by signing up or in
 * (tw-account-entry.c). */

#pragma once

#include "tw-account-service.h"
#include "tw-doubts.h"
#include "tw-sign-in.h"

#include <pthread.h>

G_BEGIN_DECLS

struct _TwAccountService
{
  TwSignInParts parts;
  /* Of those who signed up, by the id of the account that they make: with an address somebody else may have come first, or
   * the same one again. */
  TwDoubts *doubts;

  pthread_mutex_t mutex; /* guards what follows */
  gboolean has_key;
  TwAccountKey key; /* the store's, once it was needed */
};

/* The store's key. Asked for when it is needed first: at the start a database may be away. */
gboolean tw_account_service_get_key (TwAccountService *service, gint64 deadline_ms, TwAccountKey *key, GError **error);

/* A grant for a session that is yet to be stored: *@session, with its first token, *@record. */
TwSessionGrant *tw_account_service_new_session (TwAccountService *service, const TwCallContext *context,
                                                const char *user_id, gint64 now_ms, TwSessionRecord *session,
                                                TwRefreshRecord *record, GError **error);

G_END_DECLS
