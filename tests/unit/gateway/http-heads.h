/* SPDX-License-Identifier: Apache-2.0 */

/* Heads as libmicrohttpd leaves them: it parses in place, so line ends, colons and the blanks of the request line are
 * NULs, and what it hands out points into the same bytes. */

#pragma once

#include "tw-head.h"

/* Fills @head from @raw, a whole head with its empty line, the way that libmicrohttpd does: bare line feeds end lines
 * too, a line that starts with a blank goes on with the name before it, strings end at the first NUL. Gives the bytes
 * back, which the head points into; free with g_free(). */
char *http_head_parse (const char *raw, gsize length, TwHead *head);
