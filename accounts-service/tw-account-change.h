/* SPDX-License-Identifier: Apache-2.0 */

/* For the implementations of tw-account-store.h: a mutation as it was asked for, with copies of what it was given, from
 * the call to its callback and for as long as a thread works on it. */

#pragma once

#include "tw-account-store.h"

G_BEGIN_DECLS

typedef enum
{
  TW_ACCOUNT_OPEN,    /* tw_account_store_insert(), tw_account_store_open_session() */
  TW_ACCOUNT_REPLACE, /* tw_account_store_replace_session() */
  TW_ACCOUNT_REHASH,  /* tw_account_store_replace_hash() */
  TW_ACCOUNT_ROTATE,  /* tw_account_store_rotate() */
  TW_ACCOUNT_END,     /* tw_account_store_end_session() */
  TW_ACCOUNT_FAILED,  /* tw_account_store_add_failure() */
  TW_ACCOUNT_ENTERED, /* tw_account_store_add_origin() */
  TW_ACCOUNT_N_KINDS,
} TwAccountChangeKind;

struct _TwAccountChange
{
  TwAccountStore *store;
  TwAccountChangeKind kind;
  gint64 now_ms; /* not REHASH */

  /* What it is about; 0 or NULL in other kinds. */
  TwStoredAccountRecord *account; /* OPEN: to insert before the session, or NULL */
  TwSessionRecord session;  /* OPEN, REPLACE */
  TwRefreshRecord token;    /* OPEN, REPLACE: its first one; ROTATE: the next one */
  TwPresentedToken presented;
  char *id;             /* REHASH, END: the account's */
  char *session_id;     /* END; REPLACE: the one to end */
  char *old_hash, *new_hash;
  TwAttempt attempt;    /* FAILED, ENTERED */
  gboolean strange;     /* FAILED */

  /* What comes of it: for whoever makes a ROTATE happen to fill in. */
  TwRotation rotation;
  TwSessionRecord rotated_session;

  TwAccountStoreDone done;
  TwAccountStoreRotated rotated; /* ROTATE, instead of done */
  gpointer user_data;
};

/* Tells whoever asked. Where @error says that the time was over, the change may still be running: nothing of what comes
 * of it is looked at. */
void tw_account_change_done (const TwAccountChange *change, const GError *error);

void tw_account_change_free (TwAccountChange *change);

G_END_DECLS
