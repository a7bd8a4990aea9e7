/* SPDX-License-Identifier: Apache-2.0 */

/* The binary protocol's tokens: a field's header, and a value's fixed bytes, length or container header. */

#include "tw-walk.h"

/* A field's header and its string's length. */
#define STRING_FIELD 7

/* Passes over fields that are there to their end and need no level of their own, as most fields of most messages: to the
 * first that has to be looked at one token after the other. */
static inline void
pass_whole_fields (TwWalk *walk)
{
  const guint8 *at = walk->bytes + walk->at, *end = walk->bytes + walk->length;

  while (end - at >= STRING_FIELD)
    {
      const gsize left = (gsize) (end - at);

      if (at[0] == TW_WIRE_STRING)
        {
          const guint32 length = tw_codec_load32 (at + 3);

          if (length > left - STRING_FIELD)
            break;
          at += STRING_FIELD + length;
        }
      else
        {
          const guint fixed = at[0] < 16 ? tw_codec_fixed_size (TW_PROTOCOL_BINARY, (TwWireType) at[0]) : 0;

          if (fixed == 0 || left < 3 + fixed || (at[0] == TW_WIRE_BOOL && at[3] > 1))
            break;
          at += 3 + fixed;
        }
    }
  walk->at = (gsize) (at - walk->bytes);
}

/* A field's header, which leaves its value due unless that is passed with it, or the struct's stop, which leaves the
 * struct. */
static inline TwWalkStatus
walk_field (TwWalk *walk, TwWalkLevel *level)
{
  const guint8 *at;
  gsize available;

  pass_whole_fields (walk);
  at = walk->bytes + walk->at;
  available = tw_walk_available (walk);
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
