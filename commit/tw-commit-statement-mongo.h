/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: what a part of an entry says, as a statement on its record's document. */

#pragma once

#include "tw-commit-entry-mongo.h"
#include "tw-mongo-bulk.h"

G_BEGIN_DECLS

/* Adds what writes @part, of an entry at @time_ms, to @bulk, which is on the part's collection. It does nothing where the
 * document has the part's version, or a later one; none of it ever fails by what is there. */
void tw_mongo_part_write (TwMongoBulk *bulk, const TwMongoPart *part, gint64 time_ms);

/* How many bytes that is, more or less. */
gsize tw_mongo_part_bytes (const TwMongoPart *part);

G_END_DECLS
