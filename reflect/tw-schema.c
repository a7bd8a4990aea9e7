/* SPDX-License-Identifier: Apache-2.0 */

/* A loaded schema: who owns its parts, and how they are found. tw-schema-load.c makes it. */

#include "tw-schema-private.h"

#include <string.h>

gpointer
tw_schema_alloc (TwSchema *schema, gsize n, gsize size)
{
  gpointer block = g_malloc0_n (MAX (n, 1), size);

  g_ptr_array_add (schema->blocks, block);
  return block;
}

char *
tw_schema_string (TwSchema *schema, const char *text)
{
  return g_string_chunk_insert_const (schema->strings, text);
}

TwSchema *
tw_schema_ref (TwSchema *schema)
{
  g_atomic_ref_count_inc (&schema->references);
  return schema;
}

void
tw_schema_unref (TwSchema *schema)
{
  if (schema == NULL || !g_atomic_ref_count_dec (&schema->references))
    return;
  g_ptr_array_unref (schema->services);
  g_ptr_array_unref (schema->regexes);
  g_ptr_array_unref (schema->blocks);
  g_string_chunk_free (schema->strings);
  g_free (schema);
}

guint
tw_schema_n_services (const TwSchema *schema)
{
  return schema->services->len;
}

const TwService *
tw_schema_service (const TwSchema *schema, guint i)
{
  g_return_val_if_fail (i < schema->services->len, NULL);
  return g_ptr_array_index (schema->services, i);
}

const TwService *
tw_schema_find_service (const TwSchema *schema, const char *name)
{
  for (guint i = 0; i < schema->services->len; i++)
    {
      const TwService *service = g_ptr_array_index (schema->services, i);

      if (strcmp (service->name, name) == 0)
        return service;
    }
  return NULL;
}

/* Orders a NUL-terminated name against one with a length. */
static int
compare_name (const char *name, const char *wanted, gsize length)
{
  int order = strncmp (name, wanted, length);

  return order != 0 ? order : name[length] != '\0';
}

const TwMethod *
tw_service_find_method (const TwService *service, const char *name, gsize name_length)
{
  const TwServiceEntry *entry = (const TwServiceEntry *) service;
  guint low = 0, high = service->n_methods;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const TwMethod *method = entry->by_name[middle];
      int order = compare_name (method->name, name, name_length);

      if (order == 0)
        return method;
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

const TwMethod *
tw_service_find_role (const TwService *service, TwRole role)
{
  for (guint i = 0; i < service->n_methods; i++)
    if (service->methods[i].role == role)
      return &service->methods[i];
  return NULL;
}

const TwField *
tw_struct_find_name (const TwStruct *structure, const char *name, gsize length)
{
  for (guint i = 0; i < structure->n_fields; i++)
    if (strlen (structure->fields[i].name) == length && memcmp (structure->fields[i].name, name, length) == 0)
      return &structure->fields[i];
  return NULL;
}

const TwField *
tw_struct_find_field (const TwStruct *structure, gint16 id)
{
  guint low = 0, high = structure->n_fields;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (structure->fields[middle].id == id)
        return &structure->fields[middle];
      if (structure->fields[middle].id < id)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}
