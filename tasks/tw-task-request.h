/* SPDX-License-Identifier: Apache-2.0 */

/* What a caller asks for by a PageRequest, as a query. */

#pragma once

#include "tw-task-query.h"

G_BEGIN_DECLS

/* @request has its defaults (tw_record_fill()), and its limits have been checked. Sets filter, order and limit; texts are
 * not copied, and the filter's conditions are to be freed (tw_record_conditions_unref()). INVALID, with its place, for a
 * moment that is none. */
gboolean tw_task_request_read (const TwPageRequestRecord *request, TwTaskQuery *query, GError **error);

G_END_DECLS
