/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-link.h"

#include <string.h>

/* What RFC 3986, section 3.3 and 3.4, lets stand in a segment, and in the name or value of a parameter, as it is; but
 * for what parts a list of links. Made anew from what was decoded, so that nothing a client sent can end the reference. */
#define IN_SEGMENT "!$&'()*+=:@"
#define IN_QUERY "!$'()*:@/"

static void
append_path (GString *header, const TwTarget *target)
{
  if (target->n_segments == 0)
    g_string_append_c (header, '/');
  for (guint i = 0; i < target->n_segments; i++)
    {
      g_string_append_c (header, '/');
      g_string_append_uri_escaped (header, target->segments[i], IN_SEGMENT, FALSE);
    }
}

static void
append_parameter (GString *header, char before, const char *name, const char *value)
{
  g_string_append_c (header, before);
  g_string_append_uri_escaped (header, name, IN_QUERY, FALSE);
  g_string_append_c (header, '=');
  g_string_append_uri_escaped (header, value, IN_QUERY, FALSE);
}

void
tw_link_append (GString *header, const TwTarget *target, const TwLink *link, const char *value)
{
  gboolean placed = FALSE;

  g_string_append (header, header->len == 0 ? "<" : ", <");
  append_path (header, target);
  for (guint i = 0; i < target->n_parameters; i++)
    {
      const gboolean its = strcmp (target->names[i], link->parameter) == 0;

      append_parameter (header, i == 0 ? '?' : '&', target->names[i], its ? value : target->values[i]);
      placed = placed || its;
    }
  if (!placed)
    append_parameter (header, target->n_parameters == 0 ? '?' : '&', link->parameter, value);
  g_string_append (header, ">; rel=\"");
  g_string_append (header, link->relation);
  g_string_append_c (header, '"');
}
