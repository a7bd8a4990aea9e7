/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-cidr.h"

#include "tw-error.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define V4_BITS 96 /* before the address itself */

G_STATIC_ASSERT (TW_IP_TEXT_SIZE == INET6_ADDRSTRLEN);

typedef struct
{
  TwIp ip;
  guint bits;
} Cidr;

struct _TwCidrs
{
  GArray *networks; /* of Cidr */
};

static const guint8 v4_prefix[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static TwIp
from_v4 (const void *address)
{
  TwIp ip;

  memcpy (ip.bytes, v4_prefix, sizeof v4_prefix);
  memcpy (ip.bytes + sizeof v4_prefix, address, 4);
  return ip;
}

gboolean
tw_ip_parse (const char *text, gsize length, TwIp *ip)
{
  char copy[TW_IP_TEXT_SIZE];
  struct in_addr v4;

  if (length >= sizeof copy)
    return FALSE;
  memcpy (copy, text, length);
  copy[length] = '\0';
  /* What has a NUL inside ends there for inet_pton(). */
  if (strlen (copy) != length)
    return FALSE;
  if (inet_pton (AF_INET, copy, &v4) == 1)
    {
      *ip = from_v4 (&v4);
      return TRUE;
    }
  return inet_pton (AF_INET6, copy, ip->bytes) == 1;
}

gboolean
tw_ip_from_sockaddr (const struct sockaddr *address, TwIp *ip)
{
  if (address->sa_family == AF_INET)
    *ip = from_v4 (&((const struct sockaddr_in *) (const void *) address)->sin_addr);
  else if (address->sa_family == AF_INET6)
    memcpy (ip->bytes, &((const struct sockaddr_in6 *) (const void *) address)->sin6_addr, sizeof ip->bytes);
  else
    return FALSE;
  return TRUE;
}

gboolean
tw_ip_is_v4 (const TwIp *ip)
{
  return memcmp (ip->bytes, v4_prefix, sizeof v4_prefix) == 0;
}

void
tw_ip_to_text (const TwIp *ip, char text[TW_IP_TEXT_SIZE])
{
  if (tw_ip_is_v4 (ip))
    inet_ntop (AF_INET, ip->bytes + sizeof v4_prefix, text, TW_IP_TEXT_SIZE);
  else
    inet_ntop (AF_INET6, ip->bytes, text, TW_IP_TEXT_SIZE);
}

gboolean
tw_ip_is_loopback (const TwIp *ip)
{
  static const TwIp loopback = { { [15] = 1 } };

  return tw_ip_is_v4 (ip) ? ip->bytes[sizeof v4_prefix] == 127 : memcmp (ip, &loopback, sizeof loopback) == 0;
}

TwIp
tw_ip_mask (const TwIp *ip, guint bits)
{
  TwIp masked = *ip;

  for (guint i = 0; i < sizeof masked.bytes; i++)
    {
      guint kept = bits > 8 * i ? MIN (bits - 8 * i, 8) : 0;

      masked.bytes[i] &= (guint8) (0xff00 >> kept);
    }
  return masked;
}

static gboolean
read_cidr (const char *text, Cidr *cidr)
{
  const char *slash = strchr (text, '/');
  guint base;
  guint64 bits = 128;

  if (!tw_ip_parse (text, slash != NULL ? (gsize) (slash - text) : strlen (text), &cidr->ip))
    return FALSE;
  /* A mapped address may be written as IPv6, with its prefix counted so too. */
  base = tw_ip_is_v4 (&cidr->ip) && strchr (text, ':') == NULL ? V4_BITS : 0;
  if (slash != NULL)
    {
      if (!g_ascii_string_to_unsigned (slash + 1, 10, 0, 128 - base, &bits, NULL))
        return FALSE;
      bits += base;
    }
  cidr->bits = (guint) bits;
  cidr->ip = tw_ip_mask (&cidr->ip, cidr->bits);
  return TRUE;
}

TwCidrs *
tw_cidrs_parse (const char *text, GError **error)
{
  g_autoptr (TwCidrs) cidrs = g_new0 (TwCidrs, 1);
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  cidrs->networks = g_array_new (FALSE, FALSE, sizeof (Cidr));
  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *part = g_strstrip (parts[i]);
      Cidr cidr;

      if (*part == '\0')
        continue;
      if (!read_cidr (part, &cidr))
        {
          g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
                       "\"%s\" is neither an IP address nor a network (ADDRESS/BITS)", part);
          return NULL;
        }
      g_array_append_val (cidrs->networks, cidr);
    }
  return g_steal_pointer (&cidrs);
}

void
tw_cidrs_free (TwCidrs *cidrs)
{
  g_array_unref (cidrs->networks);
  g_free (cidrs);
}

gboolean
tw_cidrs_contain (const TwCidrs *cidrs, const TwIp *ip)
{
  const gboolean is_v4 = tw_ip_is_v4 (ip);

  for (guint i = 0; i < cidrs->networks->len; i++)
    {
      const Cidr *cidr = &g_array_index (cidrs->networks, Cidr, i);
      const TwIp masked = tw_ip_mask (ip, cidr->bits);

      if ((!is_v4 || cidr->bits >= V4_BITS) && memcmp (&masked, &cidr->ip, sizeof masked) == 0)
        return TRUE;
    }
  return FALSE;
}
