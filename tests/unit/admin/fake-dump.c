/* SPDX-License-Identifier: Apache-2.0 */

#include "fake-dump.h"

#include "tw-error.h"

static gint64
number_of (GVariant *record)
{
  gint64 number;

  g_variant_get (record, "(xs)", &number, NULL);
  return number;
}

void
fake_dump_add (FakeDump *fake, guint section, gint64 number, const char *name)
{
  g_ptr_array_add (fake->records[section], g_variant_ref_sink (g_variant_new ("(xs)", number, name)));
}

static const TwDumpSection sections[FAKE_SECTIONS] = { { "things", "(xs)", NULL }, { "others", "(xs)", NULL } };

static gboolean
count_records (TwDump *dump, const TwDumpSection *which, guint64 *n, GError **error)
{
  FakeDump *fake = (FakeDump *) dump;
  guint section = which - sections;

  *n = fake->records[section]->len;
  return TRUE;
}

static GPtrArray *
read_records (TwDump *dump, const TwDumpSection *which, GVariant *after, guint limit, GError **error)
{
  FakeDump *fake = (FakeDump *) dump;
  guint section = which - sections;
  GPtrArray *read = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  if (section == 0 && fake->reads >= fake->grows_after)
    {
      fake_dump_add (fake, 0, G_MAXINT64, "late");
      fake->grows_after = FAKE_NEVER;
    }
  for (guint i = 0; i < fake->records[section]->len && read->len < limit; i++)
    {
      GVariant *record = g_ptr_array_index (fake->records[section], i);

      if (after == NULL || number_of (record) > number_of (after))
        g_ptr_array_add (read, g_variant_ref (record));
    }
  if (section == 0)
    fake->reads += read->len;
  return read;
}

static gboolean
last_record (TwDump *dump, const TwDumpSection *which, GVariant **last, GError **error)
{
  FakeDump *fake = (FakeDump *) dump;
  guint section = which - sections;
  guint n = fake->records[section]->len;

  *last = n > 0 ? g_variant_ref (g_ptr_array_index (fake->records[section], n - 1)) : NULL;
  return TRUE;
}

/* As in a database that took too long to answer, and did it all the same. */
static void
let_arrive (FakeDump *fake)
{
  for (guint i = 0; i < fake->late->len; i++)
    g_ptr_array_add (fake->records[fake->late_section], g_variant_ref (g_ptr_array_index (fake->late, i)));
  g_ptr_array_set_size (fake->late, 0);
}

static gboolean
fail (FakeDump *fake, guint section, GPtrArray *records, guint first, GError **error)
{
  if (fake->failures > 0 && --fake->failures == 0)
    fake->fails_after = FAKE_NEVER;
  for (guint i = first; fake->arrives_late && i < records->len; i++)
    g_ptr_array_add (fake->late, g_variant_ref (g_ptr_array_index (records, i)));
  fake->late_section = section;
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, "away");
  return FALSE;
}

static gboolean
write_records (TwDump *dump, const TwDumpSection *which, GPtrArray *records, GError **error)
{
  FakeDump *fake = (FakeDump *) dump;
  guint section = which - sections;

  if (fake->late->len > 0)
    {
      let_arrive (fake);
      g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, "taken");
      return FALSE;
    }
  for (guint i = 0; i < records->len; i++)
    {
      GVariant *record = g_ptr_array_index (records, i);

      if (fake->written == fake->fails_after)
        return fail (fake, section, records, i, error);
      fake->written++;
      if (number_of (record) == fake->garbles)
        fake_dump_add (fake, section, fake->garbles, "garbled");
      else if (number_of (record) != fake->forgets)
        g_ptr_array_add (fake->records[section], g_variant_ref (record));
    }
  return TRUE;
}

FakeDump *
fake_dump_new (guint n)
{
  static const TwDumpClass klass
      = { .count = count_records, .read = read_records, .last = last_record, .write = write_records };
  FakeDump *fake = g_new0 (FakeDump, 1);

  fake->parent = (TwDump) { &klass, sections, FAKE_SECTIONS };
  fake->late = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  fake->fails_after = fake->forgets = fake->garbles = fake->grows_after = FAKE_NEVER;
  for (guint section = 0; section < FAKE_SECTIONS; section++)
    {
      fake->records[section] = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
      for (guint i = 0; i < n; i++)
        fake_dump_add (fake, section, i, section == 0 ? "thing" : "other");
    }
  return fake;
}

void
fake_dump_free (FakeDump *fake)
{
  if (fake == NULL)
    return;
  for (guint section = 0; section < FAKE_SECTIONS; section++)
    g_ptr_array_unref (fake->records[section]);
  g_ptr_array_unref (fake->late);
  g_free (fake);
}
