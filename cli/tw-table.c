/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-table.h"

#include "tw-terminal-text.h"

#define GAP 2

/* U+200E LEFT-TO-RIGHT MARK */
#define LEFT_TO_RIGHT "\u200e"

/* A name in one line: a map's keys are data, too. */
static char *
clean_name (const char *name)
{
  GString *out = g_string_new (NULL);

  tw_terminal_append_text (out, name);
  return g_string_free (out, FALSE);
}

/* A value in one line. */
static char *
cell (const json_t *value)
{
  GString *out = g_string_new (NULL);

  if (json_is_string (value))
    tw_terminal_append_text (out, json_string_value (value));
  else if (json_is_true (value))
    g_string_append (out, "yes");
  else if (json_is_false (value))
    g_string_append (out, "no");
  else if (value != NULL && !json_is_null (value))
    {
      char *text = json_dumps (value, JSON_ENCODE_ANY | JSON_REAL_PRECISION (17));

      tw_terminal_append_text (out, text);
      free (text);
    }
  return g_string_free (out, FALSE);
}

/* On a terminal that turns what is written from right to left, such a cell would turn its row's other cells with it:
 * a mark on either side keeps it to itself. */
static void
append_cell (GString *out, const char *text, TwTableReader reader)
{
  gboolean marked = reader == TW_TABLE_FOR_A_TERMINAL && tw_terminal_is_right_to_left (text);

  g_string_append_printf (out, "%s%s%s", marked ? LEFT_TO_RIGHT : "", text, marked ? LEFT_TO_RIGHT : "");
}

/* @cells, @n_columns of them a row; the last column is not padded. */
static void
append_rows (GString *out, const GPtrArray *cells, guint n_columns, TwTableReader reader)
{
  g_autofree guint *widths = g_new0 (guint, n_columns);

  for (guint i = 0; i < cells->len; i++)
    widths[i % n_columns] = MAX (widths[i % n_columns], tw_terminal_width (cells->pdata[i]));
  for (guint i = 0; i < cells->len; i++)
    {
      const char *text = cells->pdata[i];
      guint column = i % n_columns;

      append_cell (out, text, reader);
      if (column + 1 < n_columns)
        g_string_append_printf (out, "%*s", (int) (widths[column] - tw_terminal_width (text) + GAP), "");
      else
        g_string_append_c (out, '\n');
    }
}

static gboolean
is_list_of_objects (const json_t *value)
{
  return json_is_array (value) && json_array_size (value) > 0 && json_is_object (json_array_get (value, 0));
}

/* One row an object; the columns are all names that occur, in the order in which they first do. */
static void
append_table (GString *out, const json_t *list, TwTableReader reader)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new (), cells = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < json_array_size (list); i++)
    for (void *at = json_object_iter (json_array_get (list, i)); at != NULL;
         at = json_object_iter_next (json_array_get (list, i), at))
      if (!g_ptr_array_find_with_equal_func (names, json_object_iter_key (at), g_str_equal, NULL))
        g_ptr_array_add (names, (gpointer) (gintptr) json_object_iter_key (at));

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *name = clean_name (names->pdata[i]);

      g_ptr_array_add (cells, g_ascii_strup (name, -1));
    }
  for (gsize i = 0; i < json_array_size (list); i++)
    for (guint j = 0; j < names->len; j++)
      g_ptr_array_add (cells, cell (json_object_get (json_array_get (list, i), names->pdata[j])));
  if (names->len > 0)
    append_rows (out, cells, names->len, reader);
}

static void
append_object (GString *out, const json_t *object, TwTableReader reader)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  json_t *mutable = json_copy ((json_t *) (gintptr) object);
  const char *name;
  json_t *value;

  json_object_foreach (mutable, name, value)
    if (!json_is_object (value) && !json_is_array (value))
      {
        g_ptr_array_add (cells, clean_name (name));
        g_ptr_array_add (cells, cell (value));
      }
  append_rows (out, cells, 2, reader);
  json_object_foreach (mutable, name, value)
    if (json_is_object (value) || json_is_array (value))
      {
        g_autofree char *clean = clean_name (name);

        g_string_append_printf (out, out->len > 0 ? "\n%s:\n" : "%s:\n", clean);
        tw_table_append (out, value, reader);
      }
  json_decref (mutable);
}

void
tw_table_append (GString *out, const json_t *value, TwTableReader reader)
{
  if (is_list_of_objects (value))
    append_table (out, value, reader);
  else if (json_is_array (value) && json_array_size (value) == 0)
    g_string_append (out, "(none)\n");
  else if (json_is_object (value))
    append_object (out, value, reader);
  else
    {
      g_autofree char *text = cell (value);

      g_string_append_printf (out, "%s\n", text);
    }
}

static gboolean
is_nested (const json_t *value)
{
  return json_is_object (value) || json_is_array (value);
}

static void
append_in_line (GString *out, const char *text, TwTableReader reader)
{
  if (out->len > 0 && out->str[out->len - 1] != '\n')
    g_string_append_printf (out, "%*s", GAP, "");
  append_cell (out, text, reader);
}

static void
append_named (GString *out, const char *name, const json_t *value, TwTableReader reader)
{
  char *json = json_dumps (value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION (17));
  g_autofree char *clean = clean_name (name);
  g_autoptr (GString) text = g_string_new (clean);

  g_string_append_c (text, '=');
  tw_terminal_append_text (text, json);
  free (json);
  append_in_line (out, text->str, reader);
}

/* What an object inside of @object has beside it. */
static void
append_inside (GString *out, const json_t *object, json_t *inside, TwTableReader reader)
{
  const char *name;
  json_t *value;

  json_object_foreach (inside, name, value)
    if (!json_equal (json_object_get (object, name), value))
      append_named (out, name, value, reader);
}

void
tw_table_append_line (GString *out, const json_t *value, TwTableReader reader)
{
  json_t *object = json_is_object (value) ? json_copy ((json_t *) (gintptr) value) : NULL, *member;
  const char *name;

  json_object_foreach (object, name, member)
    if (!is_nested (member))
      {
        g_autofree char *text = cell (member);

        append_in_line (out, text, reader);
      }
  json_object_foreach (object, name, member)
    if (json_is_object (member))
      append_inside (out, object, member, reader);
    else if (json_is_array (member))
      append_named (out, name, member, reader);
  if (object == NULL)
    {
      g_autofree char *text = cell (value);

      append_in_line (out, text, reader);
    }
  g_string_append_c (out, '\n');
  json_decref (object);
}
