/* SPDX-License-Identifier: Apache-2.0 */

/* A reply's JSON as people read it. A list of objects becomes a table, an object a column of names and values, with a
 * list of objects inside it as a table below. Control characters are shown as '?', so that stored data can't drive
 * a terminal. */

#pragma once

#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

/* Appends @text, which is UTF-8, so that it is one line and drives no terminal. */
void tw_table_append_text (GString *out, const char *text);

/* Appends @value to @out, with a newline at the end of each line. */
void tw_table_append (GString *out, const json_t *value);

G_END_DECLS
