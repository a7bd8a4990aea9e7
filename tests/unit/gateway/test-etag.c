/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-etag.h"

#include <string.h>

/* The tags of a list, one behind the other: W for weak, Z for gzip. */
static char *
read_list (const char *list)
{
  /* A copy of just these bytes, so that a sanitizer sees a look behind them. */
  gsize left = strlen (list);
  g_autofree char *bytes = g_memdup2 (list, MAX (left, 1));
  const char *at = bytes;
  GString *found = g_string_new (NULL);

  for (TwEtag tag; tw_etag_next (&at, &left, &tag);)
    if (tag.any)
      g_string_append (found, "[*]");
    else
      g_string_append_printf (found, "[%s%s%.*s]", tag.weak ? "W " : "", tag.gzip ? "Z " : "", (int) tag.length, tag.text);
  return g_string_free (found, FALSE);
}

static void
test_lists (void)
{
  static const struct
  {
    const char *list, *found;
  } cases[] = {
    { "", "" },
    { "\"7\"", "[7]" },
    { "\"\"", "[]" },
    { "W/\"7\"", "[W 7]" },
    { "\"7-gzip\"", "[Z 7]" },
    { "\"-gzip\"", "[Z ]" },
    { "W/\"7-gzip\"", "[W Z 7]" },
    { "*", "[*]" },
    { "\"a\" ,\t\"b\",,W/\"c\", ", "[a][b][W c]" },
    { "\"a,b\", \"c\"", "[a,b][c]" },
    { "\"\xc3\xa9\"", "[\xc3\xa9]" },
    { "7", "" },
    { "\"", "" },
    { "W/", "" },
    { "W", "" },
    { "w/\"7\"", "" },
    { "\"7", "" },
    { "\"a b\"", "" },
    { "\"a\"b, \"c\"", "[c]" },
    { "\"a\" \"b\", \"c\"", "[c]" },
    { "**", "" },
    { "x, *", "[*]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = read_list (cases[i].list);

      g_assert_cmpstr (found, ==, cases[i].found);
    }
}

static void
test_what_a_tag_is_in_gzip (void)
{
  static const char *const tags[][2] = { { "\"7\"", "\"7-gzip\"" }, { "\"\"", "\"-gzip\"" },
                                         { "W/\"7\"", "W/\"7\"" },  { "7", "7" },
                                         { "\"", "\"" } };

  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      g_autofree char *in_gzip = tw_etag_in_gzip (tags[i][0]);

      g_assert_cmpstr (in_gzip, ==, tags[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/etag/lists", test_lists);
  g_test_add_func ("/etag/what-a-tag-is-in-gzip", test_what_a_tag_is_in_gzip);
  return g_test_run ();
}
