/* SPDX-License-Identifier: Apache-2.0 */

/* The primitives that scanner, reader and writer share: byte orders, varints, type codes and container headers of both
 * protocols. Private to this room.
 *
 * A function that decodes looks at @left bytes and returns how many of them it took, TW_CODEC_MORE when it would need
 * more, or TW_CODEC_BAD when no bytes that follow could mend it.
 */

#pragma once

#include "tw-wire.h"

#include <string.h>

G_BEGIN_DECLS

#define TW_CODEC_MORE 0
#define TW_CODEC_BAD (-1)

/* The first bytes of a strict binary message, and of a compact one. */
#define TW_BINARY_MAGIC 0x80
#define TW_BINARY_VERSION 0x01
#define TW_COMPACT_MAGIC 0x82
#define TW_COMPACT_VERSION 0x01

/* Compact's two codes of bool. As a field's type they are its value; as an element's type either may stand. */
#define TW_COMPACT_TRUE 1
#define TW_COMPACT_FALSE 2

/* A container's header. A list's or set's elements are all of type @value, and so is its @key. */
typedef struct
{
  TwWireType key;
  TwWireType value;
  guint32 n;
} TwContainer;

static inline guint16
tw_codec_load16 (const guint8 *at)
{
  guint16 value;

  memcpy (&value, at, sizeof value);
  return GUINT16_FROM_BE (value);
}

static inline guint32
tw_codec_load32 (const guint8 *at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);
  return GUINT32_FROM_BE (value);
}

static inline guint64
tw_codec_load64 (const guint8 *at)
{
  guint64 value;

  memcpy (&value, at, sizeof value);
  return GUINT64_FROM_BE (value);
}

static inline void
tw_codec_store16 (guint8 *at, guint16 value)
{
  guint16 swapped = GUINT16_TO_BE (value);

  memcpy (at, &swapped, sizeof swapped);
}

static inline void
tw_codec_store32 (guint8 *at, guint32 value)
{
  guint32 swapped = GUINT32_TO_BE (value);

  memcpy (at, &swapped, sizeof swapped);
}

static inline void
tw_codec_store64 (guint8 *at, guint64 value)
{
  guint64 swapped = GUINT64_TO_BE (value);

  memcpy (at, &swapped, sizeof swapped);
}

static inline guint64
tw_codec_zigzag (gint64 value)
{
  return ((guint64) value << 1) ^ (value < 0 ? G_MAXUINT64 : 0);
}

static inline gint64
tw_codec_unzigzag (guint64 value)
{
  return (gint64) ((value >> 1) ^ (0 - (value & 1)));
}

/* A varint that must fit in @bits bits, and in no more bytes than those need. */
static inline int
tw_codec_varint (const guint8 *at, gsize left, guint bits, guint64 *value)
{
  const guint longest = (bits + 6) / 7;
  guint64 sum = 0;

  if (G_LIKELY (left > 0 && at[0] < 0x80))
    {
      *value = at[0];
      return 1;
    }

  for (guint i = 0; i < longest; i++)
    {
      if (i == left)
        return TW_CODEC_MORE;

      /* Only the last byte can carry bits that are too many. */
      if (i == longest - 1 && at[i] >> (bits - 7 * i) != 0)
        return TW_CODEC_BAD;
      sum |= (guint64) (at[i] & 0x7f) << (7 * i);
      if (at[i] < 0x80)
        {
          *value = sum;
          return (int) i + 1;
        }
    }

  return TW_CODEC_BAD;
}

/* Whether @code is a value's type in the binary protocol. */
static inline gboolean
tw_codec_is_type (guint code)
{
  const guint32 types = 1u << TW_WIRE_BOOL | 1u << TW_WIRE_BYTE | 1u << TW_WIRE_DOUBLE | 1u << TW_WIRE_I16
                        | 1u << TW_WIRE_I32 | 1u << TW_WIRE_I64 | 1u << TW_WIRE_STRING | 1u << TW_WIRE_STRUCT
                        | 1u << TW_WIRE_MAP | 1u << TW_WIRE_SET | 1u << TW_WIRE_LIST;

  return code < 16 && (types >> code & 1) != 0;
}

/* Compact's code (0 to 15) as a type; TW_WIRE_STOP for those that have none. */
static inline TwWireType
tw_codec_from_compact (guint code)
{
  static const guint8 types[16] = {
    [TW_COMPACT_TRUE] = TW_WIRE_BOOL, [TW_COMPACT_FALSE] = TW_WIRE_BOOL, [3] = TW_WIRE_BYTE, [4] = TW_WIRE_I16,
    [5] = TW_WIRE_I32, [6] = TW_WIRE_I64, [7] = TW_WIRE_DOUBLE, [8] = TW_WIRE_STRING, [9] = TW_WIRE_LIST,
    [10] = TW_WIRE_SET, [11] = TW_WIRE_MAP, [12] = TW_WIRE_STRUCT,
  };

  return (TwWireType) types[code & 0x0f];
}

static inline guint8
tw_codec_to_compact (TwWireType type)
{
  static const guint8 codes[16] = {
    [TW_WIRE_BOOL] = TW_COMPACT_TRUE, [TW_WIRE_BYTE] = 3, [TW_WIRE_I16] = 4, [TW_WIRE_I32] = 5, [TW_WIRE_I64] = 6,
    [TW_WIRE_DOUBLE] = 7, [TW_WIRE_STRING] = 8, [TW_WIRE_LIST] = 9, [TW_WIRE_SET] = 10, [TW_WIRE_MAP] = 11,
    [TW_WIRE_STRUCT] = 12,
  };

  return codes[type & 0x0f];
}

