/* SPDX-License-Identifier: Apache-2.0 */

/* JSON Schemas, of the kind that tw-openapi.h makes, in words: one flat list of members, where those of members have
 * names like "books[].title". */

#include "tw-docs-private.h"

#include <string.h>

/* A longer pattern says nothing to a person, and neither does one with letters that nobody can see; it is in the
 * document. */
#define MAX_PATTERN 120

/* How deep members of members are listed. */
#define MAX_DEPTH 6

/* What a member refers to, where null may stand for it. */
static json_t *
without_null (json_t *schema)
{
  json_t *choices = json_object_get (schema, "anyOf");

  return choices != NULL ? json_array_get (choices, 0) : schema;
}

static gboolean
takes_null (const json_t *schema)
{
  return json_object_get (schema, "anyOf") != NULL || json_is_array (json_object_get (schema, "type"));
}

static const char *
type_name (const json_t *schema)
{
  const json_t *type = json_object_get (schema, "type");
  const char *name = json_string_value (json_is_array (type) ? json_array_get (type, 0) : type);

  if (json_object_get (schema, "contentEncoding") != NULL)
    return "base64 string";
  return name != NULL ? name : "value";
}

static void
append_type (GString *text, json_t *schema)
{
  const char *reference = tw_docs_reference (schema);

  if (reference != NULL)
    g_string_append (text, reference);
  else if (json_object_get (schema, "items") != NULL)
    {
      g_string_append (text, "list of ");
      append_type (text, json_object_get (schema, "items"));
    }
  else if (json_is_object (json_object_get (schema, "additionalProperties")))
    {
      g_string_append (text, "map of ");
      append_type (text, json_object_get (schema, "additionalProperties"));
    }
  else
    g_string_append (text, type_name (schema));
}

/* Limits. */

static char *
print (const json_t *value)
{
  if (json_is_string (value))
    return g_strdup (json_string_value (value));
  if (json_is_real (value))
    return g_strdup_printf ("%.15g", json_real_value (value));
  return json_dumps (value, JSON_ENCODE_ANY);
}

