/* SPDX-License-Identifier: Apache-2.0 */

/* The list stops growing at TW_PROBLEMS_MAX: hostile input can be wrong in a million places, and an answer that names
 * fifty of them helps as much as one that names all. */

#include "tw-problems.h"

#include <string.h>

struct _TwProblems
{
  guint count;
  TwProblem items[TW_PROBLEMS_MAX];
};

TwProblems *
tw_problems_new (void)
{
  TwProblems *problems = g_new (TwProblems, 1);

  problems->count = 0;
  return problems;
}

void
tw_problems_free (TwProblems *problems)
{
  if (problems == NULL)
    return;
  for (guint i = 0; i < problems->count; i++)
    {
      g_free (problems->items[i].location);
      g_free (problems->items[i].detail);
    }
  g_free (problems);
}

void
tw_problems_take (TwProblems *problems, char *location, char *detail)
{
  if (problems->count == TW_PROBLEMS_MAX)
    {
      g_free (location);
      g_free (detail);
      return;
    }
  problems->items[problems->count].location = location;
  problems->items[problems->count].detail = detail;
  problems->count += 1;
}

void
tw_problems_add (TwProblems *problems, const char *location, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  tw_problems_take (problems, g_strdup (location), g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

guint
tw_problems_count (const TwProblems *problems)
{
  return problems->count;
}

const TwProblem *
tw_problems_get (const TwProblems *problems, guint i)
{
  g_return_val_if_fail (i < problems->count, NULL);
  return &problems->items[i];
}

gboolean
tw_problems_has (const TwProblems *problems, const char *location)
{
  for (guint i = 0; i < problems->count; i++)
    if (strcmp (problems->items[i].location, location) == 0)
      return TRUE;
  return FALSE;
}

char *
tw_problems_to_string (const TwProblems *problems)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < problems->count; i++)
    g_string_append_printf (text, "%s%s %s", i > 0 ? "; " : "", problems->items[i].location, problems->items[i].detail);
  return g_string_free (text, FALSE);
}
