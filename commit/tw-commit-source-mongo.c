/* SPDX-License-Identifier: Apache-2.0 */

/* What a copy is made of may be a database that nobody tends: its last heads may not say that they are settled, and
 * are. So the records are looked at; nothing is written. */

#include "tw-commit-head-mongo.h"
#include "tw-commits-mongo.h"
#include "tw-error.h"

static gboolean
keep_document (const bson_t *document, gpointer data)
{
  g_ptr_array_add (data, bson_copy (document));
  return TRUE;
}

static gboolean
is_settled (TwMongoSession *session, const TwMongoPart *part, gboolean *settled, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_OID (&part->id));
  g_autoptr (TwBson) document = NULL;

  if (!tw_mongo_find_one (session, part->collection, filter, NULL, &document, error))
    return FALSE;
  *settled = tw_mongo_document_version (document) >= part->version;
  return TRUE;
}

static gboolean
check_entry (TwMongoSession *session, const TwMongoEntry *entry, GError **error)
{
  for (guint i = 0; i < entry->parts->len; i++)
    {
      gboolean settled;

      if (!is_settled (session, entry->parts->pdata[i], &settled, error))
        return FALSE;
      if (settled)
        continue;
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
                   "the source holds a change that a service which was killed has left half done: start one on it, "
                   "which finishes it within seconds, and stop it again");
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_head (TwMongoSession *session, const bson_t *document, GError **error)
{
  static const TwMongoTypes none = { NULL, 0 };
  g_autoptr (TwMongoHead) head = tw_mongo_head_read (&none, document);

  if (head == NULL)
    return tw_mongo_head_is_broken (tw_mongo_commits_id (document), error);
  for (guint i = 0; i < head->entries->len; i++)
    {
      const TwMongoEntry *entry = head->entries->pdata[i];

      if (entry->number > head->settled && !check_entry (session, entry, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
tw_commits_mongo_check_source (TwMongoSession *session, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("due", "{", "$exists", BCON_BOOL (true), "}");
  g_autoptr (GPtrArray) heads = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);

  if (!tw_mongo_find (session, TW_MONGO_COMMITS, filter, NULL, keep_document, heads, error))
    return FALSE;
  for (guint i = 0; i < heads->len; i++)
    if (!check_head (session, heads->pdata[i], error))
      return FALSE;
  return TRUE;
}
