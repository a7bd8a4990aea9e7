/* SPDX-License-Identifier: Apache-2.0 */

/* What other people wrote, on a terminal: it must neither drive it nor be spoilt by it. All functions are thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Appends @text, which is UTF-8, so that it is one line and harmless: '?' stands for each character that is not
 * (tw-harmless.h), but for the tags of a flag, which are spelling there. */
void tw_terminal_append_text (GString *out, const char *text);

/* Appends @json, which is JSON in UTF-8, with an escape for each character that the above has a '?' for: it stays the
 * same JSON. */
void tw_terminal_append_json (GString *out, const char *json);

/* How many columns @text, which is harmless, takes on a terminal that knows emoji: wide characters two, combining ones and
 * joiners none, an emoji with all that belongs to it (skin tone, variation selector, what it is joined with) two, a flag
 * two. A terminal that draws the parts of an emoji one by one needs more. */
guint tw_terminal_width (const char *text);

/* Whether @text has characters that are written from right to left. */
gboolean tw_terminal_is_right_to_left (const char *text);

G_END_DECLS
