/* SPDX-License-Identifier: Apache-2.0 */

/* Scalars as text carries them: numbers and bools are their JSON text (RFC 8259, section 6), nothing else is, so that
 * no two readers can take one text for two values. */

#include "tw-binding.h"
#include "tw-number.h"

#include <math.h>
#include <string.h>

/* Longer than nearly any number: it is copied to the stack to be read. */
#define MAX_NUMBER 64

/* Zero, for what was refused. */
static void
refuse_integer (TwBinding *binding, const TwField *field, const char *detail, const TwSpotIn *spot)
{
  tw_binding_refuse (binding, spot, detail);
  tw_bind_integer (binding, &(TwField){ .type = field->type }, 0, spot);
}

static void
bind_integer (TwBinding *binding, const TwField *field, const char *text, gsize length, const TwSpotIn *spot)
{
  gint64 value = 0;

  switch (tw_number_read (text, length, &value))
    {
    case TW_NUMBER_WHOLE:
      tw_bind_integer (binding, field, value, spot);
      return;
    case TW_NUMBER_TOO_LARGE:
      refuse_integer (binding, field, TW_BINDING_TOO_LARGE, spot);
      return;
    case TW_NUMBER_NONE:
    case TW_NUMBER_FRACTIONAL:
    default:
      refuse_integer (binding, field, TW_BINDING_NOT_WHOLE, spot);
    }
}

static double
read_real (const char *text, gsize length)
{
  char copy[MAX_NUMBER];
  g_autofree char *long_copy = NULL;
  gint64 value;

  if (tw_number_read (text, length, &value) == TW_NUMBER_NONE)
    return NAN;
  if (length >= sizeof copy)
    {
      long_copy = g_strndup (text, length);
      return g_ascii_strtod (long_copy, NULL);
    }
  memcpy (copy, text, length);
  copy[length] = '\0';
  return g_ascii_strtod (copy, NULL);
}

static void
bind_real (TwBinding *binding, const TwField *field, const char *text, gsize length, const TwSpotIn *spot)
{
  double value = read_real (text, length);

  if (isfinite (value))
    {
      tw_bind_real (binding, field, value, spot);
      return;
    }
  tw_binding_refuse (binding, spot, "must be a number");
  tw_writer_double (&binding->writer, 0);
}

static void
bind_bool (TwBinding *binding, const char *text, gsize length, const TwSpotIn *spot)
{
  gboolean is_true = length == 4 && memcmp (text, "true", 4) == 0;
  gboolean is_false = length == 5 && memcmp (text, "false", 5) == 0;

  if (!is_true && !is_false)
    tw_binding_refuse (binding, spot, "must be true or false");
  tw_writer_bool (&binding->writer, is_true);
}

void
tw_bind_text (TwBinding *binding, const TwField *field, const char *text, gsize length, const TwSpotIn *spot)
{
  switch (field->type->wire)
    {
    case TW_WIRE_BOOL:
      bind_bool (binding, text, length, spot);
      return;
    case TW_WIRE_BYTE:
    case TW_WIRE_I16:
    case TW_WIRE_I32:
    case TW_WIRE_I64:
      bind_integer (binding, field, text, length, spot);
      return;
    case TW_WIRE_DOUBLE:
      bind_real (binding, field, text, length, spot);
      return;
    case TW_WIRE_STRING:
      tw_bind_string (binding, field, text, length, spot);
      return;
    case TW_WIRE_STOP:
    case TW_WIRE_STRUCT:
    case TW_WIRE_MAP:
    case TW_WIRE_SET:
    case TW_WIRE_LIST:
    default:
      /* The loader lets only scalars come from text. */
      g_assert_not_reached ();
    }
}

void
tw_bind_key (TwBinding *binding, const TwField *key, const char *text, const TwSpotIn *spot)
{
  gsize length = strlen (text);

  if (key->type->wire == TW_WIRE_STRING || tw_number_is_plain (text, length))
    tw_bind_text (binding, key, text, length, spot);
  else
    refuse_integer (binding, key, TW_BINDING_NOT_WHOLE, spot);
}
