/* SPDX-License-Identifier: Apache-2.0 */

/* A database in MongoDB with several instances of the store on it, as several services have them, and a client that
 * sees what none of them shows. What is done with an instance is tests/contract/account-store-fixture.h's. */

#pragma once

#include "account-store-fixture.h"

#include <mongoc/mongoc.h>

G_BEGIN_DECLS

#define MAX_INSTANCES 4

typedef struct
{
  char *uri;
  mongoc_client_t *client;
  Fixture instances[MAX_INSTANCES];
  guint n_instances;
} Scene;

Scene *scene_new (guint n_instances);

/* Closes the instances; the database stays. */
void scene_close (Scene *scene);
void scene_free (Scene *scene);

/* @json is extended JSON; in it, one %s or more stand for what follows. */
void scene_put (Scene *scene, const char *collection, const char *json, ...) G_GNUC_PRINTF (3, 4);
void scene_remove (Scene *scene, const char *collection, const char *json, ...) G_GNUC_PRINTF (3, 4);
void scene_set (Scene *scene, const char *collection, const char *filter, const char *update);
gint64 scene_count (Scene *scene, const char *collection, const char *json, ...) G_GNUC_PRINTF (3, 4);

/* Token @number's hash as extended JSON; g_free(). */
char *hash_json (guint8 number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

G_END_DECLS