/* Bytes of every value of @type; 0 where they differ. */
static inline guint
tw_codec_fixed_size (TwProtocol protocol, TwWireType type)
{
  static const guint8 sizes[2][16] = {
    [TW_PROTOCOL_BINARY] = { [TW_WIRE_BOOL] = 1, [TW_WIRE_BYTE] = 1, [TW_WIRE_DOUBLE] = 8, [TW_WIRE_I16] = 2,
                             [TW_WIRE_I32] = 4, [TW_WIRE_I64] = 8 },
    [TW_PROTOCOL_COMPACT] = { [TW_WIRE_BOOL] = 1, [TW_WIRE_BYTE] = 1, [TW_WIRE_DOUBLE] = 8 },
  };

  return sizes[protocol][type & 0x0f];
}

/* Bytes of the shortest value of @type. */
static inline guint
tw_codec_least_size (TwProtocol protocol, TwWireType type)
{
  const guint fixed = tw_codec_fixed_size (protocol, type);

  if (fixed > 0)
    return fixed;
  if (protocol == TW_PROTOCOL_COMPACT || type == TW_WIRE_STRUCT)
    return 1;
  if (type == TW_WIRE_MAP)
    return 6;
  return type == TW_WIRE_STRING ? 4 : 5;
}

/* Bytes that a container's elements take at least. */
static inline guint64
tw_codec_least_elements (TwProtocol protocol, gboolean is_map, const TwContainer *container)
{
  guint each = tw_codec_least_size (protocol, container->value);

  if (container->n == 0)
    return 0;
  if (is_map)
    each += tw_codec_least_size (protocol, container->key);
  return (guint64) container->n * each;
}

static inline int
tw_codec_binary_list (const guint8 *at, gsize left, TwContainer *list)
{
  if (left < 5)
    return TW_CODEC_MORE;

  list->n = tw_codec_load32 (at + 1);
  list->key = list->value = (TwWireType) at[0];

  /* An empty one may have no type: a peer that passes on an empty compact map knows none. */
  if (list->n > G_MAXINT32 || (!tw_codec_is_type (at[0]) && (list->n > 0 || at[0] != TW_WIRE_STOP)))
    return TW_CODEC_BAD;
  return 5;
}

static inline int
tw_codec_binary_map (const guint8 *at, gsize left, TwContainer *map)
{
  if (left < 6)
    return TW_CODEC_MORE;

  map->n = tw_codec_load32 (at + 2);
  map->key = (TwWireType) at[0];
  map->value = (TwWireType) at[1];
  if (map->n > G_MAXINT32 || (!tw_codec_is_type (at[0]) && (map->n > 0 || at[0] != TW_WIRE_STOP))
      || (!tw_codec_is_type (at[1]) && (map->n > 0 || at[1] != TW_WIRE_STOP)))
    return TW_CODEC_BAD;
  return 6;
}

static inline int
tw_codec_compact_list (const guint8 *at, gsize left, TwContainer *list)
{
  guint64 n;
  int taken = 0;

  if (left < 1)
    return TW_CODEC_MORE;

  n = at[0] >> 4;
  list->key = list->value = tw_codec_from_compact (at[0]);

  /* 15 announces a longer count, which everybody writes only where it is needed. */
  if (n == 15)
    {
      taken = tw_codec_varint (at + 1, left - 1, 32, &n);
      if (taken <= 0)
        return taken;
      if (n < 15)
        return TW_CODEC_BAD;
    }
  list->n = (guint32) n;
  if (n > G_MAXINT32 || (list->value == TW_WIRE_STOP && at[0] != 0))
    return TW_CODEC_BAD;
  return 1 + taken;
}

static inline int
tw_codec_compact_map (const guint8 *at, gsize left, TwContainer *map)
{
  guint64 n;
  int taken = tw_codec_varint (at, left, 32, &n);

  map->key = map->value = TW_WIRE_STOP;
  map->n = 0;
  if (taken <= 0 || n == 0)
    return taken;
  if (n > G_MAXINT32)
    return TW_CODEC_BAD;
  if (left == (gsize) taken)
    return TW_CODEC_MORE;

  map->n = (guint32) n;
  map->key = tw_codec_from_compact (at[taken] >> 4);
  map->value = tw_codec_from_compact (at[taken]);
  if (map->key == TW_WIRE_STOP || map->value == TW_WIRE_STOP)
    return TW_CODEC_BAD;
  return taken + 1;
}

/* A compact field's header, or a struct's stop; @id holds the id of the struct's field before (0 for none) and becomes
 * this field's. A bool's value is the low half of at[0]. */
static inline int
tw_codec_compact_field (const guint8 *at, gsize left, TwWireType *type, gint16 *id)
{
  guint64 raw;
  int taken;

  if (left < 1)
    return TW_CODEC_MORE;

  *type = tw_codec_from_compact (at[0]);
  if (*type == TW_WIRE_STOP)
    return at[0] == 0 ? 1 : TW_CODEC_BAD;

  if (at[0] >> 4 != 0)
    {
      const int next = *id + (at[0] >> 4);

      if (next > G_MAXINT16)
        return TW_CODEC_BAD;
      *id = (gint16) next;
      return 1;
    }

  taken = tw_codec_varint (at + 1, left - 1, 16, &raw);
  if (taken <= 0)
    return taken;
  *id = (gint16) tw_codec_unzigzag (raw);
  return 1 + taken;
}

G_END_DECLS
