/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-former.h"

#include <string.h>

/* The text of the @i-th such field; "" where there is none. */
static const char *
text_of (const TwRecordType *type, gconstpointer record, guint i)
{
  const guint field = type->former[i];
  const char *text = (*tw_record_has (record) & TW_RECORD_BIT (field)) != 0 ? *tw_record_text (type, record, field)
                                                                             : NULL;

  return text != NULL ? text : "";
}

static gboolean
is_other (const TwRecordType *type, gconstpointer before, gconstpointer after)
{
  gboolean other = after == NULL;

  for (guint i = 0; !other && i < type->n_former; i++)
    other = strcmp (text_of (type, before, i), text_of (type, after, i)) != 0;
  return other;
}

GBytes *
tw_commit_former (const TwRecordType *type, gconstpointer before, gconstpointer after)
{
  GByteArray *bytes;

  if (type->n_former == 0 || before == NULL || !is_other (type, before, after))
    return NULL;
  bytes = g_byte_array_new ();
  for (guint i = 0; i < type->n_former; i++)
    {
      const char *text = text_of (type, before, i);

      g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text) + 1);
    }
  return g_byte_array_free_to_bytes (bytes);
}

void
tw_commit_former_read (gconstpointer bytes, gsize n, TwCommitEntry *entry)
{
  const char *text = bytes, *end = text + n;

  entry->has_former = n > 0;
  for (guint i = 0; i < TW_RECORD_FORMER_MAX; i++)
    {
      const char *nul = text != NULL ? memchr (text, 0, (gsize) (end - text)) : NULL;

      entry->former[i] = nul != NULL && nul > text ? text : NULL;
      text = nul != NULL ? nul + 1 : NULL;
    }
}
