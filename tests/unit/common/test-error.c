/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-error.h"

#include <string.h>

static void
test_status (void)
{
  static const struct
  {
    TwErrorCode code;
    int status;
  } cases[] = {
    { TW_ERROR_INTERNAL, 500 }, { TW_ERROR_CONFIGURATION, 500 }, { TW_ERROR_INVALID, 400 },
    { TW_ERROR_UNAUTHENTICATED, 401 }, { TW_ERROR_FORBIDDEN, 403 }, { TW_ERROR_NOT_FOUND, 404 }, { TW_ERROR_CONFLICT, 409 },
    { TW_ERROR_TOO_LARGE, 413 }, { TW_ERROR_PRECONDITION, 412 }, { TW_ERROR_REUSED, 422 }, { TW_ERROR_UNAVAILABLE, 503 }, { TW_ERROR_TIMEOUT, 504 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new (TW_ERROR, (int) cases[i].code, "what happened");

      g_assert_cmpint (tw_error_status (error), ==, cases[i].status);
      if (cases[i].status != 500)
        g_assert_cmpint ((int) tw_error_code_from_status (cases[i].status), ==, (int) cases[i].code);
    }
  g_assert_cmpint ((int) tw_error_code_from_status (418), ==, TW_ERROR_INTERNAL);
}

static void
test_public_message (void)
{
  g_autoptr (GError) ours = g_error_new (TW_ERROR, TW_ERROR_NOT_FOUND, "Task not found");
  g_autoptr (GError) internal = g_error_new (TW_ERROR, TW_ERROR_INTERNAL, "secret.db is corrupt");
  g_autoptr (GError) foreign = g_error_new (G_FILE_ERROR, G_FILE_ERROR_ACCES, "/etc/secret");

  g_assert_cmpstr (tw_error_public_message (ours), ==, "Task not found");
  g_assert_null (strstr (tw_error_public_message (internal), "secret"));
  g_assert_null (strstr (tw_error_public_message (foreign), "secret"));
  g_assert_cmpint (tw_error_status (foreign), ==, 500);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/each-code-has-its-status", test_status);
  g_test_add_func ("/error/internal-messages-stay-inside", test_public_message);
  return g_test_run ();
}
