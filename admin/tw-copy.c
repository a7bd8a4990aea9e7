/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-copy.h"

#include "tw-error.h"

#include <string.h>

/* One section on its way. */
typedef struct
{
  TwDump *source, *target;
  const TwDumpSection *from, *to;
  guint batch;
  const TwCopyWatcher *watcher;
  guint64 total; /* in the source */
  guint64 there; /* in the target already, and the same as in the source */
  GVariant *last; /* of those; or NULL */
} Section;

static void
section_clear (Section *section)
{
  g_clear_pointer (&section->last, g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Section, section_clear)

static void
report (const Section *section, TwCopyPhase phase, guint64 done)
{
  const TwCopyWatcher *watcher = section->watcher;

  if (watcher->progress != NULL)
    watcher->progress (section->from->name, phase, done, section->total, watcher->user_data);
}

static gboolean
is_stopped (const Section *section)
{
  return section->watcher->stopped != NULL && section->watcher->stopped (section->watcher->user_data);
}

/* *@last becomes the last of @records, which there are. */
static void
go_behind (GVariant **last, GPtrArray *records)
{
  g_clear_pointer (last, g_variant_unref);
  *last = g_variant_ref (g_ptr_array_index (records, records->len - 1));
}

static gboolean
are_equal (GPtrArray *some, GPtrArray *others)
{
  if (some->len != others->len)
    return FALSE;
  for (guint i = 0; i < some->len; i++)
    if (!g_variant_equal (g_ptr_array_index (some, i), g_ptr_array_index (others, i)))
      return FALSE;
  return TRUE;
}

static gboolean
waits (const Section *section, const GError *why)
{
  const TwCopyWatcher *watcher = section->watcher;

  return g_error_matches (why, TW_ERROR, TW_ERROR_UNAVAILABLE) && watcher->wait != NULL
         && watcher->wait (watcher->user_data);
}

static GPtrArray *
read_batch (const Section *section, TwDump *dump, const TwDumpSection *side, GVariant *after, guint limit,
            GError **error)
{
  for (;;)
    {
      g_autoptr (GError) why = NULL;
      GPtrArray *records = dump->klass->read (dump, side, after, limit, &why);

      if (records != NULL)
        return records;
      if (!waits (section, why))
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return NULL;
        }
    }
}

static gboolean
count_source (Section *section, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) why = NULL;

      if (section->source->klass->count (section->source, section->from, &section->total, &why))
        return TRUE;
      if (!waits (section, why))
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
    }
}

/* Whether what the target has is a beginning of the source. Looked at as a whole, so that a source which has changed
 * since is noticed now, and not when the rest has been copied. */
static TwCopyOutcome
compare (Section *section, GError **error)
{
  for (;;)
    {
      g_autoptr (GPtrArray) there = NULL, records = NULL;

      if (is_stopped (section))
        return TW_COPY_STOPPED;
      there = read_batch (section, section->target, section->to, section->last, section->batch, error);
      if (there == NULL)
        return TW_COPY_FAILED;
      if (there->len == 0)
        return TW_COPY_VERIFIED;
      records = read_batch (section, section->source, section->from, section->last, there->len, error);
      if (records == NULL)
        return TW_COPY_FAILED;
      if (!are_equal (records, there))
        {
          g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT,
                       "what an earlier attempt left in the target is not the beginning of this source:"
                       " --from-scratch deletes it and starts anew");
          return TW_COPY_FAILED;
        }
      go_behind (&section->last, there);
      section->there += there->len;
      report (section, TW_COPY_COMPARING, section->there);
    }
}

/* How many of @records a write that failed has left in the target. */
static gboolean
ask_what_arrived (Section *section, GPtrArray *records, guint *n, GError **error)
{
  for (;;)
    {
      g_autoptr (GVariant) last = NULL;
      g_autoptr (GError) why = NULL;

      if (section->target->klass->last (section->target, section->to, &last, &why))
        {
          for (*n = records->len; *n > 0; (*n)--)
            if (last != NULL && g_variant_equal (last, g_ptr_array_index (records, *n - 1)))
              break;
          return TRUE;
        }
      if (!waits (section, why))
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
    }
}

/* Writes a beginning of @records, at best all; *@n becomes how many. What timed out may still arrive, and be in the way
 * of a second attempt: *@in_doubt is TRUE from the first failure on until a write succeeds. */
static gboolean
write_batch (Section *section, GPtrArray *records, gboolean *in_doubt, guint *n, GError **error)
{
  g_autoptr (GError) why = NULL;

  *n = records->len;
  if (section->target->klass->write (section->target, section->to, records, &why))
    {
      *in_doubt = FALSE;
      return TRUE;
    }
  if (*in_doubt && g_error_matches (why, TW_ERROR, TW_ERROR_CONFLICT))
    why->code = TW_ERROR_UNAVAILABLE;
  if (!waits (section, why))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  *in_doubt = TRUE;
  return ask_what_arrived (section, records, n, error);
}

