/* SPDX-License-Identifier: Apache-2.0 */

/* The variables by which deployments of older Tasks services say where MongoDB is:
 *
 *     host      MONGO_HOST, else MONGO_PORT_27017_TCP_ADDR, else MONGODB_PORT_27017_TCP_ADDR, else localhost
 *     port      MONGO_PORT, else MONGO_PORT_27017_TCP_PORT, else MONGODB_PORT_27017_TCP_PORT, else 27017
 *     database  MONGODB_DATABASE, else tasks-db
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The connection string that they make, free with g_free(); NULL where none of them is set (empty is not set), or with
 * @error: TW_ERROR_CONFIGURATION, which names the variable whose value can't be used. */
char *tw_mongo_variables_read (GError **error);

G_END_DECLS
