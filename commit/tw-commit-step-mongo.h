/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: a step, while its function decides: what it finds are the records as the head's entries leave them,
 * settled or not; what it puts becomes the parts of an entry. */

#pragma once

#include "tw-commit-head-mongo.h"

G_BEGIN_DECLS

/* What the function sees. */
typedef struct
{
  TwCommit parent;
  TwMongoSession *session;
  const char *partition;
  gint64 now_ms;
  const TwMongoHead *head;
  GPtrArray *records; /* those that were returned: they stay when the step is over */

  GPtrArray *found; /* what was looked at, or put */
  TwMongoEntry *entry;
  GError *error; /* why nothing can be changed, whatever the function says */
} TwMongoStep;

/* What is given must outlive it; @records has a free function. */
TwMongoStep *tw_mongo_step_new (TwCommits *commits, TwMongoSession *session, const char *partition, gint64 now_ms,
                                const TwMongoHead *head, GPtrArray *records);
void tw_mongo_step_free (TwMongoStep *step);

/* As TwCommitsClass has them. */
gconstpointer tw_mongo_step_find (TwCommit *commit, const TwRecordType *type, const char *id, GError **error);
void tw_mongo_step_expect (TwCommit *commit, const TwRecordType *type, const char *const *ids, guint n);
gconstpointer tw_mongo_step_put (TwCommit *commit, const TwRecordType *type, gconstpointer record);
void tw_mongo_step_remove (TwCommit *commit, const TwRecordType *type, const char *id);
void tw_mongo_step_note (TwCommit *commit, gconstpointer bytes, gsize n);
gconstpointer tw_mongo_step_give (TwCommit *commit, const TwRecordType *type, gconstpointer record,
                                  const char *partition);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoStep, tw_mongo_step_free)

G_END_DECLS
