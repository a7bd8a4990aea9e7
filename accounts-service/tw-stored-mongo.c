/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-stored-mongo.h"

#include "tw-error.h"
#include "tw-record-document.h"

gpointer
tw_stored_read (const TwRecordType *type, const bson_t *document, GError **error)
{
  g_autofree char *why = NULL;
  gpointer record = tw_record_document_read (type, document, &why);

  if (record == NULL)
    g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "A document of '%s' can't be read: %s", type->collection, why);
  return record;
}

gboolean
tw_stored_find (TwMongoSession *session, const TwRecordType *type, const bson_t *filter, const bson_t *options,
                gpointer *record, GError **error)
{
  g_autoptr (TwBson) document = NULL;

  *record = NULL;
  if (!tw_mongo_find_one (session, type->collection, filter, options, &document, error))
    return FALSE;
  if (document == NULL)
    return TRUE;
  *record = tw_stored_read (type, document, error);
  return *record != NULL;
}
