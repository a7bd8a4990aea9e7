/* SPDX-License-Identifier: Apache-2.0 */

/* What ties a request to a state, and what makes it known when it comes again: tw.tag on the struct that is answered;
 * tw.if_match, tw.if_none_match, tw.key and tw.fingerprint on what is taken. */

#include "tw-annotation.h"
#include "tw-inputs.h"

#include <string.h>

/* --- The annotations. --- */

gboolean
tw_decode_tag (TwReading *reading, GError **error)
{
  /* The fields are not read yet. */
  reading->structure->tag_names = tw_schema_string (reading->schema, reading->value);
  return TRUE;
}

static gboolean
take_form (TwReading *reading, TwForm form, const char *header, GError **error)
{
  reading->field->form = form;
  return tw_reading_is (reading, "true", error)
         && tw_reading_take_source (reading, TW_SOURCE_HEADER, header, error);
}

static gboolean
take_tags (TwReading *reading, TwForm form, const char *header, GError **error)
{
  const TwField *field = reading->field;

  if (field->type->wire != TW_WIRE_LIST || tw_annotation_kind (field->type->element) != TW_KIND_TEXT
      || field->presence != TW_OPTIONAL)
    return TW_READING_FAIL (reading, error, "must stand on an optional list<string>");
  return take_form (reading, form, header, error);
}

gboolean
tw_decode_if_match (TwReading *reading, GError **error)
{
  return take_tags (reading, TW_FORM_IF_MATCH, "if-match", error);
}

gboolean
tw_decode_if_none_match (TwReading *reading, GError **error)
{
  return take_tags (reading, TW_FORM_IF_NONE_MATCH, "if-none-match", error);
}

gboolean
tw_decode_key (TwReading *reading, GError **error)
{
  return take_form (reading, TW_FORM_KEY, "idempotency-key", error);
}

gboolean
tw_decode_fingerprint (TwReading *reading, GError **error)
{
  if (reading->field->presence != TW_OPTIONAL)
    return TW_READING_FAIL (reading, error, "must stand on what is optional");
  return tw_reading_is (reading, "true", error)
         && tw_reading_take_source (reading, TW_SOURCE_MADE, "fingerprint", error);
}

/* --- Structs that are answered. --- */

static gboolean
can_be_in_tag (const TwField *field)
{
  return (tw_annotation_kind (field->type) & TW_KIND_SCALAR) != 0 && !field->secret;
}

gboolean
tw_tags_check (TwSchema *schema, const TwSpot *spot, TwStruct *structure, GError **error)
{
  g_auto (GStrv) names = NULL;
  const TwField **tag;

  if (structure->tag_names == NULL)
    return TRUE;
  names = g_strsplit (structure->tag_names, ",", -1);
  structure->n_tag = g_strv_length (names);
  structure->tag = tag = tw_schema_new (schema, const TwField *, structure->n_tag);
  if (structure->n_tag == 0)
    return tw_spot_fail (spot, "tw.tag", error, "must name a field");
  for (guint i = 0; i < structure->n_tag; i++)
    {
      tag[i] = tw_struct_find_name (structure, names[i], strlen (names[i]));
      if (tag[i] == NULL || !can_be_in_tag (tag[i]))
        return tw_spot_fail (spot, "tw.tag", error, "there is no field \"%s\", or it is not a plain value", names[i]);
    }
  for (guint i = 0; i < structure->n_fields; i++)
    if (structure->fields[i].source == TW_SOURCE_HEADER && strcmp (structure->fields[i].source_name, "etag") == 0)
      return tw_spot_fail (spot, "tw.tag", error, "%s is the header ETag already", structure->fields[i].name);
  return TRUE;
}

/* --- Methods. --- */

gboolean
tw_method_answers_conditions (const TwMethod *method)
{
  return method->tagged && strcmp (method->verb, "GET") == 0;
}

static const char *
key_of (const TwField *field)
{
  static const char *const keys[] = { "api.header", "tw.if_match", "tw.if_none_match", "tw.key" };

  return field->source == TW_SOURCE_MADE ? "tw.fingerprint" : keys[field->form];
}

static gboolean
is_of_requests (const TwField *field)
{
  return field->form != TW_FORM_PLAIN || field->source == TW_SOURCE_MADE;
}

static gboolean
check_input (const TwSpot *spot, TwMethod *method, const TwField *field, GError **error)
{
  const TwSpot at = { spot->document, spot->owner, field->name };

  if (is_of_requests (field) && g_strcmp0 (method->verb, "GET") == 0)
    return tw_spot_fail (&at, key_of (field), error, "is for methods that change something: a GET has none");
  if (field->source == TW_SOURCE_MADE && method->key == NULL)
    return tw_spot_fail (&at, key_of (field), error, "needs a field with tw.key before it");
  if (field->form == TW_FORM_KEY)
    method->key = field;
  else if (field->form == TW_FORM_IF_MATCH)
    method->if_match = field;
  return TRUE;
}

static gboolean
check_answers (const TwSpot *spot, const TwMethod *method, GError **error)
{
  for (guint i = 0; i < method->result->n_fields; i++)
    {
      const TwStruct *structure = method->result->fields[i].type->structure;

      for (guint k = 0; structure != NULL && k < structure->n_fields; k++)
        if (is_of_requests (&structure->fields[k]))
          return tw_spot_fail (spot, key_of (&structure->fields[k]), error, "can't stand on %s.%s, which is answered",
                               structure->name, structure->fields[k].name);
    }
  return TRUE;
}

gboolean
tw_conditions_check (const TwSpot *spot, TwMethod *method, GError **error)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwStruct *reply = method->returns != NULL ? method->returns->structure : NULL;
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (!check_input (spot, method, field, error))
      return FALSE;
  if (method->retry_keyed && method->key == NULL)
    return tw_spot_fail (spot, "tw.retry", error, "\"key\" needs an argument or field with tw.key");
  /* RFC 9110, section 9.3.4: a PUT has no validator, unless what it sent is kept as it is. */
  method->tagged = method->verb != NULL && reply != NULL && reply->n_tag > 0 && strcmp (method->verb, "PUT") != 0;
  return check_answers (spot, method, error);
}
