/* SPDX-License-Identifier: Apache-2.0 */

/* What a struct says of how it is kept. Nothing here keeps anything: gen/make-records.py makes tables of it, and the same
 * annotations are held to their rules here, for every IDL. */

#include "tw-annotation.h"

#include <string.h>

static gboolean
check_collection (TwReading *reading, const char *name, GError **error)
{
  if (!g_ascii_islower (*name))
    return TW_READING_FAIL (reading, error, "must begin with a letter from a to z");
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_islower (*c) && !g_ascii_isdigit (*c) && *c != '_')
      return TW_READING_FAIL (reading, error, "is made of a to z, 0 to 9 and _ alone");
  return TRUE;
}

gboolean
tw_decode_record (TwReading *reading, GError **error)
{
  reading->structure->record = tw_schema_string (reading->schema, reading->value);
  return check_collection (reading, reading->value, error);
}

/* Whether there is such a record, and the method has what that takes, gen/served.py looks: who only asks need not know. */
gboolean
tw_decode_serve (TwReading *reading, GError **error)
{
  static const char *const verbs[] = { "create ", "get ", "list ", "patch ", "remove " };

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_has_prefix (reading->value, verbs[i]))
      return check_collection (reading, reading->value + strlen (verbs[i]), error);
  return TW_READING_FAIL (reading, error, "must be one of create, get, list, patch and remove, and a record's name");
}

/* What every record has one of, what it has one of each or none at all, and the ways in which other fields are kept. */
typedef enum
{
  KEY,
  OF_CHANGES,
  OTHER,
} Part;

static const struct
{
  const char *value;
  Part part;
  int kinds; /* TwKind */
} ways[] = {
  { "key", KEY, TW_KIND_TEXT | TW_KIND_BINARY | TW_KIND_INTEGER },
  { "name", KEY, TW_KIND_TEXT },
  { "owner", OF_CHANGES, TW_KIND_TEXT },
  { "created", OF_CHANGES, TW_KIND_TEXT },
  { "updated", OF_CHANGES, TW_KIND_TEXT },
  { "version", OF_CHANGES, TW_KIND_INTEGER },
  { "folded", OTHER, TW_KIND_TEXT },
  { "time", OTHER, TW_KIND_TEXT },
  { "when", OTHER, TW_KIND_TEXT },
  { "id", OTHER, TW_KIND_TEXT },
  { "no", OTHER, TW_KIND_ANY },
};

gboolean
tw_decode_kept (TwReading *reading, GError **error)
{
  TwField *field = reading->field;
  guint i = 0;

  while (i < G_N_ELEMENTS (ways) && strcmp (ways[i].value, reading->value) != 0)
    i++;
  if (i == G_N_ELEMENTS (ways))
    return TW_READING_FAIL (reading, error,
                            "must be one of key, name, owner, created, updated, version, folded, time, when, id and no");
  if ((ways[i].kinds & (int) tw_annotation_kind (field->type)) == 0
      || (strcmp (reading->value, "version") == 0 && field->type->wire != TW_WIRE_I64))
    return TW_READING_FAIL (reading, error, "\"%s\" can't hold for a value of this type", reading->value);
  field->kept = ways[i].value;
  return TRUE;
}

gboolean
tw_decode_former (TwReading *reading, GError **error)
{
  reading->field->former = TRUE;
  return tw_reading_is (reading, "true", error);
}

static guint
count (const TwStruct *structure, const char *kept)
{
  guint n = 0;

  for (guint i = 0; i < structure->n_fields; i++)
    n += g_strcmp0 (structure->fields[i].kept, kept) == 0;
  return n;
}

static guint
count_part (const TwStruct *structure, Part part)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    if (ways[i].part == part)
      n += count (structure, ways[i].value);
  return n;
}

/* What a store can keep as it is. */
static gboolean
can_be_kept (const TwType *type)
{
  const gboolean is_list = type->wire == TW_WIRE_LIST;

  return (tw_annotation_kind (is_list ? type->element : type) & (is_list ? TW_KIND_TEXT : TW_KIND_SCALAR | TW_KIND_BINARY))
         != 0;
}

/* What can't be missing, and what nobody changes, has no former value that says anything. */
static gboolean
check_former (const TwSpot *at, const TwStruct *structure, const TwField *field, GError **error)
{
  if (!field->former)
    return TRUE;
  if (structure->record == NULL || count_part (structure, OF_CHANGES) == 0)
    return tw_spot_fail (at, "tw.former", error, "stands on fields of a record that is committed");
  return field->kept == NULL || strcmp (field->kept, "id") == 0
         || tw_spot_fail (at, "tw.former", error, "stands on a plain text, or one with tw.kept = \"id\"");
}

static gboolean
check_field (const TwSpot *spot, const TwStruct *structure, const TwField *field, GError **error)
{
  const TwSpot at = { spot->document, spot->owner, field->name };
  const gboolean may_be_missing = field->presence == TW_OPTIONAL && !field->fallback.set;
  gboolean fits = may_be_missing;

  if (!check_former (&at, structure, field, error))
    return FALSE;
  if (structure->record == NULL)
    return field->kept == NULL || tw_spot_fail (&at, "tw.kept", error, "stands on fields of a struct with tw.record");
  if (field->kept == NULL && !can_be_kept (field->type))
    return tw_spot_fail (&at, "tw.kept", error, "has to be \"no\": a value of this type can't be kept");
  if (field->kept == NULL)
    return may_be_missing || field->type->wire != TW_WIRE_LIST
           || tw_spot_fail (&at, "tw.kept", error, "a list is kept where it is optional, without a default");
  if (strcmp (field->kept, "time") == 0)
    fits = may_be_missing || (!field->fallback.set && count_part (structure, OF_CHANGES) == 0);
  else if (strcmp (field->kept, "when") != 0 && strcmp (field->kept, "id") != 0)
    fits = TRUE;
  return fits
         || tw_spot_fail (&at, "tw.kept", error, "\"%s\" is for what is optional, without a default", field->kept);
}

gboolean
tw_records_check (const TwSpot *spot, const TwStruct *structure, GError **error)
{
  for (guint i = 0; i < structure->n_fields; i++)
    if (!check_field (spot, structure, &structure->fields[i], error))
      return FALSE;
  if (structure->record == NULL)
    return TRUE;
  if (count_part (structure, KEY) != 1)
    return tw_spot_fail (spot, "tw.record", error, "needs one field with tw.kept = \"key\"");
  for (guint i = 0; count_part (structure, OF_CHANGES) > 0 && i < G_N_ELEMENTS (ways); i++)
    if (ways[i].part == OF_CHANGES && count (structure, ways[i].value) != 1)
      return tw_spot_fail (spot, "tw.record", error, "needs one field with tw.kept = \"%s\"", ways[i].value);
  return TRUE;
}
