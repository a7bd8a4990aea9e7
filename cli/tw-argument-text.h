/* SPDX-License-Identifier: Apache-2.0 */

/* What the help of a command says of an argument. */

#pragma once

#include "tw-schema.h"

G_BEGIN_DECLS

/* Whether it is a list of tags, as a header has them. */
static inline gboolean
tw_argument_is_tags (const TwField *field)
{
  return field->form == TW_FORM_IF_MATCH || field->form == TW_FORM_IF_NONE_MATCH;
}

/* What stands for its value: "TEXT", "JSON". Static. */
const char *tw_argument_placeholder (const TwField *field);

/* The doc comment, and every limit that the schema knows. Free with g_free(). */
char *tw_argument_describe (const TwField *field);

G_END_DECLS
