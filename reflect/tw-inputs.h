/* SPDX-License-Identifier: Apache-2.0 */

/* The fields that a REST request for a method can carry: its arguments, with the fields of each struct argument in
 * the argument's place. Binding and OpenAPI both walk them, so that what is taken is what is documented. */

#pragma once

#include "tw-schema.h"

G_BEGIN_DECLS

/* Plain data, on the stack; begin with TW_INPUTS_INIT. */
typedef struct
{
  const TwStruct *arguments;
  guint argument;
  guint field;
} TwInputs;

#define TW_INPUTS_INIT(method) { (method)->arguments, 0, 0 }

/* The next one; NULL after the last. */
const TwField *tw_inputs_next (TwInputs *inputs);

/* How to call the @field that tw_inputs_next() has just given: "argument", or "argument.field". Free with g_free(). */
char *tw_inputs_name (const TwInputs *inputs, const TwField *field);

/* The one that @source carries under @name (of a body member: its JSON name; of a header:
 * in lower case); NULL where there is none. Thread-safe. */
const TwField *tw_inputs_find (const TwMethod *method, TwSource source, const char *name);

/* Whether @argument's fields stand in its place. Thread-safe. */
gboolean tw_inputs_is_spread (const TwField *argument);

/* Whether @field can be a member of a body; not so the set that a merge-patch's nulls fill. Thread-safe. */
gboolean tw_inputs_is_member (const TwField *field);

/* Whether a cookie may stand in for one of @method's members: tw.cookie. Thread-safe. */
gboolean tw_inputs_take_cookie (const TwMethod *method);

/* "body", "path", "query", "header", "cookie" or "claim". Static. Thread-safe. */
const char *tw_source_name (TwSource source);

G_END_DECLS
