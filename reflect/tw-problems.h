/* SPDX-License-Identifier: Apache-2.0 */

/* All that is wrong with one input, gathered before anything is answered.
 *
 * A location is what a person would look for: "body.name", "query.limit", "path.id", "header.if-match", "cookie.x" for
 * REST; "book.title", "request.limit", "names[3]" for Thrift arguments, where a map's third value is "labels[2]" and its
 * key "labels[2].key". A detail is a clause without the name: "must be at most 500 characters". Details never repeat
 * the value. At most TW_PROBLEMS_MAX are kept. Not thread-safe.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TW_PROBLEMS_MAX 50

typedef struct
{
  char *location;
  char *detail;
} TwProblem;

typedef struct _TwProblems TwProblems;

TwProblems *tw_problems_new (void);
void tw_problems_free (TwProblems *problems);

/* Takes both strings. */
void tw_problems_take (TwProblems *problems, char *location, char *detail);
void tw_problems_add (TwProblems *problems, const char *location, const char *format, ...) G_GNUC_PRINTF (3, 4);

guint tw_problems_count (const TwProblems *problems);
const TwProblem *tw_problems_get (const TwProblems *problems, guint i);

/* Whether something is wrong at @location. */
gboolean tw_problems_has (const TwProblems *problems, const char *location);

/* "book.title must be at most 500 characters; done must be a bool": free with g_free(). */
char *tw_problems_to_string (const TwProblems *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwProblems, tw_problems_free)

G_END_DECLS
