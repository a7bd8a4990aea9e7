/* SPDX-License-Identifier: Apache-2.0 */

/* Until when whoever asked waits for what this thread does. It goes with the thread, because between a call and what is
 * done for it there is generated code, which takes nothing along. */

#pragma once

#include "tw-call-context.h"

G_BEGIN_DECLS

/* @deadline_ms: of the monotonic clock; TW_DEADLINE_NONE where nobody waits, which is so at first. */
void tw_deadline_set (gint64 deadline_ms);
gint64 tw_deadline_get (void);

G_END_DECLS
