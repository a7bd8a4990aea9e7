/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-link.h"

#include <string.h>

/* What RFC 3986, sections 2.3, 3.3 and 3.4, lets stand in a segment, and in the name or value of a parameter, as it is,
 * beside letters and digits; but for what parts a list of links. Made anew from what was decoded, so that nothing a client
 * sent can end the reference. */
#define IN_SEGMENT "-._~!$&'()*+=:@"
#define IN_QUERY "-._~!$'()*:@/"

/* By runs: most of what comes needs no escape, and each page has a link. */
static void
append_escaped (GString *header, const char *text, const char *plain)
{
  static const char digits[] = "0123456789ABCDEF";

  while (*text != '\0')
    {
      const char *end = text;

      while (g_ascii_isalnum (*end) || (*end != '\0' && strchr (plain, *end) != NULL))
        end++;
      g_string_append_len (header, text, end - text);
      text = end;
      if (*text != '\0')
        {
          const guint8 byte = (guint8) *text++;
          const char escape[] = { '%', digits[byte >> 4], digits[byte & 15] };

          g_string_append_len (header, escape, sizeof escape);
        }
    }
}

static void
append_path (GString *header, const TwTarget *target)
{
  if (target->n_segments == 0)
    g_string_append_c (header, '/');
  for (guint i = 0; i < target->n_segments; i++)
    {
      g_string_append_c (header, '/');
      append_escaped (header, target->segments[i], IN_SEGMENT);
    }
}

static void
append_parameter (GString *header, char before, const char *name, const char *value)
{
  g_string_append_c (header, before);
  append_escaped (header, name, IN_QUERY);
  g_string_append_c (header, '=');
  append_escaped (header, value, IN_QUERY);
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
