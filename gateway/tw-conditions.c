/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-conditions.h"

#include "tw-coding.h"
#include "tw-etag.h"

#include <string.h>

/* Which of the two forms of a tag. */
typedef enum
{
  HELD_NONE,
  HELD_PLAIN,
  HELD_IN_GZIP,
} Held;

static gboolean
is_same (const TwEtag *tag, const TwEtag *current)
{
  return tag->length == current->length && memcmp (tag->text, current->text, tag->length) == 0;
}

static Held
in_coding (gboolean gzip)
{
  return gzip ? HELD_IN_GZIP : HELD_PLAIN;
}

/* What is answered where the client has nothing. */
static Held
find_chosen (const TwRequest *request, const TwResponse *response)
{
  TwCodings wanted;

  if (!tw_response_is_compressible (response))
    return HELD_PLAIN;
  wanted = tw_codings_wanted (request);
  return in_coding (tw_codings_prefer_gzip (&wanted));
}

/* What the client has, as its If-None-Match says; where it has both, what it would be answered now. Tags are compared
 * weakly. */
static Held
find_held (const TwRequest *request, const TwEtag *current, Held chosen)
{
  Held held = HELD_NONE;
  gsize left = 0;
  const char *at;

  for (guint n = 0; (at = tw_request_nth_header (request, "if-none-match", n, &left)) != NULL; n++)
    for (TwEtag tag; tw_etag_next (&at, &left, &tag);)
      {
        if (!tag.any && !is_same (&tag, current))
          continue;
        if (tag.any || in_coding (tag.gzip) == chosen)
          return chosen;
        held = in_coding (tag.gzip);
      }
  return held;
}

/* What If-Match makes of the answer; NULL where it is met, or not there. */
static TwResponse *
judge_if_match (const TwRequest *request, const TwEtag *current)
{
  gsize left = 0;
  const char *at = tw_request_header (request, "if-match", &left);

  if (at == NULL)
    return NULL;
  for (guint n = 0; (at = tw_request_nth_header (request, "if-match", n, &left)) != NULL; n++)
    for (TwEtag tag; tw_etag_next (&at, &left, &tag);)
      if (tag.any || (!tag.weak && !current->weak && is_same (&tag, current)))
        return NULL;
  return tw_response_new_problem (412, "It is in none of the states that If-Match names");
}

static gboolean
read_current (const TwResponse *response, TwEtag *current)
{
  const char *etag = tw_response_header (response, "ETag");
  gsize left = etag != NULL ? strlen (etag) : 0;

  return etag != NULL && tw_response_status (response) / 100 == 2
         && tw_etag_step (&etag, &left, current) == TW_ETAG_FOUND && !current->any;
}

/* Nothing but what says which answer is meant, and how it may be kept (RFC 9110, section 15.4.5). */
static TwResponse *
new_not_modified (const TwResponse *whole, Held held)
{
  const char *etag = tw_response_header (whole, "ETag");
  g_autofree char *in_gzip = held == HELD_IN_GZIP ? tw_etag_in_gzip (etag) : NULL;
  TwResponse *response = tw_response_new (304);

  tw_response_add_header (response, "ETag", in_gzip != NULL ? in_gzip : etag);
  if (tw_response_is_compressible (whole))
    tw_response_vary (response, TW_VARY_ACCEPT_ENCODING);
  return response;
}

/* What is answered in place of @response; NULL where that stays. */
static TwResponse *
judge (const TwRequest *request, TwResponse *response)
{
  TwEtag current;
  TwResponse *refusal;
  Held held;

  if (!read_current (response, &current))
    return NULL;
  refusal = judge_if_match (request, &current);
  if (refusal != NULL)
    return refusal;
  if (tw_request_is_confidential (request))
    tw_response_keep_secret (response);
  held = find_held (request, &current, find_chosen (request, response));
  return held != HELD_NONE ? new_not_modified (response, held) : NULL;
}

static gboolean
has_conditions (const TwRequest *request)
{
  gsize length;

  return tw_request_header (request, "if-none-match", &length) != NULL
         || tw_request_header (request, "if-match", &length) != NULL;
}

TwResponse *
tw_conditions_apply (const TwRequest *request, TwResponse *response)
{
  TwResponse *other = has_conditions (request) ? judge (request, response) : NULL;

  if (other == NULL)
    return response;
  tw_response_free (response);
  return other;
}
