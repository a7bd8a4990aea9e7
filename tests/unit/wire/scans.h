/* SPDX-License-Identifier: Apache-2.0 */

/* Ways to let a scanner look at bytes: all at once or byte after byte, and bytes written in hex. */

#pragma once

#include "tw-scanner.h"

/* The header of a binary call of "f", up to its body. */
#define BINARY "80010001 00000001 66 00000001 "
/* The same in compact. */
#define COMPACT "8221 01 01 66 "

/* A scanner with the limits of requests. */
TwScanner *new_scanner (void);

/* Scans @length bytes in a copy of their own; the message then points to nothing but its numbers hold. */
TwScanStatus scan_copy (TwScanner *scanner, const guint8 *bytes, gsize length, TwMessage *message, GError **error);

/* Feeds byte after byte; what the scanner asks for must be honest. */
TwScanStatus scan_trickle (const guint8 *bytes, gsize length, TwMessage *message, GError **error);

/* Turns @hex, with spaces where they please, into at most @size bytes; how many they are. */
gsize from_hex (const char *hex, guint8 *bytes, gsize size);
