/* SPDX-License-Identifier: Apache-2.0 */

/* Which component a struct becomes. It bears the struct's own name; one that is in answers too is apart as
 * input, with "Input" behind its name. Each document brings its own copy of what it includes: copies that say the same
 * are one component, others get their document's name before theirs. */

#include "tw-openapi-private.h"

static void
gather_answered (GHashTable *answered, const TwType *type)
{
  if (type == NULL)
    return;
  gather_answered (answered, type->element);
  if (type->wire != TW_WIRE_STRUCT || !g_hash_table_add (answered, (gpointer) (guintptr) type->structure))
    return;
  for (guint i = 0; i < type->structure->n_fields; i++)
    gather_answered (answered, type->structure->fields[i].type);
}

void
tw_openapi_init (TwOpenApi *api, const TwSchema *schema)
{
  static const TwStruct problem = { .name = TW_OPENAPI_PROBLEM };

  *api = (TwOpenApi){ .schemas = json_object (), .responses = json_object (), .headers = json_object () };
  for (guint i = 0; i < G_N_ELEMENTS (api->names); i++)
    api->names[i] = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  api->owners = g_hash_table_new (g_str_hash, g_str_equal);
  api->answered = g_hash_table_new (NULL, NULL);
  g_hash_table_insert (api->owners, (gpointer) (guintptr) TW_OPENAPI_PROBLEM, (gpointer) (guintptr) &problem);
  json_object_set_new (api->schemas, TW_OPENAPI_PROBLEM, tw_openapi_problem ());
  for (guint i = 0; i < tw_schema_n_services (schema); i++)
    for (guint j = 0; j < tw_schema_service (schema, i)->n_methods; j++)
      if (tw_schema_service (schema, i)->methods[j].verb != NULL)
        gather_answered (api->answered, tw_schema_service (schema, i)->methods[j].returns);
}

void
tw_openapi_clear (TwOpenApi *api)
{
  json_decref (api->schemas);
  json_decref (api->responses);
  json_decref (api->headers);
  g_hash_table_unref (api->owners);
  g_hash_table_unref (api->answered);
  for (guint i = 0; i < G_N_ELEMENTS (api->names); i++)
    g_hash_table_unref (api->names[i]);
}

/* A struct's own schema, in which the structs that it refers to are called by their plain names; they are added to
 * @met. */
static json_t *
describe_alone (TwOpenApi *api, const TwStruct *structure, TwDirection direction, GPtrArray *met)
{
  json_t *schema;

  api->met = met;
  schema = tw_openapi_struct (api, structure, direction);
  api->met = NULL;
  return schema;
}

/* Whether two structs, and all that they refer to, say the same. */
static gboolean
is_same (TwOpenApi *api, const TwStruct *one, const TwStruct *other, TwDirection direction)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new ();
  g_autoptr (GPtrArray) right = g_ptr_array_new ();
  g_autoptr (GHashTable) compared = g_hash_table_new (NULL, NULL);

  g_ptr_array_add (left, (gpointer) (guintptr) one);
  g_ptr_array_add (right, (gpointer) (guintptr) other);
  for (guint i = 0; i < left->len; i++)
    {
      const TwStruct *a = g_ptr_array_index (left, i), *b = g_ptr_array_index (right, i);

      if (a == b || !g_hash_table_add (compared, (gpointer) (guintptr) a))
        continue;

      json_auto_t *described = describe_alone (api, a, direction, left);
      json_auto_t *again = describe_alone (api, b, direction, right);

      if (!json_equal (described, again) || left->len != right->len)
        return FALSE;
    }
  return TRUE;
}

/* Finds the name for @structure; *is_new tells whether its component is still to be made. */
static const char *
choose_name (TwOpenApi *api, const TwStruct *structure, TwDirection direction, gboolean *is_new)
{
  const char *suffix = direction == TW_OPENAPI_INPUT && g_hash_table_contains (api->answered, structure) ? "Input" : "";
  g_autofree char *name = g_strconcat (structure->name, suffix, NULL);
  const TwStruct *owner;

  for (guint attempt = 1; (owner = g_hash_table_lookup (api->owners, name)) != NULL; attempt++)
    {
      if (g_strcmp0 (g_hash_table_lookup (api->names[direction], owner), name) == 0
          && is_same (api, owner, structure, direction))
        break;
      g_free (name);
      name = attempt == 1 ? g_strconcat (api->document, ".", structure->name, suffix, NULL)
                          : g_strdup_printf ("%s.%s%s.%u", api->document, structure->name, suffix, attempt);
    }
  *is_new = owner == NULL;

  const char *chosen = name;

  g_hash_table_insert (api->names[direction], (gpointer) (guintptr) structure, g_steal_pointer (&name));
  if (*is_new)
    g_hash_table_insert (api->owners, (gpointer) (guintptr) chosen, (gpointer) (guintptr) structure);
  return chosen;
}

json_t *
tw_openapi_reference (TwOpenApi *api, const TwStruct *structure, TwDirection direction)
{
  const char *name = structure->name;
  g_autofree char *path = NULL;
  gboolean is_new = FALSE;

  if (api->met != NULL)
    g_ptr_array_add (api->met, (gpointer) (guintptr) structure);
  else
    {
      name = g_hash_table_lookup (api->names[direction], structure);
      if (name == NULL)
        name = choose_name (api, structure, direction, &is_new);
    }
  /* The name is known before its schema is made: a struct may refer to itself. */
  if (is_new)
    json_object_set_new (api->schemas, name, tw_openapi_struct (api, structure, direction));
  path = g_strconcat ("#/components/schemas/", name, NULL);
  return json_pack ("{s:s}", "$ref", path);
}
