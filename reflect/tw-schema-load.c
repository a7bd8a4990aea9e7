/* SPDX-License-Identifier: Apache-2.0 */

/* Reads what `thrift --gen json:merge` writes into a TwSchema.
 *
 * Types first, as empty structs by name (they may refer to each other and to themselves), then their fields, then the
 * services' own methods, and last what services inherit, as `extends` may point into a document that comes later. A
 * merged document repeats what it includes, services too: a service that arrives twice with the same words is one. */

#include "tw-schema-private.h"

#include "tw-error.h"

#include <string.h>

/* A service on its way. */
typedef struct
{
  TwServiceEntry *entry;
  const TwDocument *document;
  const json_t *json;
  guint n_own;
  TwMethod *own;
  gboolean inheriting; /* its base is being looked at: seen again, it is its own ancestor */
  gboolean ready;
  gboolean extended;
} Draft;

typedef struct
{
  TwSchema *schema;
  GPtrArray *documents;
  GPtrArray *drafts;
} Loader;

static Draft *
find_draft (const Loader *loader, const char *name)
{
  for (guint i = 0; i < loader->drafts->len; i++)
    {
      Draft *draft = g_ptr_array_index (loader->drafts, i);

      if (strcmp (draft->entry->service.name, name) == 0)
        return draft;
    }
  return NULL;
}

