/* SPDX-License-Identifier: Apache-2.0 */

/* orders-pages FOLDER [ROUNDS]: what a page of 50 costs SQLite in every order, alone and with a list or done, over what
 * is shared too, and with filters; and by which plan. Prints Markdown. See docs/experiments/orders.md.
 *
 * Somebody has 10,000 tasks, half of them in five lists, and is in 100 lists of others, with 1,000 tasks each. */

#include "orders.h"

#include "tw-output.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#define OWN 10000
#define OWN_LISTS 5
#define SHARED 100
#define OF_SHARED 1000
#define MAX_ROUNDS 15

#define COLUMNS                                                                                                        \
  "name, notes, id, user_id, created_ms, updated_ms, version, done, list_id, due, remind_ms, priority, completed_ms,"  \
  " position, assignee_id, created_by, labels"
#define TODAY "name, id, created_ms, updated_ms, version, done, user_id"

/* --- The data --- */

static const char *const words[] = { "call", "the",   "garden", "Blumen", "invoice", "write", "caf\303\251",   "report",
                                     "book", "train", "to",     "Berlin", "milk",    "read",  "Stra\303\237e", "and" };

static void
append_words (GString *text, GRand *random, gsize length)
{
  while (text->len < length)
    {
      /* Two of sixteen are not ASCII: in a twentieth of the names one may be. */
      guint word = (guint) g_rand_int_range (random, 0, 16);

      if (words[word][0] != '\0' && !g_str_is_ascii (words[word]) && g_rand_int_range (random, 0, 12) != 0)
        continue;
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", words[word]);
    }
}