/* The ends of an integer's own range are no limits. */
static gboolean
is_range_end (const json_t *value)
{
  static const gint64 ends[] = { G_MININT8,  G_MAXINT8,  G_MININT16, G_MAXINT16,
                                 G_MININT32, G_MAXINT32, G_MININT64, G_MAXINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (json_is_integer (value) && json_integer_value (value) == ends[i])
      return TRUE;
  return FALSE;
}

/* @unit is what one is called, NULL where there is nothing to count. */
static void
append_range (GString *text, const json_t *schema, const char *least_name, const char *most_name, const char *unit)
{
  const json_t *least = json_object_get (schema, least_name), *most = json_object_get (schema, most_name);
  g_autofree char *from = least != NULL && !is_range_end (least) ? print (least) : NULL;
  g_autofree char *to = most != NULL && !is_range_end (most) ? print (most) : NULL;

  if (from != NULL && to != NULL && strcmp (from, to) == 0)
    g_string_append_printf (text, ", %s", from);
  else if (from != NULL && to != NULL)
    g_string_append_printf (text, ", %s to %s", from, to);
  else if (from != NULL)
    g_string_append_printf (text, ", at least %s", from);
  else if (to != NULL)
    g_string_append_printf (text, ", at most %s", to);
  if (unit != NULL && (from != NULL || to != NULL))
    g_string_append_printf (text, " %s%s", unit, strcmp (to != NULL ? to : from, "1") == 0 ? "" : "s");
}

static void
append_choice (GString *text, const json_t *schema)
{
  const json_t *choice = json_object_get (schema, "enum");
  gboolean any = FALSE;

  for (gsize i = 0; i < json_array_size (choice); i++)
    {
      g_autofree char *one = print (json_array_get (choice, i));

      if (json_is_null (json_array_get (choice, i)))
        continue;
      g_string_append_printf (text, any ? ", %s" : ", one of: %s", one);
      any = TRUE;
    }
}

static void
append_fixed (GString *text, const json_t *schema, const char *member, const char *words)
{
  const json_t *value = json_object_get (schema, member);
  g_autofree char *printed = value != NULL ? json_dumps (value, JSON_ENCODE_ANY) : NULL;

  if (printed != NULL)
    g_string_append_printf (text, ", %s%s", words, printed);
}

/* What each element of a list has to keep to. */
static void
append_each (GString *text, json_t *schema)
{
  const json_t *items = json_object_get (without_null (schema), "items");
  g_autoptr (GString) each = g_string_new (NULL);

  append_range (each, items, "minLength", "maxLength", "character");
  append_range (each, items, "minimum", "maximum", NULL);
  append_choice (each, items);
  if (each->len > 0)
    g_string_append_printf (text, ", each %s", each->str + strlen (", "));
}

static char *
describe_type (json_t *schema)
{
  GString *text = g_string_new (NULL);

  append_type (text, without_null (schema));
  if (takes_null (schema))
    g_string_append (text, " or null");
  if (json_is_true (json_object_get (without_null (schema), "uniqueItems")))
    g_string_append (text, ", each once");
  append_range (text, schema, "minLength", "maxLength", "character");
  append_range (text, schema, "minItems", "maxItems", "element");
  append_each (text, schema);
  append_range (text, schema, "minProperties", "maxProperties", "member");
  append_range (text, schema, "minimum", "maximum", NULL);
  append_choice (text, schema);
  append_fixed (text, schema, "const", "always ");
  append_fixed (text, schema, "default", "default ");
  return g_string_free (text, FALSE);
}

static void
add_remark (TwDocs *docs, const char *style, const char *remark)
{
  if (remark != NULL)
    tw_docs_add_html (docs, " <span class=\"%s\">%s</span>", style, remark);
}

static gboolean
is_readable (const char *pattern)
{
  return pattern != NULL && strlen (pattern) <= MAX_PATTERN && g_str_is_ascii (pattern);
}

static void
add_detail (TwDocs *docs, const char *label, const char *code)
{
  tw_docs_add_html (docs, "<p class=\"detail\">%s: <code>%s</code></p>\n", label, code);
}

void
tw_docs_add_entry (TwDocs *docs, const TwDocsEntry *entry)
{
  g_autofree char *type = describe_type (entry->schema);
  const char *pattern = tw_docs_text (entry->schema, "pattern");
  g_autofree char *example = entry->example != NULL ? json_dumps (entry->example, JSON_ENCODE_ANY) : NULL;

  tw_docs_add_html (docs, "<div class=\"entry\"><dt><code class=\"name\">%s</code>", entry->name);
  add_remark (docs, "mark", entry->mark);
  add_remark (docs, "note", entry->note);
  add_remark (docs, "note", json_is_true (json_object_get (entry->schema, "writeOnly")) ? "secret" : NULL);
  add_remark (docs, "type", type);
  tw_docs_add_html (docs, "</dt><dd>\n");
  tw_docs_add_paragraphs (docs, entry->description);
  if (is_readable (pattern))
    add_detail (docs, "Pattern", pattern);
  if (example != NULL)
    add_detail (docs, "Example", example);
  tw_docs_add_html (docs, "</dd></div>\n");
}

/* Members. */

typedef struct
{
  TwDocs *docs;
  const char *mark;              /* what is said of members that have to be there */
  const json_t *open[MAX_DEPTH]; /* the schemas that are being listed, in each other */
  guint depth;
} Listing;

static void list_members (Listing *listing, json_t *schema, const char *prefix);

static gboolean
is_open (const Listing *listing, const json_t *schema)
{
  for (guint i = 0; i < listing->depth; i++)
    if (listing->open[i] == schema)
      return TRUE;
  return FALSE;
}

/* The members of a member called @name, of its elements or of its values. */
static void
list_below (Listing *listing, json_t *schema, const char *name)
{
  json_t *inner = without_null (schema);
  g_autofree char *prefix = NULL;

  if (json_object_get (inner, "items") != NULL)
    {
      prefix = g_strdup_printf ("%s[]", name);
      list_below (listing, json_object_get (inner, "items"), prefix);
      return;
    }
  if (json_is_object (json_object_get (inner, "additionalProperties")))
    {
      prefix = g_strdup_printf ("%s.*", name);
      list_below (listing, json_object_get (inner, "additionalProperties"), prefix);
      return;
    }
  prefix = *name != '\0' ? g_strdup_printf ("%s.", name) : g_strdup ("");
  list_members (listing, inner, prefix);
}

static gboolean
is_required (const json_t *schema, const char *name)
{
  const json_t *required = json_object_get (schema, "required");

  for (gsize i = 0; i < json_array_size (required); i++)
    if (strcmp (json_string_value (json_array_get (required, i)), name) == 0)
      return TRUE;
  return FALSE;
}

static void
list_properties (Listing *listing, json_t *schema, const char *prefix)
{
  gboolean one_of_these = json_object_get (schema, "minProperties") != NULL;
  const char *name;
  json_t *member;

  json_object_foreach (json_object_get (schema, "properties"), name, member)
    {
      g_autofree char *full = g_strconcat (prefix, name, NULL);

      tw_docs_add_entry (listing->docs, &(TwDocsEntry) {
                                          .name = full,
                                          .schema = member,
                                          .mark = is_required (schema, name) ? listing->mark : NULL,
                                          .note = one_of_these ? "one of these" : NULL,
                                          .description = tw_docs_text (member, "description"),
                                          .example = json_array_get (json_object_get (member, "examples"), 0),
                                        });
      list_below (listing, member, full);
    }
}

static void
list_members (Listing *listing, json_t *schema, const char *prefix)
{
  json_t *resolved = tw_docs_resolve (listing->docs, schema);
  json_t *parts = json_object_get (resolved, "allOf");

  if (listing->depth == MAX_DEPTH || is_open (listing, resolved))
    return;
  listing->open[listing->depth++] = resolved;
  list_properties (listing, resolved, prefix);
  for (gsize i = 0; i < json_array_size (parts); i++)
    list_members (listing, json_array_get (parts, i), prefix);
  listing->depth--;
}

void
tw_docs_add_schema (TwDocs *docs, json_t *schema, const char *mark)
{
  Listing listing = { .docs = docs, .mark = mark };
  gsize start = docs->out->len, empty;
  json_t *resolved = tw_docs_resolve (docs, schema);

  if (json_object_get (resolved, "properties") == NULL && json_object_get (resolved, "allOf") == NULL)
    {
      g_autofree char *type = describe_type (schema);

      tw_docs_add_html (docs, "<p class=\"whole\">%s</p>\n", type);
      start = docs->out->len;
    }
  tw_docs_add_html (docs, "<dl>\n");
  empty = docs->out->len;
  list_below (&listing, schema, "");
  if (docs->out->len == empty)
    g_string_truncate (docs->out, start);
  else
    tw_docs_add_html (docs, "</dl>\n");
}
