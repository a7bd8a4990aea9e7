/* SPDX-License-Identifier: Apache-2.0 */

/* A client's source, whose dispatch is one turn: takes what has come, ends what is over, tells the callers, and writes.
 * Private to the client. */

#pragma once

#include "tw-client.h"

G_BEGIN_DECLS

/* A source of @client's, not attached yet. It must be destroyed before the client is gone. */
GSource *tw_client_source_new (TwClient *client);

/* Calls the functions of the calls that are over. */
void tw_client_tell_those_that_are_over (TwClient *client);

G_END_DECLS