/* @list: G_MAXUINT for none. */
static void
add_task (sqlite3_stmt *insert, GRand *random, guint user, guint list, guint64 n)
{
  gint64 created_ms = 1700000000000 + (gint64) n * 60000;
  g_autofree char *owner = g_strdup_printf (USER, user);
  g_autoptr (GString) name = g_string_new (NULL), notes = g_string_new (NULL);
  gint64 day = 86400000, due = created_ms + g_rand_int_range (random, 1, 400) * day;
  gboolean done = g_rand_int_range (random, 0, 10) < 7;
  guint8 id[ID_BYTES], in[ID_BYTES];

  append_words (name, random, 40);
  append_words (notes, random, 200);
  orders_id ((guint64) created_ms, n, id);
  sqlite3_clear_bindings (insert);
  sqlite3_bind_text (insert, 1, owner, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (insert, 2, created_ms);
  sqlite3_bind_blob (insert, 3, id, ID_BYTES, SQLITE_STATIC);
  sqlite3_bind_int64 (insert, 4, created_ms + 1000);
  sqlite3_bind_int64 (insert, 5, 2);
  sqlite3_bind_int (insert, 6, done);
  if (list != G_MAXUINT)
    {
      orders_list_id (list, in);
      sqlite3_bind_blob (insert, 7, in, ID_BYTES, SQLITE_STATIC);
      if (g_rand_int_range (random, 0, 10) < 3)
        sqlite3_bind_text (insert, 13, owner, -1, SQLITE_STATIC);
    }
  if (g_rand_boolean (random))
    sqlite3_bind_int64 (insert, 8, g_rand_boolean (random) ? due / day * day * 2 : due * 2 + 1);
  if (g_rand_int_range (random, 0, 10) < 1)
    sqlite3_bind_int64 (insert, 9, due);
  if (g_rand_int_range (random, 0, 4) < 1)
    sqlite3_bind_int (insert, 10, g_rand_int_range (random, 1, 5));
  if (done)
    sqlite3_bind_int64 (insert, 11, created_ms + 1000);
  if (g_rand_int_range (random, 0, 5) < 1)
    sqlite3_bind_double (insert, 12, g_rand_double (random));
  sqlite3_bind_text (insert, 14, owner, -1, SQLITE_STATIC);
  if (g_rand_int_range (random, 0, 5) < 1)
    sqlite3_bind_text (insert, 15, "[\"home\",\"garden\"]", -1, SQLITE_STATIC);
  if (g_rand_int_range (random, 0, 10) < 3)
    sqlite3_bind_text (insert, 16, notes->str, -1, SQLITE_STATIC);
  sqlite3_bind_text (insert, 17, name->str, -1, SQLITE_STATIC);
  while (orders_step (insert))
    ;
}

/* User 0 is whose pages they are; each of users 1 to 100 has a shared list and as many tasks beside it. */
static void
fill (sqlite3 *db)
{
  sqlite3_stmt *insert = orders_prepare (
    db, "INSERT INTO tasks (user_id, created_ms, id, updated_ms, version, done, list_id, due, remind_ms, priority,"
        " completed_ms, position, assignee_id, created_by, labels, notes, name)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)");
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint64 n = 0;

  orders_check (db, sqlite3_exec (db, "BEGIN", NULL, NULL, NULL));
  for (guint i = 0; i < OWN; i++)
    {
      guint list = (guint) g_rand_int_range (random, 0, 2 * OWN_LISTS);

      add_task (insert, random, 0, list < OWN_LISTS ? 1000 + list : G_MAXUINT, n++);
      for (guint j = 0; j < 2 * SHARED * OF_SHARED / OWN; j++, n++)
        {
          guint at = i * (2 * SHARED * OF_SHARED / OWN) + j;

          add_task (insert, random, 1 + at % SHARED, at / SHARED % 2 == 0 ? at % SHARED : G_MAXUINT, n);
        }
    }
  orders_check (db, sqlite3_exec (db, "COMMIT", NULL, NULL, NULL));
  sqlite3_finalize (insert);
}

/* --- What is asked --- */

typedef struct
{
  sqlite3 *db;
  guint rounds;
  gint64 sum;     /* of all columns, so that none is left out */
  GString *table; /* what is found */
} Asking;

static char *
plan_of (sqlite3 *db, const char *sql)
{
  g_autofree char *explain = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
  sqlite3_stmt *statement = orders_prepare (db, explain);
  g_autoptr (GString) plan = g_string_new (NULL);
  guint rows = 0;

  for (; orders_step (statement); rows++)
    if (rows < 5)
      g_string_append_printf (plan, "%s%s", rows > 0 ? "; " : "", sqlite3_column_text (statement, 3));
  if (rows > 5)
    g_string_append_printf (plan, "; … (%u)", rows);
  sqlite3_finalize (statement);
  return g_strdup (plan->str);
}

/* A statement once, median of many, in microseconds of CPU. */
static void
measure (Asking *asking, const char *what, const char *sql)
{
  sqlite3_stmt *statement = orders_prepare (asking->db, sql);
  g_autofree char *user = g_strdup_printf (USER, 0u), *plan = plan_of (asking->db, sql);
  guint8 list[ID_BYTES];
  double us[MAX_ROUNDS];
  guint rows, times;
  Measure start;

  orders_list_id (1000, list);
  sqlite3_bind_text (statement, 1, user, -1, SQLITE_STATIC);
  if (sqlite3_bind_parameter_count (statement) > 1)
    sqlite3_bind_blob (statement, 2, list, ID_BYTES, SQLITE_STATIC);
  start = measure_start ();
  rows = orders_ask (statement, &asking->sum);
  times = (guint) CLAMP (20000000 / (measure_since (&start).cpu_ns + 1), 2, 2000);
  for (guint i = 0; i < asking->rounds; i++)
    {
      start = measure_start ();
      for (guint j = 0; j < times; j++)
        orders_ask (statement, &asking->sum);
      us[i] = (double) measure_since (&start).cpu_ns / 1e3 / times;
    }
  g_string_append_printf (asking->table, "| %s | %u | %.0f | %s |\n", what, rows, median (us, asking->rounds), plan);
  sqlite3_finalize (statement);
}

/* --- A page over many lists --- */

static void
measure_merged (Asking *asking, const char *what, const char *sql, guint lists, int n_done)
{
  sqlite3_stmt *walk = orders_prepare (asking->db, sql);
  sqlite3_stmt *row =
    orders_prepare (asking->db, "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 AND created_ms = ?2 AND id = ?3");
  g_autofree char *plan = plan_of (asking->db, sql);
  double us[MAX_ROUNDS];
  guint rows = 0;

  for (guint i = 0; i < asking->rounds; i++)
    {
      Measure start = measure_start ();

      for (guint j = 0; j < 100; j++)
        rows = orders_merged_page (walk, row, lists, n_done, &asking->sum);
      us[i] = (double) measure_since (&start).cpu_ns / 1e3 / 100;
    }
  g_string_append_printf (asking->table, "| %s | %u | %.0f | %s |\n", what, rows, median (us, asking->rounds), plan);
  sqlite3_finalize (walk);
  sqlite3_finalize (row);
}

/* One statement with an arm for each list and state. */
static char *
union_of (guint lists, const char *key, const char *index)
{
  g_autoptr (GString) sql = g_string_new (NULL);

  for (guint i = 0; i < 2 * lists; i++)
    g_string_append_printf (sql,
                            "%sSELECT " COLUMNS " FROM tasks INDEXED BY %s WHERE list_id = x'%08x%016x' AND done = %u"
                            " AND %s IS NOT NULL",
                            i > 0 ? " UNION ALL " : "", index, 1700000000u, i / 2, i % 2, key);
  g_string_append_printf (sql, " ORDER BY %s, created_ms DESC, id DESC LIMIT 51", key);
  return g_strdup (sql->str);
}

/* --- Filters --- */

/* Whether a word of @text begins with the needle, which is folded. */
static gboolean
has_word (const char *text, const char *needle)
{
  gsize length = strlen (needle);
  gboolean begins = TRUE;

  for (const char *at = text; *at != '\0'; at++)
    {
      if (begins && g_ascii_tolower (*at) == *needle && g_ascii_strncasecmp (at, needle, length) == 0)
        return TRUE;
      begins = *at == ' ';
    }
  return FALSE;
}

static gboolean
matches (const char *text, const char *needle)
{
  g_autofree char *folded = NULL;

  if (text == NULL)
    return FALSE;
  if (!g_str_is_ascii (text))
    text = folded = orders_fold (text);
  return has_word (text, needle);
}

static void
q (sqlite3_context *context, int n, sqlite3_value **values)
{
  sqlite3_result_int (context, matches ((const char *) sqlite3_value_text (values[0]), "zebra")
                                 || matches ((const char *) sqlite3_value_text (values[1]), "zebra"));
}

static void
q_folded (sqlite3_context *context, int n, sqlite3_value **values)
{
  for (int i = 0; i < 2; i++)
    {
      const char *text = (const char *) sqlite3_value_text (values[i]);
      g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;
      g_autofree char *decomposed = folded != NULL ? g_utf8_normalize (folded, -1, G_NORMALIZE_ALL) : NULL;

      if (decomposed != NULL && has_word (decomposed, "zebra"))
        sqlite3_result_int (context, 1);
    }
}

static void
has_label (sqlite3_context *context, int n, sqlite3_value **values)
{
  const char *labels = (const char *) sqlite3_value_text (values[0]);

  sqlite3_result_int (context, labels != NULL && strstr (labels, "\"zebra\"") != NULL);
}

/* --- All of it --- */

#define OWN_(INDEX) "SELECT " COLUMNS " FROM tasks INDEXED BY " INDEX " WHERE user_id = ?1"
#define LIST_(INDEX) "SELECT " COLUMNS " FROM tasks INDEXED BY " INDEX " WHERE list_id = ?2 AND ?1 IS NOT NULL"
#define END " LIMIT 51"
#define TIES ", created_ms DESC, id DESC LIMIT 51"
#define BY_CREATED " ORDER BY created_ms DESC, id DESC LIMIT 51"
#define DUE " AND due IS NOT NULL ORDER BY due" TIES
#define BOTH(FROM, KEY)                                                                                                \
  FROM " AND done = 0 AND " KEY " IS NOT NULL UNION ALL " FROM " AND done = 1 AND " KEY                                \
       " IS NOT NULL ORDER BY " KEY TIES

typedef struct
{
  const char *what, *sql;
} Question;

static const Question pages[] = {
  { "created (own, or inbox alone)", "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1" BY_CREATED },
  { "created, open", OWN_ ("own_created") " AND done = 0" BY_CREATED },
  { "-created", "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 ORDER BY created_ms, id" END },
  { "created, a list, open", LIST_ ("list_created") " AND done = 0" BY_CREATED },
  { "created, a list: two runs merged",
    LIST_ ("list_created") " AND done = 0 UNION ALL " LIST_ ("list_created") " AND done = 1" BY_CREATED },
  { "created, the inbox: what is in a list is passed over",
    "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 AND list_id IS NULL" BY_CREATED },
  { "due, open", OWN_ ("own_due") " AND done = 0" DUE },
  { "due: two runs merged", BOTH (OWN_ ("own_due"), "due") },
  { "due: IN, sorted", OWN_ ("own_due") " AND done IN (0, 1)" DUE },
  { "-due, open: ties the wrong way",
    OWN_ ("own_due") " AND done = 0 AND due IS NOT NULL ORDER BY due DESC, created_ms, id" END },
  { "-due, open: sorted within ties", OWN_ ("own_due") " AND done = 0 AND due IS NOT NULL ORDER BY due DESC" TIES },
  { "-due, open: keys alone, for a page that is put in order before its rows are read",
    "SELECT due, created_ms, id FROM tasks INDEXED BY own_due WHERE user_id = ?1 AND done = 0 AND due IS NOT NULL"
    " ORDER BY due DESC, created_ms, id" END },
  { "-priority, open: sorted within ties",
    OWN_ ("own_priority") " AND done = 0 AND priority IS NOT NULL ORDER BY priority DESC" TIES },
  { "-priority, open: one value after the other",
    OWN_ ("own_priority") " AND done = 0 AND priority = 4 AND priority IS NOT NULL" BY_CREATED },
  { "due, what is unset: others passed over",
    "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 AND due IS NULL" BY_CREATED },
  { "due, a list, open", LIST_ ("list_due") " AND done = 0" DUE },
  { "due, a list: two runs merged", BOTH (LIST_ ("list_due"), "due") },
  { "priority, open", OWN_ ("own_priority") " AND done = 0 AND priority IS NOT NULL ORDER BY priority" TIES },
  { "priority: two runs merged", BOTH (OWN_ ("own_priority"), "priority") },
  { "manual: two runs merged", BOTH (OWN_ ("own_position"), "position") },
  { "name, open", OWN_ ("own_name") " AND done = 0 ORDER BY fold (name)" TIES },
  { "name, a list, open", LIST_ ("list_name") " AND done = 0 ORDER BY fold (name)" TIES },
};

static const Question filters[] = {
  { "label, nobody has it", "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 AND has_label (labels)" BY_CREATED },
  { "priority", "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 AND priority = 9" BY_CREATED },
  { "assigneeId", "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 AND assignee_id = 'nobody'" BY_CREATED },
  { "dueBefore and dueAfter", "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 AND due >= 5 AND due < 9" BY_CREATED },
  { "q, nothing has it", "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 AND q (name, notes)" BY_CREATED },
  { "q, every text folded by GLib",
    "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 AND q_folded (name, notes)" BY_CREATED },
  { "done, priority 1, sorted by due: along the order",
    OWN_ ("own_due") " AND done = 0 AND due IS NOT NULL AND priority = 9 ORDER BY due" TIES },
  { "the same, half of them there, past the order and sorted",
    "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 AND +done = 0 AND +priority > 0 ORDER BY +due" TIES },
  { "all of one's own, sorted by name past the order",
    "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 ORDER BY fold (+name)" TIES },
};

static void
measure_all (Asking *asking)
{
  static const guint counts[] = { 1, 5, 20, 100 };
  g_autofree char *both = union_of (100, "due", "list_due");
  Measure start;
  double us;

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    measure (asking, pages[i].what, pages[i].sql);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree char *open = g_strdup_printf ("due, %u lists, open: first of each, then the least", counts[i]);
      g_autofree char *all = g_strdup_printf ("due, %u lists, open and done", counts[i]);

#define KEYS(KEY, INDEX)                                                                                               \
  "SELECT " KEY ", created_ms, id, user_id FROM tasks INDEXED BY " INDEX " WHERE list_id = ?1 AND done = ?2"
      measure_merged (asking, open, KEYS ("due", "list_due") " AND due IS NOT NULL ORDER BY due, " NEWEST, counts[i],
                      1);
      measure_merged (asking, all, KEYS ("due", "list_due") " AND due IS NOT NULL ORDER BY due, " NEWEST, counts[i], 2);
    }
  measure_merged (asking, "created, 100 lists, open and done", KEYS ("-created_ms", "list_created") " ORDER BY " NEWEST,
                  100, 2);
  start = measure_start ();
  sqlite3_finalize (orders_prepare (asking->db, both));
  us = (double) measure_since (&start).cpu_ns / 1e3;
  measure (asking, "due, 100 lists, one statement with 200 arms", both);
  g_string_append_printf (asking->table, "| (to prepare that) | | %.0f | |\n", us);
  measure (asking, "due, 100 lists, joined and sorted",
           "SELECT " COLUMNS " FROM shared JOIN tasks INDEXED BY list_due USING (list_id)"
           " WHERE ?1 IS NOT NULL AND due IS NOT NULL ORDER BY due" TIES);
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    measure (asking, filters[i].what, filters[i].sql);
}

