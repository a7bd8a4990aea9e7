/* SPDX-License-Identifier: Apache-2.0 */

/* A message is judged in three steps, each of which can wait for bytes: how the peer speaks and its frame's length, the
 * header, and the body, which the walk of tw-walk.h goes over. Offsets are kept, never addresses, since the bytes may
 * move between two calls. */

#include "tw-scanner.h"
#include "tw-error.h"
#include "tw-walk.h"

#define FRAME_LENGTH 4
/* The shortest message: compact's two bytes, sequence id, a name of one byte and an empty struct's stop. */
#define SHORTEST_MESSAGE 6

typedef enum
{
  STEP_ENCODING,
  STEP_HEADER,
  STEP_BODY,
} Step;

struct _TwScanner
{
  TwWireLimits limits;
  gboolean encoding_known; /* the connection's first message has been seen */
  TwEncoding encoding;
  Step step;
  TwMessageType type;
  gint32 sequence_id;
  gsize name_at;
  gsize name_length;
  gsize body_at;
  TwWalk walk;
};

TwScanner *
tw_scanner_new (const TwWireLimits *limits)
{
  TwScanner *scanner = g_new0 (TwScanner, 1);

  g_assert (limits->max_depth <= TW_WIRE_MAX_DEPTH);
  scanner->limits = *limits;
  scanner->walk.max_depth = limits->max_depth;
  scanner->walk.need = 1;
  return scanner;
}

void
tw_scanner_free (TwScanner *scanner)
{
  g_free (scanner);
}

/* Adopts what the first bytes of a message say, unless the connection has said something else before. */
static TwWalkStatus
adopt_encoding (TwScanner *scanner, guint8 magic, gboolean framed)
{
  TwWalk *walk = &scanner->walk;
  const TwEncoding said = {
    .protocol = magic == TW_BINARY_MAGIC ? TW_PROTOCOL_BINARY : TW_PROTOCOL_COMPACT,
    .framed = framed,
  };

  if (scanner->encoding_known
      && (said.protocol != scanner->encoding.protocol || said.framed != scanner->encoding.framed))
    return tw_walk_refuse (walk, "the peer changes its encoding");

  scanner->encoding = said;
  scanner->step = STEP_HEADER;
  return TW_WALK_DONE;
}

static gboolean
is_magic (guint8 byte)
{
  return byte == TW_BINARY_MAGIC || byte == TW_COMPACT_MAGIC;
}

static TwWalkStatus
scan_encoding (TwScanner *scanner)
{
  TwWalk *walk = &scanner->walk;
  const guint8 *at = walk->bytes;
  guint32 frame;

  if (walk->length < 1)
    return tw_walk_more (walk, 1);

  if (is_magic (at[0]))
    {
      walk->end = scanner->limits.max_message;
      return adopt_encoding (scanner, at[0], FALSE);
    }

  /* Four bytes of a frame's length, and the first one of its message; the length alone can say no. */
  if (walk->length < FRAME_LENGTH)
    return tw_walk_more (walk, FRAME_LENGTH + 1);
  frame = tw_codec_load32 (at);
  if (frame < SHORTEST_MESSAGE)
    return tw_walk_refuse (walk, "a frame is too short for a message");
  if (frame > scanner->limits.max_message)
    return tw_walk_refuse (walk, "a frame is longer than the limit, or this is not Thrift");
  if (walk->length < FRAME_LENGTH + 1)
    return tw_walk_more (walk, FRAME_LENGTH + 1);

  walk->at = FRAME_LENGTH;
  walk->end = FRAME_LENGTH + (gsize) frame;
  if (!is_magic (at[FRAME_LENGTH]))
    return tw_walk_refuse (walk, "a message has no version");
  return adopt_encoding (scanner, at[FRAME_LENGTH], TRUE);
}

static gboolean
is_name (const guint8 *name, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '_' && name[i] != '.' && name[i] != ':' && name[i] != '-')
      return FALSE;
  return TRUE;
}

/* What both headers have in common, once their parts are found: @name_at from the message's start, @size of all. */
static TwWalkStatus
finish_header (TwScanner *scanner, guint type, gsize name_at, gsize name_length, gsize size)
{
  TwWalk *walk = &scanner->walk;
  const guint8 *at = walk->bytes + walk->at;

  if (!is_name (at + name_at, name_length))
    return tw_walk_refuse (walk, "a method's name has bytes that no name has");

  scanner->type = (TwMessageType) type;
  scanner->name_at = walk->at + name_at;
  scanner->name_length = name_length;
  scanner->body_at = walk->at + size;
  scanner->step = STEP_BODY;
  walk->at += size;
  walk->depth = 0;
  return tw_walk_enter_struct (walk);
}

static gboolean
is_message_type (guint type)
{
  return type >= TW_MESSAGE_CALL && type <= TW_MESSAGE_ONEWAY;
}

