/* SPDX-License-Identifier: Apache-2.0 */

/* What the tests of tokens share: key files, and tokens that nobody would issue. */

#pragma once

#include "tw-token-keys.h"

#include <glib.h>

/* Two keys of 32 bytes each, in text and as they are in a file. */
#define KEY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEY_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define LINE_A "a YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE\n"
#define LINE_B "b YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI\n"

/* The header of what key A signs. */
#define HEADER_A "{\"alg\":\"HS256\",\"kid\":\"a\",\"typ\":\"JWT\"}"

/* When the tests take place: 2026-01-01T00:00:00Z. */
#define NOW_S G_GINT64_CONSTANT (1767225600)

/* The claims of a good token at NOW_S, for 15 minutes. */
#define GOOD_CLAIMS                                                                                                  \
  "{\"aud\":\"taskwire\",\"exp\":1767226500,\"iat\":1767225600,\"iss\":\"taskwire\",\"sid\":\"s1\",\"sub\":\"u1\"}"

/* Keys from a file with @text. */
TwTokenKeys *tokens_keys (const char *text);

/* Signs @header and @claims, as they are, with HMAC over @key. */
char *tokens_forge (const char *header, const char *claims, GChecksumType hash, const char *key);

/* The same with HS256. */
char *tokens_sign (const char *header, const char *claims, const char *key);
