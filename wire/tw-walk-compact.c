/* SPDX-License-Identifier: Apache-2.0 */

/* The compact protocol's tokens. A field that is a bool is all header; numbers are varints, of which only the end
 * tells the length. */

#include "tw-walk.h"

/* What a decoding function said, as the walk's status: takes the bytes, or asks for one more. */
static inline TwWalkStatus
walk_token (TwWalk *walk, int taken, const char *problem)
{
  if (G_UNLIKELY (taken == TW_CODEC_MORE))
    return tw_walk_more (walk, tw_walk_available (walk) + 1);
  if (G_UNLIKELY (taken < 0))
    return tw_walk_refuse (walk, problem);
  walk->at += (gsize) taken;
  return TW_WALK_DONE;
}

static inline TwWalkStatus
walk_field (TwWalk *walk, TwWalkLevel *level)
{
  gint16 id = level->last_id;
  TwWireType type = TW_WIRE_STOP;
  TwWalkStatus status;

  status = walk_token (walk, tw_codec_compact_field (walk->bytes + walk->at, tw_walk_available (walk), &type, &id),
                       "a field has an unknown type or an id beyond 16 bits");
  if (status != TW_WALK_DONE)
    return status;

  if (type == TW_WIRE_STOP)
    {
      walk->depth--;
      return TW_WALK_DONE;
    }
  level->last_id = id;
  level->types[1] = (guint8) type;
  level->left = type != TW_WIRE_BOOL;
  return TW_WALK_DONE;
}

static inline TwWalkStatus
walk_varint (TwWalk *walk, guint bits)
{
  guint64 value;

  return walk_token (walk, tw_codec_varint (walk->bytes + walk->at, tw_walk_available (walk), bits, &value),
                     "a varint is longer than its type");
}

static inline TwWalkStatus
walk_fixed (TwWalk *walk, TwWireType type, guint size)
{
  if (tw_walk_available (walk) < size)
    return tw_walk_more (walk, size);
  if (type == TW_WIRE_BOOL && walk->bytes[walk->at] > TW_COMPACT_FALSE)
    return tw_walk_refuse (walk, "a bool is neither true nor false");
  walk->at += size;
  return TW_WALK_DONE;
}

static inline TwWalkStatus
walk_string (TwWalk *walk)
{
  guint64 length = 0;
  const int taken = tw_codec_varint (walk->bytes + walk->at, tw_walk_available (walk), 32, &length);

  if (length > G_MAXINT32)
    return tw_walk_refuse (walk, "a length is negative");
  if (taken > 0)
    return tw_walk_pass (walk, (guint64) taken + length);
  return walk_token (walk, taken, "a length is longer than 32 bits");
}

static TwWalkStatus
walk_container (TwWalk *walk, gboolean is_map)
{
  const guint8 *at = walk->bytes + walk->at;
  const gsize available = tw_walk_available (walk);
  TwContainer container = { TW_WIRE_STOP, TW_WIRE_STOP, 0 };
  int taken;

  taken = is_map ? tw_codec_compact_map (at, available, &container) : tw_codec_compact_list (at, available, &container);
  if (taken <= 0)
    return walk_token (walk, taken, "a container has an unknown type, or a count that is negative or not canonical");
  return tw_walk_enter_container (walk, TW_PROTOCOL_COMPACT, (guint) taken, is_map, &container);
}

static inline TwWalkStatus
walk_value (TwWalk *walk, TwWireType type)
{
  switch (type)
    {
    case TW_WIRE_I16:
      return walk_varint (walk, 16);
    case TW_WIRE_I32:
      return walk_varint (walk, 32);
    case TW_WIRE_I64:
      return walk_varint (walk, 64);
    case TW_WIRE_STRING:
      return walk_string (walk);
    case TW_WIRE_STRUCT:
      return tw_walk_enter_struct (walk);
    case TW_WIRE_BOOL:
    case TW_WIRE_BYTE:
      return walk_fixed (walk, type, 1);
    case TW_WIRE_DOUBLE:
      return walk_fixed (walk, type, 8);
    case TW_WIRE_MAP:
    case TW_WIRE_SET:
    case TW_WIRE_LIST:
    case TW_WIRE_STOP:
    default:
      return walk_container (walk, type == TW_WIRE_MAP);
    }
}

TwWalkStatus
tw_walk_compact (TwWalk *walk)
{
  return tw_walk_run (walk, walk_field, walk_value);
}
