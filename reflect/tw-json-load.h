/* SPDX-License-Identifier: Apache-2.0 */

/* JSON (RFC 8259) to jansson's tree, as tw-bind.h wants it.
 *
 * jansson calls a number an integer by its spelling, and rounds the others to doubles, of which nobody can tell any
 * more whether there was a fraction. Here a number is an integer by its value: what is whole and fits in 64 bits, 10.0
 * and 1e1 too, is an integer in the tree; everything else is a real, or is refused where it fits no double.
 */

#pragma once

#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

/* Parses @length bytes; @flags and @failure, which speaks of @text as it is, are those of json_loadb(). Free with
 * json_decref(). Thread-safe. */
json_t *tw_json_load (const char *text, gsize length, size_t flags, json_error_t *failure);

G_END_DECLS
