/* SPDX-License-Identifier: Apache-2.0 */

/* Whether what a method takes or gives holds secrets: known once, so that the edge can keep its answers from whatever would
 * tell something of them, such as their length when they are compressed beside what a client sent. */

#include "tw-schema-private.h"

static gboolean holds_secret (const TwStruct *structure, GHashTable *seen);

static gboolean
is_secret (const TwType *type, GHashTable *seen)
{
  /* A map's keys are plain. */
  while (type->element != NULL)
    type = type->element;
  return type->structure != NULL && holds_secret (type->structure, seen);
}

static gboolean
holds_secret (const TwStruct *structure, GHashTable *seen)
{
  if (!g_hash_table_add (seen, (gpointer) (guintptr) structure))
    return FALSE;
  for (guint i = 0; i < structure->n_fields; i++)
    {
      const TwField *field = &structure->fields[i];

      if (field->secret || field->cookie != NULL || is_secret (field->type, seen))
        return TRUE;
    }
  return FALSE;
}

void
tw_secrets_find (TwMethod *method)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  method->confidential
      = method->issues_session || holds_secret (method->arguments, seen) || holds_secret (method->result, seen);
}
