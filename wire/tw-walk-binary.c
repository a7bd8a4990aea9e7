/* SPDX-License-Identifier: Apache-2.0 */

/* The binary protocol's tokens: a field's header, and a value's fixed bytes, length or container header. */

#include "tw-walk.h"

/* What a field of @type takes when all of it is there, its header included, and it needs no level of its own; 0: it has to
 * be looked at one token after the other. @at has @available bytes. Most fields of most messages go by here. */
static inline gsize
whole_field (const guint8 *at, gsize available, guint type)
{
  const guint fixed = tw_codec_fixed_size (TW_PROTOCOL_BINARY, (TwWireType) type);
  guint32 length;

  if (type == TW_WIRE_STRING && available >= 7)
    {
      length = tw_codec_load32 (at + 3);
      return length <= available - 7 ? 7 + (gsize) length : 0;
    }
  if (type == TW_WIRE_BOOL && available >= 4 && at[3] > 1)
    return 0;
  return fixed > 0 && available >= 3 + fixed ? 3 + fixed : 0;
}

/* A field's header, which leaves its value due unless that is passed with it, or the struct's stop, which leaves the
 * struct. */
static inline TwWalkStatus
walk_field (TwWalk *walk, TwWalkLevel *level)
{
  const gsize available = tw_walk_available (walk);
  const guint8 *at = walk->bytes + walk->at;
  gsize whole;

  if (available == 0)
    return tw_walk_more (walk, 1);
  if (*at == TW_WIRE_STOP)
    {
      walk->at += 1;
      walk->depth--;
      return TW_WALK_DONE;
    }
  if (!tw_codec_is_type (*at))
    return tw_walk_refuse (walk, "a field has an unknown type");
  if (available < 3)
    return tw_walk_more (walk, 3);

  whole = whole_field (at, available, *at);
  if (whole > 0)
    {
      walk->at += whole;
      return TW_WALK_DONE;
    }
  level->types[1] = *at;
  level->left = 1;
  walk->at += 3;
  return TW_WALK_DONE;
}

static inline TwWalkStatus
walk_fixed (TwWalk *walk, TwWireType type, guint size)
{
  if (tw_walk_available (walk) < size)
    return tw_walk_more (walk, size);
  if (type == TW_WIRE_BOOL && walk->bytes[walk->at] > 1)
    return tw_walk_refuse (walk, "a bool is neither 0 nor 1");
  walk->at += size;
  return TW_WALK_DONE;
}

static inline TwWalkStatus
walk_string (TwWalk *walk)
{
  guint32 length;

  if (tw_walk_available (walk) < 4)
    return tw_walk_more (walk, 4);
  length = tw_codec_load32 (walk->bytes + walk->at);
  if (length > G_MAXINT32)
    return tw_walk_refuse (walk, "a length is negative");
  return tw_walk_pass (walk, 4 + (guint64) length);
}

static TwWalkStatus
walk_container (TwWalk *walk, gboolean is_map)
{
  const guint8 *at = walk->bytes + walk->at;
  const gsize available = tw_walk_available (walk);
  const guint size = is_map ? 6 : 5;
  TwContainer container;
  int taken;

  if (available < size)
    return tw_walk_more (walk, size);
  taken = is_map ? tw_codec_binary_map (at, available, &container) : tw_codec_binary_list (at, available, &container);
  if (taken < 0)
    return tw_walk_refuse (walk, "a container has an unknown type or a negative count");
  return tw_walk_enter_container (walk, TW_PROTOCOL_BINARY, (guint) taken, is_map, &container);
}

static inline TwWalkStatus
walk_value (TwWalk *walk, TwWireType type)
{
  const guint fixed = tw_codec_fixed_size (TW_PROTOCOL_BINARY, type);

  if (fixed > 0)
    return walk_fixed (walk, type, fixed);
  if (type == TW_WIRE_STRING)
    return walk_string (walk);
  if (type == TW_WIRE_STRUCT)
    return tw_walk_enter_struct (walk);
  return walk_container (walk, type == TW_WIRE_MAP);
}

TwWalkStatus
tw_walk_binary (TwWalk *walk)
{
  return tw_walk_run (walk, walk_field, walk_value);
}
