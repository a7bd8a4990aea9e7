/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-inputs.h"

#include <string.h>

gboolean
tw_inputs_is_spread (const TwField *argument)
{
  return argument->source == TW_SOURCE_BODY && argument->type->wire == TW_WIRE_STRUCT;
}

gboolean
tw_inputs_is_member (const TwField *field)
{
  return field->source == TW_SOURCE_BODY && !field->nulls;
}

const TwField *
tw_inputs_next (TwInputs *inputs)
{
  while (inputs->argument < inputs->arguments->n_fields)
    {
      const TwField *argument = &inputs->arguments->fields[inputs->argument];

      if (!tw_inputs_is_spread (argument))
        {
          inputs->argument += 1;
          return argument;
        }
      if (inputs->field < argument->type->structure->n_fields)
        return &argument->type->structure->fields[inputs->field++];
      inputs->argument += 1;
      inputs->field = 0;
    }
  return NULL;
}

char *
tw_inputs_name (const TwInputs *inputs, const TwField *field)
{
  /* Behind a plain argument the walk stands before the next one's fields. */
  if (inputs->field == 0)
    return g_strdup (field->name);
  return g_strdup_printf ("%s.%s", inputs->arguments->fields[inputs->argument].name, field->name);
}

const TwField *
tw_inputs_find (const TwMethod *method, TwSource source, const char *name)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (source == TW_SOURCE_BODY ? tw_inputs_is_member (field) && strcmp (field->json_name, name) == 0
                                 : field->source == source && strcmp (field->source_name, name) == 0)
      return field;
  return NULL;
}

gboolean
tw_inputs_take_cookie (const TwMethod *method)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (field->cookie != NULL)
      return TRUE;
  return FALSE;
}

const char *
tw_source_name (TwSource source)
{
  static const char *const NAMES[] = {
    [TW_SOURCE_BODY] = "body",     [TW_SOURCE_PATH] = "path",     [TW_SOURCE_QUERY] = "query",
    [TW_SOURCE_HEADER] = "header", [TW_SOURCE_COOKIE] = "cookie", [TW_SOURCE_CLAIM] = "claim",
    [TW_SOURCE_MADE] = "request",
    [TW_SOURCE_INTERNAL] = "internal",
  };

  return NAMES[source];
}
