/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-preconditions.h"

#include "tw-error.h"

#include <string.h>

static TwRecordTexts
copy (const TwRecordTexts *texts)
{
  return (TwRecordTexts) { g_memdup2 (texts->bytes, texts->length), texts->length };
}

TwPreconditions
tw_preconditions_copy (const TwPreconditions *conditions)
{
  return (TwPreconditions) {
    .has_match = conditions->has_match,
    .has_none_match = conditions->has_none_match,
    .match = copy (&conditions->match),
    .none_match = copy (&conditions->none_match),
  };
}

void
tw_preconditions_clear (TwPreconditions *conditions)
{
  g_free ((gpointer) (guintptr) conditions->match.bytes);
  g_free ((gpointer) (guintptr) conditions->none_match.bytes);
}

static gboolean
has (const TwRecordTexts *tags, const char *tag)
{
  for (const char *one = NULL; (one = tw_record_texts_next (tags, one)) != NULL;)
    if (strcmp (one, "*") == 0 || strcmp (one, tag) == 0)
      return TRUE;
  return FALSE;
}

gboolean
tw_preconditions_check (const TwPreconditions *conditions, const char *tag, GError **error)
{
  if ((!conditions->has_match || has (&conditions->match, tag))
      && !(conditions->has_none_match && has (&conditions->none_match, tag)))
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_PRECONDITION, "It has been changed meanwhile: its tag is \"%s\" now", tag);
  return FALSE;
}
