/* SPDX-License-Identifier: Apache-2.0 */

/* A service's own methods, as the document gives them. */

#include "tw-schema-private.h"

#include <string.h>

/* The reply's struct: field 0 is the value, the others are the exceptions. */
static gboolean
read_result (const TwDocument *document, const TwSpot *spot, const json_t *object, TwMethod *method, GError **error)
{
  TwSchema *schema = document->types.schema;
  TwStruct *result = tw_schema_new (schema, TwStruct, 1);
  TwStruct thrown = { 0 };
  guint n = 0;

  if (!tw_document_read_fields (document, spot, TW_PLACE_ELSEWHERE, object, "exceptions", &thrown, error))
    return FALSE;

  TwField *fields = tw_schema_new (schema, TwField, thrown.n_fields + 1);

  if (method->returns != NULL)
    fields[n++] = (TwField) {
      .id = 0,
      .name = "result",
      .json_name = "result",
      .json_key = ",\"result\":\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
      .json_key_length = strlen (",\"result\":"),
      .doc = "",
      .type = method->returns,
    };
  for (guint i = 0; i < thrown.n_fields; i++)
    {
      TwSpot at = { spot->document, spot->owner, thrown.fields[i].name };
      const TwType *type = thrown.fields[i].type;

      if (type->wire != TW_WIRE_STRUCT || !type->structure->is_exception || thrown.fields[i].id <= 0)
        return tw_spot_fail (&at, NULL, error, "is not an exception with a number above 0");
      fields[n++] = thrown.fields[i];
    }
  for (guint i = 0; i < n; i++)
    fields[i].presence = TW_OPTIONAL;
  *result = (TwStruct) { .name = method->name, .doc = "", .n_fields = n, .fields = fields };
  method->result = result;
  return TRUE;
}

static gboolean
read_returns (const TwDocument *document, const TwSpot *spot, const json_t *object, TwMethod *method, GError **error)
{
  const char *id;

  if (!tw_spot_get_string (spot, object, "returnTypeId", &id, error))
    return FALSE;
  if (strcmp (id, "void") == 0)
    return TRUE;
  method->returns = tw_type_read (&document->types, spot, object, "returnTypeId", "returnType", error);
  return method->returns != NULL;
}

gboolean
tw_document_read_method (const TwDocument *document, const TwService *service, const json_t *object, TwMethod *method,
                         GError **error)
{
  TwSchema *schema = document->types.schema;
  TwStruct *arguments = tw_schema_new (schema, TwStruct, 1);
  TwSpot spot = { document->given_name, service->name, NULL };
  g_autofree char *owner = NULL;

  if (!tw_spot_get_string (&spot, object, "name", &method->name, error))
    return FALSE;
  method->name = arguments->name = tw_schema_string (schema, method->name);
  spot.owner = owner = g_strdup_printf ("%s.%s", service->name, method->name);
  method->service = service;
  method->oneway = json_is_true (json_object_get (object, "oneway"));
  method->arguments = arguments;
  arguments->doc = "";
  if (!tw_document_read_doc (schema, &spot, object, &method->doc, error)
      || !read_returns (document, &spot, object, method, error)
      || !tw_document_read_fields (document, &spot, TW_PLACE_ARGUMENT, object, "arguments", arguments, error)
      || !read_result (document, &spot, object, method, error)
      || !tw_annotations_read_method (schema, &spot, object, method, error)
      || !tw_rules_check_method (&spot, method, error) || !tw_links_check (&spot, method, error)
      || !tw_stream_check (&spot, method, error)
      || !tw_conditions_check (&spot, method, error))
    return FALSE;
  tw_claims_gather (schema, method);
  tw_secrets_find (method);
  method->max_body = tw_body_limit (method);
  return TRUE;
}
