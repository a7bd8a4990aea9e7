/* SPDX-License-Identifier: Apache-2.0 */

/* A client for tests that speaks every encoding, sends whatever bytes a test wants, and blocks. */

#pragma once

#include "tw-reader.h"
#include "tw-scanner.h"
#include "tw-writer.h"

typedef struct
{
  int fd;
  TwEncoding encoding;
  TwScanner *scanner;
  TwBuffer received;
  gsize taken;
} RawPeer;

extern const TwEncoding RAW_ENCODINGS[4];

RawPeer *raw_peer_new (guint16 port, TwEncoding encoding);

/* The same with a small receive buffer, so that what it does not read soon stays with the sender. */
RawPeer *raw_peer_new_narrow (guint16 port, TwEncoding encoding);
void raw_peer_free (RawPeer *peer);

/* Whether something listens on @port. */
gboolean raw_peer_can_connect (guint16 port);

/* Sends; a broken connection is no error: the test will see it when it reads. */
void raw_peer_send (RawPeer *peer, const void *bytes, gsize n);

/* A message whose only argument is a text, or none if @text is NULL. */
void raw_peer_write_call (const RawPeer *peer, TwBuffer *out, TwMessageType type, const char *method, gint32 id,
                          const char *text);
void raw_peer_call (RawPeer *peer, const char *method, gint32 id, const char *text);
void raw_peer_call_number (RawPeer *peer, const char *method, gint32 id, gint32 number);

/* The next message; valid until the next call. FALSE at the connection's end. */
gboolean raw_peer_receive (RawPeer *peer, TwMessage *message);

/* Reads a REPLY to @id whose field 0 is a text. */
void raw_peer_assert_text (RawPeer *peer, gint32 id, const char *text);

/* Reads an EXCEPTION to @id. Returns its sentence, to be freed. */
char *raw_peer_assert_exception (RawPeer *peer, gint32 id, TwApplicationError code);

/* The connection has been closed, and nothing was left to read. */
void raw_peer_assert_closed (RawPeer *peer);

/* Calls echo and takes its answer. */
void raw_peer_assert_works (RawPeer *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RawPeer, raw_peer_free)
