/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-repeats.h"

#include <stdlib.h>
#include <string.h>

void
tw_repeats_init (TwRepeats *repeats, guint32 n)
{
  repeats->n = 0;
  repeats->elements = n <= TW_REPEATS_FEW ? repeats->few : g_new (TwElement, n);
}

void
tw_repeats_clear (TwRepeats *repeats)
{
  if (repeats->elements != repeats->few)
    g_free (repeats->elements);
  repeats->elements = NULL;
}

void
tw_repeats_add (TwRepeats *repeats, TwElement element)
{
  repeats->elements[repeats->n] = element;
  repeats->elements[repeats->n].index = repeats->n;
  repeats->n += 1;
}

static int
compare_values (const TwElement *a, const TwElement *b)
{
  if (a->integer != b->integer)
    return a->integer < b->integer ? -1 : 1;
  if (a->length != b->length)
    return a->length < b->length ? -1 : 1;
  return a->length == 0 ? 0 : memcmp (a->bytes, b->bytes, a->length);
}

/* Equal ones in the order in which they came. */
static int
compare (const void *first, const void *second)
{
  const TwElement *a = first, *b = second;
  int order = compare_values (a, b);

  return order != 0 ? order : a->index < b->index ? -1 : 1;
}

gboolean
tw_repeats_find (TwRepeats *repeats, guint32 *index)
{
  if (repeats->elements == repeats->few)
    {
      for (guint32 i = 1; i < repeats->n; i++)
        for (guint32 j = 0; j < i; j++)
          if (compare_values (&repeats->few[i], &repeats->few[j]) == 0)
            {
              *index = i;
              return TRUE;
            }
      return FALSE;
    }
  qsort (repeats->elements, repeats->n, sizeof *repeats->elements, compare);
  for (guint32 i = 1; i < repeats->n; i++)
    if (compare_values (&repeats->elements[i - 1], &repeats->elements[i]) == 0)
      {
        *index = repeats->elements[i].index;
        return TRUE;
      }
  return FALSE;
}
