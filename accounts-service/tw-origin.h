/* SPDX-License-Identifier: Apache-2.0 */

/* Where somebody comes from, as far as it counts: one who has an IPv6 address has 2^64 of them. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TW_ORIGIN_SIZE 64

/* @client: an address as text, or NULL. An IPv4 address as it is, also where it is written as an IPv6 one (RFC 4291,
 * section 2.5.5.2); the first 64 bits of an IPv6 address; "unknown" for what is no address: all of them are one origin.
 * Thread-safe. */
void tw_origin_of (const char *client, char origin[TW_ORIGIN_SIZE]);

G_END_DECLS
