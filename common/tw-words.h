/* SPDX-License-Identifier: Apache-2.0 */

/* Finds words in texts by how they begin, as tw-fold.h compares: "caf str" is found in "Straße 5, CAFÉ".
 *
 * A word is a run of letters, digits and their marks. A symbol as ☂ or 🎉 is a word by itself. Scripts that leave no
 * space between words (Chinese, Japanese, Thai …) don't tell where one begins, so there one may begin at each
 * character. What stands between words, in the query as in the text, counts for nothing. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwWords TwWords;

/* What @query, which is UTF-8, asks for. Free with tw_words_free(). */
TwWords *tw_words_new (const char *query);
void tw_words_free (TwWords *words);

/* Whether each of @words begins a word of one of the @n texts, of which those may be NULL that are not there. No words
 * are in everything. Thread-safe. */
gboolean tw_words_are_in (const TwWords *words, const char *const *texts, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwWords, tw_words_free)

G_END_DECLS
