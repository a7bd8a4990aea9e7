/* SPDX-License-Identifier: Apache-2.0 */

/* A server of kitchen.thrift, on a loop in a thread of its own. A text that begins with "hold" is kept until the test
 * answers the call; every other one is echoed at once. */

#pragma once

#include "tw-server.h"

typedef struct _Kitchen Kitchen;

/* kitchen.thrift, for a test that has a server of its own. */
TwSchema *kitchen_load_schema (void);

Kitchen *kitchen_new (const TwServerLimits *limits);

/* Stops it, unless that was begun before, and frees it. Calls that are held must have been answered. */
void kitchen_free (Kitchen *kitchen);

guint16 kitchen_port (const Kitchen *kitchen);

/* Begins to stop; returns when no connection is accepted any more. */
void kitchen_begin_stop (Kitchen *kitchen);
void kitchen_wait_stopped (Kitchen *kitchen);

/* Waits until a call is held and gives it to the test. */
TwCall *kitchen_take_held (Kitchen *kitchen);

/* How many calls have been held, notes taken and many called since the start. */
guint kitchen_n_held (Kitchen *kitchen);
guint kitchen_n_notes (Kitchen *kitchen);
guint kitchen_n_many (Kitchen *kitchen);

/* Answers a call of echo or shout. */
void kitchen_answer (TwCall *call, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Kitchen, kitchen_free)
