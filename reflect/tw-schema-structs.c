/* SPDX-License-Identifier: Apache-2.0 */

/* A document's structs, unions and exceptions, and the fields that arguments are too. */

#include "tw-schema-private.h"

#include "tw-json-text.h"

#include <string.h>

gboolean
tw_document_read_doc (TwSchema *schema, const TwSpot *spot, const json_t *object, const char **doc, GError **error)
{
  const json_t *value = json_object_get (object, "doc");
  g_autofree char *text = g_strdup (value != NULL ? json_string_value (value) : "");

  if (text == NULL)
    return tw_spot_fail (spot, NULL, error, "not what the Thrift compiler writes: \"doc\" is no string");
  if (g_str_has_suffix (text, "\n"))
    text[strlen (text) - 1] = '\0';
  *doc = tw_schema_string (schema, text);
  return TRUE;
}

/* Fields and arguments. */

static gboolean
read_presence (const TwSpot *spot, const json_t *object, TwField *field, GError **error)
{
  const char *word;

  if (!tw_spot_get_string (spot, object, "required", &word, error))
    return FALSE;
  if (strcmp (word, "required") == 0)
    field->presence = TW_REQUIRED;
  else if (strcmp (word, "optional") == 0 || json_object_get (object, "default") != NULL)
    field->presence = TW_OPTIONAL;
  else
    field->presence = TW_REQUIRED;
  return TRUE;
}

static gboolean
read_field (const TwDocument *document, const TwSpot *owner, TwPlace place, const json_t *object, TwField *field,
            GError **error)
{
  TwSchema *schema = document->types.schema;
  const json_t *key = json_object_get (object, "key");
  const json_t *fallback = json_object_get (object, "default");
  TwSpot spot = *owner;

  if (!tw_spot_get_string (owner, object, "name", &field->name, error))
    return FALSE;
  spot.field = field->name = field->json_name = tw_schema_string (schema, field->name);
  if (!json_is_integer (key) || json_integer_value (key) < G_MININT16 || json_integer_value (key) > G_MAXINT16)
    return tw_spot_fail (&spot, NULL, error, "not what the Thrift compiler writes: no 16-bit number \"key\"");
  field->id = (gint16) json_integer_value (key);
  field->type = tw_type_read (&document->types, &spot, object, "typeId", "type", error);
  return field->type != NULL && tw_document_read_doc (schema, &spot, object, &field->doc, error)
         && read_presence (&spot, object, field, error)
         && (fallback == NULL || tw_default_read (schema, &spot, fallback, field, error))
         && tw_annotations_read_field (schema, &spot, place, object, field, error);
}

/* What nobody may send: made once, and looked for with each request. */
static void
write_claim_header (TwSchema *schema, TwField *field)
{
  g_autofree char *lower = field->source == TW_SOURCE_CLAIM ? g_ascii_strdown (field->json_name, -1) : NULL;

  field->claim_header = lower != NULL ? tw_schema_string (schema, lower) : NULL;
}

/* What every reply with the field has, once and for all, with room behind it that may be read too (tw-json.c). */
static void
write_key (TwSchema *schema, TwField *field)
{
  g_auto (TwBuffer) key = TW_BUFFER_INIT;
  char *kept;

  tw_buffer_append_byte (&key, ',');
  tw_json_write_string (&key, field->json_name, strlen (field->json_name));
  tw_buffer_append_byte (&key, ':');
  kept = tw_schema_new (schema, char, key.len + TW_JSON_SLACK);
  memcpy (kept, key.data, key.len);
  field->json_key = kept;
  field->json_key_length = key.len;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return ((const TwField *) a)->id - ((const TwField *) b)->id;
}

static gboolean
check_fields_differ (const TwSpot *spot, const TwField *fields, guint n, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) json_names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n; i++)
    {
      TwSpot at = { spot->document, spot->owner, fields[i].name };

      if (i > 0 && fields[i].id == fields[i - 1].id)
        return tw_spot_fail (&at, NULL, error, "%s has the number %d too", fields[i - 1].name, fields[i].id);
      if (!g_hash_table_add (names, (gpointer) (guintptr) fields[i].name))
        return tw_spot_fail (&at, NULL, error, "there are two of this name");
      if (!g_hash_table_add (json_names, (gpointer) (guintptr) fields[i].json_name))
        return tw_spot_fail (&at, "api.body", error, "there are two members \"%s\"", fields[i].json_name);
    }
  return TRUE;
}

/* Reads the list of fields @member of @object into @structure. */
gboolean
tw_document_read_fields (const TwDocument *document, const TwSpot *spot, TwPlace place, const json_t *object,
                         const char *member, TwStruct *structure, GError **error)
{
  const json_t *list;
  TwField *fields;

  if (!tw_spot_get_array (spot, object, member, &list, error))
    return FALSE;
  if (json_array_size (list) > TW_SCHEMA_MAX_FIELDS)
    return tw_spot_fail (spot, NULL, error, "has more than %d fields", TW_SCHEMA_MAX_FIELDS);
  structure->n_fields = (guint) json_array_size (list);
  structure->fields = fields = tw_schema_new (document->types.schema, TwField, structure->n_fields);
  for (guint i = 0; i < structure->n_fields; i++)
    {
      if (!read_field (document, spot, place, json_array_get (list, i), &fields[i], error))
        return FALSE;
      write_key (document->types.schema, &fields[i]);
      write_claim_header (document->types.schema, &fields[i]);
      structure->has_outside = structure->has_outside || tw_field_is_outside (&fields[i]);
    }
  qsort (fields, structure->n_fields, sizeof *fields, compare_ids);
  return check_fields_differ (spot, fields, structure->n_fields, error);
}

