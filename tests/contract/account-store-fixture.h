/* SPDX-License-Identifier: Apache-2.0 */

/* What the account stores' contract tests share: a store in a place of its own, and its mutations, waited for. */

#pragma once

#include "account-store-contract.h"

#include "tw-latch.h"

G_BEGIN_DECLS

#define NOW G_GINT64_CONSTANT (1790000000000)
#define HOUR_MS G_GINT64_CONSTANT (3600000)
#define DAY_MS (24 * HOUR_MS)

#define ANN "00000000000000000000000a"
#define BOB "00000000000000000000000b"
#define SESSION_1 "000000000000000000000001"
#define SESSION_2 "000000000000000000000002"

typedef struct
{
  const AccountStoreKind *kind;
  gpointer place;
  TwAccountStore *store;
} Fixture;

typedef struct
{
  const char *name; /* behind the store's */
  void (*func) (Fixture *fixture, gconstpointer kind);
} ContractTest;

void contract_add (const AccountStoreKind *kind, const ContractTest *tests, gsize n);

/* Frees the store and opens it again. */
void reopen (Fixture *fixture);

/* A mutation and its end: wait_begin(), the mutation with wait_done() or wait_rotated(), wait_ok(). */
typedef struct
{
  TwLatch latch;
  GError *error;
  TwRotation rotation;
  TwSessionRecord session;
  gboolean has_session;
} Wait;

void wait_begin (Wait *wait);
void wait_done (const GError *error, gpointer wait);
void wait_rotated (TwRotation rotation, const TwSessionRecord *session, const GError *error, gpointer wait);
void wait_ok (Wait *wait); /* asserts that it was no error */

/* Tokens are told apart by their number. */
TwRefreshRecord token (guint8 number, gint64 expires_ms);

/* A session that was opened NOW and ends in 90 days. */
TwSessionRecord session_of (const char *user_id, const char *id);

/* An account without a name whose hash is "the hash", with a session whose first token lasts 30 days. */
GError *insert (Fixture *fixture, const char *id, const char *email, const char *session_id, guint8 token_number);
void insert_ann (Fixture *fixture); /* with SESSION_1, token 1 */

void open_session (Fixture *fixture, const TwSessionRecord *session, TwRefreshRecord first);

/* Presents token @old as one of @session_id, or, where that is "", as one of the first version. */
TwRotation rotate_in (Fixture *fixture, const char *session_id, guint8 old, TwRefreshRecord next, gint64 now_ms,
                      TwSessionRecord *session);

/* The same in SESSION_1. */
TwRotation rotate_at (Fixture *fixture, guint8 old, TwRefreshRecord next, gint64 now_ms, TwSessionRecord *session);
TwRotation rotate (Fixture *fixture, guint8 old, guint8 next);
void end_session_at (Fixture *fixture, const char *user_id, const char *session_id, gint64 now_ms);

/* The last two digits of the sessions that were revoked behind *@position: "01 02 "; moves *@position on. */
char *revoked (Fixture *fixture, gint64 *position, gint64 now_ms, guint limit);

#define assert_revoked(fixture, position, now_ms, limit, expected)                                                    \
  G_STMT_START                                                                                                        \
  {                                                                                                                   \
    g_autofree char *seen_ = revoked (fixture, position, now_ms, limit);                                              \
    g_assert_cmpstr (seen_, ==, expected);                                                                            \
  }                                                                                                                   \
  G_STMT_END

G_END_DECLS
