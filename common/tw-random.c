/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-random.h"

#include <errno.h>
#include <sys/random.h>

void
tw_random_bytes (void *out, gsize n)
{
  guint8 *at = out;

  while (n > 0)
    {
      ssize_t got = getrandom (at, n, 0);

      if (got < 0 && errno != EINTR)
        g_error ("getrandom: %s", g_strerror (errno));
      if (got > 0)
        {
          at += got;
          n -= (gsize) got;
        }
    }
}
