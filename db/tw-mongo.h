/* SPDX-License-Identifier: Apache-2.0 */

/* A MongoDB database as a server needs it: it comes and goes, and whoever asks meanwhile is told so in time.
 *
 * - Operations run on a bounded number of worker threads, each with one client of libmongoc's pool. What an operation
 *   does may block; whoever asked is answered in the time that the database was opened with all the same.
 * - A gate stands before them. It opens once the server has been reached and prepared (indexes), closes when an
 *   operation finds the server gone, and while it is closed every operation fails at once with UNAVAILABLE. A thread
 *   of its own asks until the server is back, several times a second, and opens it again; it also asks when a write
 *   got no answer, which may only have been slow. Closing and opening are one line in the log each.
 * - Unless the URI says otherwise: majority writes, journaled; retryable writes and reads; every timeout set. What
 *   would break what the stores promise is refused: w=0, a read preference other than primary.
 *
 * The connection string (https://www.mongodb.com/docs/manual/reference/connection-string/) may hold a password: it is
 * never logged, nor is any part of its credentials. All functions are thread-safe unless they say otherwise.
 */

#pragma once

#include "tw-call-context.h"
#include "tw-mongo-session.h"
#include "tw-record.h"

#include <glib.h>

G_BEGIN_DECLS

/* The longest that whoever asks a service waits for the end of an operation, in milliseconds; less where the deadline
 * that it is given comes before. With the second that a call may wait for a thread (tw-cglib.h) that makes 4 s, below
 * the 5 s that a gateway gives a call. */
#define TW_MONGO_DEADLINE_MS 3000

/* The same where nobody but an operator waits, and a batch may take its time. */
#define TW_MONGO_PATIENT_DEADLINE_MS 60000

typedef struct _TwMongo TwMongo;

/* An index that must be there. */
typedef struct
{
  const char *collection;
  const char *name;
  const char *keys; /* extended JSON, in the order of the index: {"userId": 1, "createdOn": -1} */
  gboolean unique;

  /* Only documents that have this field are in it, so that others cost nothing: queries have to ask for that ($exists).
   * NULL, or where the server has no such indexes: all are. */
  const char *partial;
} TwMongoIndex;

/* What the database is opened for. */
typedef enum
{
  TW_MONGO_SERVE, /* makes the indexes; says that a service holds the data; waits while a copy goes into it */
  TW_MONGO_FILL,  /* makes the indexes; refuses what a service holds or another copy fills; marks it as unfinished */
  TW_MONGO_READ,  /* changes nothing */
} TwMongoRole;

typedef struct
{
  const char *data;     /* which data it is: "tasks". Others in the same database do not matter to each other */
  const char *database; /* where the URI names none */
  const TwMongoIndex *indexes;
  gsize n_indexes;

  /* Records that are kept, in collections of their own: an index by owner, and key, is made of those that are listed. */
  const TwRecordType *const *records;
  gsize n_records;

  /* Whether a copy may be made of it as it is; NULL: it may. */
  gboolean (*check_source) (TwMongoSession *session, GError **error);
} TwMongoSpec;

/* Takes the URI apart, starts the threads and returns at once: the server may be away. @spec must outlive it. An
 * operation has @deadline_ms at most; one that has waited for a thread for a third of that is not begun. Fails with
 * TW_ERROR_CONFIGURATION: a URI that can't be used, said without its credentials. */
TwMongo *tw_mongo_open (const char *uri, const TwMongoSpec *spec, TwMongoRole role, gint64 deadline_ms,
                        GError **error);

/* Waits until the gate is open. UNAVAILABLE with the reason (for the operator: it may name hosts) after @patience_ms;
 * CONFLICT at once where a service holds what was to be filled, or another copy fills it. */
gboolean tw_mongo_wait (TwMongo *mongo, gint64 patience_ms, GError **error);

/* TW_MONGO_FILL: what was filled is complete, and may be served. */
gboolean tw_mongo_fill_done (TwMongo *mongo, GError **error);

/* Does the work, on a worker's thread: what it was given is in @job. FALSE with @error. */
typedef gboolean (*TwMongoFunc) (TwMongoSession *session, gpointer job, GError **error);

/* The end of an operation. Where @error says that its time was over, the function may still be running: then only what
 * of @job has been written before the operation was begun may be looked at. */
typedef void (*TwMongoDone) (gpointer job, const GError *error);

/* What an operation is, and so whose threads it may take: changes that the database is slow to confirm leave a quarter
 * of them to what reads, and the reverse. */
typedef enum
{
  TW_MONGO_READING,
  TW_MONGO_CHANGING,
} TwMongoKind;

/* Queues an operation; never blocks. At @deadline_ms (tw-call-context.h) it is not begun any more, and nobody waits for
 * it any longer. @done is called exactly once: on a worker's thread, on the one that watches the deadlines, or, with
 * UNAVAILABLE because the gate is closed or 4,096 operations are waiting, at once on this one. @free_job is called when
 * nobody uses @job any more; NULL: the caller keeps it (then it must live until the database has been closed). */
void tw_mongo_run (TwMongo *mongo, gint64 deadline_ms, TwMongoKind kind, TwMongoFunc run, TwMongoDone done,
                   gpointer job, GDestroyNotify free_job);

/* Whether the database answers now (ping). Blocks as tw_mongo_call() does. UNAVAILABLE. */
gboolean tw_mongo_check (TwMongo *mongo, gint64 deadline_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Finishes what is waiting (each within its deadline), says that the data is free, closes. */
void tw_mongo_close (TwMongo *mongo);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongo, tw_mongo_close)

G_END_DECLS
