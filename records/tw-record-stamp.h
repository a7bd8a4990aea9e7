/* SPDX-License-Identifier: Apache-2.0 */

/* A number that nearly no two different questions have in common: FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/),
 * which is short, and nobody gains from two that meet. Thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of no question at all. */
#define TW_RECORD_STAMP_INIT G_GUINT64_CONSTANT (0xcbf29ce484222325)

/* Adds the @part of a question. */
void tw_record_stamp_number (guint64 *stamp, guint8 part, gint64 number);
void tw_record_stamp_text (guint64 *stamp, guint8 part, const char *text);

G_END_DECLS
