/* SPDX-License-Identifier: Apache-2.0 */

/* record-bytes [ROUNDS]: what it costs to make Thrift's bytes of a row, by code that was made for the record and by a
 * loop over a table of its fields. Prints Markdown. See docs/experiments/orders.md. */

#include "orders.h"

#include "tw-clock.h"
#include "tw-id.h"
#include "tw-output.h"
#include "tw-writer.h"

#include <stddef.h>
#include <stdlib.h>

#define ROWS 200
#define MAX_ROUNDS 25

typedef enum
{
  ID,
  TEXT,
  TIME,
  BOOL,
  I64,
  I32,
  DOUBLE,
  TEXTS, /* each with its NUL */
} Kind;

typedef struct
{
  guint8 kind, column, number;
  guint16 offset;
} Field;

/* What a handler works with. */
typedef struct
{
  const char *user_id, *name, *notes, *assignee_id, *created_by;
  const guint8 *id, *list_id;
  const char *labels;
  gsize user_id_length, name_length, notes_length, assignee_id_length, created_by_length, labels_length, id_length,
    list_id_length;
  gint64 created_ms, updated_ms, version, due_ms, remind_ms, completed_ms, priority, done;
  double position;
  guint32 set; /* a bit for each field's number */
} Task;

#define OFFSET(MEMBER) offsetof (Task, MEMBER)

/* The name first, as in tasks-service: it is the last column that is always there. */
#define SEVEN "name, user_id, id, created_ms, done, updated_ms, version"
#define SEVENTEEN                                                                                                      \
  SEVEN ", notes, due, remind_ms, priority, labels, completed_ms, list_id, assignee_id, created_by, position"

#define TAKE(COLUMNS) "take_row (?1, " COLUMNS ")"
#define TAKE_BY_CASE "CASE rare WHEN 0 THEN " TAKE (SEVEN) " ELSE " TAKE (SEVENTEEN) " END"

static const Field fields[] = {
  { ID, 2, 1, OFFSET (id) },
  { TEXT, 1, 2, OFFSET (user_id) },
  { TEXT, 0, 3, OFFSET (name) },
  { TIME, 3, 4, OFFSET (created_ms) },
  { BOOL, 4, 5, OFFSET (done) },
  { TIME, 5, 6, OFFSET (updated_ms) },
  { I64, 6, 7, OFFSET (version) },
  { TEXT, 7, 8, OFFSET (notes) },
  { TIME, 8, 9, OFFSET (due_ms) },
  { TIME, 9, 10, OFFSET (remind_ms) },
  { I32, 10, 11, OFFSET (priority) },
  { TEXTS, 11, 12, OFFSET (labels) },
  { TIME, 12, 13, OFFSET (completed_ms) },
  { ID, 13, 14, OFFSET (list_id) },
  { TEXT, 14, 15, OFFSET (assignee_id) },
  { TEXT, 15, 16, OFFSET (created_by) },
  { DOUBLE, 16, 17, OFFSET (position) },
};

/* What each way shares: how a value is written. */

static inline void
write_id (TwWriter *writer, gint16 number, const guint8 *bytes)
{
  char id[TW_ID_SIZE];

  tw_id_from_bytes (bytes, id);
  tw_writer_field (writer, TW_WIRE_STRING, number);
  tw_writer_string (writer, id, sizeof id - 1);
}

static inline void
write_text (TwWriter *writer, gint16 number, const void *text, gsize length)
{
  tw_writer_field (writer, TW_WIRE_STRING, number);
  tw_writer_string (writer, text, length);
}

static inline void
write_time (TwWriter *writer, gint16 number, gint64 ms)
{
  char time[TW_TIME_SIZE];

  tw_time_format (ms, time);
  tw_writer_field (writer, TW_WIRE_STRING, number);
  tw_writer_string (writer, time, sizeof time - 1);
}

static inline void
write_texts (TwWriter *writer, gint16 number, const char *texts, gsize length)
{
  guint32 n = 0;
  gsize list;

  tw_writer_field (writer, TW_WIRE_LIST, number);
  list = tw_writer_list_begin (writer, TW_WIRE_STRING);
  for (const char *at = texts; at < texts + length; at += strlen (at) + 1, n++)
    tw_writer_string (writer, at, strlen (at));
  tw_writer_list_end (writer, list, n);
}

