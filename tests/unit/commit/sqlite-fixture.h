/* SPDX-License-Identifier: Apache-2.0 */

/* Commits on a SQLite database that the test can reach into: what fails is made to by triggers and limits, which are real
 * errors of SQLite's and the kernel's. Scripts are commit-fixture.h's. */

#pragma once

#include "commit-fixture.h"

#include "tw-sqlite.h"
#include "writer-hold.h"

G_BEGIN_DECLS

typedef struct
{
  char *folder, *path;
  TwSqlite *db;
  TwCommits *commits;
  WriterHold hold;
  GPtrArray *started; /* commits of new tasks */
} Place;

void place_set_up (Place *place, gconstpointer data);
void place_tear_down (Place *place, gconstpointer data);

/* Opens the database @path, with the tables of tasks-store/. */
void place_open (Place *place, const char *path);
void place_close (Place *place);
void place_reopen (Place *place);

/* Runs @sql on the writer's connection. */
void place_run (Place *place, const char *sql);

/* A number that @sql asks a reader for; @sql is a literal. */
gint64 place_ask (Place *place, const char *sql);

/* The writer stands still from here to place_let_go(), which waits until it has done all that was queued meanwhile: in one
 * transaction, if it is no more than that takes. */
void place_hold (Place *place);
void place_let_go (Place *place);

/* Starts @script in @partition. */
void place_begin (Place *place, CommitWait *wait, const char *partition, const char *script);

/* Starts a commit of the new task @n in @partition. */
void place_start (Place *place, const char *partition, guint n);

/* Waits for all that were started, which are told of in that order: how many were acknowledged, where others are told
 * UNAVAILABLE. */
guint place_finish (Place *place);

/* Commits @n new tasks, from number @first on, in @partition, each by a commit of its own, which has to work. */
void place_fill (Place *place, const char *partition, guint first, guint n);

G_END_DECLS
