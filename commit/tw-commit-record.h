/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: a record as a step puts it. */

#pragma once

#include "tw-record.h"

G_BEGIN_DECLS

/* A copy of @record that is in @partition, with this version, and complete. To be freed with g_free(). */
gpointer tw_commit_record_new (const TwRecordType *type, gconstpointer record, const char *partition, gint64 version);

G_END_DECLS
