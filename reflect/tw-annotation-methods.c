/* SPDX-License-Identifier: Apache-2.0 */

/* What annotations say about a method, or a service. Whether it fits the method's arguments and reply is for tw-schema-rules.c. */

#include "tw-annotation.h"

#include <string.h>

gboolean
tw_decode_route (TwReading *reading, GError **error)
{
  TwMethod *method = reading->method;
  g_autoptr (GError) reason = NULL;
  g_auto (GStrv) parameters = NULL;
  g_autofree char *verb = g_ascii_strup (strchr (reading->annotation->key, '.') + 1, -1);

  if (method->verb != NULL)
    return TW_READING_FAIL (reading, error, "the method has another route already");
  parameters = tw_route_parameters (reading->value, &reason);
  if (parameters == NULL)
    return TW_READING_FAIL (reading, error, "%s", reason->message);
  method->verb = tw_schema_string (reading->schema, verb);
  method->path = tw_schema_string (reading->schema, reading->value);
  return TRUE;
}

gboolean
tw_decode_auth (TwReading *reading, GError **error)
{
  reading->open = TRUE;
  return tw_reading_is (reading, "none", error);
}

gboolean
tw_decode_status (TwReading *reading, GError **error)
{
  guint64 status;

  if (!g_ascii_string_to_unsigned (reading->value, 10, 200, 299, &status, NULL))
    return TW_READING_FAIL (reading, error, "must be a number from 200 to 299");
  reading->method->status = (guint) status;
  return TRUE;
}

gboolean
tw_decode_errors (TwReading *reading, GError **error)
{
  TwMethod *method = reading->method;
  g_auto (GStrv) texts = g_strsplit (reading->value, ",", -1);
  guint n = g_strv_length (texts);
  guint *errors = tw_schema_new (reading->schema, guint, n);

  for (guint i = 0; i < n; i++)
    {
      guint64 status;

      if (!g_ascii_string_to_unsigned (texts[i], 10, 400, 599, &status, NULL))
        return TW_READING_FAIL (reading, error, "must be statuses from 400 to 599, parted by a comma alone");
      if (i > 0 && status <= errors[i - 1])
        return TW_READING_FAIL (reading, error, "must go up, and name each status once");
      errors[i] = (guint) status;
    }
  if (n == 0)
    return TW_READING_FAIL (reading, error, "must not be empty");
  method->errors = errors;
  method->n_errors = n;
  return TRUE;
}

gboolean
tw_decode_location (TwReading *reading, GError **error)
{
  reading->method->location = tw_schema_string (reading->schema, reading->value);
  return TRUE;
}

gboolean
tw_decode_retry (TwReading *reading, GError **error)
{
  if (strcmp (reading->value, "safe") == 0)
    reading->method->retry_safe = TRUE;
  else if (strcmp (reading->value, "key") == 0)
    reading->method->retry_keyed = TRUE;
  else
    return TW_READING_FAIL (reading, error, "must be \"safe\" or \"key\"");
  return TRUE;
}

gboolean
tw_decode_issues (TwReading *reading, GError **error)
{
  reading->method->issues_session = TRUE;
  return tw_reading_is (reading, "session", error);
}

gboolean
tw_decode_revokes (TwReading *reading, GError **error)
{
  reading->method->revokes = tw_schema_string (reading->schema, reading->value);
  return tw_reading_is (reading, "sid", error);
}

gboolean
tw_decode_role (TwReading *reading, GError **error)
{
  if (strcmp (reading->value, "health") == 0)
    reading->method->role = TW_ROLE_HEALTH;
  else if (strcmp (reading->value, "revocations") == 0)
    reading->method->role = TW_ROLE_REVOCATIONS;
  else if (strcmp (reading->value, "hints") == 0)
    reading->method->role = TW_ROLE_HINTS;
  else
    return TW_READING_FAIL (reading, error, "must be \"health\", \"revocations\" or \"hints\"");
  return TRUE;
}

gboolean
tw_decode_calls (TwReading *reading, GError **error)
{
  reading->service->side_by_side = TRUE;
  return tw_reading_is (reading, "side-by-side", error);
}

gboolean
tw_decode_context (TwReading *reading, GError **error)
{
  reading->service->takes_context = TRUE;
  return tw_reading_is (reading, "accepted", error);
}
