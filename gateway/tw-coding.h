/* SPDX-License-Identifier: Apache-2.0 */

/* Which content coding a client asks for: Accept-Encoding (RFC 9110, section 12.5.3).
 *
 * Only gzip and none at all are on offer. A client that says nothing gets none, and so does one that takes neither: an
 * answer that it may not understand is better than no answer. What can't be read is passed over; where a coding is
 * named twice the lower weight counts.
 */

#pragma once

#include "tw-request.h"

G_BEGIN_DECLS

/* Weights, in thousandths; 0 is a refusal. */
typedef struct
{
  guint identity;
  guint gzip;
} TwCodings;

TwCodings tw_codings_wanted (const TwRequest *request);

/* Whether gzip is what the client wants most. */
static inline gboolean
tw_codings_prefer_gzip (const TwCodings *codings)
{
  return codings->gzip > 0 && codings->gzip >= codings->identity;
}

G_END_DECLS
