/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-session-tokens.h"

#include <sodium.h>

static gboolean
is_same (const guint8 *one, const guint8 *other)
{
  return sodium_memcmp (one, other, TW_REFRESH_HASH_SIZE) == 0;
}

TwTokenPlace
tw_session_tokens_find (const TwSessionTokens *tokens, const TwPresentedToken *presented, const TwRefreshRecord *next,
                        gboolean old_used)
{
  if (tokens->n == 0)
    return presented->session_id[0] == '\0' && !old_used ? TW_TOKEN_LAST : TW_TOKEN_OLDER;
  if (is_same (tokens->last, presented->hash))
    return TW_TOKEN_LAST;
  if (tokens->n > 1 && is_same (tokens->before, presented->hash) && is_same (tokens->last, next->hash))
    return TW_TOKEN_BEFORE;
  return TW_TOKEN_OLDER;
}
