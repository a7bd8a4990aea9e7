/* SPDX-License-Identifier: Apache-2.0 */

/* A first version is inserted where nothing is, a later one changes what has the version before. What takes the place of
 * a tombstone does both: that may have been dropped since. So no statement fails, and one that was done before does
 * nothing. */

#include "tw-commit-statement-mongo.h"

#include "tw-record-document.h"

/* The document of the version before @part's; one that has none, or nothing that could be one, has version 1. */
static bson_t *
before (const TwMongoPart *part)
{
  const gint64 version = part->version - 1;

  if (version == 1)
    return BCON_NEW ("_id", BCON_OID (&part->id), "version", "{", "$not", "{", "$gte", BCON_INT64 (2), "}", "}");
  return BCON_NEW ("_id", BCON_OID (&part->id), "version", "{", "$gte", BCON_INT64 (version), "$lt",
                   BCON_INT64 (part->version), "}");
}

static void
add_insertion (TwMongoBulk *bulk, const TwMongoPart *part)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_OID (&part->id));
  g_autoptr (TwBson) update = BCON_NEW ("$setOnInsert", BCON_DOCUMENT (part->set));

  tw_mongo_bulk_update (bulk, filter, update, TRUE);
}

static void
add_change (TwMongoBulk *bulk, const TwMongoPart *part)
{
  g_autoptr (TwBson) filter = before (part);
  g_autoptr (TwBson) update = BCON_NEW ("$set", BCON_DOCUMENT (part->set));

  if (part->deed == TW_MONGO_MADE)
    BCON_APPEND (filter, TW_RECORD_TOMBSTONE, "{", "$type", BCON_UTF8 ("date"), "}");
  if (!bson_empty (part->unset))
    BSON_APPEND_DOCUMENT (update, "$unset", part->unset);
  tw_mongo_bulk_update (bulk, filter, update, FALSE);
}

void
tw_mongo_part_write (TwMongoBulk *bulk, const TwMongoPart *part, gint64 time_ms)
{
  if (part->deed == TW_MONGO_REMOVED)
    {
      g_autoptr (TwBson) filter = before (part);
      g_autoptr (TwBson) tombstone = tw_mongo_part_tombstone (part, time_ms);

      tw_mongo_bulk_replace (bulk, filter, tombstone);
    }
  else
    {
      if (part->version > 1)
        add_change (bulk, part);
      if (part->deed == TW_MONGO_MADE)
        add_insertion (bulk, part);
    }
}

/* What is around what is set and taken away. */
#define AROUND 256

gsize
tw_mongo_part_bytes (const TwMongoPart *part)
{
  const gsize bytes = part->set->len + part->unset->len + AROUND;

  return part->deed == TW_MONGO_MADE && part->version > 1 ? 2 * bytes : bytes;
}
