/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-target.h"

#include "tw-error.h"

#include <string.h>

#define SCHEME "http://"

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, TW_ERROR, TW_ERROR_INVALID, message);
  return FALSE;
}

/* Decodes @text in place: what is decoded is never longer. */
static gboolean
decode (char *text, gboolean plus_is_space, GError **error)
{
  char *out = text;

  for (const char *in = text; *in != '\0'; in++)
    {
      if (*in == '%')
        {
          int high = g_ascii_xdigit_value (in[1]);
          int low = high < 0 ? -1 : g_ascii_xdigit_value (in[2]);

          if (low < 0)
            return refuse (error, "The target has a broken percent escape");
          if (high == 0 && low == 0)
            return refuse (error, "The target has an escaped NUL");
          *out++ = (char) (high * 16 + low);
          in += 2;
        }
      else
        *out++ = plus_is_space && *in == '+' ? ' ' : *in;
    }
  *out = '\0';
  if (!g_utf8_validate (text, out - text, NULL))
    return refuse (error, "The target is not UTF-8");
  return TRUE;
}

static gboolean
read_path (TwTarget *target, char *path, GError **error)
{
  /* "/" alone is the root, which has no segment. */
  for (char *segment = path[1] == '\0' ? NULL : path + 1, *next; segment != NULL; segment = next)
    {
      next = strchr (segment, '/');
      if (next != NULL)
        *next++ = '\0';
      if (target->n_segments == TW_TARGET_MAX_SEGMENTS)
        return refuse (error, "The path has too many segments");
      target->segments[target->n_segments++] = segment;
      if (!decode (segment, FALSE, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_query (TwTarget *target, char *query, GError **error)
{
  for (char *name = query, *next; name != NULL; name = next)
    {
      char *value;

      next = strchr (name, '&');
      if (next != NULL)
        *next++ = '\0';
      if (*name == '\0')
        continue;
      value = strchr (name, '=');
      if (value != NULL)
        *value++ = '\0';
      else
        value = name + strlen (name);
      if (target->n_parameters == TW_TARGET_MAX_PARAMETERS)
        return refuse (error, "The query has too many parameters");
      target->names[target->n_parameters] = name;
      target->values[target->n_parameters++] = value;
      if (!decode (name, TRUE, error) || !decode (value, TRUE, error))
        return FALSE;
    }
  return TRUE;
}

/* Finds the form, the authority in @raw where there is one, and what follows. */
static gboolean
read_form (TwTarget *target, const char *raw, const char **authority, gsize *authority_length, const char **path,
           GError **error)
{
  *authority = NULL;
  *authority_length = 0;
  *path = raw;
  target->form = TW_TARGET_ORIGIN;
  if (raw[0] == '/')
    return TRUE;
  target->form = TW_TARGET_ASTERISK;
  if (strcmp (raw, "*") == 0)
    return TRUE;
  target->form = TW_TARGET_ABSOLUTE;
  if (g_ascii_strncasecmp (raw, SCHEME, strlen (SCHEME)) != 0)
    return refuse (error, strstr (raw, "://") != NULL ? "The target's scheme must be http"
                                                      : "The target must be a path that starts with a slash");
  *authority = raw + strlen (SCHEME);
  *authority_length = strcspn (*authority, "/?");
  *path = *authority + *authority_length;
  if (*authority_length == 0 || **authority == ':')
    return refuse (error, "The target has no host");
  if (memchr (*authority, '@', *authority_length) != NULL)
    return refuse (error, "The target must not name a user");
  return TRUE;
}

/* Copies path and query twice, to be decoded and to be kept, and the authority behind them. */
static void
copy_parts (TwTarget *target, const char *path, const char *authority, gsize authority_length)
{
  /* An empty path is the root (RFC 9110, section 4.2.3). */
  const char *root = path[0] == '/' || target->form == TW_TARGET_ASTERISK ? "" : "/";
  gsize size = strlen (root) + strlen (path) + 1;

  target->decoded = g_malloc (2 * size + (authority != NULL ? authority_length + 1 : 0));
  target->path = target->decoded + size;
  strcpy (stpcpy (target->decoded, root), path);
  if (authority == NULL)
    return;
  target->authority = memcpy (target->path + size, authority, authority_length);
  target->authority[authority_length] = '\0';
}

gboolean
tw_target_parse (TwTarget *target, const char *raw, GError **error)
{
  const char *authority, *path;
  gsize authority_length;
  char *query;

  target->path = target->decoded = target->authority = NULL;
  target->n_segments = target->n_parameters = 0;
  if (!read_form (target, raw, &authority, &authority_length, &path, error))
    return FALSE;
  for (const char *at = raw; *at != '\0'; at++)
    if (*at <= 0x20 || *at >= 0x7f || *at == '#')
      return refuse (error, "The target has a character that must be escaped");

  copy_parts (target, path, authority, authority_length);
  query = strchr (target->decoded, '?');
  if (query != NULL)
    *query++ = '\0';
  strcpy (target->path, target->decoded);
  if (target->form == TW_TARGET_ASTERISK)
    return TRUE;
  return read_path (target, target->decoded, error) && read_query (target, query, error);
}

void
tw_target_clear (TwTarget *target)
{
  g_clear_pointer (&target->decoded, g_free);
  target->path = target->authority = NULL;
  target->n_segments = target->n_parameters = 0;
}
