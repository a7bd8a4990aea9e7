/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: one commit, from its look at the head to its end, as an operation of the database's. Without anybody
 * else's it takes two commands for what is new (claim, settle), one more for each record that its function looks at,
 * and one more where the head is not remembered, or there is a key to look for. */

#pragma once

#include "tw-commit-lanes-mongo.h"

G_BEGIN_DECLS

typedef struct
{
  TwCommits *commits;
  const TwMongoTypes *types;
  TwMongoLanes *lanes; /* in which the partition's is taken */

  char *partition, *by;
  gint64 now_ms;
  gboolean has_key;
  guint8 key[TW_MONGO_KEY_BYTES];
  guint8 fingerprint[TW_COMMIT_FINGERPRINT_BYTES];
  TwCommitFunc decide;
  gpointer data;

  guint8 mark[TW_COMMIT_MARK_BYTES];
  GPtrArray *records; /* those that its function was given */
  TwCommitted committed;
  GArray *parts; /* of a repeat; or NULL */
  GBytes *note;  /* likewise */
} TwMongoCommit;

/* As a TwMongoFunc. */
gboolean tw_mongo_commit (TwMongoSession *session, TwMongoCommit *commit, GError **error);

G_END_DECLS
