/* SPDX-License-Identifier: Apache-2.0 */

/* A server on a loop in a thread of its own, for tests that block. */

#pragma once

#include "tw-server.h"

typedef struct _ServerThread ServerThread;

/* Runs the server that @make returns; it is called in the thread, whose default context is the loop's. */
ServerThread *server_thread_new (TwServer *(*make) (gpointer user_data), gpointer user_data);

guint16 server_thread_port (const ServerThread *thread);

/* Begins to stop; returns when no connection is accepted any more. */
void server_thread_begin_stop (ServerThread *thread);
void server_thread_wait_stopped (ServerThread *thread);

/* Stops it, unless that was begun before, and frees it. */
void server_thread_free (ServerThread *thread);
