/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-stream-limits.h"

#include <pthread.h>

struct _TwStreamLimits
{
  guint max_of_user, max;
  pthread_mutex_t lock;
  guint n;
  GHashTable *users; /* name to how many, of those that have any */
};

TwStreamLimits *
tw_stream_limits_new (guint max_of_user, guint max)
{
  TwStreamLimits *limits = g_new0 (TwStreamLimits, 1);

  limits->max_of_user = max_of_user;
  limits->max = max;
  pthread_mutex_init (&limits->lock, NULL);
  limits->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return limits;
}

void
tw_stream_limits_free (TwStreamLimits *limits)
{
  g_hash_table_unref (limits->users);
  pthread_mutex_destroy (&limits->lock);
  g_free (limits);
}

static guint
count_of (TwStreamLimits *limits, const char *user)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (limits->users, user));
}

static TwStreamRoom
look (TwStreamLimits *limits, const char *user)
{
  if (limits->max_of_user > 0 && count_of (limits, user) >= limits->max_of_user)
    return TW_STREAM_USER_IS_FULL;
  return limits->max > 0 && limits->n >= limits->max ? TW_STREAM_ALL_ARE_FULL : TW_STREAM_MAY_OPEN;
}

TwStreamRoom
tw_stream_limits_enter (TwStreamLimits *limits, const char *user)
{
  TwStreamRoom room;

  pthread_mutex_lock (&limits->lock);
  room = look (limits, user);
  if (room == TW_STREAM_MAY_OPEN)
    {
      limits->n++;
      g_hash_table_insert (limits->users, g_strdup (user), GUINT_TO_POINTER (count_of (limits, user) + 1));
    }
  pthread_mutex_unlock (&limits->lock);
  return room;
}

void
tw_stream_limits_leave (TwStreamLimits *limits, const char *user)
{
  guint left;

  pthread_mutex_lock (&limits->lock);
  limits->n--;
  left = count_of (limits, user) - 1;
  if (left > 0)
    g_hash_table_insert (limits->users, g_strdup (user), GUINT_TO_POINTER (left));
  else
    g_hash_table_remove (limits->users, user);
  pthread_mutex_unlock (&limits->lock);
}

guint
tw_stream_limits_open (TwStreamLimits *limits)
{
  guint n;

  pthread_mutex_lock (&limits->lock);
  n = limits->n;
  pthread_mutex_unlock (&limits->lock);
  return n;
}
