/* SPDX-License-Identifier: Apache-2.0 */

/* What is asked of the Tasks service: `get` of one of a user's tasks, taken at random but each time in the same order,
 * or `create` of one whose name nobody else uses. And how that is said in Thrift. */

#pragma once

#include "tw-writer.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean create;
  char *user_id;
  char *prefix;   /* of the names that are created */
  GPtrArray *ids; /* of the user's tasks */
  guint32 chance;
} TwQuestions;

typedef struct
{
  gint32 id; /* of the call: from 1, one more each time */
  gboolean create;
  const char *user_id;
  const char *subject; /* the task's id, or its name where it is to be created: an answer repeats it */
} TwAsk;

/* @method is "get" or "create"; @ids_path is a file with an id a line, NULL for "create". */
gboolean tw_questions_init (TwQuestions *questions, const char *method, const char *user_id, const char *prefix,
                            const char *ids_path, GError **error);
void tw_questions_clear (TwQuestions *questions);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwQuestions, tw_questions_clear)

/* The subject of the call @id; free with g_free(). */
char *tw_questions_next (TwQuestions *questions, gint32 id);

const char *tw_ask_method (const TwAsk *ask);

/* Appends the arguments' struct to @out. */
void tw_ask_arguments (const TwAsk *ask, TwProtocol protocol, TwBuffer *out);

/* Appends the whole message, whose sequence id is the call's. */
void tw_ask_message (const TwAsk *ask, const TwEncoding *encoding, TwBuffer *out);

G_END_DECLS