static TwCopyOutcome
copy (Section *section, GError **error)
{
  guint64 done = section->there;
  gboolean in_doubt = FALSE;

  report (section, TW_COPY_COPYING, done);
  for (;;)
    {
      g_autoptr (GPtrArray) records = NULL;
      guint n;

      if (is_stopped (section))
        return TW_COPY_STOPPED;
      records = read_batch (section, section->source, section->from, section->last, section->batch, error);
      if (records == NULL)
        return TW_COPY_FAILED;
      if (records->len == 0)
        return TW_COPY_VERIFIED;
      if (!write_batch (section, records, &in_doubt, &n, error))
        return TW_COPY_FAILED;
      if (n == 0)
        continue;
      g_ptr_array_set_size (records, (gint) n);
      go_behind (&section->last, records);
      done += n;
      report (section, TW_COPY_COPYING, done);
    }
}

/* One end, as it is read from start to end. */
typedef struct
{
  TwDump *dump;
  const TwDumpSection *side;
  GVariant *last;
  gboolean over;
  GChecksum *checksum;
  guint64 n;
} Reading;

static void
reading_clear (Reading *reading)
{
  g_clear_pointer (&reading->last, g_variant_unref);
  g_clear_pointer (&reading->checksum, g_checksum_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

/* The same on every machine. */
static void
add_record (GChecksum *checksum, GVariant *record)
{
  g_autoptr (GVariant) portable
      = G_BYTE_ORDER == G_BIG_ENDIAN ? g_variant_byteswap (record) : g_variant_ref (record);
  gsize size = g_variant_get_size (portable);
  guint64 length = GUINT64_TO_LE ((guint64) size);

  g_checksum_update (checksum, (const guchar *) &length, sizeof length);
  g_checksum_update (checksum, g_variant_get_data (portable), (gssize) size);
}

static gboolean
read_on (const Section *section, Reading *reading, GError **error)
{
  g_autoptr (GPtrArray) records = NULL;

  if (reading->over)
    return TRUE;
  records = read_batch (section, reading->dump, reading->side, reading->last, section->batch, error);
  if (records == NULL)
    return FALSE;
  for (guint i = 0; i < records->len; i++)
    add_record (reading->checksum, g_ptr_array_index (records, i));
  reading->n += records->len;
  reading->over = records->len == 0;
  if (!reading->over)
    go_behind (&reading->last, records);
  return TRUE;
}

static TwCopyOutcome
verify (Section *section, TwCopySum *sum, GError **error)
{
  g_auto (Reading) source
      = { .dump = section->source, .side = section->from, .checksum = g_checksum_new (G_CHECKSUM_SHA256) };
  g_auto (Reading) target
      = { .dump = section->target, .side = section->to, .checksum = g_checksum_new (G_CHECKSUM_SHA256) };
  const char *is, *should_be;

  report (section, TW_COPY_VERIFYING, 0);
  while (!source.over || !target.over)
    {
      if (is_stopped (section))
        return TW_COPY_STOPPED;
      if (!read_on (section, &source, error) || !read_on (section, &target, error))
        return TW_COPY_FAILED;
      report (section, TW_COPY_VERIFYING, source.n);
    }
  should_be = g_checksum_get_string (source.checksum);
  is = g_checksum_get_string (target.checksum);
  if (source.n != target.n || strcmp (is, should_be) != 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT,
                   "the copy is not the same: %" G_GUINT64_FORMAT " records, SHA-256 %s in the source; %" G_GUINT64_FORMAT
                   " records, SHA-256 %s in the target. Where something wrote to one of them meanwhile, stop it;"
                   " --from-scratch starts anew", source.n, should_be, target.n, is);
      return TW_COPY_FAILED;
    }
  sum->name = section->from->name;
  sum->n = source.n;
  g_strlcpy (sum->sha256, should_be, sizeof sum->sha256);
  return TW_COPY_VERIFIED;
}

static TwCopyOutcome
run_section (Section *section, TwCopySum *sum, GError **error)
{
  TwCopyOutcome outcome = TW_COPY_FAILED;

  if (count_source (section, error))
    outcome = compare (section, error);
  if (outcome == TW_COPY_VERIFIED)
    outcome = copy (section, error);
  if (outcome == TW_COPY_VERIFIED)
    outcome = verify (section, sum, error);
  if (outcome == TW_COPY_FAILED)
    g_prefix_error (error, "%s: ", section->from->name);
  return outcome;
}

TwCopyOutcome
tw_copy_run (TwDump *source, TwDump *target, guint batch, const TwCopyWatcher *watcher, TwCopySum *sums,
             GError **error)
{
  TwCopyOutcome outcome = TW_COPY_VERIFIED;

  g_assert (source->n_sections == target->n_sections);
  for (guint i = 0; outcome == TW_COPY_VERIFIED && i < source->n_sections; i++)
    {
      g_auto (Section) section = {
        .source = source,
        .target = target,
        .from = &source->sections[i],
        .to = &target->sections[i],
        .batch = batch,
        .watcher = watcher,
      };

      g_assert (strcmp (section.from->type, section.to->type) == 0);
      outcome = run_section (&section, &sums[i], error);
    }
  return outcome;
}
