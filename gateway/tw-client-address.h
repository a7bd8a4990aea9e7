/* SPDX-License-Identifier: Apache-2.0 */

/* Whose request it is that a trusted proxy passes on: what its Forwarded (RFC 7239) or X-Forwarded-For header says.
 *
 * Each proxy adds at the right whom it heard, and what stands at the left may be anybody's invention. So the list is read
 * from the right: past proxies that are trusted too, to the first address that is not, and no further. Where that way
 * meets something that is no address ("unknown", a hidden name, what is malformed), or both headers stand there and say
 * different things, nobody can be believed, and the peer is all that is known.
 */

#pragma once

#include "tw-cidr.h"
#include "tw-head.h"

G_BEGIN_DECLS

typedef enum
{
  TW_CLIENT_NAMED_NOT, /* no header says who it is */
  TW_CLIENT_NAMED,
  TW_CLIENT_NAMED_UNCLEAR, /* somebody is named, but not so that it can be believed */
} TwClientNamed;

/* The client behind a peer that is one of @trusted; *@client is of use with TW_CLIENT_NAMED alone. Where every address is
 * trusted it is the leftmost. Any bytes may stand in @head. */
TwClientNamed tw_client_address_find (const TwHead *head, const TwCidrs *trusted, TwIp *client);

G_END_DECLS
