/* SPDX-License-Identifier: Apache-2.0 */

/* What a store keeps, as a stream of records that can be written into another store: for moving data, not for serving
 * it. One end is a database that is read or filled. Both stores of a service have the same sections with the same
 * records, in the same order, so that what was moved can be compared byte for byte.
 *
 * A record is a GVariant of the section's type (little-endian, normal form). Within a section records ascend by their
 * key, which is what of the record is unique. Not thread-safe; every function may block.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwDump TwDump;

typedef enum
{
  TW_DUMP_SOURCE, /* opened read-only */
  TW_DUMP_TARGET, /* must be empty, or what an earlier attempt left: anything else is refused, and left as it is */
} TwDumpRole;

/* One kind of record. */
typedef struct
{
  const char *name; /* for people: "tasks" */
  const char *type; /* of a record: a GVariant type string */
  gconstpointer kind; /* what the implementation knows of it */
} TwDumpSection;

typedef struct
{
  gboolean (*count) (TwDump *dump, const TwDumpSection *section, guint64 *n, GError **error);

  /* The records behind @after (NULL: from the start), at most @limit. GVariants, not floating. */
  GPtrArray *(*read) (TwDump *dump, const TwDumpSection *section, GVariant *after, guint limit, GError **error);

  /* *@last is the last one in the order of the keys, or NULL where there is none. */
  gboolean (*last) (TwDump *dump, const TwDumpSection *section, GVariant **last, GError **error);

  /* Appends @records, which ascend from the last one. What has been written when it fails is a beginning of them. */
  gboolean (*write) (TwDump *dump, const TwDumpSection *section, GPtrArray *records, GError **error);

  /* A target: deletes what an earlier attempt left, in every section. */
  gboolean (*clear) (TwDump *dump, GError **error);

  /* A target: everything is there and durable, and may be served from now on. */
  gboolean (*finish) (TwDump *dump, GError **error);

  void (*free) (TwDump *dump);
} TwDumpClass;

/* An implementation's struct starts with this. */
struct _TwDump
{
  const TwDumpClass *klass;
  const TwDumpSection *sections; /* in the order in which to move them */
  guint n_sections;
};

static inline void
tw_dump_free (TwDump *dump)
{
  if (dump != NULL)
    dump->klass->free (dump);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwDump, tw_dump_free)

G_END_DECLS
