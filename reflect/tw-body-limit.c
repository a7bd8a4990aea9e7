/* SPDX-License-Identifier: Apache-2.0 */

/* How long a JSON body can be that keeps every limit: the sum of what each member can take at most, written in the
 * longest way that JSON has. A body beyond it breaks some limit, so it can be refused before it is read. */

#include "tw-inputs.h"
#include "tw-limits.h"
#include "tw-schema-private.h"

#include <string.h>

/* Where a limit is open, and for the bodies of methods that leave one open. */
#define OPEN_BODY 65536

/* A call on the wire is no longer than this, whatever the limits would add up to. */
#define MAX_BODY (1024 * 1024)

#define UNBOUNDED G_MAXUINT64

/* White space is free in JSON: what people's pretty-printers take, per value and once. */
#define VALUE_SLACK 64
#define BODY_SLACK 1024

/* "\u0000" for each byte, or "\ud83d\ude00" for a character beyond 16 bits: 6 for one byte, 12 for one character. */
#define ESCAPED_BYTE 6
#define ESCAPED_CHARACTER 12

/* More digits than any number needs, also written with an exponent. */
#define NUMBER 64

static guint64 type_limit (const TwType *type, guint depth);
static guint64 value_limit (const TwField *field, guint depth);

/* Sums and products that stay UNBOUNDED; everything beyond MAX_BODY is the same to us. */
static guint64
add (guint64 a, guint64 b)
{
  return a > MAX_BODY || b > MAX_BODY ? MAX (a, b) : a + b;
}

static guint64
times (guint64 n, guint64 size)
{
  if (size == UNBOUNDED)
    return n == 0 ? 0 : UNBOUNDED;
  return n > MAX_BODY || size > MAX_BODY ? MAX_BODY + 1 : n * size;
}

static guint64
text_limit (const TwField *field)
{
  guint64 character = field->composed ? 4 * ESCAPED_CHARACTER : ESCAPED_CHARACTER;
  guint64 by_characters = field->has_max_size ? times (field->max_size, character) : UNBOUNDED;
  guint64 by_bytes = field->has_max_bytes ? times (field->max_bytes, ESCAPED_BYTE) : UNBOUNDED;
  guint64 by_format = field->format != 0 ? times (TW_LIMITS_MAX_TIME, ESCAPED_BYTE) : UNBOUNDED;
  guint64 by_set = field->in != NULL ? 0 : UNBOUNDED;

  for (char **name = field->in; name != NULL && *name != NULL; name++)
    by_set = MAX (by_set, times (strlen (*name), ESCAPED_BYTE));
  return MIN (MIN (by_set, by_format), MIN (by_characters, by_bytes));
}

static guint64
container_limit (const TwField *field, guint depth)
{
  guint64 element = field->elements != NULL ? value_limit (field->elements, depth + 1)
                                            : type_limit (field->type->element, depth + 1);

  if (field->type->key != NULL)
    element = add (element, type_limit (field->type->key, depth + 1));
  return field->has_max_size ? times (field->max_size, element) : UNBOUNDED;
}

static guint64
value_limit (const TwField *field, guint depth)
{
  switch (field->type->wire)
    {
    case TW_WIRE_STRING:
      if (!field->type->binary)
        return add (text_limit (field), VALUE_SLACK);
      /* base64, each of whose characters may be escaped too */
      return field->has_max_size ? add (times ((field->max_size + 2) / 3 * 4, ESCAPED_BYTE), VALUE_SLACK) : UNBOUNDED;
    case TW_WIRE_LIST:
    case TW_WIRE_SET:
    case TW_WIRE_MAP:
      return add (container_limit (field, depth), VALUE_SLACK);
    case TW_WIRE_STOP:
    case TW_WIRE_BOOL:
    case TW_WIRE_BYTE:
    case TW_WIRE_DOUBLE:
    case TW_WIRE_I16:
    case TW_WIRE_I32:
    case TW_WIRE_I64:
    case TW_WIRE_STRUCT:
    default:
      return type_limit (field->type, depth);
    }
}

/* A member of an object, or nothing where the value comes from elsewhere. */
static guint64
member_limit (const TwField *field, guint depth)
{
  if (field->source != TW_SOURCE_BODY || field->nulls)
    return 0;
  return add (times (strlen (field->json_name), ESCAPED_BYTE), add (value_limit (field, depth), VALUE_SLACK));
}

static guint64
structure_limit (const TwStruct *structure, guint depth)
{
  guint64 sum = VALUE_SLACK;

  for (guint i = 0; i < structure->n_fields && sum != UNBOUNDED; i++)
    sum = add (sum, member_limit (&structure->fields[i], depth));
  return sum;
}

/* A value without limits of its own: an element, or one whose type bounds it. Deeper than the wire goes is open, so
 * that a struct that contains itself ends. */
static guint64
type_limit (const TwType *type, guint depth)
{
  if (depth > TW_SCHEMA_MAX_DEPTH)
    return UNBOUNDED;
  if (type->wire < TW_WIRE_STRING)
    return NUMBER + VALUE_SLACK;
  if (type->structure != NULL)
    return structure_limit (type->structure, depth + 1);
  return UNBOUNDED;
}

gboolean
tw_method_takes_body (const TwMethod *method)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  while (method->verb != NULL && (field = tw_inputs_next (&inputs)) != NULL)
    if (field->source == TW_SOURCE_BODY)
      return TRUE;
  return FALSE;
}

gsize
tw_method_max_body (const TwMethod *method)
{
  return method->verb != NULL ? method->max_body : 0;
}

gsize
tw_body_limit (const TwMethod *method)
{
  guint64 sum = BODY_SLACK;

  if (!tw_method_takes_body (method))
    return 0;
  for (guint i = 0; i < method->arguments->n_fields; i++)
    {
      const TwField *argument = &method->arguments->fields[i];

      sum = add (sum, argument->type->structure != NULL ? structure_limit (argument->type->structure, 1)
                                                        : member_limit (argument, 1));
    }
  return sum == UNBOUNDED ? OPEN_BODY : (gsize) MIN (sum, MAX_BODY);
}
