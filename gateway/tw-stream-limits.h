/* SPDX-License-Identifier: Apache-2.0 */

/* How many streams are open at a gateway, over all workers, and of each user. One table under a lock, which is taken when a
 * stream begins and when it ends. Thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwStreamLimits TwStreamLimits;

typedef enum
{
  TW_STREAM_MAY_OPEN,
  TW_STREAM_USER_IS_FULL, /* the user has as many as one may */
  TW_STREAM_ALL_ARE_FULL, /* the gateway has */
} TwStreamRoom;

/* 0: no limit. */
TwStreamLimits *tw_stream_limits_new (guint max_of_user, guint max);
void tw_stream_limits_free (TwStreamLimits *limits);

/* Counts one more of @user where it may open. */
TwStreamRoom tw_stream_limits_enter (TwStreamLimits *limits, const char *user);

/* One that entered has ended. */
void tw_stream_limits_leave (TwStreamLimits *limits, const char *user);

/* How many are open. */
guint tw_stream_limits_open (TwStreamLimits *limits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwStreamLimits, tw_stream_limits_free)

G_END_DECLS
