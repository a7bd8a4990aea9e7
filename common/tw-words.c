/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-words.h"

#include "tw-fold.h"

#include <string.h>

typedef enum
{
  BETWEEN, /* words */
  PART,    /* of a word, which begins where what is before is none */
  BEGIN,   /* part of one, and may begin one */
  WHOLE,   /* a word */
} Place;

static const char *
next (const char *at)
{
  return at + g_utf8_skip[(guchar) *at];
}

static Place
place_of (gunichar c)
{
  if (c < 0x80)
    return g_ascii_isalnum ((char) c) ? PART : BETWEEN;
  if (g_unichar_type (c) == G_UNICODE_OTHER_SYMBOL)
    return WHOLE;
  if (g_unichar_ismark (c))
    return PART;
  if (!g_unichar_isalnum (c))
    return BETWEEN;
  switch ((int) g_unichar_get_script (c))
    {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_THAI:
    case G_UNICODE_SCRIPT_LAO:
    case G_UNICODE_SCRIPT_KHMER:
    case G_UNICODE_SCRIPT_MYANMAR:
    case G_UNICODE_SCRIPT_TIBETAN:
      return BEGIN;
    default:
      return PART;
    }
}

static gboolean
is_in_ascii (const char *word, const char *text)
{
  const gsize length = strlen (word);
  gboolean was_part = FALSE;

  for (const char *at = text; *at != '\0'; at++)
    {
      if (!was_part && g_ascii_tolower (*at) == *word && g_ascii_strncasecmp (at, word, length) == 0)
        return TRUE;
      was_part = g_ascii_isalnum (*at);
    }
  return FALSE;
}

static gboolean
begins_word (const char *text, const char *at)
{
  Place before;

  if (at == text || place_of (g_utf8_get_char (at)) != PART)
    return TRUE;
  before = place_of (g_utf8_get_char (g_utf8_prev_char (at)));
  return before == BETWEEN || before == WHOLE;
}

/* What a character is takes longer to say than to see that it is not the word's first. */
static gboolean
is_in_folded (const char *word, const char *text)
{
  for (const char *at = strstr (text, word); at != NULL; at = strstr (next (at), word))
    if (begins_word (text, at))
      return TRUE;
  return FALSE;
}

struct _TwWords
{
  GPtrArray *words; /* folded */
};

static void
add_word (GPtrArray *words, const char *start, const char *end)
{
  if (end > start)
    g_ptr_array_add (words, g_strndup (start, (gsize) (end - start)));
}

static GPtrArray *
split (const char *folded)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  const char *start = folded;
  const char *at = folded;

  for (; *at != '\0'; at = next (at))
    {
      const Place place = place_of (g_utf8_get_char (at));

      if (place == PART || place == BEGIN)
        continue;
      add_word (words, start, at);
      start = next (at);
      if (place == WHOLE)
        add_word (words, at, start);
    }
  add_word (words, start, at);
  return words;
}

/* Who finds a word has found what it begins with: of a query's many short words few are left. */
static gboolean
is_implied (const GPtrArray *words, guint i)
{
  for (guint j = 0; j < words->len; j++)
    if (j != i && g_str_has_prefix (words->pdata[j], words->pdata[i])
        && (j < i || strcmp (words->pdata[j], words->pdata[i]) != 0))
      return TRUE;
  return FALSE;
}

TwWords *
tw_words_new (const char *query)
{
  g_autofree char *folded = tw_fold (query);
  TwWords *words = g_new (TwWords, 1);

  words->words = split (folded);
  for (guint i = words->words->len; i > 0; i--)
    if (is_implied (words->words, i - 1))
      g_ptr_array_remove_index (words->words, i - 1);
  return words;
}

void
tw_words_free (TwWords *words)
{
  if (words == NULL)
    return;
  g_ptr_array_unref (words->words);
  g_free (words);
}

/* A text in ASCII is looked at where it lies: folding it would cost more than the search. */
typedef struct
{
  const char *text; /* NULL: not there */
  char *folded;     /* once that was wanted of one that is not ASCII */
  gboolean is_ascii;
} Text;

static gboolean
is_in (const char *word, Text *text)
{
  if (text->text == NULL)
    return FALSE;
  if (text->is_ascii)
    return is_in_ascii (word, text->text);
  if (text->folded == NULL)
    text->folded = tw_fold (text->text);
  return is_in_folded (word, text->folded);
}

gboolean
tw_words_are_in (const TwWords *words, const char *const *texts, guint n)
{
  g_autofree Text *of = g_new (Text, n);
  guint i = 0;

  for (guint j = 0; j < n; j++)
    of[j] = (Text) { .text = texts[j], .is_ascii = texts[j] != NULL && g_str_is_ascii (texts[j]) };
  for (; i < words->words->len; i++)
    {
      guint j = 0;

      while (j < n && !is_in (words->words->pdata[i], &of[j]))
        j++;
      if (j == n)
        break;
    }
  for (guint j = 0; j < n; j++)
    g_free (of[j].folded);
  return i == words->words->len;
}
