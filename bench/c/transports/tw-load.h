/* SPDX-License-Identifier: Apache-2.0 */

/* Callers who each make one call after the other: the next one when the one before was answered, or, where it was not,
 * after a pause. Everything is bounded: by calls, by seconds, and each call by its deadline. */

#pragma once

#include "tw-carrier.h"
#include "tw-tally.h"

#include <stdio.h>

G_BEGIN_DECLS

typedef struct _TwLoad TwLoad;

/* Opens the carrier for @in_flight callers. @questions and @setup, whose func is set here, stay the caller's. */
TwLoad *tw_load_new (const TwCarrierClass *class, TwCarrierSetup *setup, TwQuestions *questions, guint in_flight,
                     GError **error);
void tw_load_free (TwLoad *load);

/* Where each call that is over gets a line: when it began, in milliseconds of CLOCK_MONOTONIC, what became of it, after
 * how many milliseconds, and its subject. NULL: nowhere. It stays the caller's. */
void tw_load_set_fates (TwLoad *load, FILE *fates);

/* Runs the loop until @calls are made or @seconds are over, and all of them are answered or past their deadline.
 * Answers go to @tally, if there is one. */
void tw_load_run (TwLoad *load, gint64 calls, gint64 seconds, TwTally *tally);

/* Of all runs: calls that were not answered, and answers that do not repeat what was asked. */
guint64 tw_load_unanswered (const TwLoad *load);
guint64 tw_load_wrong (const TwLoad *load);

/* Bytes in datagrams so far, both ways; 0 where there are none. */
guint64 tw_load_datagram_bytes (const TwLoad *load);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwLoad, tw_load_free)

G_END_DECLS
