/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-distinct.h"

#include "tw-fold.h"

gboolean
tw_distinct_add (TwDistinct *distinct, const char *data, gsize length)
{
  g_autofree char *text = g_strndup (data, length);

  if (distinct->folded == NULL)
    distinct->folded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return g_hash_table_add (distinct->folded, tw_fold (text));
}

void
tw_distinct_clear (TwDistinct *distinct)
{
  g_clear_pointer (&distinct->folded, g_hash_table_unref);
}
