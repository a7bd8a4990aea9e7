/* SPDX-License-Identifier: Apache-2.0 */

/* A read takes bytes from `at` and fails by moving it to the end, so that the reads that follow fail at their own
 * bounds check. */

#include "tw-reader.h"
#include "tw-walk.h"

#define NO_BOOL (-1)

static inline gsize
left (const TwReader *reader)
{
  return (gsize) (reader->end - reader->at);
}

static void
fail (TwReader *reader)
{
  reader->failed = TRUE;
  reader->at = reader->end;
  reader->pending_bool = NO_BOOL;
}

/* Takes @n bytes; NULL when they are not there. */
static inline const guint8 *
take (TwReader *reader, gsize n)
{
  const guint8 *at = reader->at;

  if (G_UNLIKELY (left (reader) < n))
    {
      fail (reader);
      return NULL;
    }
  reader->at += n;
  return at;
}

/* Takes what a decoding function took; FALSE when it could not. */
static inline gboolean
taken (TwReader *reader, int n)
{
  if (G_UNLIKELY (n <= 0))
    {
      fail (reader);
      return FALSE;
    }
  reader->at += n;
  return TRUE;
}

static inline guint64
take_varint (TwReader *reader, guint bits)
{
  guint64 value = 0;

  return taken (reader, tw_codec_varint (reader->at, left (reader), bits, &value)) ? value : 0;
}

void
tw_reader_init (TwReader *reader, TwProtocol protocol, const guint8 *bytes, gsize length)
{
  /* What is empty may be NULL, to which C lets nothing be added. */
  reader->at = length > 0 ? bytes : (const guint8 *) "";
  reader->end = reader->at + length;
  reader->protocol = protocol;
  reader->failed = FALSE;
  reader->pending_bool = NO_BOOL;
  reader->depth = 0;
  reader->last_id[0] = 0;
}

void
tw_reader_struct_begin (TwReader *reader)
{
  if (G_UNLIKELY (reader->depth >= TW_WIRE_MAX_DEPTH))
    {
      fail (reader);
      return;
    }
  reader->last_id[++reader->depth] = 0;
}

void
tw_reader_struct_end (TwReader *reader)
{
  if (reader->depth > 0)
    reader->depth--;
}

static gboolean
binary_field (TwReader *reader, TwWireType *type, gint16 *id)
{
  const guint8 *at = take (reader, 1);

  if (at == NULL || *at == TW_WIRE_STOP)
    return FALSE;
  if (!tw_codec_is_type (*at) || take (reader, 2) == NULL)
    {
      fail (reader);
      return FALSE;
    }
  *type = (TwWireType) at[0];
  *id = (gint16) tw_codec_load16 (at + 1);
  return TRUE;
}

static gboolean
compact_field (TwReader *reader, TwWireType *type, gint16 *id)
{
  const guint8 *at = reader->at;
  gint16 *last_id = &reader->last_id[reader->depth];

  reader->pending_bool = NO_BOOL;
  if (!taken (reader, tw_codec_compact_field (at, left (reader), type, last_id)) || *type == TW_WIRE_STOP)
    return FALSE;
  if (*type == TW_WIRE_BOOL)
    reader->pending_bool = (at[0] & 0x0f) == TW_COMPACT_TRUE;
  *id = *last_id;
  return TRUE;
}

gboolean
tw_reader_field_slowly (TwReader *reader, TwWireType *type, gint16 *id)
{
  gboolean there;

  there = reader->protocol == TW_PROTOCOL_BINARY ? binary_field (reader, type, id) : compact_field (reader, type, id);
  if (!there)
    {
      *type = TW_WIRE_STOP;
      *id = 0;
    }
  return there;
}

gboolean
tw_reader_bool (TwReader *reader)
{
  const guint8 *at;

  if (reader->pending_bool != NO_BOOL)
    {
      const gboolean value = reader->pending_bool;

      reader->pending_bool = NO_BOOL;
      return value;
    }

  /* An element: compact's false is 2, or 0 as some write it. */
  at = take (reader, 1);
  return at != NULL && *at == 1;
}

gint8
tw_reader_byte (TwReader *reader)
{
  const guint8 *at = take (reader, 1);

  return at == NULL ? 0 : (gint8) *at;
}

