/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-declared-exception.h"

#include "tw-error.h"

#include <string.h>

static gboolean
has_status (const TwStruct *structure)
{
  for (guint i = 0; i < structure->n_fields; i++)
    if (structure->fields[i].error_role == TW_ERROR_ROLE_STATUS)
      return TRUE;
  return FALSE;
}

const TwField *
tw_declared_exception_find (const TwMethod *method)
{
  const TwStruct *result = method->result;

  for (guint i = 0; i < result->n_fields; i++)
    {
      const TwField *field = &result->fields[i];

      if (field->id != 0 && field->type->structure != NULL && has_status (field->type->structure))
        return field;
    }
  return NULL;
}

static void
write_integer (TwWriter *writer, TwWireType wire, int value)
{
  if (wire == TW_WIRE_BYTE)
    tw_writer_byte (writer, (gint8) CLAMP (value, G_MININT8, G_MAXINT8));
  else if (wire == TW_WIRE_I16)
    tw_writer_i16 (writer, (gint16) value);
  else if (wire == TW_WIRE_I32)
    tw_writer_i32 (writer, value);
  else
    tw_writer_i64 (writer, value);
}

static void write_nothing (TwWriter *writer, const TwType *type, guint depth);

static void
write_required_fields (TwWriter *writer, const TwStruct *structure, guint depth)
{
  tw_writer_struct_begin (writer);
  /* A struct that requires itself can't be written by anyone: what is too deep stays empty. */
  for (guint i = 0; i < structure->n_fields && depth < TW_WIRE_MAX_DEPTH; i++)
    {
      const TwField *field = &structure->fields[i];

      if (field->presence == TW_REQUIRED)
        {
          tw_writer_field (writer, field->type->wire, field->id);
          write_nothing (writer, field->type, depth);
        }
    }
  tw_writer_struct_end (writer);
}

/* The empty or zero value of @type. */
static void
write_nothing (TwWriter *writer, const TwType *type, guint depth)
{
  switch (type->wire)
    {
    case TW_WIRE_BOOL:
      tw_writer_bool (writer, FALSE);
      break;
    case TW_WIRE_BYTE:
    case TW_WIRE_I16:
    case TW_WIRE_I32:
    case TW_WIRE_I64:
      write_integer (writer, type->wire, 0);
      break;
    case TW_WIRE_DOUBLE:
      tw_writer_double (writer, 0.0);
      break;
    case TW_WIRE_STRING:
      tw_writer_string (writer, "", 0);
      break;
    case TW_WIRE_STRUCT:
      write_required_fields (writer, type->structure, depth + 1);
      break;
    case TW_WIRE_MAP:
      tw_writer_map (writer, type->key->wire, type->element->wire, 0);
      break;
    case TW_WIRE_SET:
      tw_writer_set (writer, type->element->wire, 0);
      break;
    case TW_WIRE_LIST:
      tw_writer_list (writer, type->element->wire, 0);
      break;
    case TW_WIRE_STOP:
    default:
      g_assert_not_reached ();
    }
}

/* What a field of an exception says of @failure; NULL: nothing. */
static const char *
text_of (const TwField *field, const GError *failure)
{
  if (field->error_role == TW_ERROR_ROLE_DETAIL)
    return tw_error_public_message (failure);
  if (field->error_role == TW_ERROR_ROLE_TYPE)
    return tw_error_type (failure);
  return field->error_role == TW_ERROR_ROLE_LOCATION ? tw_error_location (failure) : NULL;
}

void
tw_declared_exception_write (TwWriter *writer, const TwField *exception, const GError *failure)
{
  const TwStruct *structure = exception->type->structure;

  tw_writer_field (writer, TW_WIRE_STRUCT, exception->id);
  tw_writer_struct_begin (writer);
  for (guint i = 0; i < structure->n_fields; i++)
    {
      const TwField *field = &structure->fields[i];
      const gboolean is_status = field->error_role == TW_ERROR_ROLE_STATUS;
      const char *text = text_of (field, failure);

      if (!is_status && text == NULL && field->presence != TW_REQUIRED)
        continue;
      tw_writer_field (writer, field->type->wire, field->id);
      if (is_status)
        write_integer (writer, field->type->wire, tw_error_status (failure));
      else if (text != NULL)
        tw_writer_string (writer, text, strlen (text));
      else
        write_nothing (writer, field->type, 2);
    }
  tw_writer_struct_end (writer);
}
