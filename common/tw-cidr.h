/* SPDX-License-Identifier: Apache-2.0 */

/* IP addresses and networks, of both families alike: an IPv4 address is held as the IPv6 address that is mapped to it
 * (RFC 4291, section 2.5.5.2), so that both spellings of one are equal. */

#pragma once

#include <glib.h>

struct sockaddr;

G_BEGIN_DECLS

#define TW_IP_TEXT_SIZE 46 /* with the NUL: INET6_ADDRSTRLEN */

typedef struct
{
  guint8 bytes[16];
} TwIp;

/* Reads the literal of @length bytes: "192.0.2.1" or "2001:db8::1", without brackets, port or zone. */
gboolean tw_ip_parse (const char *text, gsize length, TwIp *ip);

/* FALSE where @address is of another family. */
gboolean tw_ip_from_sockaddr (const struct sockaddr *address, TwIp *ip);

/* The shortest spelling (RFC 5952). */
void tw_ip_to_text (const TwIp *ip, char text[TW_IP_TEXT_SIZE]);

gboolean tw_ip_is_v4 (const TwIp *ip);
gboolean tw_ip_is_loopback (const TwIp *ip);

/* All but the first @bits bits cleared; of 128, also for IPv4 (whose addresses begin at bit 96). */
TwIp tw_ip_mask (const TwIp *ip, guint bits);

/* A list of networks. Immutable: any thread may use it. */
typedef struct _TwCidrs TwCidrs;

/* Reads "10.0.0.0/8, 2001:db8::/32, 192.0.2.1": networks in CIDR notation (RFC 4632) and addresses, any number of them.
 * Fails with TW_ERROR_CONFIGURATION. */
TwCidrs *tw_cidrs_parse (const char *text, GError **error);
void tw_cidrs_free (TwCidrs *cidrs);

/* Whether @ip is in one of the networks. Those of IPv6 hold no IPv4 address, not even ::/0. */
gboolean tw_cidrs_contain (const TwCidrs *cidrs, const TwIp *ip);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwCidrs, tw_cidrs_free)

G_END_DECLS
