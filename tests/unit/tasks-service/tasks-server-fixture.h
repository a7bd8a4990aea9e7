/* SPDX-License-Identifier: Apache-2.0 */

/* A server of a task service, asked in every encoding. Each reply is read by generated code, and has to be what that
 * would have written, byte for byte. */

#pragma once

#include "raw-peer.h"
#include "server-thread.h"
#include "task-service-fixture.h"
#include "tw-tasks-methods.h"

#include "tw_tasks.h"

typedef struct
{
  TaskServiceFixture base;
  gsize max_reply; /* 0: the default */
  TwProcessorPool *pool;
  TwTasksMethods *methods;
  ServerThread *thread;
} TasksServer;

/* On a database of its own; or of a service that the test has put into base. */
void tasks_server_set_up (TasksServer *f, gconstpointer data);
void tasks_server_tear_down (TasksServer *f, gconstpointer data);
void tasks_server_start (TasksServer *f);
void tasks_server_end (TasksServer *f);

#define IN_EACH_ENCODING(encoding)                                                                                     \
  for (const TwEncoding *encoding = RAW_ENCODINGS; encoding < RAW_ENCODINGS + G_N_ELEMENTS (RAW_ENCODINGS); encoding++)

/* What a test puts into the arguments' struct. */
typedef void (*WriteArguments) (TwWriter *writer, gconstpointer data);

void write_text (TwWriter *writer, gint16 id, const char *text);

/* A field that the schema does not know, of a peer that is newer than we are. */
void write_unknown (TwWriter *writer);

/* The arguments of get and remove, of Ann or somebody else, with an id; those of all, with a user's. */
void write_get (TwWriter *writer, gconstpointer id);
void write_get_of_another (TwWriter *writer, gconstpointer id);
void write_all (TwWriter *writer, gconstpointer user_id);

typedef struct
{
  gint32 limit; /* 0: not said */
  const char *cursor;
  TwDoneFilter filter;
  const char *sort;
} Request;

/* The arguments of page, with a Request. */
void write_page (TwWriter *writer, gconstpointer request);

/* What the reply holds: a struct of @type, a list of them, an exception, or nothing. */
GPtrArray *call (const TasksServer *f, TwEncoding encoding, const char *method, WriteArguments write,
                 gconstpointer data, GType type);

/* The same where it is one task of Ann's, with all its fields; or a page of @n tasks. */
TwTask *call_for_task (const TasksServer *f, TwEncoding encoding, const char *method, WriteArguments write,
                       gconstpointer data);
TwTaskPage *call_for_page (const TasksServer *f, TwEncoding encoding, const Request *request, guint n);

/* The declared exception; the other one where the method declares none. */
void assert_refused (const TasksServer *f, TwEncoding encoding, const char *method, WriteArguments write,
                     gconstpointer data, gint32 code, const char *message);
void assert_exception (const TasksServer *f, TwEncoding encoding, const char *method, WriteArguments write,
                       gconstpointer data, const char *message);

void assert_task (const TwTask *task, const char *name, gboolean done, gint64 version);

/* The same, freed. */
void take_task (TwTask *task, const char *name, gboolean done, gint64 version);

/* A task of Ann's. */
TwTaskRecord *add_task (TasksServer *f, const char *name, gboolean done);
