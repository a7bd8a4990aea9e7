/* SPDX-License-Identifier: Apache-2.0 */

/* What a stream's request brought for its method, kept for as long as the stream asks: parts of its path and query, and
 * claims. Where the answer begins is told each time. Immutable. */

#pragma once

#include "tw-buffer.h"
#include "tw-claims.h"
#include "tw-problems.h"
#include "tw-request.h"
#include "tw-router.h"

G_BEGIN_DECLS

typedef struct _TwStreamValues TwStreamValues;

TwStreamValues *tw_stream_values_new (const TwRoute *route, const TwRequest *request, const TwClaims *claims);
void tw_stream_values_free (TwStreamValues *values);

/* Appends the arguments of a call for what comes behind @token (NULL: from the beginning). FALSE with @problems where they
 * break a limit. */
gboolean tw_stream_values_bind (const TwStreamValues *values, const char *token, TwBuffer *out, TwProblems *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwStreamValues, tw_stream_values_free)

G_END_DECLS