#define NUMBER(TYPE, WRITE, ID, VALUE)                                                                                 \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    tw_writer_field (writer, TYPE, ID);                                                                                \
    WRITE (writer, VALUE);                                                                                             \
  }                                                                                                                    \
  G_STMT_END

#define BLOB_OF(I) sqlite3_value_blob (v[I])
#define LENGTH_OF(I) ((gsize) sqlite3_value_bytes (v[I]))
#define HAS(I) (sqlite3_value_type (v[I]) != SQLITE_NULL)

/* --- Straight: what a generator would write --- */

static inline void
straight_seven (TwWriter *writer, sqlite3_value **v)
{
  const void *name = sqlite3_value_text (v[0]), *user = sqlite3_value_text (v[1]);

  write_id (writer, 1, BLOB_OF (2));
  write_text (writer, 2, user, LENGTH_OF (1));
  write_text (writer, 3, name, LENGTH_OF (0));
  write_time (writer, 4, sqlite3_value_int64 (v[3]));
  NUMBER (TW_WIRE_BOOL, tw_writer_bool, 5, sqlite3_value_int64 (v[4]) != 0);
  write_time (writer, 6, sqlite3_value_int64 (v[5]));
  NUMBER (TW_WIRE_I64, tw_writer_i64, 7, sqlite3_value_int64 (v[6]));
}

static inline void
straight_others (TwWriter *writer, sqlite3_value **v)
{
  if (HAS (7))
    write_text (writer, 8, sqlite3_value_text (v[7]), LENGTH_OF (7));
  if (HAS (8))
    write_time (writer, 9, sqlite3_value_int64 (v[8]));
  if (HAS (9))
    write_time (writer, 10, sqlite3_value_int64 (v[9]));
  if (HAS (10))
    NUMBER (TW_WIRE_I32, tw_writer_i32, 11, sqlite3_value_int (v[10]));
  if (HAS (11))
    write_texts (writer, 12, BLOB_OF (11), LENGTH_OF (11));
  if (HAS (12))
    write_time (writer, 13, sqlite3_value_int64 (v[12]));
  if (HAS (13))
    write_id (writer, 14, BLOB_OF (13));
  if (HAS (14))
    write_text (writer, 15, sqlite3_value_text (v[14]), LENGTH_OF (14));
  if (HAS (15))
    write_text (writer, 16, sqlite3_value_text (v[15]), LENGTH_OF (15));
  if (HAS (16))
    NUMBER (TW_WIRE_DOUBLE, tw_writer_double, 17, sqlite3_value_double (v[16]));
}

static void
straight (TwWriter *writer, sqlite3_value **v, guint n)
{
  straight_seven (writer, v);
  if (n == 17)
    straight_others (writer, v);
}

/* --- A loop over the table, from columns --- */

static inline void
write_field (TwWriter *writer, const Field *field, sqlite3_value *value)
{
  switch ((Kind) field->kind)
    {
    case ID:
      write_id (writer, field->number, sqlite3_value_blob (value));
      break;
    case TEXT:
      {
        const void *text = sqlite3_value_text (value);

        write_text (writer, field->number, text, (gsize) sqlite3_value_bytes (value));
        break;
      }
    case TIME:
      write_time (writer, field->number, sqlite3_value_int64 (value));
      break;
    case BOOL:
      NUMBER (TW_WIRE_BOOL, tw_writer_bool, field->number, sqlite3_value_int64 (value) != 0);
      break;
    case I64:
      NUMBER (TW_WIRE_I64, tw_writer_i64, field->number, sqlite3_value_int64 (value));
      break;
    case I32:
      NUMBER (TW_WIRE_I32, tw_writer_i32, field->number, sqlite3_value_int (value));
      break;
    case DOUBLE:
      NUMBER (TW_WIRE_DOUBLE, tw_writer_double, field->number, sqlite3_value_double (value));
      break;
    case TEXTS:
      {
        const void *texts = sqlite3_value_blob (value);

        write_texts (writer, field->number, texts, (gsize) sqlite3_value_bytes (value));
        break;
      }
    }
}

static void
loop (TwWriter *writer, sqlite3_value **v, guint n)
{
  for (guint i = 0; i < n; i++)
    if (sqlite3_value_type (v[fields[i].column]) != SQLITE_NULL)
      write_field (writer, &fields[i], v[fields[i].column]);
}

/* --- By way of a struct --- */

