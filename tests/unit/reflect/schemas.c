/* SPDX-License-Identifier: Apache-2.0 */

#include "schemas.h"

#include <string.h>

TwSchema *
schema_from_idl (const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.json", g_getenv ("TW_TEST_IDL"), name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *text;
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (text, length);

  TwSchema *schema = tw_schema_load (&bytes, &name, 1, &error);

  g_assert_no_error (error);
  return schema;
}

TwSchema *
schema_from_document (const char *document, GError **error)
{
  const char *name = "t.json";
  g_autofree char *text = g_strdelimit (g_strdup (document), "'", '"');
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return tw_schema_load (&bytes, &name, 1, error);
}

TwSchema *
schema_from_words (const char *structs, const char *functions, GError **error)
{
  g_autofree char *document =
    g_strdup_printf ("{'name':'t','structs':[%s],'services':[{'name':'S','functions':[%s]}]}", structs, functions);

  return schema_from_document (document, error);
}

const TwStruct *
schema_find_arguments (const TwSchema *schema, const char *service, const char *method)
{
  const TwService *found = tw_schema_find_service (schema, service);

  return tw_service_find_method (found, method, strlen (method))->arguments;
}
