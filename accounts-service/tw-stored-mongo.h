/* SPDX-License-Identifier: Apache-2.0 */

/* Records that accounts-service keeps, out of MongoDB. */

#pragma once

#include "tw-mongo.h"
#include "tw-stored.h"

G_BEGIN_DECLS

/* The record that @document is; g_free(). NULL with INTERNAL where it lacks what it must have, or has it in another
 * type. */
gpointer tw_stored_read (const TwRecordType *type, const bson_t *document, GError **error);

/* The first that @filter fits; @options, or NULL, as for tw_mongo_find_one(). *@record is NULL where there is none, else
 * to be freed with g_free(). Inside an operation. */
gboolean tw_stored_find (TwMongoSession *session, const TwRecordType *type, const bson_t *filter, const bson_t *options,
                         gpointer *record, GError **error);

G_END_DECLS
