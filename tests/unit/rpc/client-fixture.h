/* SPDX-License-Identifier: Apache-2.0 */

/* What the tests of the client need besides a puppet: calls that carry a number, and how they ended. */

#pragma once

#include "puppet.h"
#include "tw-client.h"
#include "tw-error.h"

G_BEGIN_DECLS

/* Long enough for whatever a loaded machine does; no test waits for it. */
#define LONG_MS 60000

extern const TwClientLimits LIMITS;

/* How a call ended. */
typedef struct
{
  guint told;
  GError *error;
  TwMessageType type;
  GBytes *body;
} Outcome;

void outcome_clear (Outcome *outcome);

/* The function of a call whose user data is an outcome. */
void note (const TwClientReply *reply, gpointer user_data);

gint64 in_ms (gint64 ms);

/* Calls with a struct with @number in field 1. */
guint64 call_number (TwClient *client, gint32 number, gint64 deadline_ms, gboolean safe, Outcome *outcome);

/* The same, of any kind: its method and arguments are set here. */
guint64 call_number_as (TwClient *client, gint32 number, TwClientRequest request, Outcome *outcome);

void wait_told (const Outcome *outcome);
void wait_kept (const Puppet *puppet, guint n);

/* The reply is what a puppet answers to call_number(). */
void assert_number (const Outcome *outcome, gint32 number);

/* Of one address, or of two unless @other_port is 0. */
TwClient *new_client_of (guint16 port, guint16 other_port, const char *host, const TwClientLimits *limits);
TwClient *new_client (const Puppet *puppet);

/* Of a service that answers one call after the other. */
TwClient *new_plain_client (const Puppet *puppet, const TwClientLimits *limits);
TwClient *new_client_of_peer (guint16 port, guint16 other_port, const char *host, TwPeer peer,
                              const TwClientLimits *limits);

/* One that refuses connections. */
Puppet *new_puppet_away (void);

/* Has the client's connection for a kind of calls answer once, so that the service counts as well. */
void warm_up (TwClient *client, Puppet *puppet, gboolean safe);

/* Calls until one is answered; all that fail before must be of @code. */
void call_until_answered (TwClient *client, TwErrorCode code);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

G_END_DECLS
