/* SPDX-License-Identifier: Apache-2.0 */

/* A database for one test on the MongoDB that MONGODB_URI names, gone with all that is in it at the end of the scope:
 *
 *     TW_AUTO_MONGO_PLACE char *uri = tw_mongo_place_new ();
 */

#pragma once

#include <glib.h>
#include <mongoc/mongoc.h>
#include <string.h>

/* The connection string of a database that nobody else uses, with the timeouts that are ours unless it names others. */
static inline char *
tw_mongo_hasty_place_new (void)
{
  g_autofree char *random = g_uuid_string_random ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GRegex) parts = NULL;
  g_autofree char *replacement = g_strdup_printf ("\\1/test-%s\\2", random);
  const char *server = g_getenv ("MONGODB_URI");
  char *place;

  if (server == NULL)
    g_error ("MONGODB_URI is not set: script/test sets it to a MongoDB to test against");
  /* Scheme and hosts, a database, options. */
  parts = g_regex_new ("^([a-z+]+://[^/]+)(?:/[^?]*)?(.*)$", 0, 0, &error);
  g_assert_no_error (error);
  place = g_regex_replace (parts, server, -1, 0, replacement, 0, &error);
  g_assert_no_error (error);
  mongoc_init ();
  return place;
}

/* The same with timeouts that a database which is merely slow does not meet: most tests are not about those. */
static inline char *
tw_mongo_place_new (void)
{
  static const char *const timeouts[]
    = { MONGOC_URI_CONNECTTIMEOUTMS, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, MONGOC_URI_WAITQUEUETIMEOUTMS };
  g_autofree char *hasty = tw_mongo_hasty_place_new ();
  mongoc_uri_t *uri = mongoc_uri_new (hasty);
  GString *place = g_string_new (hasty);

  for (guint i = 0; i < G_N_ELEMENTS (timeouts); i++)
    if (!mongoc_uri_has_option (uri, timeouts[i]))
      g_string_append_printf (place, "%c%s=20000", strchr (place->str, '?') == NULL ? '?' : '&', timeouts[i]);
  mongoc_uri_destroy (uri);
  return g_string_free (place, FALSE);
}

/* A client for what a test does past the store; mongoc_client_destroy(). */
static inline mongoc_client_t *
tw_mongo_place_client (const char *place)
{
  mongoc_client_t *client = mongoc_client_new (place);

  g_assert_nonnull (client);
  return client;
}

static inline void
tw_mongo_place_clear (char **place)
{
  mongoc_client_t *client;
  mongoc_database_t *database;
  bson_error_t why;

  if (*place == NULL)
    return;
  client = tw_mongo_place_client (*place);
  database = mongoc_client_get_default_database (client);
  if (!mongoc_database_drop (database, &why))
    g_error ("can't drop the database of a test: %s", why.message);
  mongoc_database_destroy (database);
  mongoc_client_destroy (client);
  g_clear_pointer (place, g_free);
}

#define TW_AUTO_MONGO_PLACE __attribute__ ((cleanup (tw_mongo_place_clear)))
