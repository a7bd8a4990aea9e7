/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-origin.h"

#include "tw-cidr.h"

#include <string.h>

#define NETWORK_BITS 64

void
tw_origin_of (const char *client, char origin[TW_ORIGIN_SIZE])
{
  char text[TW_IP_TEXT_SIZE];
  TwIp ip;

  if (client == NULL || !tw_ip_parse (client, strlen (client), &ip))
    {
      g_strlcpy (origin, "unknown", TW_ORIGIN_SIZE);
      return;
    }
  if (tw_ip_is_v4 (&ip))
    {
      tw_ip_to_text (&ip, text);
      g_strlcpy (origin, text, TW_ORIGIN_SIZE);
      return;
    }
  ip = tw_ip_mask (&ip, NETWORK_BITS);
  tw_ip_to_text (&ip, text);
  g_snprintf (origin, TW_ORIGIN_SIZE, "%s/%d", text, NETWORK_BITS);
}
