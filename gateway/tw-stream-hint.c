/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-stream-hint.h"

TwStreamHint *
tw_stream_hint_new (TwStreamHintKind kind, gboolean down, const TwService *service, GPtrArray *users)
{
  TwStreamHint *hint = g_new0 (TwStreamHint, 1);

  hint->references = 1;
  hint->kind = kind;
  hint->down = down;
  hint->service = service;
  hint->users = users;
  return hint;
}

TwStreamHint *
tw_stream_hint_ref (TwStreamHint *hint)
{
  g_atomic_int_inc (&hint->references);
  return hint;
}

void
tw_stream_hint_unref (gpointer data)
{
  TwStreamHint *hint = data;

  if (!g_atomic_int_dec_and_test (&hint->references))
    return;
  g_clear_pointer (&hint->users, g_ptr_array_unref);
  g_free (hint);
}
