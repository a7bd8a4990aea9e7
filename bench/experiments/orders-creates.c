/* SPDX-License-Identifier: Apache-2.0 */

/* orders-creates FOLDER [ROUNDS [WORD]]: what a create costs SQLite with each set of indexes, by CPU and by bytes of
 * log, with 100 users who have 100 tasks each at first; only those that have WORD in their name. Prints Markdown. See
 * docs/experiments/orders.md. */

#include "orders.h"

#include "tw-output.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#define USERS 100
#define FIRST 10000
#define CREATES 1600
#define COMMITS 40 /* of FULL, which waits for the disk */
#define MAX_ROUNDS 15

#define FOLDED "name_key TEXT NOT NULL, "
#define LATER "name_key TEXT, "
#define LOG                                                                                                            \
  "CREATE TABLE heads (user_id TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;"                           \
  "CREATE TABLE log (user_id TEXT NOT NULL, n INTEGER NOT NULL, mark BLOB NOT NULL, ms INTEGER NOT NULL,"              \
  " by_user TEXT, kind INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, changes TEXT NOT NULL,"           \
  " key TEXT, fingerprint BLOB, PRIMARY KEY (user_id, n)) STRICT, WITHOUT ROWID;"                                      \
  "CREATE UNIQUE INDEX log_key ON log (by_user, key) WHERE key IS NOT NULL;"

/* In the order of what happens, so that entries of one commit lie in one page; each names the one before of its user.
 */
#define LOG_IN_TURN                                                                                                    \
  "CREATE TABLE heads (user_id TEXT PRIMARY KEY, n INTEGER NOT NULL, seq INTEGER) STRICT, WITHOUT ROWID;"              \
  "CREATE TABLE log (seq INTEGER PRIMARY KEY, user_id TEXT NOT NULL, n INTEGER NOT NULL, before INTEGER,"              \
  " mark BLOB NOT NULL, ms INTEGER NOT NULL, by_user TEXT, kind INTEGER NOT NULL, id BLOB NOT NULL,"                   \
  " version INTEGER NOT NULL, changes TEXT NOT NULL, key TEXT, fingerprint BLOB) STRICT;"                              \
  "CREATE UNIQUE INDEX log_key ON log (by_user, key) WHERE key IS NOT NULL;"

#define HEAD "INSERT INTO heads (user_id, n) VALUES (?1, 1) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n"
#define HEAD_IN_TURN "INSERT INTO heads VALUES (?1, 1, ?2) ON CONFLICT DO UPDATE SET n = n + 1, seq = ?2 RETURNING n"
/* Where the writer remembers the number, or has asked for it. */
#define HEAD_KNOWN "INSERT INTO heads VALUES (?1, 1, ?2) ON CONFLICT DO UPDATE SET n = n + 1, seq = ?2"
#define HEAD_KNOWN_ALONE "INSERT INTO heads VALUES (?1, 1) ON CONFLICT DO UPDATE SET n = n + 1"
#define ENTRY "INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?1, 1, ?5, 1, ?6, ?7, NULL)"
#define ENTRY_IN_TURN                                                                                                  \
  "INSERT INTO log (user_id, n, mark, ms, by_user, kind, id, version, changes, key, before)"                           \
  " VALUES (?1, ?2, ?3, ?4, ?1, 1, ?5, 1, ?6, ?7, ?2)"

typedef struct
{
  const char *name;
  const char *schema;
  gboolean wide, folded, filled, keyed;
  const char *head, *entry;
} Variant;

static const Variant variants[] = {
  { "today: 7 columns, own_created", ORDERS_TODAY, .wide = FALSE },
  { "17 columns, empty, the same index", ORDERS_WIDE (""), .wide = TRUE },
  { "+ own_name, by fold (name)", ORDERS_WIDE ("") ORDERS_NAMES ("fold (name)"), .wide = TRUE },
  { "+ own_name, by a column", ORDERS_WIDE (FOLDED) ORDERS_NAMES ("name_key"), .wide = TRUE, .folded = TRUE },
  { "+ all that are proposed", ORDERS_WIDE ("") ORDERS_PROPOSED, .wide = TRUE },
  { "+ log by user and number", ORDERS_WIDE ("") ORDERS_PROPOSED LOG, .wide = TRUE, .head = HEAD, .entry = ENTRY },
  { "+ log in turn", ORDERS_WIDE ("") ORDERS_PROPOSED LOG_IN_TURN, .wide = TRUE, .head = HEAD_IN_TURN,
    .entry = ENTRY_IN_TURN },
  { "+ log in turn, with a key", ORDERS_WIDE ("") ORDERS_PROPOSED LOG_IN_TURN, .wide = TRUE, .keyed = TRUE,
    .head = HEAD_IN_TURN, .entry = ENTRY_IN_TURN },
  { "names later: all but names", ORDERS_WIDE (LATER) ORDERS_LATER, .wide = TRUE },
  { "names later, log in turn", ORDERS_WIDE (LATER) ORDERS_LATER LOG_IN_TURN, .wide = TRUE, .head = HEAD_IN_TURN,
    .entry = ENTRY_IN_TURN },
  { "names later, log in turn, heads later", ORDERS_WIDE (LATER) ORDERS_LATER LOG_IN_TURN, .wide = TRUE,
    .entry = ENTRY_IN_TURN },
  { "names later, log in turn, heads without RETURNING", ORDERS_WIDE (LATER) ORDERS_LATER LOG_IN_TURN, .wide = TRUE,
    .head = HEAD_KNOWN, .entry = ENTRY_IN_TURN },
  { "names later, log in turn, heads without RETURNING, with a key", ORDERS_WIDE (LATER) ORDERS_LATER LOG_IN_TURN,
    .wide = TRUE, .keyed = TRUE, .head = HEAD_KNOWN, .entry = ENTRY_IN_TURN },
  { "names later, log by user and number, without RETURNING", ORDERS_WIDE (LATER) ORDERS_LATER LOG, .wide = TRUE,
    .head = HEAD_KNOWN_ALONE, .entry = ENTRY },
  { "one for each sort × {alone, list, done}", ORDERS_WIDE ("") ORDERS_NAIVE, .wide = TRUE },
  { "all set: the same index", ORDERS_WIDE (""), .wide = TRUE, .filled = TRUE },
  { "all set: all that are proposed", ORDERS_WIDE ("") ORDERS_PROPOSED, .wide = TRUE, .filled = TRUE },
  { "all set: one for each", ORDERS_WIDE ("") ORDERS_NAIVE, .wide = TRUE, .filled = TRUE },
};

