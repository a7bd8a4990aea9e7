/* SPDX-License-Identifier: Apache-2.0 */

/* A task's document of MongoDB, as tw-record-document.h has it.
 *
 * A document is a task if its _id is an ObjectId, its userId a string and its createdOn a date: without these it is
 * nobody's, or has no place in a list. Whatever else it has or lacks, it is served. */

#pragma once

#include "tw-task-store.h"

#include <mongoc/mongoc.h>
#include <stdatomic.h>

G_BEGIN_DECLS

/* NULL where @document is not a task: the first time, as @warned remembers, the log says so, but not of a tombstone. A name or a userId that is
 * not UTF-8, or has a U+0000 in it, comes with U+FFFD for what can't be sent: better than a task that its user can
 * neither see nor rename nor remove. Thread-safe. */
TwTaskRecord *tw_task_document_read (const bson_t *document, atomic_flag *warned);

G_END_DECLS
