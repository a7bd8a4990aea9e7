/* SPDX-License-Identifier: Apache-2.0 */

/* Headers whose text is not the value itself: lists of entity tags, and keys. */

#include "tw-binding.h"
#include "tw-etag.h"
#include "tw-limits.h"

#include <string.h>

#define NO_TAGS "must be * alone, or entity tags in quotes, parted by commas"
#define NO_KEY "must be printable ASCII, in quotes where it has a blank, a quote, a comma or a semicolon"

/* Bare keys have none of these: what joins two headers, or follows a string in quotes, is never part of one. */
#define NOT_BARE "\",;\\"

/* --- Entity tags. --- */

typedef struct
{
  GArray *tags; /* of TwEtag */
  guint others; /* beside them: tags that can't be that of anything */
  gboolean wrong;
} Tags;

/* Tags that are made of fields are never "*", which as an element stands for any; and text is UTF-8. */
static gboolean
can_be_met (const TwEtag *tag, TwForm form)
{
  return (form != TW_FORM_IF_MATCH || !tag->weak) && !(tag->length == 1 && tag->text[0] == '*')
         && g_utf8_validate (tag->text, (gssize) tag->length, NULL);
}

/* Reads one of the lines that the list may be spread over. */
static void
read_line (Tags *tags, TwForm form, const char *at, gsize left)
{
  TwEtagStep step;
  TwEtag tag;

  while ((step = tw_etag_step (&at, &left, &tag)) != TW_ETAG_END)
    if (step == TW_ETAG_WRONG)
      tags->wrong = TRUE;
    else if (tag.any || can_be_met (&tag, form))
      g_array_append_val (tags->tags, tag);
    else
      tags->others++;
}

static gboolean
is_list (const Tags *tags)
{
  const guint n = tags->tags->len + tags->others;

  for (guint i = 0; i < tags->tags->len; i++)
    if (g_array_index (tags->tags, TwEtag, i).any && n > 1)
      return FALSE;
  return !tags->wrong && n > 0;
}

static void
write_tags (TwBinding *binding, const TwField *field, const Tags *tags, const TwSpotIn *spot)
{
  char *too_many = tw_limits_check_count (field, tags->tags->len + tags->others);

  if (too_many != NULL)
    tw_binding_refuse_take (binding, spot, too_many);
  tw_writer_field (&binding->writer, TW_WIRE_LIST, field->id);
  tw_writer_list (&binding->writer, TW_WIRE_STRING, tags->tags->len);
  for (guint i = 0; i < tags->tags->len; i++)
    {
      const TwEtag *tag = &g_array_index (tags->tags, TwEtag, i);

      tw_writer_string (&binding->writer, tag->any ? "*" : tag->text, tag->any ? 1 : tag->length);
    }
}

static void
bind_tags (TwBinding *binding, const TwField *field, const TwSpotIn *spot)
{
  const TwRequestValues *values = binding->values;
  g_autoptr (GArray) found = NULL;
  Tags tags = { NULL, 0, FALSE };
  gsize length = 0;
  const char *line = values->nth_header (values->request, field->source_name, 0, &length);

  if (line == NULL)
    return;
  tags.tags = found = g_array_new (FALSE, FALSE, sizeof (TwEtag));
  for (guint n = 1; line != NULL; n++)
    {
      read_line (&tags, field->form, line, length);
      line = values->nth_header (values->request, field->source_name, n, &length);
    }
  if (is_list (&tags))
    write_tags (binding, field, &tags, spot);
  else
    tw_binding_refuse (binding, spot, NO_TAGS);
}

/* --- Keys. --- */

/* The text of a string in quotes (RFC 9651, section 4.2.5), which nothing follows; NULL where it is none. */
static char *
read_quoted (const char *text, gsize length)
{
  g_autoptr (GString) key = g_string_sized_new (length);

  for (gsize i = 1; i < length; i++)
    {
      if (text[i] == '"')
        return i + 1 == length ? g_string_free (g_steal_pointer (&key), FALSE) : NULL;
      if (text[i] == '\\' && (++i == length || (text[i] != '"' && text[i] != '\\')))
        return NULL;
      if (text[i] < ' ' || text[i] > '~')
        return NULL;
      g_string_append_c (key, text[i]);
    }
  return NULL;
}

static char *
read_bare (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (text[i]) || strchr (NOT_BARE, text[i]) != NULL)
      return NULL;
  return length > 0 ? g_strndup (text, length) : NULL;
}

static void
bind_key (TwBinding *binding, const TwStruct *structure, const TwField *field, const TwSpotIn *spot)
{
  const TwRequestValues *values = binding->values;
  gsize length = 0;
  const char *text = values->lookup (values->request, TW_SOURCE_HEADER, field->source_name, &length);
  g_autofree char *key = NULL;

  if (text == NULL)
    {
      if (field->presence == TW_REQUIRED && !structure->is_union)
        tw_binding_refuse (binding, spot, "is required");
      return;
    }
  binding->keyed = TRUE;
  key = length > 0 && text[0] == '"' ? read_quoted (text, length) : read_bare (text, length);
  if (values->is_repeated (values->request, TW_SOURCE_HEADER, field->source_name))
    tw_binding_refuse (binding, spot, TW_BINDING_REPEATED);
  else if (key == NULL)
    tw_binding_refuse (binding, spot, NO_KEY);
  else
    {
      tw_writer_field (&binding->writer, TW_WIRE_STRING, field->id);
      tw_bind_string (binding, field, key, strlen (key), spot);
    }
}

void
tw_bind_header (TwBinding *binding, const TwStruct *structure, const TwField *field, const TwSpotIn *spot)
{
  if (field->form == TW_FORM_KEY)
    bind_key (binding, structure, field, spot);
  else
    bind_tags (binding, field, spot);
}
