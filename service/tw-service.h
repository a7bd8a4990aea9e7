/* SPDX-License-Identifier: Apache-2.0 */

/* What every Thrift service's main program does in the same way, in one place:
 *
 *     configuration → schema → is the address one to be trusted? → store → listen → loop → drain → close
 *
 * A service says what is its own in a TwServiceSpec and its main is one call. Flags that all services have: --listen
 * (a variable of each service's own), --data-dir (TW_DATA_DIR), --store (TW_STORE) or --store-file (TW_STORE_FILE), a
 * file that holds the same: for what a command line would show to everybody; --trusted-network (TW_TRUSTED_NETWORK),
 * --plain (TW_PLAIN; tw-plain.h), --log-level (TW_LOG_LEVEL). Whatever stops the start is one line on standard error and exit
 * status 1. SIGTERM and SIGINT finish the calls that are in flight, close the store and end with 0.
 */

#pragma once

#include "tw-cglib.h"
#include "tw-clock.h"
#include "tw-config.h"
#include "tw-plain.h"
#include "tw-server.h"

G_BEGIN_DECLS

/* A kind of store, chosen by how --store begins. To support another database, add a row. */
typedef struct
{
  const char *scheme; /* "sqlite:", "mongodb://"; NULL ends the table */

  /* What follows the scheme is a file's path. Its folder is made, and FILE.lock beside it held, while the service
   * runs. */
  gboolean local;

  /* Opens the store and whatever the service keeps beside it: the state that all else gets. @location is the path
   * where the store is local, else all of --store (it may hold a password: never log it). @clock lives as long as
   * the service. @plain is what to do in the plain way. NULL with @error stops the start. */
  gpointer (*open) (const char *location, const TwClock *clock, TwPlain plain, GError **error);
} TwServiceStore;

/* What holds for threads that answer calls. */
typedef struct
{
  guint threads;      /* as in the spec */
  guint max_queued;   /* calls that wait for a thread */
  gint64 max_wait_ms; /* and how long */
} TwServiceLimits;

typedef struct
{
  const char *program;       /* "tasks-service": names the process in --help and in the log */
  const char *summary;       /* one line for --help */
  const char *service;       /* the service's name in the schema */
  guint16 default_port;      /* on 127.0.0.1 */
  const char *listen_environment; /* "TW_TASKS_LISTEN" */
  const char *database_file; /* "tasks.db": without --store it is sqlite:DATA_DIR/tasks.db */
  /* The store that variables of the service's own ask for where none is said, free with g_free(); NULL where they ask
   * for none, or with @error. Itself NULL: there are no such variables. */
  char *(*store_from_environment) (GError **error);

  const TwOption *options;   /* further flags, read before open() is called, ended by a NULL name; NULL: none */
  gconstpointer settings;    /* what these are read into, for configure() */

  /* Has the opened @state go by the @settings, once, before anybody calls. NULL: there is nothing to go by. */
  void (*configure) (gpointer state, gconstpointer settings);

  const TwServiceStore *stores;

  TwSchema *(*load_schema) (GError **error); /* tw_idl_load */
  const TwGetTypeFunc *types;                /* tw_generated_types */
  gsize n_types;
  guint threads;             /* that run handlers: they may block on the store; a commit takes all that wait */
  guint read_threads;        /* the same, for methods that read (tw.retry = "safe") */

  /* A generated TwXProcessor that answers from @state; see TwProcessorPoolSpec. */
  GObject *(*new_processor) (gpointer state, const TwCallContext *const *context);

  /* Has methods that are called often answered without generated code, by tw_server_set_method(). What it returns is
   * given to end_direct() when the loop runs no more; both NULL: the processor answers everything. */
  gpointer (*start_direct) (gpointer state, TwServer *server, const TwServiceLimits *limits);
  void (*end_direct) (gpointer direct);

  /* Called on the loop's thread about once a second, for what has to be done now and then; it must not block. NULL: there
   * is nothing. */
  void (*tend) (gpointer state);

  /* Called on the loop's thread when the service has been told to stop, before it waits for the calls under way: for calls
   * that wait for something to happen. NULL: there are none. */
  void (*stopping) (gpointer state);

  /* Finishes what the store has been given, then frees @state. No handler runs any more. */
  void (*close) (gpointer state);
} TwServiceSpec;

/* Runs the service until it is told to stop. Returns main's exit status. Call once, from main. */
int tw_service_run (const TwServiceSpec *spec, int argc, char **argv);

G_END_DECLS
