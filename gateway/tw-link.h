/* SPDX-License-Identifier: Apache-2.0 */

/* Links between the parts of a long answer: the Link header (RFC 8288). */

#pragma once

#include "tw-schema.h"
#include "tw-target.h"

G_BEGIN_DECLS

/* A list of links that is longer is to be left out: it may become three times as long as the request's target, and
 * libmicrohttpd has 10 KiB for the heads of a request and its answer together. */
#define TW_LINK_MAX_SIZE 2048

/* Adds the link that @link makes of @value to the value of a Link header, which may hold some already: a relative reference
 * to @target's path and query, in which @value takes its parameter's place, or stands last. */
void tw_link_append (GString *header, const TwTarget *target, const TwLink *link, const char *value);

G_END_DECLS
