/* SPDX-License-Identifier: Apache-2.0 */

/* Which of a session's tokens one is: the rule that every store follows. */

#pragma once

#include "tw-account-store.h"

G_BEGIN_DECLS

/* What a store keeps of a session's tokens: hashes. */
typedef struct
{
  guint n; /* 0: a session of the first version that has not been refreshed since; 1; 2 */
  guint8 last[TW_REFRESH_HASH_SIZE];
  guint8 before[TW_REFRESH_HASH_SIZE]; /* the one that was exchanged for it */
} TwSessionTokens;

typedef enum
{
  TW_TOKEN_LAST,   /* to be exchanged */
  TW_TOKEN_BEFORE, /* has been, for the same that it is to be exchanged for now */
  TW_TOKEN_OLDER,
} TwTokenPlace;

/* @old_used: where the session has no tokens, whether the one that is presented, which was found by its hash, had been
 * used. Thread-safe. */
TwTokenPlace tw_session_tokens_find (const TwSessionTokens *tokens, const TwPresentedToken *presented,
                                     const TwRefreshRecord *next, gboolean old_used);

G_END_DECLS
