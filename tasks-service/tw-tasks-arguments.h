/* SPDX-License-Identifier: Apache-2.0 */

/* What the calls ask for, read from their bytes, which the server has checked. Not
 * thread-safe: one call's, on one thread. */

#pragma once

#include "tw-call.h"
#include "tw-task-service.h"

G_BEGIN_DECLS

/* Each method reads its part; the rest is NULL or zero. Strings are copies with a NUL behind each. On the wire each has
 * at least a byte of length beside it, so that all fit into as many bytes as the arguments have. Large: for the stack. */
typedef struct
{
  TwReader reader;
  const char *user_id, *id, *cursor;
  gint32 limit;      /* of a page: the schema's default where none was sent */
  TwTaskInput input; /* a page's filter, too */
  char *block, *at;
  char space[512];
} TwTasksArguments;

/* Which task of whose: all that get and remove are told; all is told whose. */
void tw_tasks_arguments_read_one (TwTasksArguments *arguments, const TwCall *call);

void tw_tasks_arguments_read_page (TwTasksArguments *arguments, const TwCall *call);
void tw_tasks_arguments_read_create (TwTasksArguments *arguments, const TwCall *call);
void tw_tasks_arguments_read_add (TwTasksArguments *arguments, const TwCall *call);
void tw_tasks_arguments_read_patch (TwTasksArguments *arguments, const TwCall *call);
void tw_tasks_arguments_read_update (TwTasksArguments *arguments, const TwCall *call);
void tw_tasks_arguments_read_upsert (TwTasksArguments *arguments, const TwCall *call);

/* To be called after any of these. */
void tw_tasks_arguments_clear (TwTasksArguments *arguments);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwTasksArguments, tw_tasks_arguments_clear)

G_END_DECLS