/* The version word, the name with its length, the sequence id. */
static TwWalkStatus
scan_binary_header (TwScanner *scanner)
{
  TwWalk *walk = &scanner->walk;
  const guint8 *at = walk->bytes + walk->at;
  const gsize available = tw_walk_available (walk);
  gsize name_length, size;

  if (available >= 2 && at[1] != TW_BINARY_VERSION)
    return tw_walk_refuse (walk, "a message's version is unknown");
  if (available >= 4 && !is_message_type (at[3]))
    return tw_walk_refuse (walk, "a message's type is unknown");
  if (available < 8)
    return tw_walk_more (walk, 8);

  name_length = tw_codec_load32 (at + 4);
  if (name_length == 0 || name_length > TW_WIRE_MAX_NAME)
    return tw_walk_refuse (walk, "a method's name is empty or too long");
  size = 8 + name_length + 4;
  if (available < size)
    return tw_walk_more (walk, size);

  scanner->sequence_id = (gint32) tw_codec_load32 (at + 8 + name_length);
  return finish_header (scanner, at[3], 8, name_length, size);
}

/* Protocol, version and type in two bytes, the sequence id (no zigzag), the name with its length. */
static TwWalkStatus
scan_compact_header (TwScanner *scanner)
{
  TwWalk *walk = &scanner->walk;
  const guint8 *at = walk->bytes + walk->at;
  const gsize available = tw_walk_available (walk);
  guint64 sequence_id, name_length;
  gsize name_at = 2;
  int taken;

  if (available < 2)
    return tw_walk_more (walk, 4);
  if ((at[1] & 0x1f) != TW_COMPACT_VERSION)
    return tw_walk_refuse (walk, "a message's version is unknown");
  if (!is_message_type (at[1] >> 5))
    return tw_walk_refuse (walk, "a message's type is unknown");

  taken = tw_codec_varint (at + name_at, available - name_at, 32, &sequence_id);
  if (taken > 0)
    {
      name_at += (gsize) taken;
      taken = tw_codec_varint (at + name_at, available - name_at, 32, &name_length);
    }
  if (taken == TW_CODEC_MORE)
    return tw_walk_more (walk, available + 1);
  if (taken < 0)
    return tw_walk_refuse (walk, "a varint is longer than its type");

  name_at += (gsize) taken;
  if (name_length == 0 || name_length > TW_WIRE_MAX_NAME)
    return tw_walk_refuse (walk, "a method's name is empty or too long");
  if (available < name_at + name_length)
    return tw_walk_more (walk, name_at + name_length);

  scanner->sequence_id = (gint32) (guint32) sequence_id;
  return finish_header (scanner, at[1] >> 5, name_at, name_length, name_at + name_length);
}

static TwWalkStatus
scan_body (TwScanner *scanner)
{
  TwWalk *walk = &scanner->walk;
  TwWalkStatus status;

  status = scanner->encoding.protocol == TW_PROTOCOL_BINARY ? tw_walk_binary (walk) : tw_walk_compact (walk);
  if (status == TW_WALK_DONE && scanner->encoding.framed && walk->at != walk->end)
    return tw_walk_refuse (walk, "a frame goes on behind its message");
  return status;
}

static TwWalkStatus
scan_step (TwScanner *scanner)
{
  if (scanner->step == STEP_ENCODING)
    return scan_encoding (scanner);
  if (scanner->step == STEP_BODY)
    return scan_body (scanner);
  return scanner->encoding.protocol == TW_PROTOCOL_BINARY ? scan_binary_header (scanner)
                                                          : scan_compact_header (scanner);
}

/* Fills in @message and makes the scanner ready for the next one. */
static void
complete (TwScanner *scanner, const guint8 *bytes, TwMessage *message)
{
  *message = (TwMessage) {
    .encoding = scanner->encoding,
    .type = scanner->type,
    .sequence_id = scanner->sequence_id,
    .name = (const char *) bytes + scanner->name_at,
    .name_length = scanner->name_length,
    .body = bytes + scanner->body_at,
    .body_length = scanner->walk.at - scanner->body_at,
    .total = scanner->walk.at,
  };
  scanner->encoding_known = TRUE;
  scanner->step = STEP_ENCODING;
  scanner->walk.at = 0;
  scanner->walk.need = 1;
}

TwScanStatus
tw_scanner_scan (TwScanner *scanner, const guint8 *bytes, gsize length, TwMessage *message, GError **error)
{
  TwWalk *walk = &scanner->walk;

  walk->bytes = bytes;
  for (;;)
    {
      const gboolean in_body = scanner->step == STEP_BODY;
      TwWalkStatus status;

      if (scanner->step == STEP_ENCODING)
        walk->end = FRAME_LENGTH + scanner->limits.max_message;
      walk->length = MIN (length, walk->end);
      status = scan_step (scanner);

      if (status == TW_WALK_MORE)
        return TW_SCAN_MORE;
      if (status == TW_WALK_REFUSED)
        {
          g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "Not a Thrift message, at byte %" G_GSIZE_FORMAT ": %s",
                       walk->at, walk->problem);
          return TW_SCAN_REFUSED;
        }
      if (in_body)
        {
          complete (scanner, bytes, message);
          return TW_SCAN_COMPLETE;
        }
    }
}

gsize
tw_scanner_wanted (const TwScanner *scanner)
{
  return scanner->walk.at + scanner->walk.need;
}
