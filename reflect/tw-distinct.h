/* SPDX-License-Identifier: Apache-2.0 */

/* Finds a text that is alike to one before (tw-fold.h), as tw.distinct asks of a list's. Not thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  GHashTable *folded; /* NULL until there is one */
} TwDistinct;

#define TW_DISTINCT_INIT { .folded = NULL }

/* What is told of it. */
#define TW_DISTINCT_REFUSED "must not be there twice, whatever its case and accents"

/* FALSE where @data, which is UTF-8, is alike to one that was added before. */
gboolean tw_distinct_add (TwDistinct *distinct, const char *data, gsize length);

void tw_distinct_clear (TwDistinct *distinct);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwDistinct, tw_distinct_clear)

G_END_DECLS
