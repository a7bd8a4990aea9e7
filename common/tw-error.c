/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-error.h"

#include <pthread.h>
#include <stdarg.h>

/* What an error of the domain holds beside its code and message: GLib keeps it in front of the error, aligned so
 * (G_DEFINE_EXTENDED_ERROR, which these warnings do not let pass). */
typedef struct
{
  char *location;
  const char *type;
} Extension;

#define ALIGNMENT (2 * sizeof (gsize))
#define EXTENSION_SIZE ((sizeof (Extension) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

static Extension *
extension (const GError *error)
{
  return (Extension *) (gpointer) ((guint8 *) (guintptr) error - EXTENSION_SIZE);
}

static void
extension_init (GError *error)
{
  *extension (error) = (Extension) { .location = NULL };
}

static void
extension_copy (const GError *from, GError *to)
{
  extension (to)->location = g_strdup (extension (from)->location);
  extension (to)->type = extension (from)->type;
}

static void
extension_clear (GError *error)
{
  g_free (extension (error)->location);
}

static GQuark quark;

static void
register_domain (void)
{
  quark = g_error_domain_register_static ("tw-error-quark", sizeof (Extension), extension_init, extension_copy,
                                          extension_clear);
}

/* The first errors may be made by several threads at once. */
GQuark
tw_error_quark (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, register_domain);
  return quark;
}

static void G_GNUC_PRINTF (2, 0)
locate (GError *error, const char *format, va_list arguments)
{
  g_free (extension (error)->location);
  extension (error)->location = g_strdup_vprintf (format, arguments);
}

void
tw_error_locate (GError *error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  locate (error, format, arguments);
  va_end (arguments);
}

gboolean
tw_error_propagate_at (GError **error, GError *why, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  locate (why, format, arguments);
  va_end (arguments);
  g_propagate_error (error, why);
  return FALSE;
}

const char *
tw_error_location (const GError *error)
{
  return error->domain == TW_ERROR ? extension (error)->location : NULL;
}

void
tw_error_set_type (GError *error, const char *type)
{
  extension (error)->type = type;
}

const char *
tw_error_type (const GError *error)
{
  return error->domain == TW_ERROR ? extension (error)->type : NULL;
}

/* Each code's HTTP status; public tells whether its message is written for clients. */
static const struct
{
  TwErrorCode code;
  int status;
  gboolean is_public;
} codes[] = {
  { TW_ERROR_INTERNAL, 500, FALSE },       { TW_ERROR_CONFIGURATION, 500, FALSE }, { TW_ERROR_INVALID, 400, TRUE },
  { TW_ERROR_UNAUTHENTICATED, 401, TRUE }, { TW_ERROR_FORBIDDEN, 403, TRUE },
  { TW_ERROR_NOT_FOUND, 404, TRUE },      { TW_ERROR_CONFLICT, 409, TRUE },
  { TW_ERROR_GONE, 410, TRUE },
  { TW_ERROR_PRECONDITION, 412, TRUE },    { TW_ERROR_TOO_LARGE, 413, TRUE },      { TW_ERROR_REUSED, 422, TRUE },
  { TW_ERROR_LIMITED, 429, TRUE },         { TW_ERROR_UNAVAILABLE, 503, TRUE },    { TW_ERROR_TIMEOUT, 504, TRUE },
};

int
tw_error_status (const GError *error)
{
  if (error->domain == TW_ERROR)
    for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
      if ((int) codes[i].code == error->code)
        return codes[i].status;
  return 500;
}

TwErrorCode
tw_error_code_from_status (int status)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].status == status)
      return codes[i].code;
  return TW_ERROR_INTERNAL;
}

const char *
tw_error_public_message (const GError *error)
{
  if (error->domain == TW_ERROR)
    for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
      if ((int) codes[i].code == error->code && codes[i].is_public)
        return error->message;
  return "Something went wrong on our side";
}