/* Structs. */

static TwField *
find_plain_field (TwField *fields, guint n, const char *name, TwWireType wire)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (fields[i].name, name) == 0 && fields[i].type->wire == wire && !fields[i].type->binary)
      return &fields[i];
  return NULL;
}

/* Gives the role to the field that has it by its @name (NULL: none has), unless an annotation has given it. */
static gboolean
settle_error_role (const TwSpot *spot, TwStruct *structure, TwField *fields, TwErrorRole role, const char *name,
                   TwWireType wire, GError **error)
{
  guint n = 0;

  for (guint i = 0; i < structure->n_fields; i++)
    n += fields[i].error_role == role;
  if (n > 1)
    return tw_spot_fail (spot, "tw.error", error, "stands on more than one field with the same value");

  TwField *plain = name != NULL ? find_plain_field (fields, structure->n_fields, name, wire) : NULL;

  if (n == 0 && plain != NULL && plain->error_role == TW_ERROR_ROLE_NONE)
    plain->error_role = role;
  return TRUE;
}

static gboolean
read_structure (const TwDocument *document, const json_t *object, GError **error)
{
  const char *name = json_string_value (json_object_get (object, "name"));
  TwStruct *structure = g_hash_table_lookup (document->types.structs, name);
  TwPlace place = structure->is_exception ? TW_PLACE_EXCEPTION_FIELD : TW_PLACE_FIELD;
  TwSpot spot = { document->given_name, structure->name, NULL };

  const gboolean is_plain = !structure->is_exception && !structure->is_union;

  if (!(is_plain ? tw_annotations_read_struct (document->types.schema, &spot, object, structure, error)
                 : tw_annotations_refuse (&spot, object, error))
      || !tw_document_read_doc (document->types.schema, &spot, object, &structure->doc, error)
      || !tw_document_read_fields (document, &spot, place, object, "fields", structure, error))
    return FALSE;

  TwField *fields = (TwField *) (guintptr) structure->fields; /* ours while loading */

  for (guint i = 0; structure->is_union && i < structure->n_fields; i++)
    {
      const TwSpot at = { spot.document, spot.owner, fields[i].name };

      fields[i].presence = TW_OPTIONAL;
      if (fields[i].cookie != NULL)
        return tw_spot_fail (&at, "tw.cookie", error, "can't stand on a union's member");
    }
  if (!structure->is_exception)
    return tw_records_check (&spot, structure, error) && tw_questions_check (&spot, structure, error)
           && tw_tags_check (document->types.schema, &spot, structure, error);
  return settle_error_role (&spot, structure, fields, TW_ERROR_ROLE_STATUS, "code", TW_WIRE_I32, error)
         && settle_error_role (&spot, structure, fields, TW_ERROR_ROLE_DETAIL, "message", TW_WIRE_STRING, error)
         && settle_error_role (&spot, structure, fields, TW_ERROR_ROLE_LOCATION, NULL, TW_WIRE_STRING, error)
         && settle_error_role (&spot, structure, fields, TW_ERROR_ROLE_TYPE, NULL, TW_WIRE_STRING, error);
}

/* Makes the structs that types can then refer to. */
static gboolean
declare_structures (TwDocument *document, const json_t *list, GError **error)
{
  TwSpot spot = { document->given_name, NULL, NULL };

  for (gsize i = 0; i < json_array_size (list); i++)
    {
      const json_t *object = json_array_get (list, i);
      TwStruct *structure = tw_schema_new (document->types.schema, TwStruct, 1);

      if (!tw_spot_get_string (&spot, object, "name", &structure->name, error))
        return FALSE;
      structure->name = tw_schema_string (document->types.schema, structure->name);
      structure->is_exception = json_is_true (json_object_get (object, "isException"));
      structure->is_union = json_is_true (json_object_get (object, "isUnion"));
      if (!g_hash_table_insert (document->types.structs, (gpointer) (guintptr) structure->name, structure))
        return tw_spot_fail (&spot, NULL, error, "there are two structs \"%s\"", structure->name);
    }
  return TRUE;
}

gboolean
tw_document_read_structs (TwDocument *document, GError **error)
{
  TwSpot spot = { document->given_name, NULL, NULL };
  const json_t *list;

  if (!tw_spot_get_array (&spot, document->root, "structs", &list, error)
      || !declare_structures (document, list, error))
    return FALSE;
  for (gsize i = 0; i < json_array_size (list); i++)
    if (!read_structure (document, json_array_get (list, i), error))
      return FALSE;
  return TRUE;
}
