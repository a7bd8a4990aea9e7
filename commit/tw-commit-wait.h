/* SPDX-License-Identifier: Apache-2.0 */

/* A commit that is waited for, by a thread that has nothing else to do. */

#pragma once

#include "tw-commit.h"

G_BEGIN_DECLS

/* Runs @spec, whose `done` is this function's, and returns when its end has been told: what the commit has of @spec may be
 * used for longer. FALSE with @error. *@committed, where that is not NULL, becomes what has become of it, but its parts and
 * note are gone. Thread-safe. */
gboolean tw_commit_wait (TwCommits *commits, gint64 deadline_ms, const TwCommitSpec *spec, TwCommitted *committed,
                         GError **error);

G_END_DECLS
