/* SPDX-License-Identifier: Apache-2.0 */

/* What is asked of the Tasks service: `get` of one of a user's tasks, taken at random but each time in the same order,
 * `page` for their newest ones, or `create` of one whose name nobody else uses. And how that is said in Thrift. */

#pragma once

#include "tw-writer.h"

G_BEGIN_DECLS

typedef enum
{
  TW_ASK_GET,
  TW_ASK_PAGE,
  TW_ASK_CREATE,
} TwAskMethod;

/* Tasks on a page. */
#define TW_ASK_PAGE_LIMIT 20

typedef struct
{
  TwAskMethod method;
  char *user_id;
  char *prefix;   /* of the names that are created */
  GPtrArray *ids; /* of the user's tasks, newest first */
  guint32 chance;
} TwQuestions;

typedef struct
{
  gint32 id; /* of the call: from 1, one more each time */
  TwAskMethod method;
  const char *user_id;
  const char *subject; /* an answer has it: the task's id, that of the last one on the page, or the name to create */
} TwAsk;

/* @method is "get", "page" or "create"; @ids_path is a file with an id a line, the newest task's first, NULL for
 * "create". */
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
