/* SPDX-License-Identifier: Apache-2.0 */

/* The one place where bytes of a peer are judged: is exactly one whole, well-formed Thrift message there?
 *
 * The first bytes tell how the peer speaks: strict binary (0x80 0x01), compact (0x82, version 1), or, with a frame's
 * length before either, framed. The old header without a version word is refused. The walk is iterative, with a stack
 * of its own, and resumes where it stopped when more bytes come, so a message that trickles in costs no more than one
 * that comes at once.
 *
 * Refused, with a TW_ERROR_INVALID that says what and at which byte: a message over the limit (told from a frame's
 * length at once), a frame of length 0 or one that does not end where its message ends, an unknown version, message
 * type or field type, a bool that is not 0 or 1 (compact, in containers: 1 true, 2 or 0 false), a compact list with a
 * long count where the short one holds it, a length or count that is negative or more than the bytes that can still
 * come (each element taken as short as its type can be), nesting over the limit, an empty or overlong method name or
 * one with bytes outside [A-Za-z0-9_.:-], a varint that is more than its type, compact field ids that leave 16 bits.
 * Taken, since real peers send it: an empty container whose elements' type is TW_WIRE_STOP, varints that are not the
 * shortest.
 *
 * What passed can be walked by TwReader without further checks on structure. UTF-8, field types and limits need the
 * schema: see reflect/.
 */

#pragma once

#include "tw-wire.h"

G_BEGIN_DECLS

typedef enum
{
  TW_SCAN_MORE,     /* so far well-formed: come again with more bytes */
  TW_SCAN_COMPLETE, /* *message is set */
  TW_SCAN_REFUSED,  /* the error is set: nothing that follows on this connection can be trusted */
} TwScanStatus;

/* Points into the scanned bytes. */
typedef struct
{
  TwEncoding encoding;
  TwMessageType type;
  gint32 sequence_id;
  const char *name; /* not NUL-terminated */
  gsize name_length;
  const guint8 *body; /* the arguments', result's or exception's struct, with its stop byte */
  gsize body_length;
  gsize total; /* bytes of the whole message, with its frame's length */
} TwMessage;

typedef struct _TwScanner TwScanner;

/* A scanner for one connection. Not thread-safe. */
TwScanner *tw_scanner_new (const TwWireLimits *limits);
void tw_scanner_free (TwScanner *scanner);

/* Looks at @length bytes, which start where the message does: the same bytes as in the call before, with more behind
 * them (their address may change). After COMPLETE the next call starts with the following message; a peer that changes
 * its encoding is refused. */
TwScanStatus tw_scanner_scan (TwScanner *scanner, const guint8 *bytes, gsize length, TwMessage *message,
                              GError **error);

/* How many bytes must be there before another scan can get further; at least 1. A hint for the reader's buffer. */
gsize tw_scanner_wanted (const TwScanner *scanner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwScanner, tw_scanner_free)

G_END_DECLS
