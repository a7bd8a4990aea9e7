/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-rate.h"

#include "tw-error.h"

#include <string.h>

#define MS_A_S 1000
#define USUAL_WINDOW_S 60

static guint
greatest_common_divisor (guint a, guint b)
{
  while (b != 0)
    {
      guint rest = a % b;

      a = b;
      b = rest;
    }
  return a;
}

TwRate
tw_rate_make (guint requests, guint window_s)
{
  const guint window_ms = window_s * MS_A_S, common = greatest_common_divisor (requests, window_ms);

  return (TwRate) { requests, window_s, requests / common, window_ms / common };
}

static gboolean
read_number (const char *text, gsize length, guint64 minimum, guint64 maximum, guint *number)
{
  g_autofree char *digits = g_strndup (text, length);
  guint64 value = 0;

  if (!g_ascii_string_to_unsigned (digits, 10, minimum, maximum, &value, NULL))
    return FALSE;
  *number = (guint) value;
  return TRUE;
}

gboolean
tw_rate_parse (const char *text, TwRate *rate, GError **error)
{
  const gsize length = strcspn (text, "/");
  const char *window = text[length] == '/' ? text + length + 1 : NULL;
  guint requests = 0, window_s = USUAL_WINDOW_S;

  if (strcmp (text, "0") == 0)
    {
      *rate = (TwRate) { 0 };
      return TRUE;
    }
  if (read_number (text, length, 1, TW_RATE_MAX_REQUESTS, &requests)
      && (window == NULL || read_number (window, strlen (window), 1, TW_RATE_MAX_WINDOW_S, &window_s)))
    {
      *rate = tw_rate_make (requests, window_s);
      return TRUE;
    }
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
               "\"%s\" is not REQUESTS/SECONDS, of which the first may be from 1 to %d and the second from 1 to %d, nor 0",
               text, TW_RATE_MAX_REQUESTS, TW_RATE_MAX_WINDOW_S);
  return FALSE;
}

gboolean
tw_rate_take (const TwRate *rate, gint64 *full_at, gint64 now_ms, TwRateReading *reading)
{
  const gint64 now = now_ms * rate->ticks_a_ms, capacity = rate->requests * rate->ticks_a_request;
  /* When an empty bucket would have begun to fill, to be as full as this one. */
  gint64 empty_at = MAX (*full_at, now) - capacity;
  const gboolean taken = empty_at + rate->ticks_a_request <= now;
  gint64 next;

  if (taken)
    {
      empty_at += rate->ticks_a_request;
      *full_at = empty_at + capacity;
    }
  /* Another thread may have had a later time already, and taken all. */
  reading->remaining = now > empty_at ? (guint) ((now - empty_at) / rate->ticks_a_request) : 0;
  next = empty_at + (reading->remaining + 1) * rate->ticks_a_request - now;
  reading->next_s = (guint) ((next - 1) / (rate->ticks_a_ms * MS_A_S)) + 1;
  return taken;
}
