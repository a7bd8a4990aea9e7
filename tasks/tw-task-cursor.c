/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-cursor.h"

#include "tw-base64url.h"
#include "tw-error.h"
#include "tw-fold.h"
#include "tw-id.h"
#include "tw-task-filter.h"
#include "tw-task-order.h"

#include <math.h>
#include <string.h>

#define NAME_LENGTH 500
#define NAME_BYTES (NAME_LENGTH * 4)

/* Base64 has no bits to spare for a multiple of three bytes: so each place is exactly one text. */
typedef struct __attribute__ ((packed))
{
  guint8 version; /* 1 */
  guint64 created_ms; /* big-endian, as all numbers are */
  guint8 id[TW_ID_BYTES];
} Old;

typedef struct __attribute__ ((packed))
{
  guint8 version; /* 2 */
  guint8 stamp[6];
  guint64 created_ms;
  guint8 id[TW_ID_BYTES];

  /* But by created: what comes next, and so much of it. Zeroes fill it up to a multiple of three. */
  guint8 kind;
  union __attribute__ ((packed))
  {
    guint64 bits; /* of a number or a double */
    char name[NAME_BYTES + 2];
  } key;
} New;

G_STATIC_ASSERT (sizeof (Old) == TW_TASK_CURSOR_OLD_LENGTH / 4 * 3);
G_STATIC_ASSERT (G_STRUCT_OFFSET (New, key) + NAME_BYTES <= TW_TASK_CURSOR_MAX_LENGTH / 4 * 3);

enum
{
  UNSET,
  NUMBER,
  REAL,
  NAME,
};

static guint8
kind_of (TwTaskKey key)
{
  const TwRecordKind kind = tw_task_order_kind (key);

  return kind == TW_RECORD_TEXT ? NAME : kind == TW_RECORD_REAL ? REAL : NUMBER;
}

static void
put_stamp (guint64 stamp, guint8 bytes[6])
{
  const guint64 folded = GUINT64_TO_BE (stamp ^ (stamp >> 48));

  memcpy (bytes, (const guint8 *) &folded + 2, 6);
}

/* Returns the key's length. */
static gsize
put_key (New *new, const TwTaskPosition *place, const char *name)
{
  gsize length = 0;

  switch (new->kind)
    {
    case NUMBER:
      new->key.bits = GUINT64_TO_BE ((guint64) place->number);
      return sizeof new->key.bits;
    case REAL:
      memcpy (&new->key.bits, &place->real, sizeof place->real);
      new->key.bits = GUINT64_TO_BE (new->key.bits);
      return sizeof new->key.bits;
    case NAME:
      for (guint n = 0; n < NAME_LENGTH && name[length] != '\0'; n++)
        length += (gsize) g_utf8_skip[(guchar) name[length]];
      memcpy (new->key.name, name, length);
      return length;
    default:
      return 0;
    }
}

char *
tw_task_cursor_encode (guint64 stamp, const TwTaskOrder *order, const TwTaskPosition *place, const char *name)
{
  New new = { .version = 2 };
  gsize length = G_STRUCT_OFFSET (New, kind);
  gboolean valid = tw_id_to_bytes (place->id, new.id);

  g_assert (valid);
  put_stamp (stamp, new.stamp);
  new.created_ms = GUINT64_TO_BE ((guint64) place->created_ms);
  if (order->key == TW_TASK_BY_CREATED)
    return tw_base64url_encode (&new, length);
  new.kind = place->is_set ? kind_of (order->key) : UNSET;
  length += sizeof new.kind + put_key (&new, place, name);
  return tw_base64url_encode (&new, (length + 2) / 3 * 3);
}

/* Whether @length bytes can hold so much of a key. */
static gboolean
has_room (gsize length, gsize key)
{
  return length == (G_STRUCT_OFFSET (New, key) + key + 2) / 3 * 3;
}

static gboolean
read_name (const New *new, gsize length, TwTaskPosition *place)
{
  const gsize n = strnlen (new->key.name, sizeof new->key.name);
  g_autofree char *name = g_strndup (new->key.name, n);

  if (!has_room (length, n) || new->key.name[n + 1] != '\0' || !g_utf8_validate (name, -1, NULL) || g_utf8_strlen (name, -1) > NAME_LENGTH)
    return FALSE;
  place->text = tw_fold_key (name);
  return TRUE;
}

