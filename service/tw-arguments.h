/* SPDX-License-Identifier: Apache-2.0 */

/* A call's arguments as the C struct that gen/ makes of them, without an object in between. Not thread-safe: one call's,
 * on one thread.
 *
 *     g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
 *     TwTasksGetArguments asked;
 *
 *     tw_arguments_read (&arguments, call, &tw_tasks_get_type, &asked);
 */

#pragma once

#include "tw-call.h"
#include "tw-record.h"

G_BEGIN_DECLS

/* Where texts lie. Large: for the stack. */
typedef struct
{
  char *block; /* NULL: in space */
  char space[512];
} TwArguments;

#define TW_ARGUMENTS_INIT { .block = NULL }

/* Reads what @call asks for into @into, which is of @type; once. Texts are valid until @arguments is cleared. Types,
 * presence and limits have been checked by the server, by the same IDL. */
void tw_arguments_read (TwArguments *arguments, const TwCall *call, const TwRecordType *type, gpointer into);

static inline void
tw_arguments_clear (TwArguments *arguments)
{
  g_free (arguments->block);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwArguments, tw_arguments_clear)

G_END_DECLS
