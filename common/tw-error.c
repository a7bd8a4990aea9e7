/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-error.h"

#include <stdatomic.h>

/* As G_DEFINE_QUARK has it, but with an atomic: the first errors may be made by several threads at once. */
GQuark
tw_error_quark (void)
{
  static atomic_uint quark;
  GQuark known = atomic_load (&quark);

  if (known == 0)
    {
      known = g_quark_from_static_string ("tw-error-quark");
      atomic_store (&quark, known);
    }
  return known;
}

/* Each code's HTTP status; public tells whether its message is written for clients. */
static const struct
{
  TwErrorCode code;
  int status;
  gboolean is_public;
} codes[] = {
  { TW_ERROR_INTERNAL, 500, FALSE },       { TW_ERROR_CONFIGURATION, 500, FALSE }, { TW_ERROR_INVALID, 400, TRUE },
  { TW_ERROR_UNAUTHENTICATED, 401, TRUE }, { TW_ERROR_NOT_FOUND, 404, TRUE },      { TW_ERROR_CONFLICT, 409, TRUE },
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
