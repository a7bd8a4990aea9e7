/* SPDX-License-Identifier: Apache-2.0 */

/* SQLite's writer, held inside of a mutation while others gather behind it. */

#pragma once

#include "tw-latch.h"
#include "tw-sqlite.h"

typedef struct
{
  TwLatch held, release;
} WriterHold;

static inline gboolean
writer_hold_mutation (TwSqliteConnection *connection, gpointer data, GError **error)
{
  WriterHold *hold = data;

  tw_latch_open (&hold->held);
  tw_latch_wait (&hold->release);
  return TRUE;
}

static inline gboolean
writer_hold_nothing (TwSqliteConnection *connection, gpointer data, GError **error)
{
  return TRUE;
}

static inline void
writer_hold_open (gpointer latch, const GError *error)
{
  tw_latch_open (latch);
}

/* The writer stands still from here to writer_let_go(): what is queued meanwhile makes up the next batches. */
static inline void
writer_hold (WriterHold *hold, TwSqlite *db)
{
  tw_latch_init (&hold->held);
  tw_latch_init (&hold->release);
  tw_sqlite_mutate (db, TW_DEADLINE_NONE, writer_hold_mutation, NULL, hold);
  tw_latch_wait (&hold->held);
}

/* Lets the writer go on and waits until it has done all; the wait is the last of what it has to do. */
static inline void
writer_let_go (WriterHold *hold, TwSqlite *db)
{
  TwLatch done;

  tw_latch_init (&done);
  tw_sqlite_mutate (db, TW_DEADLINE_NONE, writer_hold_nothing, writer_hold_open, &done);
  tw_latch_open (&hold->release);
  tw_latch_wait (&done);
}
