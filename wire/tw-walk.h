/* SPDX-License-Identifier: Apache-2.0 */

/* A walk over one value's bytes that judges each token: it is iterative, with a stack of its own, and can stop between
 * any two tokens until more bytes are there. The scanner walks a message's body with it, the reader what it skips.
 * Private to this room.
 */

#pragma once

#include "tw-codec.h"

G_BEGIN_DECLS

/* A struct or container that has been entered. */
typedef struct
{
  guint64 left;    /* values to come: of a map keys and values both, of a struct 1 while a field's value is due */
  guint8 types[2]; /* of a value: types[left & 1], so that keys and values of a map take turns */
  gboolean is_struct;
  gint16 last_id; /* of a struct's fields, in compact */
} TwWalkLevel;

typedef enum
{
  TW_WALK_DONE,
  TW_WALK_MORE,    /* walk->at + walk->need bytes must be there to go on */
  TW_WALK_REFUSED, /* walk->problem says why, walk->at where */
} TwWalkStatus;

typedef struct
{
  const guint8 *bytes;
  gsize length; /* bytes that are there; no more than @end */
  gsize end;    /* no byte of the value lies here or behind */
  gsize at;     /* everything before has been judged; may be behind @length, inside of a long string */
  gsize need;
  const char *problem;
  guint depth;
  guint max_depth; /* at most TW_WIRE_MAX_DEPTH + 1: a skipping reader's value stands in a level that is none */
  TwWalkLevel levels[TW_WIRE_MAX_DEPTH + 1];
} TwWalk;

/* Go on until all levels are left. */
TwWalkStatus tw_walk_binary (TwWalk *walk);
TwWalkStatus tw_walk_compact (TwWalk *walk);

static inline gsize
tw_walk_available (const TwWalk *walk)
{
  return walk->at < walk->length ? walk->length - walk->at : 0;
}

static inline TwWalkStatus
tw_walk_refuse (TwWalk *walk, const char *problem)
{
  walk->problem = problem;
  return TW_WALK_REFUSED;
}

/* Asks for @need bytes from here on. */
static inline TwWalkStatus
tw_walk_more (TwWalk *walk, gsize need)
{
  if (need > walk->end - walk->at)
    return tw_walk_refuse (walk, "the message goes on behind its end");
  walk->need = need;
  return TW_WALK_MORE;
}

/* Passes over @n bytes that need no look, whether they are there yet or not. */
static inline TwWalkStatus
tw_walk_pass (TwWalk *walk, guint64 n)
{
  if (n > walk->end - walk->at)
    return tw_walk_refuse (walk, "a length or count is more than the bytes that can follow");
  walk->at += n;
  return TW_WALK_DONE;
}

static inline TwWalkStatus
tw_walk_enter_struct (TwWalk *walk)
{
  if (walk->depth >= walk->max_depth)
    return tw_walk_refuse (walk, "it is nested too deeply");
  walk->levels[walk->depth++] = (TwWalkLevel) { .is_struct = TRUE };
  return TW_WALK_DONE;
}

/* Enters a container whose header takes @header bytes here. */
static inline TwWalkStatus
tw_walk_enter_container (TwWalk *walk, TwProtocol protocol, guint header, gboolean is_map, const TwContainer *container)
{
  const guint64 least = tw_codec_least_elements (protocol, is_map, container);

  if (header + least > walk->end - walk->at)
    return tw_walk_refuse (walk, "a length or count is more than the bytes that can follow");
  if (walk->depth >= walk->max_depth)
    return tw_walk_refuse (walk, "it is nested too deeply");
  walk->at += header;

  /* What is always of one size needs no look and is passed all at once; a bool does, since it is 0 or 1. */
  if (container->n == 0
      || (container->key != TW_WIRE_BOOL && container->value != TW_WIRE_BOOL
          && tw_codec_fixed_size (protocol, container->key) > 0
          && tw_codec_fixed_size (protocol, container->value) > 0))
    return tw_walk_pass (walk, least);

  walk->levels[walk->depth++] = (TwWalkLevel) {
    .left = (guint64) container->n << is_map,
    .types = { (guint8) container->key, (guint8) container->value },
  };
  return TW_WALK_DONE;
}

/* Goes on until all levels are left, with a protocol's functions for a field's header and for a value: inlined, so that
 * neither costs a call. */
static inline TwWalkStatus
tw_walk_run (TwWalk *walk, TwWalkStatus (*walk_field) (TwWalk *walk, TwWalkLevel *level),
             TwWalkStatus (*walk_value) (TwWalk *walk, TwWireType type))
{
  while (walk->depth > 0)
    {
      TwWalkLevel *level = &walk->levels[walk->depth - 1];
      TwWalkStatus status = TW_WALK_DONE;

      if (level->left > 0)
        {
          status = walk_value (walk, (TwWireType) level->types[level->left & 1]);
          level->left -= status == TW_WALK_DONE;
        }
      else if (level->is_struct)
        {
          status = walk_field (walk, level);
        }
      else
        {
          walk->depth--;
        }
      if (status != TW_WALK_DONE)
        return status;
    }

  return TW_WALK_DONE;
}

G_END_DECLS
