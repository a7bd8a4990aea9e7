/* SPDX-License-Identifier: Apache-2.0 */

/* Conditions on records (tw-record-conditions.h) as what MongoDB looks for. */

#pragma once

#include "tw-record-conditions.h"

#include <bson/bson.h>

G_BEGIN_DECLS

/* Adds to @filter what the server can look at by itself, but of the record's fields @but (bits): the plain conditions. All
 * records that fit @conditions are found, and maybe others. */
void tw_record_conditions_append (const TwRecordConditions *conditions, guint64 but, bson_t *filter);

/* Adds the bound @number of a date or a time (tw-record-when.h) to what is said of such a field. */
void tw_record_conditions_append_when (bson_t *condition, const char *operation, gint64 number);

G_END_DECLS