static inline void
fill_text (gconstpointer *text, gsize *length, sqlite3_value *value)
{
  *text = sqlite3_value_blob (value);
  *length = (gsize) sqlite3_value_bytes (value);
}

static void
straight_struct (TwWriter *writer, sqlite3_value **v, guint n)
{
  Task task = { .set = 0xfe };

  fill_text ((gconstpointer *) &task.name, &task.name_length, v[0]);
  fill_text ((gconstpointer *) &task.user_id, &task.user_id_length, v[1]);
  task.id = BLOB_OF (2);
  task.created_ms = sqlite3_value_int64 (v[3]);
  task.done = sqlite3_value_int64 (v[4]);
  task.updated_ms = sqlite3_value_int64 (v[5]);
  task.version = sqlite3_value_int64 (v[6]);
  write_id (writer, 1, task.id);
  write_text (writer, 2, task.user_id, task.user_id_length);
  write_text (writer, 3, task.name, task.name_length);
  write_time (writer, 4, task.created_ms);
  NUMBER (TW_WIRE_BOOL, tw_writer_bool, 5, task.done != 0);
  write_time (writer, 6, task.updated_ms);
  NUMBER (TW_WIRE_I64, tw_writer_i64, 7, task.version);
  if (n == 17)
    straight_others (writer, v); /* what is rare would be filled in and written by twos: the same */
}

typedef struct
{
  gconstpointer bytes;
  gsize length;
} Bytes;

typedef union
{
  Bytes bytes;
  gint64 number;
  double real;
} Slot;

/* A struct of slots by number, filled by one loop and written by another. */
static void
loop_struct (TwWriter *writer, sqlite3_value **v, guint n)
{
  Slot task[18];
  guint32 set = 0;

  for (guint i = 0; i < n; i++)
    {
      const Field *field = &fields[i];
      sqlite3_value *value = v[field->column];
      Slot *slot = &task[field->number];

      if (sqlite3_value_type (value) == SQLITE_NULL)
        continue;
      set |= 1u << field->number;
      switch ((Kind) field->kind)
        {
        case ID:
        case TEXT:
        case TEXTS:
          fill_text (&slot->bytes.bytes, &slot->bytes.length, value);
          break;
        case DOUBLE:
          slot->real = sqlite3_value_double (value);
          break;
        case TIME:
        case BOOL:
        case I64:
        case I32:
          slot->number = sqlite3_value_int64 (value);
          break;
        }
    }
  for (guint i = 0; i < n; i++)
    {
      const Field *field = &fields[i];
      const Slot *slot = &task[field->number];

      if ((set & 1u << field->number) == 0)
        continue;
      switch ((Kind) field->kind)
        {
        case ID:
          write_id (writer, field->number, slot->bytes.bytes);
          break;
        case TEXT:
          write_text (writer, field->number, slot->bytes.bytes, slot->bytes.length);
          break;
        case TEXTS:
          write_texts (writer, field->number, slot->bytes.bytes, slot->bytes.length);
          break;
        case TIME:
          write_time (writer, field->number, slot->number);
          break;
        case BOOL:
          NUMBER (TW_WIRE_BOOL, tw_writer_bool, field->number, slot->number != 0);
          break;
        case I64:
          NUMBER (TW_WIRE_I64, tw_writer_i64, field->number, slot->number);
          break;
        case I32:
          NUMBER (TW_WIRE_I32, tw_writer_i32, field->number, (gint32) slot->number);
          break;
        case DOUBLE:
          NUMBER (TW_WIRE_DOUBLE, tw_writer_double, field->number, slot->real);
          break;
        }
    }
}

/* --- All of it --- */

typedef void (*Way) (TwWriter *writer, sqlite3_value **values, guint n);

typedef struct
{
  Way way; /* NULL: the row is looked at and left */
  TwWriter writer;
} Taking;

static void
take_row (sqlite3_context *context, int n, sqlite3_value **values)
{
  Taking *taking = sqlite3_value_pointer (values[0], "taking");

  if (taking->way == NULL)
    return;
  tw_writer_struct_begin (&taking->writer);
  taking->way (&taking->writer, values + 1, (guint) n - 1);
  tw_writer_struct_end (&taking->writer);
}

