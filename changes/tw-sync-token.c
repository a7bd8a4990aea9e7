/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sync-token.h"

#include "tw-base64url.h"
#include "tw-error.h"
#include "tw-random.h"

#include <sodium.h>
#include <string.h>

#define VERSION 1

/* base64url of the store's id */
#define ID_LENGTH 22

G_STATIC_ASSERT ((TW_COMMIT_STORE_ID_BYTES * 4 + 2) / 3 == ID_LENGTH);
G_STATIC_ASSERT (TW_COMMIT_STORE_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES

TwSyncMark
tw_sync_mark (gint64 number, const guint8 mark[TW_COMMIT_MARK_BYTES])
{
  TwSyncMark short_mark = { .number = number };

  if (number > 0)
    memcpy (short_mark.mark, mark, TW_SYNC_MARK_BYTES);
  return short_mark;
}

gboolean
tw_sync_mark_is (const TwSyncMark *one, const TwSyncMark *other)
{
  return one->number == other->number && memcmp (one->mark, other->mark, TW_SYNC_MARK_BYTES) == 0;
}

TwSyncGroup *
tw_sync_group_new (void)
{
  TwSyncGroup *group = g_new0 (TwSyncGroup, 1);

  group->lists = g_ptr_array_new_with_free_func (g_free);
  return group;
}

void
tw_sync_group_free (TwSyncGroup *group)
{
  g_ptr_array_unref (group->lists);
  g_free (group);
}

static gboolean
find_list (const TwSyncGroup *group, const char *list_id, guint *place)
{
  return g_ptr_array_find_with_equal_func (group->lists, list_id, g_str_equal, place);
}

gboolean
tw_sync_group_has (const TwSyncGroup *group, const char *list_id)
{
  return find_list (group, list_id, NULL);
}

void
tw_sync_group_drop (TwSyncGroup *group, const char *list_id)
{
  guint place;

  if (find_list (group, list_id, &place))
    g_ptr_array_remove_index (group->lists, place);
}

gboolean
tw_sync_token_gone (GError **error)
{
  g_autoptr (GError) why = g_error_new_literal (
    TW_ERROR, TW_ERROR_GONE, "This syncToken is too old, or its data was brought back since: begin anew, without it");

  tw_error_set_type (why, TW_SYNC_TOKEN_GONE_TYPE);
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* To bytes: numbers by seven bits, the lowest first, each but the last with the highest bit set. */

static void
put_number (GByteArray *bytes, gint64 number)
{
  guint64 left = (guint64) number;

  do
    {
      const guint8 byte = (guint8) ((left & 0x7f) | (left > 0x7f ? 0x80 : 0));

      g_byte_array_append (bytes, &byte, 1);
      left >>= 7;
    }
  while (left > 0);
}

static void
put_mark (GByteArray *bytes, const TwSyncMark *mark)
{
  put_number (bytes, mark->number);
  g_byte_array_append (bytes, mark->mark, TW_SYNC_MARK_BYTES);
}

/* "" as zeroes. */
static void
put_id (GByteArray *bytes, const char *id)
{
  guint8 raw[TW_ID_BYTES] = { 0 };

  tw_id_to_bytes (id, raw);
  g_byte_array_append (bytes, raw, sizeof raw);
}

enum
{
  OWN = 1,
  SEEN = 2,
  PENDING = 4,
  STATE = 8, /* times the state */
};

static void
put_group (GByteArray *bytes, const TwSyncGroup *group)
{
  put_number (bytes, (group->is_own ? OWN : 0) | (group->seen.number > 0 ? SEEN : 0)
                       | (group->pending[0] != '\0' ? PENDING : 0) | (gint64) group->state * STATE);
  put_mark (bytes, &group->at);
  if (group->seen.number > 0)
    {
      put_mark (bytes, &group->seen);
      put_number (bytes, group->seen_row);
    }
  if (group->pending[0] != '\0')
    put_id (bytes, group->pending);
  put_number (bytes, group->lists->len);
  for (guint i = 0; i < group->lists->len; i++)
    put_id (bytes, group->lists->pdata[i]);
  if (group->state == TW_SYNC_WALK)
    {
      put_number (bytes, group->walk.phase);
      put_id (bytes, group->walk.list_id);
      put_id (bytes, group->walk.member_id);
      put_number (bytes, group->walk.created_ms);
      put_id (bytes, group->walk.task_id);
    }
  else if (group->state == TW_SYNC_BACK)
    {
      put_mark (bytes, &group->to);
      put_number (bytes, group->place.number);
      put_number (bytes, group->place.row);
    }
}

char *
tw_sync_token_seal (const TwCommitStore *store, const char *user_id, const GPtrArray *groups)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *sealed = NULL;
  g_autofree char *id = tw_base64url_encode (store->id, sizeof store->id), *text = NULL;
  unsigned long long length;

  put_number (bytes, VERSION);
  put_number (bytes, groups->len);
  for (guint i = 0; i < groups->len; i++)
    put_group (bytes, groups->pdata[i]);
  sealed = g_malloc (NONCE + bytes->len + TAG);
  tw_random_bytes (sealed, NONCE);
  crypto_aead_xchacha20poly1305_ietf_encrypt (sealed + NONCE, &length, bytes->data, bytes->len,
                                              (const guint8 *) user_id, strlen (user_id), NULL, sealed, store->key);
  text = tw_base64url_encode (sealed, NONCE + (gsize) length);
  return g_strconcat (id, ".", text, NULL);
}

/* From bytes */

typedef struct
{
  const guint8 *at, *end;
  gboolean is_bad;
} Bytes;

static gint64
take_number (Bytes *bytes)
{
  guint64 number = 0;

  for (guint shift = 0; shift < 63 && bytes->at < bytes->end; shift += 7)
    {
      const guint8 byte = *bytes->at++;

      number |= (guint64) (byte & 0x7f) << shift;
      if (byte < 0x80)
        return (gint64) number;
    }
  bytes->is_bad = TRUE;
  return 0;
}

static void
take_bytes (Bytes *bytes, guint8 *into, gsize n)
{
  if ((gsize) (bytes->end - bytes->at) < n)
    {
      bytes->is_bad = TRUE;
      return;
    }
  memcpy (into, bytes->at, n);
  bytes->at += n;
}

static TwSyncMark
take_mark (Bytes *bytes)
{
  TwSyncMark mark = { .number = take_number (bytes) };

  take_bytes (bytes, mark.mark, sizeof mark.mark);
  return mark;
}

static void
take_id (Bytes *bytes, char id[TW_ID_SIZE])
{
  static const guint8 none[TW_ID_BYTES] = { 0 };
  guint8 raw[TW_ID_BYTES] = { 0 };

  take_bytes (bytes, raw, sizeof raw);
  id[0] = '\0';
  if (memcmp (raw, none, sizeof none) != 0)
    tw_id_from_bytes (raw, id);
}

static void
take_lists (Bytes *bytes, TwSyncGroup *group)
{
  const gint64 n = take_number (bytes);

  for (gint64 i = 0; i < n && !bytes->is_bad; i++)
    {
      char id[TW_ID_SIZE];

      take_id (bytes, id);
      g_ptr_array_add (group->lists, g_strdup (id));
    }
}

static TwSyncGroup *
take_group (Bytes *bytes)
{
  TwSyncGroup *group = tw_sync_group_new ();
  const gint64 flags = take_number (bytes);

  group->is_own = (flags & OWN) != 0;
  group->state = (TwSyncState) (flags / STATE);
  group->at = take_mark (bytes);
  if ((flags & SEEN) != 0)
    {
      group->seen = take_mark (bytes);
      group->seen_row = take_number (bytes);
    }
  if ((flags & PENDING) != 0)
    take_id (bytes, group->pending);
  take_lists (bytes, group);
  if (group->state == TW_SYNC_WALK)
    {
      group->walk.phase = take_number (bytes) == 0 ? TW_SYNC_LISTS_FIRST : TW_SYNC_TASKS_NEXT;
      take_id (bytes, group->walk.list_id);
      take_id (bytes, group->walk.member_id);
      group->walk.created_ms = take_number (bytes);
      take_id (bytes, group->walk.task_id);
    }
  else if (group->state == TW_SYNC_BACK)
    {
      group->to = take_mark (bytes);
      group->place.number = take_number (bytes);
      group->place.row = take_number (bytes);
    }
  return group;
}

/* What was sealed is as it was written, unless another version did so: NULL. */
static GPtrArray *
take_groups (const guint8 *data, gsize length)
{
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_sync_group_free);
  Bytes bytes = { data, data + length, take_number (&(Bytes) { data, data + length, FALSE }) != VERSION };
  gint64 n;

  take_number (&bytes);
  n = take_number (&bytes);
  for (gint64 i = 0; i < n && !bytes.is_bad; i++)
    g_ptr_array_add (groups, take_group (&bytes));
  return bytes.is_bad || bytes.at != bytes.end ? NULL : g_steal_pointer (&groups);
}

