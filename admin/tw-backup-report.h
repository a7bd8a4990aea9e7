/* SPDX-License-Identifier: Apache-2.0 */

/* What backup and restore say: while they are at it, and at the end. */

#pragma once

#include "tw-progress.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean quiet;       /* nothing is said */
  TwProgress *progress; /* NULL while nothing is shown */
  const char *section;  /* set by whoever begins it: a database's name, */
  const char *phase;    /* and what is done with it */
  GString *text;        /* for the end */
} TwBackupReport;

void tw_backup_report_init (TwBackupReport *report, gboolean quiet);

/* Ends the line that a bar is on. Then only the end is to be said. */
void tw_backup_report_end_progress (TwBackupReport *report);

void tw_backup_report_clear (TwBackupReport *report);

/* Notes what is done from now on. */
void tw_backup_report_begin (TwBackupReport *report, const char *section, const char *phase);

/* A TwSqliteProgress, whose user data is the report: shows it, and stops at a signal. */
gboolean tw_backup_report_step (guint64 done, guint64 total, gpointer report);

/* A TwSqliteTableFunc: a line for the end. */
void tw_backup_report_add_table (const char *table, guint64 rows, gpointer report);

/* Ends the progress and says what was gathered for the end. Where it can't be written the error says that @done is true
 * all the same. */
gboolean tw_backup_report_print (TwBackupReport *report, const char *done, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwBackupReport, tw_backup_report_clear)

G_END_DECLS