typedef struct
{
  const Variant *variant;
  sqlite3 *db;
  sqlite3_stmt *insert, *head, *entry, *begin, *commit;
  guint64 n;
} Creates;

static void
bind_fields (sqlite3_stmt *insert, guint64 n, guint64 created_ms)
{
  guint8 list[ID_BYTES];

  orders_id (1700000000000, n % USERS, list);
  sqlite3_bind_blob (insert, 8, list, ID_BYTES, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (insert, 9, (gint64) (created_ms + n * 7919 % 2592000000) * 2);
  sqlite3_bind_int64 (insert, 10, (gint64) (created_ms + 3600000));
  sqlite3_bind_int64 (insert, 11, (gint64) (n % 4 + 1));
  sqlite3_bind_double (insert, 12, -(double) n);
  sqlite3_bind_text (insert, 13, "user00000000000000000001", -1, SQLITE_STATIC);
  sqlite3_bind_text (insert, 14, "[\"home\",\"garden\"]", -1, SQLITE_STATIC);
}

static void
create (Creates *creates)
{
  const Variant *variant = creates->variant;
  guint64 n = creates->n++;
  guint64 created_ms = 1760000000000 + n * 100;
  g_autofree char *user = g_strdup_printf (USER, (guint) (n * 37 % USERS));
  g_autofree char *name = g_strdup_printf ("%08x " NAME, (guint) (n * 2654435761u));
  guint8 id[ID_BYTES];
  sqlite3_stmt *insert = creates->insert;

  orders_id (created_ms, n, id);
  sqlite3_bind_blob (insert, 1, id, ID_BYTES, SQLITE_STATIC);
  sqlite3_bind_int64 (insert, 2, (gint64) created_ms);
  sqlite3_bind_int64 (insert, 3, (gint64) created_ms);
  sqlite3_bind_int64 (insert, 4, 1);
  sqlite3_bind_int (insert, 5, 0);
  sqlite3_bind_text (insert, 6, name, -1, SQLITE_STATIC);
  sqlite3_bind_text (insert, 7, user, -1, SQLITE_STATIC);
  if (variant->filled)
    bind_fields (insert, n, created_ms);
  if (variant->folded)
    sqlite3_bind_text (insert, 15, orders_fold (name), -1, g_free);
  while (orders_step (insert))
    ;
  if (variant->entry != NULL)
    {
      g_autofree char *key =
        variant->keyed ? g_strdup_printf ("%08x-0000-4000-8000-%012x", (guint) (n * 2654435761u), (guint) n) : NULL;
      gint64 number = (gint64) n; /* where the writer knows it */

      if (creates->head != NULL)
        {
          sqlite3_bind_text (creates->head, 1, user, -1, SQLITE_STATIC);
          if (sqlite3_bind_parameter_count (creates->head) > 1)
            sqlite3_bind_int64 (creates->head, 2, (gint64) n + 1);
          while (orders_step (creates->head))
            number = sqlite3_column_int64 (creates->head, 0);
        }
      sqlite3_bind_text (creates->entry, 1, user, -1, SQLITE_STATIC);
      sqlite3_bind_int64 (creates->entry, 2, number);
      sqlite3_bind_blob (creates->entry, 3, "0123456789abcdef", 16, SQLITE_STATIC);
      sqlite3_bind_int64 (creates->entry, 4, (gint64) created_ms);
      sqlite3_bind_blob (creates->entry, 5, id, ID_BYTES, SQLITE_STATIC);
      sqlite3_bind_text (creates->entry, 6, name, -1, SQLITE_STATIC);
      sqlite3_bind_text (creates->entry, 7, key, -1, SQLITE_STATIC);
      while (orders_step (creates->entry))
        ;
    }
}

static void
transactions (Creates *creates, guint n, guint each)
{
  for (guint i = 0; i < n; i += each)
    {
      while (orders_step (creates->begin))
        ;
      for (guint j = 0; j < each; j++)
        create (creates);
      while (orders_step (creates->commit))
        ;
    }
}

static int
count_frames (void *count, sqlite3 *db, const char *name, int frames)
{
  *(int *) count = frames;
  return SQLITE_OK;
}

static const char *
statement_of (const Variant *variant)
{
  return !variant->wide ? "INSERT INTO tasks (id, created_ms, updated_ms, version, done, name, user_id)"
                          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
         : variant->folded
           ? "INSERT INTO tasks (id, created_ms, updated_ms, version, done, name, user_id, list_id, due, remind_ms,"
             " priority, position, assignee_id, labels, name_key)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
           : "INSERT INTO tasks (id, created_ms, updated_ms, version, done, name, user_id, list_id, due, remind_ms,"
             " priority, position, assignee_id, labels)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
}

/* Microseconds of CPU and bytes of log for each create. */
static void
measure (const char *folder, const Variant *variant, const char *synchronous, guint each, double *us, double *bytes)
{
  g_autofree char *path = g_build_filename (folder, "orders-creates.db", NULL);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL), *shm = g_strconcat (path, "-shm", NULL);
  Creates creates = { .variant = variant };
  int before = 0, frames = 0;
  guint n = g_str_equal (synchronous, "FULL") ? COMMITS * each : CREATES;
  Measure start, took;

  creates.db = orders_open (path, synchronous, variant->schema);
  creates.insert = orders_prepare (creates.db, statement_of (variant));
  creates.begin = orders_prepare (creates.db, "BEGIN IMMEDIATE");
  creates.commit = orders_prepare (creates.db, "COMMIT");
  if (variant->entry != NULL)
    {
      creates.head = variant->head != NULL ? orders_prepare (creates.db, variant->head) : NULL;
      creates.entry = orders_prepare (creates.db, variant->entry);
    }
  transactions (&creates, FIRST, FIRST);
  orders_check (creates.db, sqlite3_wal_checkpoint_v2 (creates.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
  sqlite3_wal_hook (creates.db, count_frames, &frames);
  transactions (&creates, each, each);
  before = frames;
  start = measure_start ();
  transactions (&creates, n, each);
  took = measure_since (&start);
  *us = (double) took.cpu_ns / 1e3 / n;
  *bytes = (frames - before) * 4120.0 / n;

  sqlite3_finalize (creates.insert);
  sqlite3_finalize (creates.begin);
  sqlite3_finalize (creates.commit);
  sqlite3_finalize (creates.head);
  sqlite3_finalize (creates.entry);
  sqlite3_close (creates.db);
  g_unlink (path);
  g_unlink (wal);
  g_unlink (shm);
}

static gboolean
wanted (const Variant *variant, const char *word)
{
  return strstr (variant->name, word) != NULL;
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *synchronous;
    guint each;
  } ways[] = { { "FULL", 16 }, { "NORMAL", 1 }, { "NORMAL", 16 } };
  const char *word = argc > 3 ? argv[3] : "";
  guint rounds = argc > 2 ? (guint) strtoul (argv[2], NULL, 10) : 5;
  double us[G_N_ELEMENTS (variants)][G_N_ELEMENTS (ways)][MAX_ROUNDS];
  double bytes[G_N_ELEMENTS (variants)][G_N_ELEMENTS (ways)];

  g_autoptr (GString) table = g_string_new (NULL);

  tw_output_init ();
  if (argc < 2 || rounds < 1 || rounds > MAX_ROUNDS)
    {
      g_printerr ("usage: orders-creates FOLDER [ROUNDS [WORD]]\n");
      return 1;
    }
  for (guint round = 0; round < rounds; round++)
    for (guint v = 0; v < G_N_ELEMENTS (variants); v++)
      for (guint w = 0; w < G_N_ELEMENTS (ways) && wanted (&variants[v], word); w++)
        measure (argv[1], &variants[v], ways[w].synchronous, ways[w].each, &us[v][w][round], &bytes[v][w]);

  g_string_append_printf (
    table, "| | FULL, 16 a commit | NORMAL, 1 | NORMAL, 16 | bytes, 1 | bytes, 16 |\n|---|---|---|---|---|---|\n");
  for (guint v = 0; v < G_N_ELEMENTS (variants); v++)
    {
      if (!wanted (&variants[v], word))
        continue;
      g_string_append_printf (table, "| %s |", variants[v].name);
      for (guint w = 0; w < G_N_ELEMENTS (ways); w++)
        g_string_append_printf (table, " %.1f |", median (us[v][w], rounds));
      g_string_append_printf (table, " %.0f | %.0f |\n", bytes[v][1], bytes[v][2]);
    }
  return tw_output_print_and_end ("orders-creates", table->str);
}
