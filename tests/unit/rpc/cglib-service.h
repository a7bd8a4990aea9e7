/* SPDX-License-Identifier: Apache-2.0 */

/* A service of generated code: a handler behind the server's processor pool, in threads of its own. What a user or a
 * task is called says what the handler does. */

#pragma once

#include "server-thread.h"
#include "tw-cglib.h"
#include "tw_tasks.h"

G_BEGIN_DECLS

/* Tasks that the handler lists for a user. */
#define LISTED 20

GType test_handler_get_type (void);

/* How many handlers have been finalized. */
gint test_handlers_finalized (void);

/* They are stuck until then. */
void test_handlers_let_removals_go_on (void);

typedef struct
{
  TwProcessorPool *pool;
  ServerThread *thread;
} Service;

/* With a pool of its own, of @n_threads, in which @max_queued calls may wait, each for @max_wait_ms. */
Service *service_new_of (guint n_threads, guint max_queued, gint64 max_wait_ms);
Service *service_new (void);
void service_free (Service *service);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Service, service_free)

G_END_DECLS
