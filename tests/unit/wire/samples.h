/* SPDX-License-Identifier: Apache-2.0 */

/* Messages for the tests of wire/: one with every type, random ones, and a way to say in text what a reader finds. */

#pragma once

#include "tw-reader.h"
#include "tw-writer.h"

/* The four ways in which a peer can speak. */
extern const TwEncoding SAMPLE_ENCODINGS[4];

/* A CALL of "sample:all.types" with sequence id -7 and a struct that holds every type, in fields, lists, sets and
 * maps; adds to @text what sample_read() says of its body. */
void sample_every_type (TwBuffer *out, const TwEncoding *encoding, GString *text);

/* A CALL of "random" with whatever @random makes of it, nested at most @max_depth deep. */
void sample_random (TwBuffer *out, const TwEncoding *encoding, GRand *random, guint max_depth, GString *text);

/* Structs inside each other, @depth of them. */
void sample_nested (TwBuffer *out, const TwEncoding *encoding, guint depth);

/* Reads a struct with all that is in it and adds it to @text. */
void sample_read (TwReader *reader, GString *text);

/* A copy in a block of its own size, so that AddressSanitizer sees a read behind its end. */
guint8 *sample_copy (const void *bytes, gsize length);
