/* SPDX-License-Identifier: Apache-2.0 */

/* vt.pattern: what ECMA-262 (with its u flag, as OpenAPI's readers have it) and PCRE read in the same way.
 *
 * Everything else is refused rather than left to mean one thing at the edge and another in a client: \d, \w, \s and \b
 * are Unicode's here and ASCII's there, and what PCRE alone has would not compile there. */

#include "tw-schema-private.h"

#include "tw-error.h"

#include <string.h>

/* What may stand behind a backslash and mean itself: ECMA-262's SyntaxCharacter, "/" and "-". */
#define LITERALS "^$\\.*+?()[]{}|/-"

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, TW_ERROR, TW_ERROR_CONFIGURATION, what);
  return FALSE;
}

/* Moves *@at from the backslash to the escape's last character. */
static gboolean
pass_escape (const char **at, GError **error)
{
  const char *c = *at + 1;

  if (*c == 'x' && g_ascii_isxdigit (c[1]) && g_ascii_isxdigit (c[2]))
    c += 2;
  else if (*c == '\0' || strchr ("tnrf" LITERALS, *c) == NULL)
    return refuse (error, "only \\t, \\n, \\r, \\f, \\xHH and escaped punctuation mean the same to ECMA-262 and PCRE: "
                          "write [0-9] for \\d, [A-Za-z0-9_] for \\w");
  *at = c;
  return TRUE;
}

/* Moves *@at from the opening bracket to the closing one. */
static gboolean
pass_class (const char **at, GError **error)
{
  const char *c = *at + 1;

  if (*c == '^')
    c++;
  if (*c == ']')
    return refuse (error, "an empty class, or a ] that is not escaped");
  for (; *c != ']'; c++)
    if (*c == '\0')
      return refuse (error, "a class without its ]");
    else if (*c == '[')
      return refuse (error, "a [ in a class must be escaped");
    else if (*c == '\\' && !pass_escape (&c, error))
      return FALSE;
  *at = c;
  return TRUE;
}

static gboolean
check_group (const char *at, GError **error)
{
  if (at[1] == '*')
    return refuse (error, "(* is PCRE's alone");
  if (at[1] == '?' && at[2] != ':' && at[2] != '=' && at[2] != '!')
    return refuse (error, "of the groups with (? only (?:…), (?=…) and (?!…) are taken");
  return TRUE;
}

static gboolean
check_subset (const char *pattern, GError **error)
{
  for (const char *at = pattern; *at != '\0'; at++)
    {
      gboolean quantifier = *at == '*' || *at == '+' || *at == '?' || *at == '}';

      if (*at == '\\' && !pass_escape (&at, error))
        return FALSE;
      if (*at == '[' && !pass_class (&at, error))
        return FALSE;
      if (*at == '(' && !check_group (at, error))
        return FALSE;
      if (quantifier && at[1] == '+')
        return refuse (error, "possessive quantifiers are PCRE's alone");
    }
  return TRUE;
}

GRegex *
tw_pattern_compile (const char *pattern, GError **error)
{
  GRegexCompileFlags flags = G_REGEX_ANCHORED | G_REGEX_DOLLAR_ENDONLY | G_REGEX_NEWLINE_ANYCRLF;
  g_autoptr (GRegex) alone = NULL;
  g_autofree char *whole = NULL;

  if (!check_subset (pattern, error))
    return NULL;
  /* On its own first: "a)|(b" would otherwise close the group that anchors it. */
  alone = g_regex_new (pattern, flags, 0, error);
  if (alone == NULL)
    return NULL;
  /* \z, as a mere $ could also stand before a newline at the end. */
  whole = g_strdup_printf ("(?:%s)\\z", pattern);
  return g_regex_new (whole, flags | G_REGEX_OPTIMIZE, 0, error);
}