/* @new has zeroes behind its @length bytes. */
static gboolean
read_key (const New *new, gsize length, const TwTaskOrder *order, TwTaskPosition *place)
{
  const guint64 bits = GUINT64_FROM_BE (new->key.bits);

  if (order->key == TW_TASK_BY_CREATED)
    return length == G_STRUCT_OFFSET (New, kind);
  if (length < G_STRUCT_OFFSET (New, key))
    return FALSE;
  if (new->kind == UNSET)
    return has_room (length, 0) && new->key.name[0] == '\0' && new->key.name[1] == '\0';
  place->is_set = new->kind == kind_of (order->key);
  switch (place->is_set ? new->kind : UNSET)
    {
    case NUMBER:
      place->number = (gint64) bits;
      return has_room (length, sizeof bits);
    case REAL:
      memcpy (&place->real, &bits, sizeof bits);
      return has_room (length, sizeof bits) && !isnan (place->real);
    case NAME:
      return read_name (new, length, place);
    default:
      return FALSE;
    }
}

static void
read_place (guint64 created_ms, const guint8 id[TW_ID_BYTES], TwTaskPosition *place)
{
  place->created_ms = (gint64) GUINT64_FROM_BE (created_ms);
  tw_id_from_bytes (id, place->id);
}

typedef enum
{
  WELL,
  NOT_OURS,
  OF_ANOTHER, /* question */
} Result;

static Result
read_old (const guint8 *bytes, const TwTaskFilter *filter, const TwTaskOrder *order, TwTaskPosition *place)
{
  Old old;

  memcpy (&old, bytes, sizeof old);
  if (old.version != 1)
    return NOT_OURS;
  if (order->key != TW_TASK_BY_CREATED || order->backwards || filter->list != TW_LIST_ANY
      || tw_task_filter_looks (filter))
    return OF_ANOTHER;
  read_place (old.created_ms, old.id, place);
  return WELL;
}

static Result
read_new (const guint8 *bytes, gsize length, const TwTaskFilter *filter, const TwTaskOrder *order,
          TwTaskPosition *place)
{
  New new = { .version = 0 };
  guint8 stamp[6];

  memcpy (&new, bytes, length);
  if (new.version != 2)
    return NOT_OURS;
  put_stamp (tw_task_filter_stamp (filter, order), stamp);
  if (memcmp (stamp, new.stamp, sizeof stamp) != 0)
    return OF_ANOTHER;
  read_place (new.created_ms, new.id, place);
  return read_key (&new, length, order, place) ? WELL : NOT_OURS;
}

static Result
read_cursor (const char *cursor, const TwTaskFilter *filter, const TwTaskOrder *order, TwTaskPosition *place)
{
  const gsize characters = strlen (cursor);
  gsize length = 0;
  g_autofree guint8 *bytes
      = characters <= TW_TASK_CURSOR_MAX_LENGTH ? tw_base64url_decode (cursor, characters, &length) : NULL;

  if (bytes == NULL)
    return NOT_OURS;
  if (length == sizeof (Old))
    return read_old (bytes, filter, order, place);
  if (length < G_STRUCT_OFFSET (New, kind) || length > sizeof (New))
    return NOT_OURS;
  return read_new (bytes, length, filter, order, place);
}

gboolean
tw_task_cursor_decode (const char *cursor, const TwTaskFilter *filter, const TwTaskOrder *order, TwTaskPosition *place,
                       GError **error)
{
  Result result;

  *place = (TwTaskPosition) { .created_ms = 0 };
  result = read_cursor (cursor, filter, order, place);
  if (result == WELL)
    return TRUE;
  tw_task_position_clear (place);
  g_set_error (error, TW_ERROR, TW_ERROR_INVALID,
               result == OF_ANOTHER ? "cursor is of a page with another filter or sort"
                                    : "cursor is not one that this service made");
  return FALSE;
}
