/* SPDX-License-Identifier: Apache-2.0 */

/* A password as it is compared: the profile OpaqueString of RFC 8265, section 4.2. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @typed, which is UTF-8 and as short as the IDL says, with every space outside of ASCII as U+0020, in NFC. What the
 * profile would refuse, as controls, stays: somebody's password may have it. Free with tw_password_text_free().
 * Thread-safe. */
char *tw_password_text_prepare (const char *typed);

/* @typed in NFD, as some keyboards and files give it: what may have been hashed before passwords were prepared. Free with
 * tw_password_text_free(). Thread-safe. */
char *tw_password_text_decompose (const char *typed);

/* Wipes, then frees. */
void tw_password_text_free (char *text);

typedef char TwPasswordText;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwPasswordText, tw_password_text_free)

G_END_DECLS
