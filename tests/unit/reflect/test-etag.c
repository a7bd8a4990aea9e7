/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-etag.h"

#include "address-book.h"
#include "fields.h"
#include "tw-writer.h"

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

/* The steps through a list: ! for what is no tag. */
static void
test_what_is_no_tag_is_told (void)
{
  static const char *const lists[][2] = { { "\"a\", \"b\"", ".." }, { "\"a\",,\t,\"b\",", ".." }, { " , ,", "" }, { "", "" },
                                          { "a", "!" },           { "\"a\" b", "!" },            { "\"a\", b", ".!" },
                                          { "w/\"a\"", "!" },     { "W/ \"a\"", "!" },            { "*, \"a\"", ".." },
                                          { "\"a", "!" },          { "'a'", "!" },               { "\"a\";q=1", "!" } };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      const char *at = lists[i][0];
      gsize left = strlen (at);
      g_autoptr (GString) steps = g_string_new (NULL);
      TwEtagStep step;
      TwEtag tag;

      while ((step = tw_etag_step (&at, &left, &tag)) != TW_ETAG_END)
        g_string_append_c (steps, step == TW_ETAG_FOUND ? '.' : '!');
      g_assert_cmpstr (steps->str, ==, lists[i][1]);
    }
}

/* Whatever the texts hold, the tag is one that RFC 9110 allows, not taken for one in gzip, and no other texts' tag. */
static void
test_tags_of_texts (void)
{
  static const struct
  {
    const char *texts[2];
    const char *tag;
  } cases[] = {
    { { "3", "owner" }, "3-owner" },
    { { "3", "" }, "3-" },
    { { "", "3" }, "-3" },
    { { "-1", "a-b" }, "%2D1-a%2Db" },
    { { "1", "gzip" }, "1-%67zip" },
    { { "1", "gzips" }, "1-gzips" },
    { { "gzip", "1" }, "%67zip-1" },
    { { "*", "a\"b" }, "%2A-a%22b" },
    { { "50%", "a b,c;d\\" }, "50%25-a%20b%2Cc%3Bd%5C" },
    { { "Zoë", "\x01\x7f\n" }, "Zo%C3%AB-%01%7F%0A" },
    { { "2026.5_x:y", "Az09" }, "2026.5_x:y-Az09" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = tw_etag_of_texts (cases[i].texts, 2);
      g_autofree char *quoted = g_strdup_printf ("\"%s\"", text);
      const char *at = quoted;
      gsize left = strlen (quoted);
      TwEtag tag;

      g_assert_cmpstr (text, ==, cases[i].tag);
      g_assert_cmpint (tw_etag_step (&at, &left, &tag), ==, TW_ETAG_FOUND);
      g_assert_false (tag.gzip || tag.weak || tag.any);
      g_assert_cmpmem (tag.text, tag.length, text, strlen (text));
    }
}

static char *
tag_of_contact (const char *name, gboolean with_revision)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  TwWriter writer;
  TwReader reader;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &bytes);
  tw_writer_struct_begin (&writer);
  put_string (&writer, 1, "k1");
  if (name != NULL)
    put_string (&writer, 3, name);
  if (with_revision)
    {
      tw_writer_field (&writer, TW_WIRE_I64, 14);
      tw_writer_i64 (&writer, 7);
    }
  tw_writer_struct_end (&writer);
  tw_reader_init (&reader, TW_PROTOCOL_BINARY, bytes.data, bytes.len);
  return tw_etag_of_reply (address_book_method (schema, "look")->returns->structure, &reader);
}

static void
test_tag_of_a_reply (void)
{
  g_autofree char *ada = tag_of_contact ("Ada", TRUE), *nobody = tag_of_contact (NULL, TRUE);
  g_autofree char *never = tag_of_contact ("Ada", FALSE), *broken = tag_of_contact ("\xff\"", TRUE);

  g_assert_cmpstr (ada, ==, "\"7-Ada\"");
  g_assert_cmpstr (broken, ==, "\"7-%EF%BF%BD%22\"");
  g_assert_null (nobody);
  g_assert_null (never);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/etag/lists", test_lists);
  g_test_add_func ("/etag/what-a-tag-is-in-gzip", test_what_a_tag_is_in_gzip);
  g_test_add_func ("/etag/what-is-no-tag-is-told", test_what_is_no_tag_is_told);
  g_test_add_func ("/etag/tags-of-texts", test_tags_of_texts);
  g_test_add_func ("/etag/tag-of-a-reply", test_tag_of_a_reply);
  return g_test_run ();
}