static gboolean
read_service (Loader *loader, const TwDocument *document, const json_t *object, GError **error)
{
  TwSpot spot = { document->given_name, NULL, NULL };
  const json_t *list;
  const char *name;

  if (!tw_spot_get_string (&spot, object, "name", &name, error))
    return FALSE;

  const Draft *twin = find_draft (loader, name);

  if (twin != NULL && twin->document != document && json_equal (twin->json, object))
    return TRUE;
  if (twin != NULL)
    return tw_spot_fail (&spot, NULL, error, "there is another service \"%s\"", name);

  Draft *draft = g_new0 (Draft, 1);
  TwService *service;

  g_ptr_array_add (loader->drafts, draft);
  draft->document = document;
  draft->json = object;
  draft->entry = tw_schema_new (loader->schema, TwServiceEntry, 1);
  service = &draft->entry->service;
  spot.owner = service->name = tw_schema_string (loader->schema, name);
  service->document = document->name;
  if (!tw_annotations_read_service (loader->schema, &spot, object, service, error)
      || !tw_document_read_doc (loader->schema, &spot, object, &service->doc, error)
      || !tw_spot_get_array (&spot, object, "functions", &list, error))
    return FALSE;
  draft->n_own = (guint) json_array_size (list);
  draft->own = tw_schema_new (loader->schema, TwMethod, draft->n_own);
  for (guint i = 0; i < draft->n_own; i++)
    if (!tw_document_read_method (document, service, json_array_get (list, i), &draft->own[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
read_services (Loader *loader, const TwDocument *document, GError **error)
{
  TwSpot spot = { document->given_name, NULL, NULL };
  const json_t *list;

  if (!tw_spot_get_array (&spot, document->root, "services", &list, error))
    return FALSE;
  for (gsize i = 0; i < json_array_size (list); i++)
    if (!read_service (loader, document, json_array_get (list, i), error))
      return FALSE;
  return TRUE;
}

static int
compare_methods (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const TwMethod *const *) a)->name, (*(const TwMethod *const *) b)->name);
}

static gboolean
index_methods (TwSchema *schema, const TwSpot *spot, TwServiceEntry *entry, GError **error)
{
  guint n = entry->service.n_methods;

  entry->by_name = tw_schema_new (schema, const TwMethod *, n);
  for (guint i = 0; i < n; i++)
    entry->by_name[i] = &entry->service.methods[i];
  qsort (entry->by_name, n, sizeof *entry->by_name, compare_methods);
  for (guint i = 1; i < n; i++)
    if (strcmp (entry->by_name[i - 1]->name, entry->by_name[i]->name) == 0)
      return tw_spot_fail (spot, NULL, error, "there are two methods \"%s\"", entry->by_name[i]->name);
  return TRUE;
}

/* Gives a service its methods: its base's, whose own base comes first, then its own. */
static gboolean
settle_service (Loader *loader, Draft *draft, GError **error)
{
  TwService *service = &draft->entry->service;
  TwSpot spot = { draft->document->given_name, service->name, NULL };
  const char *base_name = json_string_value (json_object_get (draft->json, "extends"));
  Draft *base = base_name != NULL ? find_draft (loader, base_name) : NULL;
  guint inherited = 0;

  if (draft->ready)
    return TRUE;
  if (draft->inheriting)
    return tw_spot_fail (&spot, NULL, error, "extends itself");
  if (base_name != NULL && base == NULL)
    return tw_spot_fail (&spot, NULL, error, "extends \"%s\", which is in no document", base_name);
  draft->inheriting = TRUE;
  if (base != NULL && !settle_service (loader, base, error))
    return FALSE;
  if (base != NULL)
    {
      base->extended = TRUE;
      inherited = base->entry->service.n_methods;
    }

  TwMethod *methods = tw_schema_new (loader->schema, TwMethod, inherited + draft->n_own);

  if (inherited > 0)
    memcpy (methods, base->entry->service.methods, inherited * sizeof *methods);
  if (draft->n_own > 0)
    memcpy (methods + inherited, draft->own, draft->n_own * sizeof *methods);
  for (guint i = 0; i < inherited; i++)
    methods[i].service = service;
  service->methods = methods;
  service->n_methods = inherited + draft->n_own;
  draft->ready = TRUE;
  return index_methods (loader->schema, &spot, draft->entry, error) && tw_rules_check_service (&spot, service, error);
}

/* A base's routes and roles are those of the services that extend it: it would answer them beside them. */
static void
step_back (TwService *base)
{
  TwMethod *methods = (TwMethod *) (guintptr) base->methods;

  for (guint i = 0; i < base->n_methods; i++)
    {
      methods[i].verb = NULL;
      methods[i].path = NULL;
      methods[i].needs_token = FALSE;
      methods[i].tagged = FALSE;
      methods[i].stream = NULL;
      methods[i].role = TW_ROLE_NONE;
    }
}

static gboolean
settle_services (Loader *loader, GError **error)
{
  for (guint i = 0; i < loader->drafts->len; i++)
    if (!settle_service (loader, g_ptr_array_index (loader->drafts, i), error))
      return FALSE;
  for (guint i = 0; i < loader->drafts->len; i++)
    {
      const Draft *draft = g_ptr_array_index (loader->drafts, i);

      if (draft->extended)
        step_back (&draft->entry->service);
      g_ptr_array_add (loader->schema->services, draft->entry);
    }
  return tw_routes_check (loader->schema, error) && tw_cookies_link (loader->schema, error);
}

/* Our annotations mean nothing on what is in @member's list. */
static gboolean
refuse_annotations_in (const TwDocument *document, const char *member, GError **error)
{
  const json_t *list = json_object_get (document->root, member);

  for (gsize i = 0; i < json_array_size (list); i++)
    {
      const json_t *object = json_array_get (list, i);
      TwSpot spot = { document->given_name, json_string_value (json_object_get (object, "name")), NULL };

      if (!tw_annotations_refuse (&spot, object, error))
        return FALSE;
      if (json_object_get (object, "type") != NULL
          && !tw_annotations_refuse (&spot, json_object_get (object, "type"), error))
        return FALSE;
    }
  return TRUE;
}

/* Documents. */

static void
document_free (gpointer data)
{
  TwDocument *document = data;

  json_decref (document->root);
  g_hash_table_unref (document->types.structs);
  g_free (document);
}

static gboolean
read_document (Loader *loader, GBytes *bytes, const char *given_name, GError **error)
{
  TwDocument *document = g_new0 (TwDocument, 1);
  TwSpot spot = { given_name, NULL, NULL };
  json_error_t reason;
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  g_ptr_array_add (loader->documents, document);
  document->given_name = given_name;
  document->types.schema = loader->schema;
  document->types.structs = g_hash_table_new (g_str_hash, g_str_equal);
  document->root = json_loadb (text != NULL ? text : "", length, JSON_REJECT_DUPLICATES, &reason);
  if (document->root == NULL)
    return tw_spot_fail (&spot, NULL, error, "not JSON: line %d: %s", reason.line, reason.text);
  if (!tw_spot_get_string (&spot, document->root, "name", &document->name, error))
    return FALSE;
  document->name = tw_schema_string (loader->schema, document->name);
  return refuse_annotations_in (document, "typedefs", error) && refuse_annotations_in (document, "enums", error)
         && tw_document_read_structs (document, error) && read_services (loader, document, error);
}

static TwSchema *
schema_new (void)
{
  TwSchema *schema = g_new0 (TwSchema, 1);

  g_atomic_ref_count_init (&schema->references);
  schema->strings = g_string_chunk_new (4096);
  schema->blocks = g_ptr_array_new_with_free_func (g_free);
  schema->regexes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_regex_unref);
  schema->services = g_ptr_array_new ();
  return schema;
}

TwSchema *
tw_schema_load (GBytes *const *documents, const char *const *names, guint n, GError **error)
{
  g_autoptr (TwSchema) schema = schema_new ();
  g_autoptr (GPtrArray) read = g_ptr_array_new_with_free_func (document_free);
  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func (g_free);
  Loader loader = { schema, read, drafts };

  for (guint i = 0; i < n; i++)
    if (!read_document (&loader, documents[i], names[i], error))
      return NULL;
  if (!settle_services (&loader, error))
    return NULL;
  return g_steal_pointer (&schema);
}
