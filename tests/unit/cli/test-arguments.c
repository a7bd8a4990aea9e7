/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-arguments.h"

#include "tw-error.h"
#include "tw-temporary-folder.h"

#include <string.h>

static TwSchema *
load_desk (void)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  gsize length;
  g_autoptr (GBytes) document = NULL;
  const char *name = "desk.json";
  TwSchema *schema;

  g_file_get_contents (g_getenv ("DESK_JSON"), &text, &length, &error);
  g_assert_no_error (error);
  document = g_bytes_new_take (text, length);
  schema = tw_schema_load (&document, &name, 1, &error);
  g_assert_no_error (error);
  return schema;
}

static TwArguments *
arguments_of (const TwSchema *schema, const char *method)
{
  return tw_arguments_new (tw_service_find_method (tw_schema_find_service (schema, "Desk"), method, strlen (method)));
}

/* The option's entry, or the empty one behind the last. */
static const GOptionEntry *
find_entry (TwArguments *arguments, const char *name)
{
  const GOptionEntry *entry = tw_arguments_entries (arguments);

  while (entry->long_name != NULL && strcmp (entry->long_name, name) != 0)
    entry++;
  return entry;
}

static gboolean
has_option (TwArguments *arguments, const char *name)
{
  return find_entry (arguments, name)->long_name != NULL;
}

/* What the words of @line, with spaces between them, become. */
static json_t *
read_line (TwArguments *arguments, const char *line, GError **error)
{
  g_autofree char *whole = g_strconcat ("program ", line, NULL);
  g_auto (GStrv) words = g_strsplit (whole, " ", -1);
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) refused = NULL;

  g_option_context_add_main_entries (context, tw_arguments_entries (arguments), NULL);
  g_option_context_parse_strv (context, &words, &refused);
  g_assert_no_error (refused);
  return tw_arguments_to_json (arguments, error);
}

/* @expected has ' for ". */
static void
assert_read (const char *method, const char *line, const char *expected)
{
  g_autoptr (TwSchema) schema = load_desk ();
  g_autoptr (TwArguments) arguments = arguments_of (schema, method);
  g_autoptr (GError) error = NULL;
  g_autofree char *wanted = g_strdelimit (g_strdup (expected), "'", '"');
  json_t *object = read_line (arguments, line, &error);
  char *text;

  g_assert_no_error (error);
  text = json_dumps (object, JSON_COMPACT | JSON_SORT_KEYS);
  g_assert_cmpstr (text, ==, wanted);
  free (text);
  json_decref (object);
}

static void
assert_refused (const char *method, const char *line, const char *part)
{
  g_autoptr (TwSchema) schema = load_desk ();
  g_autoptr (TwArguments) arguments = arguments_of (schema, method);
  g_autoptr (GError) error = NULL;

  g_assert_null (read_line (arguments, line, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, part));
}

static void
assert_described (TwArguments *arguments, const char *option, const char *placeholder, const char *description)
{
  const GOptionEntry *entry = find_entry (arguments, option);

  g_assert_cmpstr (entry->long_name, ==, option);
  g_assert_cmpstr (entry->arg_description, ==, placeholder);
  g_assert_cmpstr (entry->description, ==, description);
}

static void
test_options (void)
{
  g_autoptr (TwSchema) schema = load_desk ();
  g_autoptr (TwArguments) put = arguments_of (schema, "put"), unlock = arguments_of (schema, "unlock");

  assert_described (put, "place", "TEXT", "Where. (required; one of left, right)");
  assert_described (put, "urgent", "true|false", "Whether it is urgent. (required)");
  assert_described (put, "colours", "JSON",
                    "Its colours. (optional; at most 2 elements; no two that differ in case and accents alone; each"
                    " element: at most 9 characters; one of red, blue)");
  assert_described (put, "lit", "TEXT",
                    "When it is lit. (optional; a date as 2026-12-24, or a time as 2026-12-24T10:00:00Z)");
  assert_described (put, "brightness", "NUMBER", "How bright. (optional)");
  assert_described (put, "height", "NUMBER", "How high it is. (optional; from 1; up to 9; default 3)");
  assert_described (unlock, "code-file", "FILE", "The code. (required, asked for at the terminal if not given)");
  g_assert_false (has_option (unlock, "code"));
}

static void
test_same_names (void)
{
  g_autoptr (TwSchema) schema = load_desk ();
  g_autoptr (TwArguments) put = arguments_of (schema, "put");

  g_assert_false (has_option (put, "label"));
  assert_described (put, "drawer.label", "TEXT",
                    "What stands on it. (required; at least 1 character; at most 12 characters)");
  assert_described (put, "lamp.label", "TEXT", "What it is called. (required)");
  assert_read ("put", "--drawer.label=a --lamp.label b", "{'drawer':{'label':'a'},'lamp':{'label':'b'}}");
}

