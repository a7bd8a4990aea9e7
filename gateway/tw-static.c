/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-static.h"

#include "tw-error.h"

#include <string.h>

#define ALLOW "GET, HEAD, OPTIONS"
#define INDEX "index.html"
#define ETAG_DIGITS 32 /* of SHA-256: enough that two files never share one */

typedef struct
{
  char *content_type;
  GBytes *bytes;
  char *etag; /* with its quotes */
} File;

struct _TwStatic
{
  GHashTable *files; /* path to File */
};

/* nosniff makes browsers take these at their word, so a type that is not here is a mistake to mend. */
static const struct
{
  const char *suffix;
  const char *content_type;
} types[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".mjs", "text/javascript; charset=utf-8" },
  { ".json", "application/json" },
  { ".webmanifest", "application/manifest+json" },
  { ".txt", "text/plain; charset=utf-8" },
  { ".svg", "image/svg+xml" },
  { ".png", "image/png" },
  { ".ico", "image/vnd.microsoft.icon" },
  { ".woff2", "font/woff2" },
};

static void
file_free (File *file)
{
  g_free (file->content_type);
  g_bytes_unref (file->bytes);
  g_free (file->etag);
  g_free (file);
}

TwStatic *
tw_static_new (void)
{
  TwStatic *files = g_new0 (TwStatic, 1);

  files->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) file_free);
  return files;
}

void
tw_static_free (TwStatic *files)
{
  g_hash_table_unref (files->files);
  g_free (files);
}

void
tw_static_add (TwStatic *files, const char *path, const char *content_type, GBytes *bytes)
{
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  File *file = g_new0 (File, 1);

  file->content_type = g_strdup (content_type);
  file->bytes = g_bytes_ref (bytes);
  file->etag = g_strdup_printf ("\"%.*s\"", ETAG_DIGITS, digest);
  g_hash_table_insert (files->files, g_strdup (path), file);
}

static gboolean
add_file (TwStatic *files, GResource *bundle, const char *full, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (bundle, full, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  const char *content_type = NULL;

  if (bytes == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (types) && content_type == NULL; i++)
    if (g_str_has_suffix (path, types[i].suffix))
      content_type = types[i].content_type;
  if (content_type == NULL)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "the file %s has no type that is known", path);
      return FALSE;
    }
  tw_static_add (files, path, content_type, bytes);
  if (g_str_has_suffix (path, "/" INDEX))
    {
      g_autofree char *folder = g_strndup (path, strlen (path) - strlen (INDEX));

      tw_static_add (files, folder, content_type, bytes);
    }
  return TRUE;
}

/* Goes as deep as the bundle, which is ours. */
static gboolean
add_folder (TwStatic *files, GResource *bundle, const char *full, const char *path, GError **error)
{
  g_auto (GStrv) names = g_resource_enumerate_children (bundle, full, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  gboolean added = names != NULL;

  for (guint i = 0; added && names[i] != NULL; i++)
    {
      g_autofree char *full_child = g_strconcat (full, names[i], NULL);
      g_autofree char *child = g_strconcat (path, names[i], NULL);

      added = g_str_has_suffix (child, "/") ? add_folder (files, bundle, full_child, child, error)
                                            : add_file (files, bundle, full_child, child, error);
    }
  return added;
}

gboolean
tw_static_add_bundle (TwStatic *files, GResource *bundle, const char *prefix, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (add_folder (files, bundle, prefix, "/", &failure))
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "the bundle of files can't be read: %s", failure->message);
  return FALSE;
}

/* Whether @etag is in a list of tags, compared weakly (RFC 9110, section 8.8.3.2). */
static gboolean
lists (const char *value, gsize length, const char *etag)
{
  g_autofree char *text = g_strndup (value, length);
  g_auto (GStrv) tags = g_strsplit (text, ",", -1);

  for (guint i = 0; tags[i] != NULL; i++)
    {
      const char *tag = g_strstrip (tags[i]);

      if (g_str_has_prefix (tag, "W/"))
        tag += strlen ("W/");
      if (strcmp (tag, "*") == 0 || strcmp (tag, etag) == 0)
        return TRUE;
    }
  return FALSE;
}

/* If-None-Match may be spread over several lines. */
static gboolean
matches (const TwRequest *request, const char *etag)
{
  gsize length = 0;
  const char *value;

  for (guint n = 0; (value = tw_request_nth_header (request, "if-none-match", n, &length)) != NULL; n++)
    if (lists (value, length, etag))
      return TRUE;
  return FALSE;
}

/* A path may be written with escapes that it does not need (RFC 3986, section 6.2.2.2). An escaped slash is no slash. */
static const File *
find (const TwStatic *files, const TwTarget *target)
{
  g_autoptr (GString) path = NULL;

  if (strchr (target->path, '%') == NULL)
    return g_hash_table_lookup (files->files, target->path);
  path = g_string_new (NULL);
  for (guint i = 0; i < target->n_segments; i++)
    {
      if (strchr (target->segments[i], '/') != NULL)
        return NULL;
      g_string_append_c (path, '/');
      g_string_append (path, target->segments[i]);
    }
  return g_hash_table_lookup (files->files, path->str);
}

TwResponse *
tw_static_answer (const TwStatic *files, const TwRequest *request)
{
  const File *file = find (files, tw_request_target (request));
  const char *verb = tw_request_method (request);
  gboolean reads = strcmp (verb, "GET") == 0 || strcmp (verb, "HEAD") == 0;
  TwResponse *response;

  if (file == NULL)
    return NULL;
  if (!reads)
    return tw_response_new_for_verb (verb, ALLOW);
  response = matches (request, file->etag) ? tw_response_new (304)
                                           : tw_response_new_bytes (200, file->content_type, file->bytes);
  tw_response_add_header (response, "ETag", file->etag);
  tw_response_allow_page (response);
  return response;
}
