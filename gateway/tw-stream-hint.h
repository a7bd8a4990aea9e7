/* SPDX-License-Identifier: Apache-2.0 */

/* What one of a service's instances says, or that it says nothing any more: who may have something new. Immutable;
 * reference-counted; thread-safe. */

#pragma once

#include "tw-schema.h"

G_BEGIN_DECLS

typedef enum
{
  TW_STREAM_HINT_DOWN,  /* some instance of the service is not heard: anybody may have something new, at any time */
  TW_STREAM_HINT_ALL,   /* anybody may have */
  TW_STREAM_HINT_USERS, /* these may have */
} TwStreamHintKind;

typedef struct
{
  gint references; /* atomic, by what ThreadSanitizer sees: no gatomicrefcount */
  TwStreamHintKind kind;
  gboolean down; /* some instance is not heard */
  const TwService *service;
  GPtrArray *users; /* of char *; of TW_STREAM_HINT_USERS */
} TwStreamHint;

/* Takes @users. */
TwStreamHint *tw_stream_hint_new (TwStreamHintKind kind, gboolean down, const TwService *service, GPtrArray *users);
TwStreamHint *tw_stream_hint_ref (TwStreamHint *hint);
void tw_stream_hint_unref (gpointer hint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwStreamHint, tw_stream_hint_unref)

G_END_DECLS
