/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-password-text.h"

#include <sodium.h>
#include <string.h>

static char *
with_plain_spaces (const char *typed)
{
  char *text = g_malloc (strlen (typed) + 1), *end = text;

  for (const char *at = typed; *at != '\0'; at += g_utf8_skip[(guchar) *at])
    {
      gunichar character = g_utf8_get_char (at);

      if (g_unichar_type (character) == G_UNICODE_SPACE_SEPARATOR)
        *end++ = ' ';
      else
        end += g_unichar_to_utf8 (character, end);
    }
  *end = '\0';
  return text;
}

char *
tw_password_text_prepare (const char *typed)
{
  g_autoptr (TwPasswordText) spaced = NULL;
  char *composed;

  if (g_str_is_ascii (typed))
    return g_strdup (typed);
  spaced = with_plain_spaces (typed);
  composed = g_utf8_normalize (spaced, -1, G_NORMALIZE_DEFAULT_COMPOSE);
  return composed != NULL ? composed : g_strdup (typed);
}

char *
tw_password_text_decompose (const char *typed)
{
  char *decomposed = g_utf8_normalize (typed, -1, G_NORMALIZE_DEFAULT);

  return decomposed != NULL ? decomposed : g_strdup (typed);
}

void
tw_password_text_free (char *text)
{
  if (text != NULL)
    sodium_memzero (text, strlen (text));
  g_free (text);
}
