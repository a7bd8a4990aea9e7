/* SPDX-License-Identifier: Apache-2.0 */

/* Methods that do no more than keep a record of the caller's own, by what the IDL says of them (tw.serve in
 * docs/annotations.md): no record is named here, nor a method.
 *
 * Who asks for what is another's hears what is said of what is not there. With an Idempotency-Key a second request is
 * answered with the record as it is now, and 404 where it has been removed since. Reads wait, each in a thread; changes
 * are commits. */

#pragma once

#include "tw-clock.h"
#include "tw-record-method.h"
#include "tw-service.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

typedef struct _TwRecordMethods TwRecordMethods;

/* Has @server's methods that are in the @table, which a NULL name ends, answered from @store. The
 * @table and @clock must outlive the result, @server and @store its threads. Call before the loop runs. Where there are none it takes nothing. */
TwRecordMethods *tw_record_methods_new (TwServer *server, TwTaskStore *store, const TwClock *clock,
                                        const TwRecordMethod *table, const TwServiceLimits *limits);

/* Finishes what has been handed to its threads, then ends them. @server must not run any more. Changes may wait in the
 * store still. */
void tw_record_methods_stop (TwRecordMethods *methods);

/* The same, where that is not done, and frees it. Only once the store is closed: the last changes are answered as that
 * finishes them. */
void tw_record_methods_free (TwRecordMethods *methods);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwRecordMethods, tw_record_methods_free)

G_END_DECLS
