/* SPDX-License-Identifier: Apache-2.0 */

/* tw-record-query.h on MongoDB. Thread-safe. */

#pragma once

#include "tw-mongo.h"
#include "tw-record-query.h"

G_BEGIN_DECLS

/* Never blocks; documents that are no records (tw-record-document.h) are passed over. */
void tw_record_query_mongo_run (TwMongo *mongo, gint64 deadline_ms, const TwRecordQuery *query,
                                const TwRecordReading *reading);

G_END_DECLS
