/* SPDX-License-Identifier: Apache-2.0 */

/* Texts as people compare them: "CAFÉ" is "cafe", "Straße" is "strasse", "ﬁne" is "fine".
 *
 * A folded text is what Unicode's compatibility decomposition (NFKD, https://unicode.org/reports/tr15/) leaves when its
 * marks are dropped and its case is folded in full (CaseFolding.txt, C and F). Of marks it drops accents, points and
 * what else combines with a letter, what encloses it, and what can't be seen. It keeps the vowel signs of scripts as
 * Devanagari, which are letters in all but their category: words that differ in them are different words.
 *
 * It is valid UTF-8, whose order of bytes is the order of its code points; to fold it again changes nothing. What a
 * folded text is may change with GLib's Unicode, for characters that were none before. Functions are thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text, which is UTF-8, folded. Free with g_free(). */
char *tw_fold (const char *text);

/* The same to order by, where a text may be of any length: of its first TW_FOLD_KEY_LENGTH characters. */
#define TW_FOLD_KEY_LENGTH 500
char *tw_fold_key (const char *text);

/* Whether the two fold alike. */
gboolean tw_fold_equal (const char *a, const char *b);

G_END_DECLS
