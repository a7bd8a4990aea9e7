/* SPDX-License-Identifier: Apache-2.0 */

/* Tables of every type, and what of a table follows from its description. The rest of it is tested with tasks. */

#include "tw-sqlite-dump.h"

#include "tw-temporary-folder.h"

#define TYPE "(sxmsmxmdmbmaydb)"

static const TwSqliteMigration migrations[]
    = { "CREATE TABLE things (list TEXT, number INTEGER, name TEXT, size INTEGER, weight REAL, done INTEGER,"
        " bytes BLOB, score REAL, late INTEGER, PRIMARY KEY (list, number)) WITHOUT ROWID" };

/* The description goes before the dump does. */
static TwDump *
open_dump (const char *path, TwDumpRole role)
{
  g_autofree char *key = g_strdup ("list, number");
  g_autofree char *columns = g_strdup ("list, number, name, size, weight, done, bytes, score, late");
  g_autofree char *type = g_strdup (TYPE), *name = g_strdup ("things"), *table = g_strdup ("things");
  const TwSqliteDumpTable tables[] = { { name, type, table, key, columns, NULL } };
  const TwSqliteDumpSpec spec = {
    .application_id = 77,
    .migrations = migrations,
    .n_migrations = G_N_ELEMENTS (migrations),
    .tables = tables,
    .n_tables = G_N_ELEMENTS (tables),
  };
  g_autoptr (GError) error = NULL;
  TwDump *dump = tw_sqlite_dump_open (path, role, &spec, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (dump->n_sections, ==, 1);
  return dump;
}

/* In the order of their keys. */
static GPtrArray *
records_new (void)
{
  static const char *const texts[] = {
    "('a', 1, nothing, nothing, nothing, nothing, nothing, 0.0, false)",
    "('a', 2, just 'Ann', just -9223372036854775808, just 0.1, just false, just [byte 0x00, 0xff], -1e300, true)",
    "('a', 3, just '', just 0, just 0.0, just true, just [byte 0x01], 2.5e-308, false)",
    "('b', 0, nothing, just 9223372036854775807, nothing, just true, nothing, 2.0, true)",
    "('b', 10, just 'é', nothing, just -2.5, nothing, nothing, 0.1, true)",
  };
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (records, g_variant_parse (G_VARIANT_TYPE (TYPE), texts[i], NULL, NULL, &error));
      g_assert_no_error (error);
    }
  return records;
}

static void
write_records (TwDump *dump, GPtrArray *records)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (dump->klass->write (dump, &dump->sections[0], records, &error));
  g_assert_no_error (error);
}

static GPtrArray *
read_records (TwDump *dump, GVariant *after, guint limit)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *read = dump->klass->read (dump, &dump->sections[0], after, limit, &error);

  g_assert_no_error (error);
  return read;
}

static void
test_values_come_back (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "things.db", NULL);
  g_autoptr (GPtrArray) records = records_new (), read = NULL;
  g_autoptr (TwDump) dump = open_dump (path, TW_DUMP_TARGET);

  write_records (dump, records);
  read = read_records (dump, NULL, 100);
  g_assert_cmpuint (read->len, ==, records->len);
  for (guint i = 0; i < records->len; i++)
    g_assert_cmpvariant (read->pdata[i], records->pdata[i]);
}

static void
test_key_of_two_columns (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "things.db", NULL);
  g_autoptr (GPtrArray) records = records_new ();
  g_autoptr (TwDump) dump = open_dump (path, TW_DUMP_TARGET);
  g_autoptr (GVariant) last = NULL;

  write_records (dump, records);
  for (guint i = 0; i < records->len; i++)
    {
      g_autoptr (GPtrArray) read = read_records (dump, i > 0 ? records->pdata[i - 1] : NULL, 2);

      g_assert_cmpuint (read->len, ==, MIN (2, records->len - i));
      for (guint k = 0; k < read->len; k++)
        g_assert_cmpvariant (read->pdata[k], records->pdata[i + k]);
    }
  g_assert_true (dump->klass->last (dump, &dump->sections[0], &last, NULL));
  g_assert_cmpvariant (last, records->pdata[records->len - 1]);
}

/* Another connection knows nothing of the statements of the first. */
static void
test_clear_and_again (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "things.db", NULL);
  g_autoptr (GPtrArray) records = records_new (), read = NULL;
  g_autoptr (TwDump) dump = open_dump (path, TW_DUMP_TARGET);
  guint64 n;

  write_records (dump, records);
  g_assert_true (dump->klass->clear (dump, NULL));
  g_assert_true (dump->klass->count (dump, &dump->sections[0], &n, NULL));
  g_assert_cmpuint (n, ==, 0);
  write_records (dump, records);
  g_assert_true (dump->klass->finish (dump, NULL));
  g_clear_pointer (&dump, tw_dump_free);
  dump = open_dump (path, TW_DUMP_SOURCE);
  read = read_records (dump, NULL, 100);
  g_assert_cmpuint (read->len, ==, records->len);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sqlite-dump/values-come-back", test_values_come_back);
  g_test_add_func ("/sqlite-dump/key-of-two-columns", test_key_of_two_columns);
  g_test_add_func ("/sqlite-dump/clear-and-again", test_clear_and_again);
  return g_test_run ();
}
