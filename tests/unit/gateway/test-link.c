/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-link.h"

static void
test_target_with_the_value_in_its_place (void)
{
  static const struct
  {
    const char *target, *value, *header;
  } cases[] = {
    { "/a", "x", "</a?after=x>; rel=\"next\"" },
    { "/", "x", "</?after=x>; rel=\"next\"" },
    { "/a?", "x", "</a?after=x>; rel=\"next\"" },
    { "/a?size=2", "x", "</a?size=2&after=x>; rel=\"next\"" },
    { "/a?size=2&after=old&kind=b", "x", "</a?size=2&after=x&kind=b>; rel=\"next\"" },
    { "/a?%61fter=old", "x", "</a?after=x>; rel=\"next\"" },
    { "/a?flag", "x", "</a?flag=&after=x>; rel=\"next\"" },
    /* Nothing that came, and nothing in the value, ends the reference or the parameter. */
    { "/a?q=%3E%3B%20rel%3Dx&c=%26d%23+e", "x", "</a?q=%3E%3B%20rel%3Dx&c=%26d%23%20e&after=x>; rel=\"next\"" },
    { "/a>;rel=x?q=>;,\"", "x", "</a%3E%3Brel=x?q=%3E%3B%2C%22&after=x>; rel=\"next\"" },
    { "/a", "1+2&b=c#d>e\r\n\"f%,\xc3\xa9", "</a?after=1%2B2%26b%3Dc%23d%3Ee%0D%0A%22f%25%2C%C3%A9>; rel=\"next\"" },
    { "/a%2Fb/:c/%C3%A9", "x", "</a%2Fb/:c/%C3%A9?after=x>; rel=\"next\"" },
    { "http://host:80/a?size=2", "x", "</a?size=2&after=x>; rel=\"next\"" },
  };
  static const TwLink next = { "next", "after" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (TwTarget) target = { 0 };
      g_autoptr (GString) header = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      tw_target_parse (&target, cases[i].target, &error);
      g_assert_no_error (error);
      tw_link_append (header, &target, &next, cases[i].value);
      g_assert_cmpstr (header->str, ==, cases[i].header);
    }
}

static void
test_several_are_a_list (void)
{
  static const TwLink links[] = { { "first", "from" }, { "prev", "from" } };
  g_auto (TwTarget) target = { 0 };
  g_autoptr (GString) header = g_string_new (NULL);

  g_assert_true (tw_target_parse (&target, "/a?from=9", NULL));
  tw_link_append (header, &target, &links[0], "1");
  tw_link_append (header, &target, &links[1], "5");
  g_assert_cmpstr (header->str, ==, "</a?from=1>; rel=\"first\", </a?from=5>; rel=\"prev\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/target-with-the-value-in-its-place", test_target_with_the_value_in_its_place);
  g_test_add_func ("/link/several-are-a-list", test_several_are_a_list);
  return g_test_run ();
}
