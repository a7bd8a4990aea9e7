/* SPDX-License-Identifier: Apache-2.0 */

/* A struct's fields, each from where it comes: the member of a JSON object, or what the request carries outside of
 * its body. */

#include "tw-binding.h"
#include "tw-inputs.h"
#include "tw-limits.h"

#include <string.h>

static gboolean
is_needed (const TwStruct *structure, const TwField *field)
{
  return field->presence == TW_REQUIRED && !structure->is_union;
}

/* Query parameters are gone through as a whole, a path has each of its own once. */
static gboolean
is_repeated (const TwRequestValues *values, TwSource from, const char *name)
{
  return (from == TW_SOURCE_HEADER || from == TW_SOURCE_COOKIE) && values->is_repeated (values->request, from, name);
}

/* A field that path, query, header, cookie or claim carry as @name. */
static void
bind_outside (TwBinding *binding, const TwStruct *structure, const TwField *field, TwSource from, const char *name)
{
  const TwSpotIn source = { NULL, tw_source_name (from), 0 };
  const TwSpotIn spot = { &source, name, 0 };
  const TwRequestValues *values = binding->values;
  gsize length = 0;
  const char *text;

  if (field->form != TW_FORM_PLAIN)
    {
      tw_bind_header (binding, structure, field, &spot);
      return;
    }
  text = values->lookup (values->request, from, name, &length);
  if (text != NULL && is_repeated (values, from, name))
    tw_binding_refuse (binding, &spot, TW_BINDING_REPEATED);
  else if (text != NULL)
    {
      tw_writer_field (&binding->writer, field->type->wire, field->id);
      tw_bind_text (binding, field, text, length, &spot);
    }
  else if (is_needed (structure, field))
    tw_binding_refuse (binding, &spot, "is required");
}

/* Leaves room for what is made of all arguments, once they are there. */
static void
bind_fingerprint (TwBinding *binding, const TwField *field)
{
  static const guint8 room[TW_FINGERPRINT_SIZE] = { 0 };

  if (!binding->keyed)
    return;
  tw_writer_field (&binding->writer, field->type->wire, field->id);
  tw_writer_string (&binding->writer, room, sizeof room);
  binding->fingerprint_at = binding->writer.out->len - sizeof room;
}

/* Whether a null in @field's place asks for it to be cleared. */
static gboolean
is_cleared (const TwBinding *binding, const TwField *field, const json_t *object, gboolean outer)
{
  if (field->nulls || field->never_null || field->source == TW_SOURCE_MADE || field->presence == TW_REQUIRED)
    return FALSE;
  if (binding->values != NULL && (field->source == TW_SOURCE_CLAIM || (outer && field->source != TW_SOURCE_BODY)))
    return FALSE;
  return json_is_null (json_object_get (object, field->json_name));
}

/* Adds to @names those that @object sets to null; FALSE if one of them was refused. */
static gboolean
gather_nulls (TwBinding *binding, const TwStruct *structure, const TwField *nulls, const json_t *object,
              const TwSpotIn *spot, gboolean outer, json_t *names)
{
  gboolean all_good = TRUE;

  for (guint i = 0; i < structure->n_fields; i++)
    {
      const TwField *field = &structure->fields[i];
      g_autofree char *too_many = NULL;

      if (!is_cleared (binding, field, object, outer))
        continue;
      json_array_append_new (names, json_string (field->name));
      too_many = tw_limits_check_count (nulls, json_array_size (names));
      if (too_many == NULL)
        continue;
      tw_binding_refuse (binding, &(TwSpotIn){ spot, field->json_name, 0 }, "must not be null");
      all_good = FALSE;
    }
  return all_good;
}