static void
share (sqlite3 *db)
{
  sqlite3_stmt *insert;

  orders_check (db, sqlite3_exec (db, "CREATE TEMP TABLE shared (list_id BLOB)", NULL, NULL, NULL));
  insert = orders_prepare (db, "INSERT INTO shared VALUES (?1)");
  for (guint i = 0; i < SHARED; i++)
    {
      guint8 list[ID_BYTES];

      orders_list_id (i, list);
      sqlite3_bind_blob (insert, 1, list, ID_BYTES, SQLITE_STATIC);
      while (orders_step (insert))
        ;
    }
  sqlite3_finalize (insert);
}

int
main (int argc, char **argv)
{
  guint rounds = argc > 2 ? (guint) strtoul (argv[2], NULL, 10) : 5;
  g_autofree char *path = argc > 1 ? g_build_filename (argv[1], "orders-pages.db", NULL) : NULL;
  g_autofree char *wal = path != NULL ? g_strconcat (path, "-wal", NULL) : NULL;
  g_autofree char *shm = path != NULL ? g_strconcat (path, "-shm", NULL) : NULL;
  g_autoptr (GString) table = g_string_new (NULL);
  Asking asking = { .rounds = rounds, .table = table };
  sqlite3 *db;

  tw_output_init ();
  if (argc < 2 || rounds < 1 || rounds > MAX_ROUNDS)
    {
      g_printerr ("usage: orders-pages FOLDER [ROUNDS]\n");
      return 1;
    }
  db = orders_open (path, "OFF", ORDERS_WIDE ("") ORDERS_PROPOSED);
  sqlite3_create_function (db, "q", 2, SQLITE_UTF8, NULL, q, NULL, NULL);
  sqlite3_create_function (db, "q_folded", 2, SQLITE_UTF8, NULL, q_folded, NULL, NULL);
  sqlite3_create_function (db, "has_label", 1, SQLITE_UTF8, NULL, has_label, NULL, NULL);
  fill (db);
  asking.db = db;
  orders_check (
    db, sqlite3_exec (db,
                      "CREATE TABLE today (user_id TEXT NOT NULL, created_ms INTEGER NOT NULL, id BLOB NOT NULL,"
                      " updated_ms, version, done, name TEXT NOT NULL, PRIMARY KEY (user_id, created_ms, id))"
                      " WITHOUT ROWID; INSERT INTO today SELECT user_id, created_ms, id, updated_ms,"
                      " version, done, name FROM tasks",
                      NULL, NULL, NULL));
  share (db);
  orders_check (db, sqlite3_wal_checkpoint_v2 (db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
  /* As the service's loop: statements that follow each other read in one transaction. */
  orders_check (db, sqlite3_exec (db, "BEGIN", NULL, NULL, NULL));
  g_string_append (asking.table, "| a page of 50 | rows | µs | plan |\n|---|---|---|---|\n");
  measure (&asking, "today's table: created", "SELECT " TODAY " FROM today WHERE user_id = ?1" BY_CREATED);
  measure_all (&asking);
  sqlite3_close (db);
  g_unlink (path);
  g_unlink (wal);
  g_unlink (shm);
  g_string_append_printf (asking.table, "\nsum: %" G_GINT64_FORMAT "\n", asking.sum);
  return tw_output_print_and_end ("orders-pages", table->str);
}