static gboolean
is_invalid (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "since is no syncToken of yours");
  if (error != NULL)
    tw_error_locate (*error, "since");
  return FALSE;
}

static GPtrArray *
open_sealed (const TwCommitStore *store, const char *user_id, const char *text, GError **error)
{
  gsize n = 0;
  g_autofree guint8 *sealed = tw_base64url_decode (text, strlen (text), &n), *bytes = NULL;
  GPtrArray *groups;
  unsigned long long length;
  gboolean is_opened = FALSE;

  if (sealed != NULL && n >= NONCE + TAG)
    {
      bytes = g_malloc (n);
      is_opened = crypto_aead_xchacha20poly1305_ietf_decrypt (bytes, &length, NULL, sealed + NONCE, n - NONCE,
                                                              (const guint8 *) user_id, strlen (user_id), sealed,
                                                              store->key)
                  == 0;
    }
  if (!is_opened)
    {
      is_invalid (error);
      return NULL;
    }
  groups = take_groups (bytes, (gsize) length);
  if (groups == NULL)
    tw_sync_token_gone (error);
  return groups;
}

GPtrArray *
tw_sync_token_open (const TwCommitStore *store, const char *user_id, const char *token, GError **error)
{
  const char *dot = strchr (token, '.');
  gsize n = 0;
  g_autofree guint8 *id = dot != NULL ? tw_base64url_decode (token, (gsize) (dot - token), &n) : NULL;

  if (id == NULL || n != sizeof store->id)
    is_invalid (error);
  else if (memcmp (id, store->id, n) != 0)
    tw_sync_token_gone (error);
  else
    return open_sealed (store, user_id, dot + 1, error);
  return NULL;
}
