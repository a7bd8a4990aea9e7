/* SPDX-License-Identifier: Apache-2.0 */

/* Links from one part of a long answer to another: what tw.link says, and that a request can say it. */

#include "tw-annotation.h"
#include "tw-inputs.h"

#include <string.h>

#define QUERY "query="

/* Those of https://www.iana.org/assignments/link-relations that parts of a list have. */
static const char *const relations[] = { "next", "prev", "first", "last", NULL };
G_STATIC_ASSERT (G_N_ELEMENTS (relations) - 1 == TW_MAX_LINKS);

/* "next; query=after" */
gboolean
tw_decode_link (TwReading *reading, GError **error)
{
  TwLink *link = tw_schema_new (reading->schema, TwLink, 1);
  g_auto (GStrv) parts = g_strsplit (reading->value, ";", 2);
  const char *query = parts[0] != NULL && parts[1] != NULL ? g_strstrip (parts[1]) : "";

  if (parts[0] == NULL || !g_strv_contains (relations, parts[0]))
    return TW_READING_FAIL (reading, error, "must begin with \"next\", \"prev\", \"first\" or \"last\"");
  if (!g_str_has_prefix (query, QUERY) || query[strlen (QUERY)] == '\0')
    return TW_READING_FAIL (reading, error, "must say after a semicolon which parameter it is: query=…");
  link->relation = tw_schema_string (reading->schema, parts[0]);
  link->parameter = tw_schema_string (reading->schema, query + strlen (QUERY));
  reading->field->link = link;
  return TRUE;
}

gboolean
tw_links_check (const TwSpot *spot, TwMethod *method, GError **error)
{
  const TwStruct *reply = method->returns != NULL ? method->returns->structure : NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  /* What is no GET has nothing that could be followed. */
  if (method->verb == NULL || strcmp (method->verb, "GET") != 0)
    return TRUE;
  for (guint i = 0; reply != NULL && i < reply->n_fields; i++)
    {
      const TwLink *link = reply->fields[i].link;

      if (link == NULL)
        continue;
      if (tw_inputs_find (method, TW_SOURCE_QUERY, link->parameter) == NULL)
        return tw_spot_fail (spot, "tw.link", error, "%s.%s needs an argument or field with api.query=\"%s\"", reply->name,
                             reply->fields[i].name, link->parameter);
      if (!g_hash_table_add (seen, (gpointer) (guintptr) link->relation))
        return tw_spot_fail (spot, "tw.link", error, "%s has \"%s\" more than once", reply->name, link->relation);
      method->links = TRUE;
    }
  return TRUE;
}