static double
measure (sqlite3_stmt *statement, Taking *taking, TwBuffer *buffer)
{
  guint times = 500;
  Measure start = measure_start ();

  sqlite3_bind_pointer (statement, 1, taking, "taking", NULL);
  for (guint i = 0; i < times; i++)
    {
      buffer->len = 0;
      tw_writer_init (&taking->writer, TW_PROTOCOL_BINARY, buffer);
      while (orders_step (statement))
        ;
    }
  return (double) measure_since (&start).cpu_ns / times / ROWS;
}

/* @filled: all fields are set. @wide: the table has 17 columns. */
static sqlite3 *
filled_table (gboolean wide, gboolean filled)
{
  sqlite3 *db =
    orders_open (":memory:", "OFF", wide ? ORDERS_WIDE ("rare INTEGER NOT NULL DEFAULT 0, ") : ORDERS_TODAY);
  g_autofree char *sql = g_strdup_printf (
    "INSERT INTO tasks (user_id, created_ms, id, updated_ms, version, done, name%s)"
    " SELECT 'user00000000000000000000', 1700000000000 + value * 60000, randomblob (12), 1700000001000 + value * 60000,"
    " 2, value %% 2, '" NAME "'%s FROM (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n"
    " WHERE value < 200) SELECT value FROM n)",
    filled ? ", notes, due, remind_ms, priority, labels, completed_ms, list_id, assignee_id, created_by, position, rare"
           : "",
    filled ? ", '" NAME "', 1760000000000, 1760000000001, 1, CAST (x'686f6d650067617264656e00' AS TEXT), 1760000000002,"
             " randomblob (12), 'user00000000000000000001', 'user00000000000000000000', 0.5, 1"
           : "");

  sqlite3_create_function (db, "take_row", -1, SQLITE_UTF8, NULL, take_row, NULL, NULL);
  orders_check (db, sqlite3_exec (db, sql, NULL, NULL, NULL));
  orders_check (db, sqlite3_exec (db, "BEGIN", NULL, NULL, NULL));
  return db;
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    gboolean wide, filled;
    const char *take;
  } tables[] = {
    { "7 fields of 7 columns (today)", FALSE, FALSE, TAKE (SEVEN) },
    { "7 fields of 17 columns", TRUE, FALSE, TAKE (SEVEN) },
    { "17 fields, 7 of them set", TRUE, FALSE, TAKE (SEVENTEEN) },
    { "17 fields, 7 of them set: rare ones asked for where there are any", TRUE, FALSE, TAKE_BY_CASE },
    { "17 fields, all set", TRUE, TRUE, TAKE (SEVENTEEN) },
    { "17 fields, all set: the same way", TRUE, TRUE, TAKE_BY_CASE },
  };
  static const Way ways[] = { NULL, straight, loop, straight_struct, loop_struct };
  guint rounds = argc > 1 ? (guint) strtoul (argv[1], NULL, 10) : 9;
  g_auto (TwBuffer) buffer = TW_BUFFER_INIT;

  g_autoptr (GString) table = g_string_new (NULL);

  tw_output_init ();
  if (rounds < 1 || rounds > MAX_ROUNDS)
    {
      g_printerr ("usage: record-bytes [ROUNDS]\n");
      return 1;
    }
  g_string_append_printf (
    table,
    "| ns a record | SQLite alone | straight | loop | struct, straight | struct, loops |\n|---|---|---|---|---|---|\n");
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    {
      sqlite3 *db = filled_table (tables[t].wide, tables[t].filled);
      g_autofree char *sql = g_strdup_printf ("SELECT 1 FROM tasks WHERE user_id = 'user00000000000000000000' AND %s"
                                              " ORDER BY created_ms DESC, id DESC",
                                              tables[t].take);
      sqlite3_stmt *statement = orders_prepare (db, sql);
      double ns[G_N_ELEMENTS (ways)][MAX_ROUNDS];

      for (guint round = 0; round < rounds; round++)
        for (guint w = 0; w < G_N_ELEMENTS (ways); w++)
          {
            Taking taking = { .way = ways[w] };

            ns[w][round] = measure (statement, &taking, &buffer);
          }
      g_string_append_printf (table, "| %s |", tables[t].name);
      for (guint w = 0; w < G_N_ELEMENTS (ways); w++)
        g_string_append_printf (table, " %.0f |", median (ns[w], rounds));
      g_string_append_printf (table, "\n");
      sqlite3_finalize (statement);
      sqlite3_close (db);
    }
  return tw_output_print_and_end ("record-bytes", table->str);
}
