/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-id.h"

#include "tw-random.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* The ObjectId's part that is the process' own. */
static guint8 process_part[5];
static _Atomic guint32 counter;

static void
choose_process_part (void)
{
  guint32 start;

  tw_random_bytes (process_part, sizeof process_part);
  tw_random_bytes (&start, sizeof start);
  atomic_store (&counter, start);
}

void
tw_id_new (gint64 wall_ms, char out[TW_ID_SIZE])
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  guint32 seconds = (guint32) (wall_ms / 1000), count;
  guint8 id[TW_ID_BYTES];

  pthread_once (&once, choose_process_part);
  count = atomic_fetch_add (&counter, 1);
  for (guint i = 0; i < 4; i++)
    id[i] = (guint8) (seconds >> (24 - 8 * i));
  memcpy (id + 4, process_part, sizeof process_part);
  for (guint i = 0; i < 3; i++)
    id[9 + i] = (guint8) (count >> (16 - 8 * i));
  tw_id_from_bytes (id, out);
}

gboolean
tw_id_is_valid (const char *text)
{
  guint8 bytes[TW_ID_BYTES];

  return tw_id_to_bytes (text, bytes);
}

/* A hex digit's value, or more than 15: inlined, since each task that is asked for is asked for by 24 of them. */
static inline guint
digit_value (char digit)
{
  guint value = (guint) (guchar) digit - '0';

  if (value <= 9)
    return value;
  value = ((guint) (guchar) digit | 0x20) - 'a';
  return value <= 5 ? value + 10 : 16;
}

gboolean
tw_id_to_bytes (const char *id, guint8 bytes[TW_ID_BYTES])
{
  for (guint i = 0; i < TW_ID_BYTES; i++)
    {
      guint high = digit_value (id[2 * i]), low = high > 15 ? high : digit_value (id[2 * i + 1]);

      if (low > 15)
        return FALSE;
      bytes[i] = (guint8) (high << 4 | low);
    }
  return id[TW_ID_SIZE - 1] == '\0';
}

gint64
tw_id_second (const guint8 bytes[TW_ID_BYTES])
{
  return (gint64) bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

#define SIXTEEN(digit)                                                                                                \
  digit "0" digit "1" digit "2" digit "3" digit "4" digit "5" digit "6" digit "7"                                     \
  digit "8" digit "9" digit "a" digit "b" digit "c" digit "d" digit "e" digit "f"

/* By pairs of digits: each row of a list has an id. */
void
tw_id_from_bytes (const guint8 bytes[TW_ID_BYTES], char id[TW_ID_SIZE])
{
  static const char pairs[]
      = SIXTEEN ("0") SIXTEEN ("1") SIXTEEN ("2") SIXTEEN ("3") SIXTEEN ("4") SIXTEEN ("5") SIXTEEN ("6") SIXTEEN ("7")
        SIXTEEN ("8") SIXTEEN ("9") SIXTEEN ("a") SIXTEEN ("b") SIXTEEN ("c") SIXTEEN ("d") SIXTEEN ("e") SIXTEEN ("f");

  for (guint i = 0; i < TW_ID_BYTES; i++)
    memcpy (id + 2 * i, pairs + 2 * bytes[i], 2);
  id[TW_ID_SIZE - 1] = '\0';
}
