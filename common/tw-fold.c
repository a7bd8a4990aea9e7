/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-fold.h"

#include "tw-visible.h"

#include <string.h>

static gboolean
is_dropped (gunichar c)
{
  if (!g_unichar_ismark (c))
    return FALSE;
  return g_unichar_combining_class (c) != 0 || g_unichar_type (c) == G_UNICODE_ENCLOSING_MARK || !tw_visible_is (c);
}

static void
drop_marks (char *text)
{
  char *to = text;

  for (const char *at = text; *at != '\0';)
    {
      const gsize length = (gsize) g_utf8_skip[(guchar) *at];

      if ((guchar) *at < 0x80 || !is_dropped (g_utf8_get_char (at)))
        {
          memmove (to, at, length);
          to += length;
        }
      at += length;
    }
  *to = '\0';
}

/* Cherokee's capitals are older than its small letters, so that case folds to them. GLib 2.74 folds each to the other.
 * Both have three bytes. */
static void
mend_cherokee (char *text)
{
  for (char *at = text; *at != '\0'; at += g_utf8_skip[(guchar) *at])
    {
      const gunichar c = (guchar) *at >= 0xe1 ? g_utf8_get_char (at) : 0;

      if (c >= 0xab70 && c <= 0xabbf)
        g_unichar_to_utf8 (c - 0xab70 + 0x13a0, at);
      else if (c >= 0x13f8 && c <= 0x13fd)
        g_unichar_to_utf8 (c - 8, at);
    }
}

/* Marks go before case is folded: one of them, Greek's iota below, would become a letter. What is left decomposes no
 * further, and neither does what its case folds to. */
char *
tw_fold (const char *text)
{
  g_autofree char *decomposed = NULL;
  char *folded;

  if (g_str_is_ascii (text))
    return g_ascii_strdown (text, -1);
  decomposed = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);
  g_assert (decomposed != NULL);
  drop_marks (decomposed);
  folded = g_utf8_casefold (decomposed, -1);
  mend_cherokee (folded);
  return folded;
}

gboolean
tw_fold_equal (const char *a, const char *b)
{
  g_autofree char *folded_a = NULL, *folded_b = NULL;

  if (strcmp (a, b) == 0)
    return TRUE;
  if (g_str_is_ascii (a) && g_str_is_ascii (b))
    return g_ascii_strcasecmp (a, b) == 0;
  folded_a = tw_fold (a);
  folded_b = tw_fold (b);
  return strcmp (folded_a, folded_b) == 0;
}
