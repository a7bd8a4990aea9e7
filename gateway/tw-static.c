/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-static.h"

#include "tw-coding.h"
#include "tw-error.h"
#include "tw-etag.h"
#include "tw-gzip.h"

#include <string.h>

#define ALLOW "GET, HEAD, OPTIONS"
#define INDEX "index.html"
#define ETAG_DIGITS 32 /* of SHA-256: enough that two files never share one */

/* A file's bytes, as they are or in gzip. */
typedef struct
{
  GBytes *bytes; /* NULL where there is none such */
  char *etag;    /* with its quotes */
} Variant;

typedef struct
{
  char *content_type;
  Variant plain, gzip;
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
variant_clear (Variant *variant)
{
  g_clear_pointer (&variant->bytes, g_bytes_unref);
  g_clear_pointer (&variant->etag, g_free);
}

static void
file_free (File *file)
{
  g_free (file->content_type);
  variant_clear (&file->plain);
  variant_clear (&file->gzip);
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

/* The same in gzip, where that is shorter. */
static Variant
compress (const Variant *plain)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (plain->bytes, &length);
  g_auto (TwBuffer) compressed = TW_BUFFER_INIT;

  if (length <= TW_GZIP_THRESHOLD || !tw_gzip (TW_GZIP_THOROUGH, bytes, length, &compressed))
    return (Variant) { NULL, NULL };
  return (Variant) { g_bytes_new (compressed.data, compressed.len), tw_etag_in_gzip (plain->etag) };
}

void
tw_static_add (TwStatic *files, const char *path, const char *content_type, GBytes *bytes)
{
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  File *file = g_new0 (File, 1);

  file->content_type = g_strdup (content_type);
  file->plain = (Variant) { g_bytes_ref (bytes), g_strdup_printf ("\"%.*s\"", ETAG_DIGITS, digest) };
  file->gzip = compress (&file->plain);
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

/* Whether the text of @tag is that of @etag, which is strong and not in gzip. They are compared weakly (RFC 9110, section
 * 8.8.3.2). */
static gboolean
is_same (const TwEtag *tag, const char *etag)
{
  return tag->length == strlen (etag) - 2 && memcmp (tag->text, etag + 1, tag->length) == 0;
}

/* The variant that the client has, of those that it takes, as one of the tags in its If-None-Match says (which may be
 * spread over several lines); NULL where it has none. @chosen is the one that it would get. */
static const Variant *
find_held (const TwRequest *request, const File *file, const TwCodings *codings, const Variant *chosen)
{
  const Variant *held = NULL;
  gsize left = 0;
  const char *at;

  for (guint n = 0; (at = tw_request_nth_header (request, "if-none-match", n, &left)) != NULL; n++)
    for (TwEtag tag; tw_etag_next (&at, &left, &tag);)
      {
        const Variant *variant = tag.any ? chosen : tag.gzip ? &file->gzip : &file->plain;

        if (!tag.any
            && (variant->bytes == NULL || (tag.gzip ? codings->gzip : codings->identity) == 0
                || !is_same (&tag, file->plain.etag)))
          continue;
        if (variant == chosen)
          return chosen;
        held = variant;
      }
  return held;
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

static TwResponse *
new_answer (const TwRequest *request, const File *file)
{
  const TwCodings codings = tw_codings_wanted (request);
  const Variant *chosen = file->gzip.bytes != NULL && tw_codings_prefer_gzip (&codings) ? &file->gzip : &file->plain;
  const Variant *held = find_held (request, file, &codings, chosen);
  TwResponse *response
      = held != NULL ? tw_response_new (304) : tw_response_new_bytes (200, file->content_type, chosen->bytes);

  tw_response_add_header (response, "ETag", held != NULL ? held->etag : chosen->etag);
  if (held == NULL && chosen == &file->gzip)
    tw_response_add_header (response, "Content-Encoding", "gzip");
  if (file->gzip.bytes != NULL)
    tw_response_vary (response, TW_VARY_ACCEPT_ENCODING);
  tw_response_allow_page (response);
  return response;
}

TwResponse *
tw_static_answer (const TwStatic *files, const TwRequest *request)
{
  const File *file = find (files, tw_request_target (request));
  const char *verb = tw_request_method (request);

  if (file == NULL)
    return NULL;
  if (strcmp (verb, "GET") != 0 && strcmp (verb, "HEAD") != 0)
    return tw_response_new_for_verb (verb, ALLOW);
  return new_answer (request, file);
}
