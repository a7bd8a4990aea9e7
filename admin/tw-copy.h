/* SPDX-License-Identifier: Apache-2.0 */

/* Moves the records of one dump into another (db/tw-dump.h) and makes sure that they are the same.
 *
 * For each section in turn: what the target has already, from an attempt that was interrupted, is compared with the
 * beginning of the source; what is missing is copied; then both ends are read anew from the start, counted and summed.
 * Nothing is finished here: that is for the caller, once every section has been verified.
 */

#pragma once

#include "tw-dump.h"

G_BEGIN_DECLS

typedef enum
{
  TW_COPY_COMPARING,
  TW_COPY_COPYING,
  TW_COPY_VERIFYING,
} TwCopyPhase;

typedef struct
{
  /* Called when a phase begins and after each batch, with how many records of how many it has done. May be NULL. */
  void (*progress) (const char *section, TwCopyPhase phase, guint64 done, guint64 total, gpointer user_data);

  /* Asked before each batch: TRUE stops. May be NULL. */
  gboolean (*stopped) (gpointer user_data);

  /* Called where an end is UNAVAILABLE: TRUE, after a while, to try again; FALSE, or NULL for the function, to fail. */
  gboolean (*wait) (gpointer user_data);

  gpointer user_data;
} TwCopyWatcher;

/* What was verified. */
typedef struct
{
  const char *name; /* the section's */
  guint64 n;
  char sha256[65]; /* of all records in order, each behind its length (8 bytes, little-endian), in hex */
} TwCopySum;

typedef enum
{
  TW_COPY_VERIFIED, /* both ends are the same */
  TW_COPY_STOPPED,  /* by the watcher; running it again goes on from there */
  TW_COPY_FAILED,
} TwCopyOutcome;

/* @batch records at a time. The ends have the same sections, and @sums a place for each. Fails with CONFLICT where the
 * ends differ and going on would not help, else with what an end says; which section it was comes first. */
TwCopyOutcome tw_copy_run (TwDump *source, TwDump *target, guint batch, const TwCopyWatcher *watcher, TwCopySum *sums,
                           GError **error);

G_END_DECLS
