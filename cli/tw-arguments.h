/* SPDX-License-Identifier: Apache-2.0 */

/* A method's arguments as command-line options, made from the schema.
 *
 * A scalar argument `id` is `--id VALUE`; a struct argument's fields stand beside it as `--name VALUE`, and as
 * `--task.name VALUE` where two would have one name. A container or nested struct takes JSON. What is a header in a request is
 * called as that is: `--if-match 3`, `--idempotency-key KEY`; a method that takes a key gets one that is made here where
 * none is given. A secret is
 * `--password-file FILE` (or - for standard input); without it, it is asked for at the terminal.
 */

#pragma once

#include "tw-problems.h"
#include "tw-schema.h"

#include <jansson.h>

G_BEGIN_DECLS

typedef struct _TwArguments TwArguments;

/* The options of @method. */
TwArguments *tw_arguments_new (const TwMethod *method);
void tw_arguments_free (TwArguments *arguments);

/* The entries, ended by an empty one, to be added to a GOptionContext; they live as long as @arguments, which keeps what
 * is given. */
const GOptionEntry *tw_arguments_entries (TwArguments *arguments);

/* What was given, as an object for tw_bind_object(), having asked for the secrets that are missing. Free with
 * json_decref(). Fails with TW_ERROR_INVALID. */
json_t *tw_arguments_to_json (TwArguments *arguments, GError **error);

/* The key that the object has, so that the call can be made again; NULL where the method takes none. */
const char *tw_arguments_key (const TwArguments *arguments);

/* What is wrong, as tw_bind_object() finds it in that object, by the options' names: "--name is required; --done must be
 * true or false". A secret has its own name, as it may have been typed. Free with g_free(). */
char *tw_arguments_explain (const TwArguments *arguments, const TwProblems *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwArguments, tw_arguments_free)

G_END_DECLS