/* The set of the names that are null in @object, and, where there is no request, of those that are given in it. */
static gsize
bind_nulls (TwBinding *binding, const TwStruct *structure, const TwField *nulls, const json_t *object,
            const TwSpotIn *spot, guint depth, gboolean outer)
{
  const TwSpotIn at = { spot, nulls->json_name, 0 };
  json_t *given = binding->values == NULL ? json_object_get (object, nulls->json_name) : NULL;
  json_auto_t *names = json_is_array (given) ? json_copy (given) : json_array ();
  gboolean all_good = gather_nulls (binding, structure, nulls, object, spot, outer, names);

  if (given != NULL && !json_is_array (given) && !json_is_null (given))
    tw_binding_refuse (binding, &at, "must be an array");
  if (all_good && (json_is_array (given) || json_array_size (names) > 0))
    {
      tw_writer_field (&binding->writer, nulls->type->wire, nulls->id);
      tw_bind_value (binding, nulls, names, &at, depth);
    }
  return given != NULL ? 1 : 0;
}

gsize
tw_bind_field (TwBinding *binding, const TwStruct *structure, const TwField *field, const json_t *object,
               const TwSpotIn *spot, guint depth, gboolean outer)
{
  const TwSpotIn at = { spot, field->json_name, 0 };
  const json_t *value;

  if (field->source == TW_SOURCE_MADE)
    {
      bind_fingerprint (binding, field);
      return 0;
    }
  if (binding->values != NULL && (field->source == TW_SOURCE_CLAIM || (outer && field->source != TW_SOURCE_BODY)))
    {
      bind_outside (binding, structure, field, field->source, field->source_name);
      return 0;
    }
  if (field->nulls)
    return bind_nulls (binding, structure, field, object, spot, depth, outer);

  value = json_object_get (object, field->json_name);
  if (field->never_null && json_is_null (value))
    tw_binding_refuse (binding, &at, "must not be null");
  else if (value != NULL && (structure->is_union || !json_is_null (value)))
    {
      binding->keyed = binding->keyed || field->form == TW_FORM_KEY;
      tw_writer_field (&binding->writer, field->type->wire, field->id);
      tw_bind_value (binding, field, value, &at, depth);
    }
  else if (field->cookie != NULL && outer && binding->values != NULL && binding->values->cookies
           && !binding->body_unusable)
    bind_outside (binding, structure, field, TW_SOURCE_COOKIE, field->cookie->name);
  else if (is_needed (structure, field) && !binding->body_unusable)
    tw_binding_refuse (binding, &at, "is required");
  return value != NULL ? 1 : 0;
}

gsize
tw_bind_struct (TwBinding *binding, const TwStruct *structure, const json_t *object, const TwSpotIn *spot, guint depth,
                gboolean outer)
{
  const gsize n = json_object_size (object);
  gsize known = 0;

  tw_writer_struct_begin (&binding->writer);
  for (guint i = 0; i < structure->n_fields; i++)
    {
      const TwField *field = &structure->fields[i];
      /* Most objects have few members: once all are known no other is looked for. */
      const gboolean may_be_there = known < n || field->nulls;

      known += tw_bind_field (binding, structure, field, may_be_there ? object : NULL, spot, depth, outer);
    }
  tw_writer_struct_end (&binding->writer);

  if (structure->is_union && known != 1 && !binding->body_unusable)
    tw_binding_refuse (binding, spot, "must have exactly one member");
  return known;
}

const TwField *
tw_bind_find_member (const void *structure, const char *name)
{
  const TwStruct *owner = structure;

  for (guint i = 0; i < owner->n_fields; i++)
    if (strcmp (owner->fields[i].json_name, name) == 0)
      return &owner->fields[i];
  return NULL;
}

void
tw_bind_refuse_unknown (TwBinding *binding, const json_t *object, const TwSpotIn *spot, TwFindMember find,
                        const void *owner)
{
  const char *name;
  json_t *member;

  json_object_foreach (tw_json_iterable (object), name, member)
    {
      const TwField *field = find (owner, name);
      const TwSpotIn at = { spot, name, 0 };

      if (field == NULL || field->source == TW_SOURCE_MADE || (field->nulls && binding->values != NULL))
        tw_binding_refuse (binding, &at, TW_BINDING_UNKNOWN);
      else if (field->source == TW_SOURCE_CLAIM && binding->values != NULL)
        tw_binding_refuse (binding, &at, TW_BINDING_CLAIM_SENT);
    }
}
