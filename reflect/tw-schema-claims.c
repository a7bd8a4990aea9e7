/* SPDX-License-Identifier: Apache-2.0 */

/* What a method takes from the caller's token: known once, so that a token can be judged before the rest of a request
 * is there. */

#include "tw-schema-private.h"

#include <string.h>

static void
gather (const TwStruct *structure, GPtrArray *found, GHashTable *seen)
{
  if (!g_hash_table_add (seen, (gpointer) (guintptr) structure))
    return;
  for (guint i = 0; i < structure->n_fields; i++)
    {
      const TwField *field = &structure->fields[i];
      const TwType *type = field->type;

      if (field->source == TW_SOURCE_CLAIM)
        g_ptr_array_add (found, (gpointer) (guintptr) field);
      while (type->element != NULL)
        type = type->element;
      if (type->structure != NULL)
        gather (type->structure, found, seen);
    }
}

void
tw_claims_gather (TwSchema *schema, TwMethod *method)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  const TwField **claims;

  gather (method->arguments, found, seen);
  claims = tw_schema_new (schema, const TwField *, found->len);
  if (found->len > 0)
    memcpy (claims, found->pdata, found->len * sizeof *claims);
  method->n_claims = found->len;
  method->claims = claims;
}
