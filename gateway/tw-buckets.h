/* SPDX-License-Identifier: Apache-2.0 */

/* Token buckets (tw-rate.h) by key, in memory that never grows. Thread-safe.
 *
 * A key is known by its SipHash under a secret of the process: nobody can choose keys that meet in one place, and that two
 * of them are taken for one is as likely as guessing 64 bits.
 *
 * A bucket that is full says nothing, and its place is free. Where all eight places that a key may have are taken, the bucket
 * that lacks least is forgotten, which is as if it were full. So whoever has many keys pushes out those that ask little, and
 * who asked so much that they are being refused are the last ones that are forgotten.
 */

#pragma once

#include "tw-rate.h"

G_BEGIN_DECLS

typedef struct _TwBuckets TwBuckets;

/* Room for 8 * 2^@size_bits buckets of 16 bytes, of which the kernel gives what is used; @size_bits from 0 to 24. */
TwBuckets *tw_buckets_new (const TwRate *rate, guint size_bits);
void tw_buckets_free (TwBuckets *buckets);

/* As tw_rate_take(), from the bucket of the key of @length bytes. */
gboolean tw_buckets_take (TwBuckets *buckets, gconstpointer key, gsize length, gint64 now_ms, TwRateReading *reading);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwBuckets, tw_buckets_free)

G_END_DECLS
