/* SPDX-License-Identifier: Apache-2.0 */

#include "scans.h"

#include "samples.h"

TwScanner *
new_scanner (void)
{
  return tw_scanner_new (&TW_WIRE_REQUEST_LIMITS);
}

TwScanStatus
scan_copy (TwScanner *scanner, const guint8 *bytes, gsize length, TwMessage *message, GError **error)
{
  g_autofree guint8 *copy = sample_copy (bytes, length);
  const TwScanStatus status = tw_scanner_scan (scanner, copy, length, message, error);

  if (status == TW_SCAN_COMPLETE)
    {
      message->name = (const char *) bytes + ((const guint8 *) message->name - copy);
      message->body = bytes + (message->body - copy);
    }
  return status;
}

TwScanStatus
scan_trickle (const guint8 *bytes, gsize length, TwMessage *message, GError **error)
{
  g_autoptr (TwScanner) scanner = new_scanner ();
  gsize wanted = 1;

  for (gsize n = 1; n <= length; n++)
    {
      const TwScanStatus status = scan_copy (scanner, bytes, n, message, error);

      if (status == TW_SCAN_COMPLETE)
        g_assert_cmpuint (n, >=, wanted);
      if (status != TW_SCAN_MORE)
        return status;
      wanted = tw_scanner_wanted (scanner);
      g_assert_cmpuint (wanted, >, n);
    }
  return TW_SCAN_MORE;
}

gsize
from_hex (const char *hex, guint8 *bytes, gsize size)
{
  gsize n = 0;

  for (; *hex != '\0'; hex++)
    {
      if (*hex == ' ')
        continue;
      g_assert_cmpuint (n, <, size);
      bytes[n++] = (guint8) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));
      hex++;
    }
  return n;
}
