/* SPDX-License-Identifier: Apache-2.0 */

/* What the rules work with as the records that a store keeps (idl/accounts-store.thrift), and back.
 *
 * Records that are made here point into what they are made of. Reading one that can't be what it says fails with
 * INTERNAL: nobody but the service writes them, and a session or a revocation must not be guessed at. */

#pragma once

#include "tw-session-tokens.h"
#include "tw-stored-records.h"

G_BEGIN_DECLS

TwStoredKeyRecord tw_stored_key_of (const TwAccountKey *key);
gboolean tw_stored_key_read (const TwStoredKeyRecord *stored, TwAccountKey *key, GError **error);

/* A session with its first token. */
TwStoredSessionRecord tw_stored_session_of (const TwSessionRecord *session, const TwRefreshRecord *token);
gboolean tw_stored_session_read (const TwStoredSessionRecord *stored, TwSessionRecord *session,
                                 TwSessionTokens *tokens, GError **error);

/* What is changed of a session when @hash is exchanged for @next. */
TwStoredSessionRecord tw_stored_session_exchange (const TwSessionRecord *session, const guint8 *hash,
                                                  const TwRefreshRecord *next);

/* @id: as tw_id_new() makes. */
TwStoredFailureRecord tw_stored_failure_of (const char *id, const TwAttempt *attempt, gboolean strange, gint64 at_ms);
TwStoredOriginRecord tw_stored_origin_of (const TwAttempt *attempt, gint64 seen_ms);

/* That a session has ended. The entry lasts a second more than it must, so that rounding takes nothing away. */
TwStoredRevocationRecord tw_stored_revocation_of (gint64 position, const char *session_id, gint64 now_ms);

G_END_DECLS