gint16
tw_reader_i16 (TwReader *reader)
{
  const guint8 *at;

  if (reader->protocol == TW_PROTOCOL_COMPACT)
    return (gint16) tw_codec_unzigzag (take_varint (reader, 16));
  at = take (reader, 2);
  return at == NULL ? 0 : (gint16) tw_codec_load16 (at);
}

gint32
tw_reader_i32 (TwReader *reader)
{
  const guint8 *at;

  if (reader->protocol == TW_PROTOCOL_COMPACT)
    return (gint32) tw_codec_unzigzag (take_varint (reader, 32));
  at = take (reader, 4);
  return at == NULL ? 0 : (gint32) tw_codec_load32 (at);
}

gint64
tw_reader_i64 (TwReader *reader)
{
  const guint8 *at;

  if (reader->protocol == TW_PROTOCOL_COMPACT)
    return tw_codec_unzigzag (take_varint (reader, 64));
  at = take (reader, 8);
  return at == NULL ? 0 : (gint64) tw_codec_load64 (at);
}

double
tw_reader_double (TwReader *reader)
{
  const guint8 *at = take (reader, 8);
  guint64 bits;
  double value;

  if (at == NULL)
    return 0;

  /* Binary's doubles are big-endian, compact's little-endian. */
  bits = tw_codec_load64 (at);
  if (reader->protocol == TW_PROTOCOL_COMPACT)
    bits = GUINT64_SWAP_LE_BE (bits);
  memcpy (&value, &bits, sizeof value);
  return value;
}

void
tw_reader_string_slowly (TwReader *reader, const char **data, gsize *length)
{
  const guint8 *at;
  gsize n;

  if (reader->protocol == TW_PROTOCOL_COMPACT)
    {
      n = (gsize) take_varint (reader, 32);
    }
  else
    {
      at = take (reader, 4);
      n = at == NULL ? 0 : tw_codec_load32 (at);
    }

  at = take (reader, n);
  *data = at == NULL ? "" : (const char *) at;
  *length = at == NULL ? 0 : n;
}

/* Whether a container's elements can be there: callers allocate by their number. */
static gboolean
fits (TwReader *reader, gboolean is_map, const TwContainer *container)
{
  if (tw_codec_least_elements (reader->protocol, is_map, container) <= left (reader))
    return TRUE;
  fail (reader);
  return FALSE;
}

guint32
tw_reader_list (TwReader *reader, TwWireType *element)
{
  TwContainer list = { TW_WIRE_STOP, TW_WIRE_STOP, 0 };
  int n;

  n = reader->protocol == TW_PROTOCOL_BINARY ? tw_codec_binary_list (reader->at, left (reader), &list)
                                             : tw_codec_compact_list (reader->at, left (reader), &list);
  if (!taken (reader, n) || !fits (reader, FALSE, &list))
    list = (TwContainer) { TW_WIRE_STOP, TW_WIRE_STOP, 0 };
  *element = list.value;
  return list.n;
}

guint32
tw_reader_map (TwReader *reader, TwWireType *key, TwWireType *value)
{
  TwContainer map = { TW_WIRE_STOP, TW_WIRE_STOP, 0 };
  int n;

  n = reader->protocol == TW_PROTOCOL_BINARY ? tw_codec_binary_map (reader->at, left (reader), &map)
                                             : tw_codec_compact_map (reader->at, left (reader), &map);
  if (!taken (reader, n) || !fits (reader, TRUE, &map))
    map = (TwContainer) { TW_WIRE_STOP, TW_WIRE_STOP, 0 };
  *key = map.key;
  *value = map.value;
  return map.n;
}

void
tw_reader_skip_slowly (TwReader *reader, TwWireType type)
{
  TwWalk walk;
  TwWalkStatus status;

  if (type == TW_WIRE_BOOL)
    {
      tw_reader_bool (reader);
      return;
    }
  if (!tw_codec_is_type (type))
    {
      fail (reader);
      return;
    }

  walk.bytes = reader->at;
  walk.length = walk.end = left (reader);
  walk.at = 0;
  walk.max_depth = TW_WIRE_MAX_DEPTH + 1;
  walk.levels[0] = (TwWalkLevel) { .left = 1, .types = { (guint8) type, (guint8) type } };
  walk.depth = 1;
  status = reader->protocol == TW_PROTOCOL_BINARY ? tw_walk_binary (&walk) : tw_walk_compact (&walk);
  if (status == TW_WALK_DONE)
    reader->at += walk.at;
  else
    fail (reader);
}
