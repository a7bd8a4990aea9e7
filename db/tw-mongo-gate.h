/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: whether operations may begin. Closed at first. All functions are thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwMongoGate TwMongoGate;

/* Why it stays closed: each is said once until it has been open again. */
typedef enum
{
  TW_MONGO_AWAY,       /* the server can't be reached, is not primary or does not let us in */
  TW_MONGO_UNPREPARED, /* it is there, but what must be there before it is used can't be made */
  TW_MONGO_UNFINISHED, /* a copy into it has not come to its end */
} TwMongoObstacle;

/* @data: names in the log what the database is for. It must outlive the gate. */
TwMongoGate *tw_mongo_gate_new (const char *data);
void tw_mongo_gate_free (TwMongoGate *gate);

/* Whether it is open; *@opening tells this time that it is open from others. */
gboolean tw_mongo_gate_is_open (TwMongoGate *gate, guint *opening);

void tw_mongo_gate_open (TwMongoGate *gate);

/* Closes it, unless it is closed or has been opened again since @opening. @reason goes to the log. */
void tw_mongo_gate_close (TwMongoGate *gate, guint opening, TwMongoObstacle obstacle, const char *reason);

/* The server may be gone, or only slow, unless it has been opened again since @opening: whoever looks after it does so
 * now. */
void tw_mongo_gate_doubt (TwMongoGate *gate, guint opening);

/* The server is there, but an operation may not do what it does: said once until it has been closed and open again. */
void tw_mongo_gate_denied (TwMongoGate *gate, const char *reason);

/* While it is closed: why it stays so. */
void tw_mongo_gate_stays_closed (TwMongoGate *gate, TwMongoObstacle obstacle, const char *reason);

/* It will never open: whoever waits fails with a copy of @error. */
void tw_mongo_gate_refuse (TwMongoGate *gate, const GError *error);

/* Until it is open. See tw_mongo_wait(). */
gboolean tw_mongo_gate_wait (TwMongoGate *gate, gint64 patience_ms, GError **error);

/* For the thread that opens it: sleeps for @ms, or until it is no longer as @is_open says, or in doubt. FALSE once it is
 * given up or will never open. */
gboolean tw_mongo_gate_pause (TwMongoGate *gate, gboolean is_open, gint64 ms);

/* Nobody needs to open it any more. */
void tw_mongo_gate_give_up (TwMongoGate *gate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoGate, tw_mongo_gate_free)

G_END_DECLS
