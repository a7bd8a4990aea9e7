/* SPDX-License-Identifier: Apache-2.0 */

/* The IDL's structs as plain C structs, each with a table of its fields, both made from the IDL (gen/make-records.py).
 *
 * Rules work on the C struct's members. Whatever a program does with every field alike, it does by the table: bytes of
 * Thrift (tw-record-wire.h), rows (db/tw-record-table.h), documents (db/tw-record-document.h), records of a copy
 * (db/tw-record-dump.h). So a new field is a line of the IDL there.
 *
 * A C struct begins with `guint64 has`, a bit for each field that is there, from the first field on: TW_TASK_HAS_NAME.
 * Members are
 *
 *     const char *   a string: UTF-8, NUL-terminated, NULL where it is not there
 *     gint64         an integer of any width; a time, in milliseconds since 1970 (its member is called ..._ms); a date
 *                    or a time (tw-record-when.h)
 *     double, gboolean
 *     TwRecordTexts  a list of strings
 *     TwRecordBytes  a binary
 *     a C struct     a struct, whose own `has` counts
 *     TwRecordList   a list of structs that has been read (tw_record_list_next())
 *     guint64        `clear`: the names in a set that tw.nulls stands on, as bits of the fields that they name; the bit
 *                    of `clear` itself stands for names of none
 *
 * and 0 or NULL where the bit is not set. Other lists, maps and other sets have no member: who needs them reads or
 * writes them, and there is TW_TASK_PAGE_ID_TASKS for the number of each field of such a struct.
 *
 * Tables are constant, functions on different records may run at once. */

#pragma once

#include "tw-reader.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TW_RECORD_TEXT,
  TW_RECORD_ID,     /* a text of 24 hex digits; 12 bytes at rest */
  TW_RECORD_TIME,   /* RFC 3339 on the wire */
  TW_RECORD_WHEN,   /* a date or a time of RFC 3339 on the wire */
  TW_RECORD_BOOL,
  TW_RECORD_NUMBER,
  TW_RECORD_REAL,
  TW_RECORD_TEXTS,
  TW_RECORD_BYTES,
  TW_RECORD_STRUCT, /* from here on nothing is kept */
  TW_RECORD_LIST,   /* of structs */
  TW_RECORD_CLEAR,
  TW_RECORD_OTHER,  /* has no member */
} TwRecordKind;

/* Texts in their order, each with a NUL behind it, in @length bytes all together. A store keeps none as what is not
 * there. */
typedef struct
{
  const char *bytes;
  gsize length;
} TwRecordTexts;

typedef struct
{
  const guint8 *bytes;
  gsize length;
} TwRecordBytes;

/* Structs that are still to be read: tw-record-wire.h. */
typedef struct
{
  TwReader at;
  guint32 n; /* that are left */
  char *space;
} TwRecordList;

/* What a field is to the record that it is of: tw.kept. */
typedef enum
{
  TW_RECORD_PLAIN,
  TW_RECORD_KEY,     /* what the record is found by */
  TW_RECORD_OWNER,   /* whose it is */
  TW_RECORD_CREATED, /* when it was made */
  TW_RECORD_UPDATED, /* when it was last changed; missing: when it was made */
  TW_RECORD_VERSION, /* from 1; missing: 1 */
  TW_RECORD_UNKEPT,  /* not kept: worked out where it is asked for */
} TwRecordRole;

typedef struct _TwRecordType TwRecordType;

typedef struct
{
  const char *name;   /* the IDL's, and a document's */
  const char *column; /* a table's: the C member's name */
  gint16 id;          /* the IDL's */
  TwWireType wire;
  TwRecordKind kind;
  TwRecordRole role;
  gboolean always;    /* of every record: it has a default, or the service sets it */
  gboolean needed;    /* a document without it is no record */
  const char *folded; /* a document's member that has the text folded, to order by; NULL: none has */
  gsize offset;       /* of the member */
  const TwRecordType *structure; /* STRUCT; LIST: its elements */
  const char *packed; /* what is kept: its GVariant type in a copy, without the maybe */

  /* The IDL's default; what is missing in a store means it where the field is of every record. */
  gboolean has_fallback;
  const char *fallback_text;
  gint64 fallback_number;
  double fallback_real;
} TwRecordField;

struct _TwRecordType
{
  const char *name;
  const char *collection; /* tw.record: its table or collection; NULL: not kept */
  gsize size;             /* of the C struct */
  const char *packed;     /* what is kept: its GVariant type in a copy */
  const char *insert;     /* SQL that inserts what is kept, in that order */
  const char *key;        /* SQL: the key's column, */
  const char *columns;    /* those of all that is kept, */
  const char *selected;   /* and how they are read: what is NULL and always there as what it means */
  guint64 shown;          /* what answers have: without tw.internal, but what the tag is made of */
  guint n_tag;
  const guint8 *tag;      /* tw.tag: places of fields */
  guint n_former;         /* TW_RECORD_FORMER_MAX at most */
  const guint8 *former;   /* tw.former: places of fields, texts and ids */
  gboolean is_listed;     /* somebody's are listed, newest first (tw-record-query.h) */
  guint64 always;         /* the bits of the fields that are */
  guint n_fields;         /* at most 64, ascending by their ids */
  const TwRecordField *fields;
};

