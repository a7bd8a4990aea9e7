/* SPDX-License-Identifier: Apache-2.0 */

/* Bytes of answers that have been made and are not written yet: of one connection, and of all that a server has.
 *
 * Handlers add, on whichever thread they answer, so that one who is about to begin knows what the one before has just
 * made; the loop removes what it has written or dropped. Who asks first whether there is room keeps memory within the
 * bounds and what is being answered at that moment. Thread-safe. */

#pragma once

#include <glib.h>
#include <stdatomic.h>

G_BEGIN_DECLS

typedef struct
{
  atomic_size_t bytes;
  gsize max;
} TwBacklogTotal;

typedef struct
{
  TwBacklogTotal *total;
  atomic_size_t bytes;
  gsize max;
} TwBacklog;

static inline void
tw_backlog_add (TwBacklog *backlog, gsize bytes)
{
  atomic_fetch_add_explicit (&backlog->bytes, bytes, memory_order_relaxed);
  atomic_fetch_add_explicit (&backlog->total->bytes, bytes, memory_order_relaxed);
}

static inline void
tw_backlog_remove (TwBacklog *backlog, gsize bytes)
{
  atomic_fetch_sub_explicit (&backlog->bytes, bytes, memory_order_relaxed);
  atomic_fetch_sub_explicit (&backlog->total->bytes, bytes, memory_order_relaxed);
}

static inline gsize
tw_backlog_bytes (const TwBacklog *backlog)
{
  return atomic_load_explicit (&backlog->bytes, memory_order_relaxed);
}

/* How much there is over the bound of all; 0 where it is kept. */
static inline gsize
tw_backlog_total_excess (const TwBacklogTotal *total)
{
  const gsize bytes = atomic_load_explicit (&total->bytes, memory_order_relaxed);

  return bytes > total->max ? bytes - total->max : 0;
}

/* Whether one more answer may be begun for the connection: it has not too much itself; and where all together have, it
 * has nothing, and so is not the one who does not read, up to twice the bound. */
static inline gboolean
tw_backlog_has_room (const TwBacklog *backlog)
{
  const gsize own = tw_backlog_bytes (backlog);
  const gsize excess = tw_backlog_total_excess (backlog->total);

  return own <= backlog->max && (excess == 0 || (own == 0 && excess <= backlog->total->max));
}

G_END_DECLS
