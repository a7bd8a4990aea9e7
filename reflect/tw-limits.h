/* SPDX-License-Identifier: Apache-2.0 */

/* One value against one field's limits: the edge (tw-bind.h) and the services (tw-check.h) both ask here, so that they
 * can't differ. Each returns NULL if the value keeps them, else a detail for TwProblems, to be freed with g_free().
 * Thread-safe. */

#pragma once

#include "tw-schema.h"

G_BEGIN_DECLS

/* No date or time is longer, in characters: tw.format. */
#define TW_LIMITS_MAX_TIME 64

/* @data has @length bytes; a text is checked for UTF-8 first, then size, bytes, whether
 * it can be seen, pattern and set. */
char *tw_limits_check_string (const TwField *field, const char *data, gsize length);
char *tw_limits_check_integer (const TwField *field, gint64 value); /* with the range of the field's type */
char *tw_limits_check_real (const TwField *field, double value);
char *tw_limits_check_count (const TwField *field, gsize n);        /* elements of a container */

G_END_DECLS