#define TW_RECORD_FORMER_MAX 4

#define TW_RECORD_BIT(i) (G_GUINT64_CONSTANT (1) << (i))

/* The first field of which @bits, of which there are some, has the bit. What is done with each field that is there goes
 * through them so, since most records have few of those that they may have:
 *
 *     for (guint64 left = bits; left != 0; left &= left - 1)
 *       … tw_record_first (left) … */
static inline guint
tw_record_first (guint64 bits)
{
  return (guint) __builtin_ctzll (bits);
}

/* The member of the field @i of @record, which is of @type. */
static inline gpointer
tw_record_member (const TwRecordType *type, gconstpointer record, guint i)
{
  return (guint8 *) (guintptr) record + type->fields[i].offset;
}

static inline guint64 *
tw_record_has (gconstpointer record)
{
  return (guint64 *) (guintptr) record;
}

static inline const char **
tw_record_text (const TwRecordType *type, gconstpointer record, guint i)
{
  return tw_record_member (type, record, i);
}

static inline gint64 *
tw_record_number (const TwRecordType *type, gconstpointer record, guint i)
{
  return tw_record_member (type, record, i);
}

static inline double *
tw_record_real (const TwRecordType *type, gconstpointer record, guint i)
{
  return tw_record_member (type, record, i);
}

static inline gboolean *
tw_record_bool (const TwRecordType *type, gconstpointer record, guint i)
{
  return tw_record_member (type, record, i);
}

static inline TwRecordTexts *
tw_record_texts (const TwRecordType *type, gconstpointer record, guint i)
{
  return tw_record_member (type, record, i);
}

static inline TwRecordBytes *
tw_record_bytes (const TwRecordType *type, gconstpointer record, guint i)
{
  return tw_record_member (type, record, i);
}

/* The text behind @text, or the first one where that is NULL; NULL behind the last one. */
const char *tw_record_texts_next (const TwRecordTexts *texts, const char *text);

guint tw_record_texts_count (const TwRecordTexts *texts);

/* Whether @length bytes can be texts one behind the other, as far as their ends go. */
gboolean tw_record_texts_end (const char *bytes, gsize length);

/* Whether a store keeps the field. */
static inline gboolean
tw_record_field_is_kept (const TwRecordField *field)
{
  return field->role != TW_RECORD_UNKEPT && field->kind < TW_RECORD_STRUCT;
}

/* The field with this role, or this name; type->n_fields where there is none. */
guint tw_record_find_role (const TwRecordType *type, TwRecordRole role);
guint tw_record_find_name (const TwRecordType *type, const char *name, gsize length);

/* A copy of @record with its texts, in one block: free with g_free(). Not for one that has structs. */
gpointer tw_record_copy (const TwRecordType *type, gconstpointer record);

/* Sets what is not there to its default, where it has one. */
void tw_record_fill (const TwRecordType *type, gpointer record);

/* What is missing at rest means: the default; of what is always there without one 0, FALSE or "", or the role's. */
void tw_record_complete (const TwRecordType *type, gpointer record);

/* Sets in @record what @change, of the same type, has, and takes away what @clear names (those that are always there
 * get their default), and lists in @change that are empty. Texts are not copied. */
void tw_record_apply (const TwRecordType *type, gpointer record, gconstpointer change, guint64 clear);

/* From the fields of one type to those of the same names of another. */
typedef struct
{
  const TwRecordType *from, *to;
  guint8 fields[64]; /* of @from: the field of @to, or TW_RECORD_NOWHERE */
} TwRecordMap;

#define TW_RECORD_NOWHERE 0xff

/* Fields of one name but of different kinds are an error of the IDL's, and the end of the process. A time, a date and an
 * id is a text in a struct that is not kept. Of structs, and what has no member, nothing is taken. */
void tw_record_map_init (TwRecordMap *map, const TwRecordType *from, const TwRecordType *to);

/* Sets in @record what @input has. INVALID, with the field's name, where a time can't be read, or an id, that is not
 * the record's own, can't be one. Texts are not copied. */
gboolean tw_record_map_apply (const TwRecordMap *map, gconstpointer input, gpointer record, GError **error);

/* Bits of @from's fields as those of @to's. */
guint64 tw_record_map_bits (const TwRecordMap *map, guint64 bits);

/* The same of what is to be cleared. INVALID for what is always there, and for names of no field. */
gboolean tw_record_map_clear (const TwRecordMap *map, guint64 named, guint64 *clear, GError **error);

/* What a time, or a date, becomes that can't be read. */
#define TW_RECORD_NO_TIME G_MININT64

G_END_DECLS
