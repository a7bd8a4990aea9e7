/* SPDX-License-Identifier: Apache-2.0 */

/* Each key knows the header of the tokens that it signs, as libjwt writes it: to find a token's key is to compare that
 * part byte for byte, which leaves no room for another algorithm, a `crit` or any other header (RFC 8725, section 3.1).
 */

#include "tw-token-keys.h"

#include "tw-base64url.h"
#include "tw-error.h"
#include "tw-jwt.h"
#include "tw-key-file.h"
#include "tw-line.h"
#include "tw-random.h"

#include <stdatomic.h>
#include <string.h>

#define MAX_KEYS 2
#define MIN_KEY_SIZE 32
#define NEW_ID_SIZE 8
#define MAX_ID_SIZE 64
#define MAX_FILE_SIZE 4096

struct _TwTokenKeys
{
  atomic_uint references;
  guint n;
  TwTokenKey keys[MAX_KEYS]; /* the first one signs */
};

static const char ID_CHARACTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

static void
key_clear (TwTokenKey *key)
{
  if (key->bytes != NULL)
    explicit_bzero (key->bytes, key->length);
  g_clear_pointer (&key->bytes, g_free);
  g_clear_pointer (&key->id, g_free);
  g_clear_pointer (&key->header, g_free);
}

/* The first part of a token that @key signs. */
static char *
header_of (const TwTokenKey *key)
{
  g_autoptr (jwt_t) jwt = NULL;
  g_autofree char *token = NULL;

  if (jwt_new (&jwt) != 0 || jwt_set_alg (jwt, JWT_ALG_HS256, key->bytes, (int) key->length) != 0
      || jwt_add_header (jwt, "kid", key->id) != 0)
    return NULL;
  token = jwt_encode_str (jwt);
  return token != NULL ? g_strndup (token, strcspn (token, ".")) : NULL;
}

/* Reads "KEY-ID BASE64URL"; *@why says what is wrong with it. */
static gboolean
parse_key (const char *line, gsize length, TwTokenKey *key, const char **why)
{
  const char *space = memchr (line, ' ', length);
  gsize id_length = space != NULL ? (gsize) (space - line) : 0;

  *why = "is not \"KEY-ID BASE64URL\"";
  if (id_length == 0 || id_length > MAX_ID_SIZE)
    return FALSE;
  key->id = g_strndup (line, id_length);
  if (strspn (key->id, ID_CHARACTERS) != id_length)
    return FALSE;
  key->bytes = tw_base64url_decode (space + 1, length - id_length - 1, &key->length);
  if (key->bytes == NULL)
    return FALSE;
  *why = "has a key of less than 32 bytes";
  if (key->length < MIN_KEY_SIZE)
    return FALSE;
  *why = "has a key that can't sign";
  key->header = header_of (key);
  return key->header != NULL;
}

/* Reads the one or two lines of a key file. */
static gboolean
parse_keys (TwTokenKeys *keys, const char *text, gsize length, const char *path, GError **error)
{
  const char *end = text + length, *at = tw_line_begin (text, length), *line;
  const char *why = "is missing";
  gboolean ok = at < end;
  gsize line_length;

  while (ok && (line = tw_line_next (&at, end, &line_length)) != NULL)
    {
      why = "is one too many";
      ok = keys->n < MAX_KEYS && parse_key (line, line_length, &keys->keys[keys->n], &why);
      keys->n += ok ? 1 : 0;
    }
  if (ok && keys->n == MAX_KEYS && strcmp (keys->keys[0].id, keys->keys[1].id) == 0)
    {
      ok = FALSE;
      keys->n--;
      why = "has the key id of the line before";
    }
  if (!ok)
    g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "key file %s: line %u %s", path, keys->n + 1, why);
  return ok;
}

static gboolean
create_file (const char *path, GError **error)
{
  guint8 id[NEW_ID_SIZE], key[MIN_KEY_SIZE];
  g_autofree char *id_text = NULL;
  g_autofree char *key_text = NULL;
  g_autofree char *line = NULL;
  gboolean ok;

  tw_random_bytes (id, sizeof id);
  tw_random_bytes (key, sizeof key);
  id_text = tw_base64url_encode (id, sizeof id);
  key_text = tw_base64url_encode (key, sizeof key);
  line = g_strdup_printf ("%s %s\n", id_text, key_text);
  ok = tw_key_file_create (path, line, strlen (line), error);
  explicit_bzero (key, sizeof key);
  explicit_bzero (key_text, strlen (key_text));
  explicit_bzero (line, strlen (line));
  return ok;
}

TwTokenKeys *
tw_token_keys_load (const char *path, gboolean create, GError **error)
{
  g_autoptr (TwTokenKeys) keys = g_new0 (TwTokenKeys, 1);
  g_autoptr (GError) failure = NULL;
  char text[MAX_FILE_SIZE];
  gsize length = 0;
  gboolean absent;
  gboolean ok;

  atomic_init (&keys->references, 1);
  ok = tw_key_file_read (path, text, sizeof text, &length, &absent, &failure);
  if (!ok && absent && create)
    {
      g_clear_error (&failure);
      /* Read back, for it may be another gateway's key that won. */
      ok = create_file (path, &failure) && tw_key_file_read (path, text, sizeof text, &length, &absent, &failure);
    }
  ok = ok && parse_keys (keys, text, length, path, &failure);
  explicit_bzero (text, sizeof text);
  if (!ok)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return g_steal_pointer (&keys);
}

TwTokenKeys *
tw_token_keys_ref (TwTokenKeys *keys)
{
  atomic_fetch_add_explicit (&keys->references, 1, memory_order_relaxed);
  return keys;
}

void
tw_token_keys_unref (TwTokenKeys *keys)
{
  if (keys == NULL || atomic_fetch_sub_explicit (&keys->references, 1, memory_order_acq_rel) > 1)
    return;
  for (guint i = 0; i < MAX_KEYS; i++)
    key_clear (&keys->keys[i]);
  g_free (keys);
}

const TwTokenKey *
tw_token_keys_signing (const TwTokenKeys *keys)
{
  return &keys->keys[0];
}

const TwTokenKey *
tw_token_keys_find (const TwTokenKeys *keys, const char *header, gsize length)
{
  for (guint i = 0; i < keys->n; i++)
    if (strlen (keys->keys[i].header) == length && memcmp (keys->keys[i].header, header, length) == 0)
      return &keys->keys[i];
  return NULL;
}
