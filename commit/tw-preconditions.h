/* SPDX-License-Identifier: Apache-2.0 */

/* What a change depends on (RFC 9110, section 13.1): the tags that what it changes may have, or must not have. */

#pragma once

#include "tw-record.h"

G_BEGIN_DECLS

/* Tags as they are in an answer, without quotes; "*" stands for any. */
typedef struct
{
  gboolean has_match, has_none_match;
  TwRecordTexts match;      /* If-Match */
  TwRecordTexts none_match; /* If-None-Match */
} TwPreconditions;

/* With tags of its own: clear it. */
TwPreconditions tw_preconditions_copy (const TwPreconditions *conditions);
void tw_preconditions_clear (TwPreconditions *conditions);

/* Whether what is answered with @tag may be changed; FALSE with PRECONDITION. */
gboolean tw_preconditions_check (const TwPreconditions *conditions, const char *tag, GError **error);

G_END_DECLS
