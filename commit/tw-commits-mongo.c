/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commits-mongo.h"

#include "tw-clock.h"
#include "tw-error.h"
#include "tw-commit-back-mongo.h"
#include "tw-commit-run-mongo.h"
#include "tw-commit-log-mongo.h"
#include "tw-commit-step-mongo.h"
#include "tw-commit-tend-mongo.h"
#include "tw-random.h"
#include "tw-store-error.h"

#include <string.h>

typedef struct
{
  TwCommits parent;
  TwMongo *mongo;
  TwMongoTypes types;
  TwMongoLanes *lanes;
  TwMongoTender *tender;
} Commits;

/* A commit that was asked for. */
typedef struct
{
  TwMongoCommit commit;
  Commits *commits;
  gint64 deadline_ms;
  TwCommitDone done;
  GDestroyNotify free_data;
} Job;

static Commits *
mongo_commits (TwCommits *commits)
{
  return (Commits *) commits;
}

static void
job_free (Job *job)
{
  if (job->free_data != NULL)
    job->free_data (job->commit.data);
  g_ptr_array_unref (job->commit.records);
  g_clear_pointer (&job->commit.parts, g_array_unref);
  g_clear_pointer (&job->commit.note, g_bytes_unref);
  g_free (job->commit.partition);
  g_free (job->commit.by);
  g_free (job);
}

static gboolean
run_job (TwMongoSession *session, gpointer data, GError **error)
{
  return tw_mongo_commit (session, &((Job *) data)->commit, error);
}

static void
end_job (gpointer data, const GError *error)
{
  const Job *job = data;

  job->done (error == NULL ? &job->commit.committed : NULL, error, job->commit.data);
}

static void leave_lane (gpointer data);

static void
start_job (Job *job)
{
  tw_mongo_run (job->commits->mongo, job->deadline_ms, TW_MONGO_CHANGING, run_job, end_job, job, leave_lane);
}

/* The operation has come to its end, which may be later than its asker was told so. */
static void
leave_lane (gpointer data)
{
  Job *job = data;
  Job *next = tw_mongo_lanes_leave (job->commits->lanes, job->commit.partition);

  /* What was not confirmed may have happened. */
  if (!job->commit.committed.is_repeat)
    tw_commits_tell_ended (&job->commits->parent, job->commit.partition);

  job_free (job);
  if (next != NULL)
    start_job (next);
}

/* Of one that has no lane. */
static void
refuse (Job *job, const char *why)
{
  g_autoptr (GError) error = g_error_new_literal (TW_ERROR, TW_ERROR_UNAVAILABLE, why);

  end_job (job, error);
  job_free (job);
}

static Job *
job_new (Commits *commits, gint64 deadline_ms, const TwCommitSpec *spec)
{
  Job *job = g_new0 (Job, 1);
  TwMongoCommit *commit = &job->commit;

  job->commits = commits;
  job->deadline_ms = deadline_ms;
  job->done = spec->done;
  job->free_data = spec->free_data;
  commit->commits = &commits->parent;
  commit->types = &commits->types;
  commit->lanes = commits->lanes;
  commit->partition = g_strdup (spec->partition);
  commit->by = g_strdup (spec->by != NULL ? spec->by : spec->partition);
  commit->now_ms = spec->now_ms;
  commit->has_key = spec->key != NULL;
  if (spec->key != NULL)
    tw_mongo_key_hash (commit->by, spec->key, commit->key);
  memcpy (commit->fingerprint, spec->fingerprint, sizeof commit->fingerprint);
  commit->decide = spec->decide;
  commit->data = spec->data;
  tw_random_bytes (commit->mark, sizeof commit->mark);
  commit->records = g_ptr_array_new_with_free_func (g_free);
  return job;
}

static void
commits_run (TwCommits *self, gint64 deadline_ms, const TwCommitSpec *spec)
{
  Commits *commits = mongo_commits (self);
  Job *job = job_new (commits, deadline_ms, spec);

  switch (tw_mongo_lanes_enter (commits->lanes, spec->partition, deadline_ms, job))
    {
    case TW_MONGO_LANE_FREE:
      start_job (job);
      break;
    case TW_MONGO_LANE_FULL:
      refuse (job, TW_STORE_BUSY);
      break;
    case TW_MONGO_LANE_WAIT:
    default:
      break;
    }
}

static gboolean
commits_log (TwCommits *self, gint64 deadline_ms, const char *partition, gint64 after, TwCommitLog *log,
             TwCommitEntryFunc entry, gpointer user_data, GError **error)
{
  const Commits *commits = mongo_commits (self);

  return tw_mongo_log_read (commits->mongo, &commits->types, deadline_ms, partition, after, log, entry, user_data,
                            error);
}

static gboolean
commits_log_back (TwCommits *self, gint64 deadline_ms, TwCommitBack *back, TwCommitEntryFunc entry,
                  gpointer user_data, GError **error)
{
  const Commits *commits = mongo_commits (self);

  return tw_mongo_back_read (commits->mongo, &commits->types, deadline_ms, back, entry, user_data, error);
}

static gboolean
commits_look (TwCommits *self, gint64 deadline_ms, const char *const *partitions, guint n, TwCommitLog *logs,
              TwCommitStore *store, GError **error)
{
  return tw_mongo_back_look (mongo_commits (self)->mongo, deadline_ms, partitions, n, logs, store, error);
}

static void
commits_tend (TwCommits *self, gint64 now_ms)
{
  Commits *commits = mongo_commits (self);
  g_autoptr (GPtrArray) over
      = tw_mongo_lanes_give_up (commits->lanes, tw_clock_monotonic_ms (tw_clock_system ()));

  for (guint i = 0; i < over->len; i++)
    refuse (over->pdata[i], TW_STORE_UNAVAILABLE);
  tw_mongo_tender_start (commits->tender, now_ms, now_ms - self->kept_ms);
}

TwCommits *
tw_commits_mongo_new (TwMongo *mongo, const TwRecordType *const *types, guint n)
{
  static const TwCommitsClass klass = {
    .run = commits_run,
    .log = commits_log,
    .log_back = commits_log_back,
    .look = commits_look,
    .tend = commits_tend,
    .find = tw_mongo_step_find,
    .expect = tw_mongo_step_expect,
    .put = tw_mongo_step_put,
    .remove = tw_mongo_step_remove,
    .note = tw_mongo_step_note,
    .give = tw_mongo_step_give,
  };
  Commits *commits = g_new0 (Commits, 1);

  for (guint i = 0; i < n; i++)
    g_assert (tw_record_find_role (types[i], TW_RECORD_OWNER) < types[i]->n_fields
              && tw_record_find_role (types[i], TW_RECORD_VERSION) < types[i]->n_fields);
  commits->parent = (TwCommits) { .klass = &klass, .kept_ms = TW_COMMIT_KEPT_MS };
  commits->mongo = mongo;
  commits->types = (TwMongoTypes) { types, n };
  commits->lanes = tw_mongo_lanes_new ();
  commits->tender = tw_mongo_tender_new (&commits->parent, mongo, &commits->types, commits->lanes);
  return &commits->parent;
}

void
tw_commits_mongo_free (TwCommits *self)
{
  Commits *commits = mongo_commits (self);

  tw_mongo_tender_free (commits->tender);
  tw_mongo_lanes_free (commits->lanes);
  g_free (commits);
}
