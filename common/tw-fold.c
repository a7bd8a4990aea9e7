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

/* GLib folds the case of whole texts alone, and Cherokee's the wrong way: its capitals are older than its small letters,
 * so that they are what both fold to. Of all that decomposes no further there are these letters that do not fold to
 * their small ones; @c is neither sharp s. */
static gunichar
fold_case (gunichar c)
{
  static const gunichar cyrillic[] = { 0x432, 0x434, 0x43e, 0x441, 0x442, 0x442, 0x44a, 0x463, 0xa64b };

  if (c >= 0x13a0 && c <= 0x13f5)
    return c;
  if (c >= 0x13f8 && c <= 0x13fd)
    return c - 8;
  if (c >= 0xab70 && c <= 0xabbf)
    return c - 0xab70 + 0x13a0;
  if (c >= 0x1c80 && c <= 0x1c88)
    return cyrillic[c - 0x1c80];
  return c == 0x3c2 ? 0x3c3 : g_unichar_tolower (c); /* final sigma */
}

/* Letters that decompose no further, and what each is without case, which is as long in UTF-8: what texts in their scripts
 * mostly consist of. It says no more than what is above and Unicode's decompositions do, in a tenth of the time; 0: they
 * have to be asked. */
static gunichar
fold_letter (gunichar c)
{
  if (c >= 0x4e00 && c <= 0x9fff)             /* Han */
    return c;
  if (c >= 0x410 && c <= 0x44f)               /* Cyrillic, whose short i has a mark */
    return c == 0x419 || c == 0x439 ? 0 : c < 0x430 ? c + 0x20 : c;
  if (c >= 0x391 && c <= 0x3a9 && c != 0x3a2) /* Greek */
    return c + 0x20;
  if (c >= 0x3b1 && c <= 0x3c9 && c != 0x3c2)
    return c;
  if ((c >= 0x5d0 && c <= 0x5ea) || (c >= 0x627 && c <= 0x64a)) /* Hebrew, Arabic */
    return c;
  return 0;
}

static void
append_folded (GString *folded, gunichar c)
{
  if (c == 0xdf || c == 0x1e9e)
    g_string_append (folded, "ss");
  else if (!is_dropped (c))
    g_string_append_unichar (folded, fold_case (c));
}

/* Marks go before case is folded: one of them, Greek's iota below, would become a letter. What is left decomposes no
 * further, and neither does what its case folds to. Characters need not be put in order: those that would be are gone. */
static void
append_character (GString *folded, gunichar c)
{
  gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
  const gsize n = g_unichar_fully_decompose (c, TRUE, parts, G_N_ELEMENTS (parts));

  for (gsize i = 0; i < n; i++)
    append_folded (folded, parts[i]);
}

/* The character of two or three bytes at @at; 0: it is longer. */
static gunichar
short_character (const guint8 *at)
{
  if (at[0] < 0xe0)
    return (gunichar) (at[0] & 0x1f) << 6 | (at[1] & 0x3f);
  if (at[0] < 0xf0)
    return (gunichar) (at[0] & 0x0f) << 12 | (gunichar) (at[1] & 0x3f) << 6 | (at[2] & 0x3f);
  return 0;
}

/* Folds what is as long folded, ASCII and letters, from @text on into @folded; gives back where that ends. */
static const char *
fold_letters (const char *text, char *folded)
{
  while (*text != '\0')
    {
      gunichar letter;
      gint length;

      if ((guchar) *text < 0x80)
        {
          *folded++ = g_ascii_tolower (*text++);
          continue;
        }
      letter = fold_letter (short_character ((const guint8 *) text));
      if (letter == 0)
        break;
      length = g_unichar_to_utf8 (letter, folded);
      folded += length;
      text += length;
    }
  *folded = '\0';
  return text;
}

char *
tw_fold (const char *text)
{
  g_autofree char *letters = g_malloc (strlen (text) + 1);
  const char *at = fold_letters (text, letters);
  GString *folded;

  if (*at == '\0')
    return g_steal_pointer (&letters);
  folded = g_string_new (letters);
  while (*at != '\0')
    {
      append_character (folded, g_utf8_get_char (at));
      at = fold_letters (at + g_utf8_skip[(guchar) *at], letters);
      g_string_append (folded, letters);
    }
  return g_string_free (folded, FALSE);
}

char *
tw_fold_key (const char *text)
{
  g_autofree char *head = NULL;

  if (strlen (text) <= TW_FOLD_KEY_LENGTH || g_utf8_strlen (text, -1) <= TW_FOLD_KEY_LENGTH)
    return tw_fold (text);
  head = g_utf8_substring (text, 0, TW_FOLD_KEY_LENGTH);
  return tw_fold (head);
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