/* Nothing is judged here: that is the limits' check. */
static void
test_values (void)
{
  assert_read ("put", "", "{'drawer':{},'lamp':{}}");
  assert_read ("put", "--place left --urgent true --height 4 --brightness 0.5 --colours [\"red\"]",
               "{'drawer':{'height':4},'lamp':{'brightness':0.5,'colours':['red']},'place':'left','urgent':true}");
  assert_read ("put", "--height 40e-1 --brightness 2", "{'drawer':{'height':4},'lamp':{'brightness':2}}");
  /* Text stays text, whatever it looks like; what is no JSON is text, for the check to refuse. */
  assert_read ("put", "--place 7 --urgent maybe --height=-x --colours [",
               "{'drawer':{'height':'-x'},'lamp':{'colours':'['},'place':'7','urgent':'maybe'}");
  assert_read ("put", "--place=", "{'drawer':{},'lamp':{},'place':''}");
  assert_refused ("put", "--place \xff", "--place must be UTF-8");
}

static void
test_secret (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *file = g_build_filename (folder, "code", NULL), *line = g_strconcat ("--code-file ", file, NULL);

  assert_refused ("unlock", line, "No such file");
  g_assert_true (g_file_set_contents (file, "s3 cret\n", -1, NULL));
  assert_read ("unlock", line, "{'code':'s3 cret'}");
  g_assert_true (g_file_set_contents (file, "\xef\xbb\xbfs3 cret \r\n", -1, NULL));
  assert_read ("unlock", line, "{'code':'s3 cret '}");
  g_assert_true (g_file_set_contents (file, "s\xff", -1, NULL));
  assert_refused ("unlock", line, "is not UTF-8");
}

/* What is a header elsewhere has that name, and stands beside a field of the same name. */
static void
test_tags_and_keys (void)
{
  static const char *const lists[][2] = {
    { "3", "'3'" },       { "\"3\"", "'3'" },    { "\"3\",\"4-gzip\"", "'3','4'" }, { "*", "'*'" },
    { "W/\"3\"", "" },    { "3-owner", "'3-owner'" }, { "3,4", "'3,4'" },
  };
  g_autoptr (TwSchema) schema = load_desk ();
  g_autoptr (TwArguments) turn = arguments_of (schema, "turn");

  assert_described (turn, "if-match", "TAGS", "Only in one of these states. (optional)");
  assert_described (turn, "idempotency-key", "TEXT", "The same key does it once. (optional; at most 128 characters)");
  g_assert_true (has_option (turn, "key") && has_option (turn, "if-none-match"));
  g_assert_false (has_option (turn, "fingerprint") || has_option (turn, "match") || has_option (turn, "terms.key"));
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autofree char *line = g_strdup_printf ("--key k --idempotency-key once --if-match %s", lists[i][0]);
      g_autofree char *expected = g_strdup_printf ("{'key':'k','terms':{'key':'once','match':[%s]}}", lists[i][1]);

      assert_read ("turn", line, expected);
    }
  assert_read ("turn", "--idempotency-key once --if-none-match W/\"3\"", "{'terms':{'key':'once','other':['3']}}");
}

static void
test_a_key_of_its_own (void)
{
  g_autoptr (TwSchema) schema = load_desk ();
  g_autoptr (TwArguments) turn = arguments_of (schema, "turn"), again = arguments_of (schema, "turn");
  g_autoptr (TwArguments) put = arguments_of (schema, "put");
  g_autoptr (GError) error = NULL;
  json_t *first = read_line (turn, "--key k", &error), *second = read_line (again, "--key k", &error);
  json_t *none = read_line (put, "", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (tw_arguments_key (turn), ==,
                   json_string_value (json_object_get (json_object_get (first, "terms"), "key")));
  g_assert_cmpuint (strlen (tw_arguments_key (turn)), ==, 36);
  g_assert_cmpstr (tw_arguments_key (turn), !=, tw_arguments_key (again));
  g_assert_null (tw_arguments_key (put));
  json_decref (first);
  json_decref (second);
  json_decref (none);
}

static void
test_explanation (void)
{
  g_autoptr (TwSchema) schema = load_desk ();
  g_autoptr (TwArguments) put = arguments_of (schema, "put"), unlock = arguments_of (schema, "unlock");
  g_autoptr (TwProblems) problems = tw_problems_new (), secret = tw_problems_new ();
  g_autofree char *of_put = NULL, *of_unlock = NULL;

  tw_problems_add (problems, "place", "is required");
  tw_problems_add (problems, "drawer.height", "must be at most 9");
  tw_problems_add (problems, "lamp.label", "is required");
  tw_problems_add (problems, "lamp.colours[1]", "must be a string");
  tw_problems_add (problems, "places", "is not known");
  of_put = tw_arguments_explain (put, problems);
  g_assert_cmpstr (of_put, ==,
                   "--place is required; --height must be at most 9; --lamp.label is required; "
                   "--colours[1] must be a string; places is not known");

  tw_problems_add (secret, "code", "is required");
  of_unlock = tw_arguments_explain (unlock, secret);
  g_assert_cmpstr (of_unlock, ==, "code is required");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arguments/options-say-what-the-schema-knows", test_options);
  g_test_add_func ("/arguments/same-names-are-told-apart", test_same_names);
  g_test_add_func ("/arguments/values", test_values);
  g_test_add_func ("/arguments/tags-and-keys", test_tags_and_keys);
  g_test_add_func ("/arguments/a-key-of-its-own", test_a_key_of_its_own);
  g_test_add_func ("/arguments/secret-comes-from-a-file", test_secret);
  g_test_add_func ("/arguments/mistakes-are-told-by-the-options", test_explanation);
  return g_test_run ();
}
