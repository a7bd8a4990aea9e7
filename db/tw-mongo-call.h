/* SPDX-License-Identifier: Apache-2.0 */

/* An operation that its caller waits for: what a handler does whose thread has nothing else to do, and a program at its
 * start. */

#pragma once

#include "tw-mongo.h"

G_BEGIN_DECLS

/* Runs @run (tw_mongo_run()) and waits for its end, until @deadline_ms or its own time is over. *@job goes
 * with the operation, which may outlast the wait: it comes back, the caller's again, where the operation ended well;
 * otherwise *@job is NULL, and @free_job is called when nobody uses it any more. */
gboolean tw_mongo_call (TwMongo *mongo, gint64 deadline_ms, TwMongoKind kind, TwMongoFunc run, gpointer *job,
                        GDestroyNotify free_job, GError **error);

G_END_DECLS
