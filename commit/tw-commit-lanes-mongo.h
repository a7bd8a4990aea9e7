/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: a partition's commits run one after the other in a process, which would only lose each other's
 * claims otherwise; and what the last one left is remembered for the next, so that it need not look: of some thousand
 * partitions, those that were written to last. All functions are thread-safe. */

#pragma once

#include "tw-commit-head-mongo.h"

G_BEGIN_DECLS

/* How many may be known, and how many may wait for one. */
#define TW_MONGO_LANES 4096
#define TW_MONGO_LANE_WAITING 256

typedef struct _TwMongoLanes TwMongoLanes;

typedef enum
{
  TW_MONGO_LANE_FREE, /* it is yours, until you leave it */
  TW_MONGO_LANE_WAIT, /* somebody who leaves it gets it for you */
  TW_MONGO_LANE_FULL, /* too many wait */
} TwMongoLaneEntered;

TwMongoLanes *tw_mongo_lanes_new (void);

/* When nobody is in one, or waits. */
void tw_mongo_lanes_free (TwMongoLanes *lanes);

TwMongoLaneEntered tw_mongo_lanes_enter (TwMongoLanes *lanes, const char *partition, gint64 deadline_ms,
                                         gpointer waiting);

/* Who is in the lane leaves it to whom this returns; NULL: nobody waits. */
gpointer tw_mongo_lanes_leave (TwMongoLanes *lanes, const char *partition);

/* Those who have waited until @now_ms, their deadline, and now wait no longer; free with g_ptr_array_unref(). */
GPtrArray *tw_mongo_lanes_give_up (TwMongoLanes *lanes, gint64 now_ms);

/* For whoever is in the lane: the head as it was remembered, all of which is settled; NULL: it is not known. */
TwMongoHead *tw_mongo_lanes_recall (TwMongoLanes *lanes, const char *partition);

/* What whoever is in the lane leaves: a head all of which is settled, which may be told already; NULL: it is not known
 * any more. */
void tw_mongo_lanes_remember (TwMongoLanes *lanes, const char *partition, const TwMongoHead *head, gboolean is_told);

/* At most @n heads that were remembered since they were told: TwMongoSettled; free with g_array_unref(). */
GArray *tw_mongo_lanes_untold (TwMongoLanes *lanes, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoLanes, tw_mongo_lanes_free)

G_END_DECLS
