/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-plain.h"

#include "tw-error.h"

static const struct
{
  const char *name;
  TwPlain plain;
} known[] = {
  { "rows", TW_PLAIN_ROWS },
  { "nowait", TW_PLAIN_NOWAIT },
  { "finalizers", TW_PLAIN_FINALIZERS },
  { "sieve", TW_PLAIN_SIEVE },
  { "all", TW_PLAIN_ALL },
};

static TwPlain
find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].name, name))
      return known[i].plain;
  return TW_PLAIN_NOTHING;
}

gboolean
tw_plain_parse (const char *names, TwPlain *plain, GError **error)
{
  g_auto (GStrv) all = g_strsplit (names != NULL ? names : "", ",", -1);

  *plain = TW_PLAIN_NOTHING;
  for (char **name = all; *name != NULL; name++)
    {
      const TwPlain one = find (g_strstrip (*name));

      if (one == TW_PLAIN_NOTHING)
        {
          g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
                       "\"%s\" is none of rows, nowait, finalizers, sieve and all", *name);
          return FALSE;
        }
      *plain |= one;
    }
  return TRUE;
}
