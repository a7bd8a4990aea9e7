/* SPDX-License-Identifier: Apache-2.0 */

/* Finds an element that a set, or a key that a map, has twice.
 *
 * A few are compared each with each; many are sorted rather than hashed, so that no input makes it slow. Elements are
 * the same if their integers and bytes are; the bytes must stay where they are. Not thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const guint8 *bytes; /* may be NULL when there are none */
  guint32 length;
  guint32 index; /* set when it is added */
  gint64 integer;
} TwElement;

#define TW_REPEATS_FEW 16

typedef struct
{
  guint32 n;
  TwElement *elements; /* few, or allocated */
  TwElement few[TW_REPEATS_FEW];
} TwRepeats;

/* Room for @n elements. */
void tw_repeats_init (TwRepeats *repeats, guint32 n);
void tw_repeats_clear (TwRepeats *repeats);

/* At most as many as there is room for. */
void tw_repeats_add (TwRepeats *repeats, TwElement element);

/* Whether some element is there twice: *@index becomes the later one's. */
gboolean tw_repeats_find (TwRepeats *repeats, guint32 *index);

G_END_DECLS
