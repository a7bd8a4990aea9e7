/* SPDX-License-Identifier: Apache-2.0 */

/* Lines of text out of what a file, standard input or a person at a terminal gave.
 *
 * What ends a line (a line feed, a carriage return, or both) is no part of it, and neither is a byte-order mark that
 * begins a file: editors put them there, and nobody sees them. Nothing here repeats what it was given: it may be a
 * secret. All functions are thread-safe.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the first line of @text, of @length bytes, begins: behind the byte-order mark, where there is one. */
const char *tw_line_begin (const char *text, gsize length);

/* The line that begins at *@at, of *@length bytes without its end; *@at moves behind that. NULL where *@at is @end. */
const char *tw_line_next (const char **at, const char *end, gsize *length);

typedef enum
{
  TW_LINE_FIRST, /* what follows is somebody else's; blanks belong to the line, which may be empty */
  TW_LINE_ONLY,  /* white space around it is passed over; nothing, or more than one line, is a failure */
} TwLineKind;

/* Makes its line of @text, in place: @length bytes, with room for one more, become a NUL-terminated string, and what is
 * left behind it is wiped. FALSE where that is no text: *@why becomes what is wrong, as in "the file holds a NUL"
 * without its first words, and all of @text is wiped. */
gboolean tw_line_take (char *text, gsize length, TwLineKind kind, const char **why);

G_END_DECLS
