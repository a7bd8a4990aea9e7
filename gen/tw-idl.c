/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-idl.h"

#include "tw-idl-resource.h"

#include <gio/gio.h>

TwSchema *
tw_idl_load (GError **error)
{
  static const char *const names[] = { "tasks", "accounts" };
  GBytes *documents[G_N_ELEMENTS (names)] = { NULL };
  TwSchema *schema = NULL;
  gboolean found = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (names) && found; i++)
    {
      g_autofree char *path = g_strdup_printf ("/taskwire/idl/%s.json", names[i]);

      documents[i] = g_resource_lookup_data (tw_idl_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
      found = documents[i] != NULL;
    }
  if (found)
    schema = tw_schema_load (documents, names, G_N_ELEMENTS (names), error);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_clear_pointer (&documents[i], g_bytes_unref);
  return schema;
}
