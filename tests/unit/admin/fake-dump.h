/* SPDX-License-Identifier: Apache-2.0 */

/* Dumps in memory, that fail and lie where a test wants them to. Two sections, "things" and "others", of records
 * (number: x, name: s). */

#pragma once

#include "tw-dump.h"

G_BEGIN_DECLS

#define FAKE_SECTIONS 2
#define FAKE_NEVER G_MAXUINT

typedef struct
{
  TwDump parent;
  GPtrArray *records[FAKE_SECTIONS];
  guint written;        /* records, in all sections */
  guint fails_after;    /* this many written: UNAVAILABLE; what fits of a batch is written */
  guint failures;       /* how often that happens; 0: always */
  gboolean arrives_late; /* the rest of the batch that failed is there before the next attempt */
  guint forgets;        /* the record with this number: says that it has written it, and has not */
  guint garbles;        /* the record with this number: writes another */
  guint grows_after;    /* this many read in things: there is one more */
  guint reads;          /* records, in things */

  GPtrArray *late; /* what is still to arrive, in this section */
  guint late_section;
} FakeDump;

/* Both sections get @n records. */
FakeDump *fake_dump_new (guint n);
void fake_dump_free (FakeDump *fake);

void fake_dump_add (FakeDump *fake, guint section, gint64 number, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeDump, fake_dump_free)

G_END_DECLS
