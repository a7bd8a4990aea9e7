/* SPDX-License-Identifier: Apache-2.0 */

/* Asks the service that ends sessions which ones ended, over and over, and writes them into the table.
 *
 * It polls from 0 at first, again at once while answers are not empty, and then every interval. A failed poll is tried
 * again at the next turn; the first failure of a row is logged, and the recovery. An answer whose position lies before
 * the one that was asked for means that the service's list is another one now (restored from a copy, say): the next
 * turn reads it from 0. The list is as old as the last answer that had nothing new in it, counted from when that was
 * asked for.
 */

#pragma once

#include "tw-client.h"
#include "tw-revocations.h"
#include "tw-schema.h"

#include <glib.h>

G_BEGIN_DECLS

/* How long a poll waits for its answer. */
#define TW_REVOCATION_POLL_TIMEOUT_MS 2000

typedef struct _TwRevocationPoller TwRevocationPoller;

/* Polls @method (its role is TW_ROLE_REVOCATIONS) through @client, on the thread-default context, which has to be the
 * one that the client lives on, @interval_ms after each answer, and fills @list of @revocations. All must outlive the
 * poller. */
TwRevocationPoller *tw_revocation_poller_new (TwRevocations *revocations, TwRevocationList *list, TwClient *client,
                                              const TwMethod *method, guint interval_ms);

/* Stops polling. Call on the loop's thread, before the client is freed. */
void tw_revocation_poller_free (TwRevocationPoller *poller);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwRevocationPoller, tw_revocation_poller_free)

G_END_DECLS
