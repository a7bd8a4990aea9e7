/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-table.h"

#include <string.h>

/* @json with ' for ", as the table that @expected is. */
static void
assert_table (const char *json, const char *expected)
{
  g_autofree char *text = g_strdelimit (g_strdup (json), "'", '"');
  g_autoptr (GString) out = g_string_new (NULL);
  json_t *value = json_loads (text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

  g_assert_nonnull (value);
  tw_table_append (out, value, TW_TABLE_FOR_A_PROGRAM);
  json_decref (value);
  g_assert_cmpstr (out->str, ==, expected);
}

static void
test_list_of_objects (void)
{
  assert_table ("[{'id': 1, 'name': 'short'}, {'id': 234, 'name': 'rather longer'}]",
                "ID   NAME\n"
                "1    short\n"
                "234  rather longer\n");
}

static void
test_columns_are_all_names (void)
{
  assert_table ("[{'a': 1}, {'b': true, 'a': 2}, {'b': false}]",
                "A  B\n"
                "1  \n"
                "2  yes\n"
                "   no\n");
}

static void
test_wide_and_combining (void)
{
  assert_table ("[{'a': '日本', 'b': 1}, {'a': 'e\\u0301', 'b': 2}]",
                "A     B\n"
                "日本  1\n"
                "e\xcc\x81     2\n");
}

/* What is spelling stays, and what stands behind it stands in its column. */
static void
test_joiners_and_emoji (void)
{
  assert_table ("[{'a': 'می\\u200cخواهم', 'b': 1}, {'a': '👨\\u200d👩\\u200d👧', 'b': 2}, {'a': '🇩🇪👍🏽❤️', 'b': 3},"
                " {'a': 'क्\\u200dष', 'b': 4}, {'a': '1️⃣', 'b': 5}, {'a': '12345678', 'b': 6}]",
                "A         B\n"
                "می\u200cخواهم   1\n"
                "👨\u200d👩\u200d👧        2\n"
                "🇩🇪👍🏽❤️    3\n"
                "क्\u200dष        4\n"
                "1️⃣        5\n"
                "12345678  6\n");
}

/* For a person's eyes only: a program finds what the data holds. */
static void
test_text_from_right_to_left (void)
{
  json_t *value = json_pack ("[{s:s, s:s, s:i}]", "a", "שלום", "b", "x", "c", 7);
  g_autoptr (GString) shown = g_string_new (NULL), piped = g_string_new (NULL);

  tw_table_append (shown, value, TW_TABLE_FOR_A_TERMINAL);
  tw_table_append (piped, value, TW_TABLE_FOR_A_PROGRAM);
  json_decref (value);
  g_assert_cmpstr (shown->str, ==, "A     B  C\n\u200eשלום\u200e  x  7\n");
  g_assert_cmpstr (piped->str, ==, "A     B  C\nשלום  x  7\n");
}

static void
test_object (void)
{
  assert_table ("{'name': 'x', 'done': true, 'tags': ['a'], 'inner': {'k': 2.5}, 'rows': [{'n': 1}]}",
                "name  x\n"
                "done  yes\n"
                "\n"
                "tags:\n"
                "[\"a\"]\n"
                "\n"
                "inner:\n"
                "k  2.5\n"
                "\n"
                "rows:\n"
                "N\n"
                "1\n");
}

static void
test_small (void)
{
  assert_table ("[]", "(none)\n");
  assert_table ("{}", "");
  assert_table ("null", "\n");
  assert_table ("'text'", "text\n");
  assert_table ("-5", "-5\n");
  assert_table ("{'rows': []}", "rows:\n(none)\n");
}

/* Stored text must not drive the terminal: escapes, newlines, C1 controls, and what turns the direction of writing. */
static void
test_controls_are_harmless (void)
{
  assert_table ("'\\u001b[31mred\\n\\t\\u007f\\u009b\\u202e'", "?[31mred?????\n");
  assert_table ("['\\u2066']", "[\"?\"]\n");
  assert_table ("[{'a\\u001b': 'x\\ny'}]", "A?\nx?y\n");
  assert_table ("{'a\\n': 1}", "a?  1\n");
  assert_table ("{'a\\n': {}}", "a?:\n");
}

static void
assert_line (const char *json, TwTableReader reader, const char *expected)
{
  g_autofree char *text = g_strdelimit (g_strdup (json), "'", '"');
  g_autoptr (GString) out = g_string_new ("before\n");
  json_t *value = json_loads (text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

  g_assert_nonnull (value);
  tw_table_append_line (out, value, reader);
  json_decref (value);
  g_assert_true (g_str_has_prefix (out->str, "before\n"));
  g_assert_cmpstr (out->str + strlen ("before\n"), ==, expected);
}

/* What stands outside is not said again by what is inside. */
static void
test_lines (void)
{
  assert_line ("{'kind': 'task', 'op': 'put', 'id': 'x', 'version': 2, 'task': {'id': 'x', 'name': 'Buy milk', 'done': true,"
               " 'version': 2, 'labels': ['a b'], 'more': {'b': null}}}",
               TW_TABLE_FOR_A_PROGRAM,
               "task  put  x  2  name=\"Buy milk\"  done=true  labels=[\"a b\"]  more={\"b\":null}\n");
  assert_line ("{'labels': [1, 2], 'id': 'x', 'ok': false}", TW_TABLE_FOR_A_PROGRAM, "x  no  labels=[1,2]\n");
  assert_line ("{}", TW_TABLE_FOR_A_PROGRAM, "\n");
  assert_line ("'text'", TW_TABLE_FOR_A_PROGRAM, "text\n");
  assert_line ("[1, {}]", TW_TABLE_FOR_A_PROGRAM, "[1, {}]\n");
}

static void
test_lines_are_harmless (void)
{
  assert_line ("{'id': 'a\\nb\\u202e', 'in': {'x\\n': 'y\\u001b\\n'}}", TW_TABLE_FOR_A_PROGRAM,
               "a?b?  x?=\"y\\u001B\\n\"\n");
  assert_line ("{'id': 'שלום', 'in': {'name': 'שלום'}}", TW_TABLE_FOR_A_TERMINAL,
               "\u200eשלום\u200e  \u200ename=\"שלום\"\u200e\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/table/list-of-objects", test_list_of_objects);
  g_test_add_func ("/table/columns-are-all-names-that-occur", test_columns_are_all_names);
  g_test_add_func ("/table/wide-and-combining-characters", test_wide_and_combining);
  g_test_add_func ("/table/joiners-and-emoji", test_joiners_and_emoji);
  g_test_add_func ("/table/text-from-right-to-left-keeps-to-its-column", test_text_from_right_to_left);
  g_test_add_func ("/table/object", test_object);
  g_test_add_func ("/table/small-values", test_small);
  g_test_add_func ("/table/controls-are-harmless", test_controls_are_harmless);
  g_test_add_func ("/table/lines", test_lines);
  g_test_add_func ("/table/lines-are-harmless", test_lines_are_harmless);
  return g_test_run ();
}
