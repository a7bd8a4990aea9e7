/* SPDX-License-Identifier: Apache-2.0 */

/* Which characters can be seen: a name needs one.
 *
 * Not seen are white space, controls, format characters, what Unicode calls default ignorable (joiners, variation
 * selectors, fillers, tags), and a few letters and symbols that stand for nothing: the braille blank, the object
 * replacement character. Seen is everything else: marks that combine (they are drawn on a dotted circle where there is
 * nothing else), the number signs that Unicode has among the format characters, private use, and what Unicode may
 * assign some day, for a new emoji is one to whoever types it.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Thread-safe. */
gboolean tw_visible_is (gunichar c);

/* Whether one of the characters of @text, which is UTF-8 of @length bytes (NULL where there are none), can be seen.
 * Thread-safe. */
gboolean tw_visible_in (const char *text, gsize length);

/* The same as a pattern that matches a character that can be seen: one class, which ECMA-262 with and without its u flag,
 * PCRE and others read alike. To be so it knows nothing above U+FFFF, where it takes all to be seen: without the flag
 * there are no ranges there. Free with g_free(). Thread-safe. */
char *tw_visible_pattern (void);

G_END_DECLS
