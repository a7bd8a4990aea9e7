/* SPDX-License-Identifier: Apache-2.0 */

/* A reply's JSON as people read it. A list of objects becomes a table, an object a column of names and values, with a
 * list of objects inside it as a table below. Text is made harmless (tw-terminal-text.h), and columns stand below each
 * other whatever it is written in. */

#pragma once

#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

/* For whom the table is. */
typedef enum
{
  TW_TABLE_FOR_A_PROGRAM,  /* or a file: what the data holds, and nothing else */
  TW_TABLE_FOR_A_TERMINAL, /* with marks that keep text from right to left from turning the columns beside it */
} TwTableReader;

/* Appends @value to @out, with a newline at the end of each line. */
void tw_table_append (GString *out, const json_t *value, TwTableReader reader);

/* Appends @value as one line: of an object first its texts and numbers as they are, then what else it has, and what the
 * objects inside it have that has not been said, each as NAME=JSON. */
void tw_table_append_line (GString *out, const json_t *value, TwTableReader reader);

G_END_DECLS
