/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-backup-report.h"

#include "tw-output.h"
#include "tw-signals.h"

#include <unistd.h>

/* Bytes that one of the progress stands for. */
#define UNIT 1024

void
tw_backup_report_init (TwBackupReport *report, gboolean quiet)
{
  *report = (TwBackupReport) { .quiet = quiet, .text = g_string_new (NULL) };
  if (!quiet)
    report->progress = tw_progress_new (stderr, tw_progress_columns (STDERR_FILENO), tw_clock_system ());
}

void
tw_backup_report_end_progress (TwBackupReport *report)
{
  g_clear_pointer (&report->progress, tw_progress_free);
}

void
tw_backup_report_clear (TwBackupReport *report)
{
  tw_backup_report_end_progress (report);
  if (report->text != NULL)
    g_string_free (report->text, TRUE);
}

void
tw_backup_report_begin (TwBackupReport *report, const char *section, const char *phase)
{
  report->section = section;
  report->phase = phase;
  if (report->progress != NULL)
    tw_progress_note (report->progress, "%s: %s", section, phase);
}

gboolean
tw_backup_report_step (guint64 done, guint64 total, gpointer data)
{
  TwBackupReport *report = data;

  if (report->progress != NULL && total > 0)
    tw_progress_step (report->progress, report->section, report->phase, done / UNIT, total / UNIT);
  return !tw_signals_seen ();
}

void
tw_backup_report_add_table (const char *table, guint64 rows, gpointer data)
{
  TwBackupReport *report = data;

  g_string_append_printf (report->text, "%-16s  %12" G_GUINT64_FORMAT " records\n", table, rows);
}

gboolean
tw_backup_report_print (TwBackupReport *report, const char *done, GError **error)
{
  tw_backup_report_end_progress (report);
  if (report->quiet || tw_output_print (report->text->str, error))
    return TRUE;
  g_prefix_error (error, "%s, but ", done);
  return FALSE;
}
