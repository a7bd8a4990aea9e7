/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: what libmongoc has to say goes to the debug log, but for what it says of a connection string: that is
 * heard by whoever has it parsed. */

#pragma once

#include <glib.h>
#include <mongoc/mongoc.h>

G_BEGIN_DECLS

/* Prepares libmongoc, once a process. */
void tw_mongo_init (void);

/* Parses @uri. What libmongoc says against it is put into *@complaint, which is NULL where it says nothing; it may
 * repeat any part of @uri. NULL where it can't be parsed. Free both. */
mongoc_uri_t *tw_mongo_parse (const char *uri, char **complaint);

G_END_DECLS
