/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-program.h"

#include "tw-error.h"

/* A step of a program, as EXPLAIN shows it. */
typedef struct
{
  char *opcode;
  int p1, p2, p3;
  char *p4;
} Step;

static void
step_clear (gpointer data)
{
  Step *step = data;

  g_free (step->opcode);
  g_free (step->p4);
}

static char *
copy_text (sqlite3_stmt *statement, int column)
{
  const unsigned char *text = sqlite3_column_text (statement, column);

  return g_strdup (text != NULL ? (const char *) text : "");
}

/* The program, a step at each address. NULL with @error. */
static GArray *
explain (TwSqliteConnection *connection, const char *sql, GError **error)
{
  g_autofree char *explained = g_strconcat ("EXPLAIN ", sql, NULL);
  g_autoptr (GArray) program = g_array_new (FALSE, FALSE, sizeof (Step));
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2 (tw_sqlite_handle (connection), explained, -1, &statement, NULL);

  g_array_set_clear_func (program, step_clear);
  while (statement != NULL && (result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const Step step = { copy_text (statement, 1), sqlite3_column_int (statement, 2), sqlite3_column_int (statement, 3),
                          sqlite3_column_int (statement, 4), copy_text (statement, 5) };

      g_array_append_val (program, step);
    }
  if (result != SQLITE_DONE)
    g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "SQLite does not explain a query: %s",
                 sqlite3_errmsg (tw_sqlite_handle (connection)));
  sqlite3_finalize (statement);
  return result == SQLITE_DONE ? g_steal_pointer (&program) : NULL;
}

static gboolean
is_one_of (const char *opcode, const char *const *all)
{
  return g_strv_contains (all, opcode);
}

static gboolean
is_take_row (const Step *step)
{
  static const char *const calls[] = { "Function", "PureFunc", NULL };

  return is_one_of (step->opcode, calls) && g_str_has_prefix (step->p4, "take_row(");
}

/* The step behind the take_row() at @at that is in the way, by its address; -1: none is, up to the next row. */
static int
find_obstacle (const GArray *program, guint at)
{
  /* What fills registers with what is there, gives the row away, or counts down a LIMIT. */
  static const char *const harmless[]
      = { "Column", "Copy", "DecrJumpZero", "Int64", "Integer", "Noop", "Null", "ResultRow", "SCopy", "String8", NULL };
  static const char *const tests[] = { "If", "IfNot", NULL };
  static const char *const ends[] = { "Halt", "Next", "Prev", NULL };
  const Step *all = (const Step *) (gconstpointer) program->data;
  const int taken = all[at].p3;

  for (guint i = at + 1; i < program->len; i++)
    {
      if (is_one_of (all[i].opcode, ends))
        return -1;
      if (strcmp (all[i].opcode, "Goto") == 0 && all[i].p2 > (int) i)
        i = (guint) all[i].p2 - 1;
      else if (!is_one_of (all[i].opcode, harmless) && !(is_one_of (all[i].opcode, tests) && all[i].p1 == taken))
        return (int) i;
    }
  return (int) at;
}

gboolean
tw_sqlite_program_takes_rows_last (TwSqliteConnection *connection, const char *sql, char **obstacle, GError **error)
{
  g_autoptr (GArray) program = explain (connection, sql, error);
  guint calls = 0;

  *obstacle = NULL;
  for (guint i = 0; program != NULL && *obstacle == NULL && i < program->len; i++)
    {
      const Step *step = &g_array_index (program, Step, i);
      int found;

      if (!is_take_row (step))
        continue;
      calls++;
      found = find_obstacle (program, i);
      if (found >= 0)
        *obstacle = g_strdup (g_array_index (program, Step, found).opcode);
    }
  if (program != NULL && calls == 0)
    *obstacle = g_strdup ("no call");
  return program != NULL && *obstacle == NULL;
}
