/* SPDX-License-Identifier: Apache-2.0 */

/* Which characters of other people's text can stand on a terminal, or in a line that somebody reads there. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* FALSE for controls, line separators and format characters (overrides, embeddings, isolates and marks of direction among
 * them): they would drive the terminal, end the line, or turn or hide what stands around them. TRUE for those format
 * characters that are spelling: the joiners U+200C and U+200D, which Persian, Indic scripts and families of emoji are
 * written with, and number signs, which have a shape. Thread-safe. */
gboolean tw_harmless_is (gunichar c);

G_END_DECLS
