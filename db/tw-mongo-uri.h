/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: the connection string, with our defaults and without what would break the stores' promises. */

#pragma once

#include <glib.h>
#include <mongoc/mongoc.h>

G_BEGIN_DECLS

typedef mongoc_uri_t TwMongoUri;

/* @program: what the server is told of who we are. @deadline_ms: within which an operation has to end. Fails with TW_ERROR_CONFIGURATION, in words that hold no
 * credentials. Free with mongoc_uri_destroy(). */
TwMongoUri *tw_mongo_uri_new (const char *uri, const char *program, gint64 deadline_ms, GError **error);

/* How many operations may run at a time. One more client than those may be taken out of a pool of this URI. */
guint tw_mongo_uri_threads (const TwMongoUri *uri);

/* The longest that the server may take for a command: it answers before a socket gives up. */
gint64 tw_mongo_uri_max_time_ms (const TwMongoUri *uri, gint64 deadline_ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoUri, mongoc_uri_destroy)

G_END_DECLS
