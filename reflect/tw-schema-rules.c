/* SPDX-License-Identifier: Apache-2.0 */

/* What no annotation can know alone: whether a method's route, arguments and reply fit each other. */

#include "tw-inputs.h"
#include "tw-schema-private.h"

#include <string.h>

/* Each value that a request brings to a method: a plain argument, or a field of a struct argument. */
typedef gboolean (*InputFunc) (const TwSpot *spot, const TwField *field, gpointer user_data, GError **error);

static gboolean
each_input (const TwSpot *spot, const TwMethod *method, InputFunc func, gpointer user_data, GError **error)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    {
      g_autofree char *name = tw_inputs_name (&inputs, field);
      const TwSpot at = { spot->document, spot->owner, name };

      if (!func (&at, field, user_data, error))
        return FALSE;
    }
  return TRUE;
}

static const char *
source_key (TwSource source)
{
  static const char *const keys[] = { "api.body", "api.path", "api.query", "api.header", "api.cookie",
                                      "tw.claim", "tw.fingerprint", "tw.internal" };

  return keys[source];
}

static gboolean
is_scalar (const TwType *type)
{
  return type->wire < TW_WIRE_STRUCT && !type->binary;
}

/* No two values may come from one place; the claims alone may go to several. */
static gboolean
check_input_differs (const TwSpot *spot, const TwField *field, gpointer user_data, GError **error)
{
  GHashTable *seen = user_data;
  const char *name = field->source == TW_SOURCE_BODY ? field->json_name : field->source_name;

  if (field->source == TW_SOURCE_CLAIM || field->nulls)
    return TRUE;
  if (!g_hash_table_add (seen, g_strdup_printf ("%d %s", (int) field->source, name)))
    return tw_spot_fail (spot, source_key (field->source), error, "\"%s\" is taken by another argument or field", name);
  if (field->cookie != NULL
      && !g_hash_table_add (seen, g_strdup_printf ("%d %s", (int) TW_SOURCE_COOKIE, field->cookie->name)))
    return tw_spot_fail (spot, "tw.cookie", error, "\"%s\" is taken by another argument or field", field->cookie->name);
  return TRUE;
}

static gboolean
check_not_internal (const TwSpot *spot, const TwField *field, gpointer user_data, GError **error)
{
  return field->source != TW_SOURCE_INTERNAL
         || tw_spot_fail (spot, "tw.internal", error, "can't stand on what a request brings");
}

static gboolean
check_no_body (const TwSpot *spot, const TwField *field, gpointer user_data, GError **error)
{
  if (field->source == TW_SOURCE_BODY)
    return tw_spot_fail (spot, NULL, error, "would come from the body, which a GET has not: give it api.query");
  return TRUE;
}

static gboolean
check_no_claim (const TwSpot *spot, const TwField *field, gpointer user_data, GError **error)
{
  if (field->source == TW_SOURCE_CLAIM)
    return tw_spot_fail (spot, "tw.claim", error, "there is no token where the method has tw.auth=\"none\"");
  return TRUE;
}

static gboolean
check_not_ended (const TwSpot *spot, const TwField *field, gpointer user_data, GError **error)
{
  if (field->source == TW_SOURCE_CLAIM && strcmp (field->source_name, TW_CLAIM_ENDED) == 0)
    return tw_spot_fail (spot, "tw.claim", error, "\"" TW_CLAIM_ENDED "\" is for what a method returns");
  return TRUE;
}

/* Path parameters */

static gboolean
check_has_parameter (const TwSpot *spot, const TwField *field, gpointer user_data, GError **error)
{
  const char *const *parameters = user_data;

  if (field->source == TW_SOURCE_PATH && !g_strv_contains (parameters, field->source_name))
    return tw_spot_fail (spot, "api.path", error, "the route has no parameter \":%s\"", field->source_name);
  return TRUE;
}

static gboolean
note_path_name (const TwSpot *spot, const TwField *field, gpointer user_data, GError **error)
{
  if (field->source == TW_SOURCE_PATH)
    g_hash_table_add (user_data, (gpointer) (guintptr) field->source_name);
  return TRUE;
}

static gboolean
check_path (const TwSpot *spot, const TwMethod *method, GError **error)
{
  g_auto (GStrv) parameters = tw_route_parameters (method->path, error);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  if (parameters == NULL || !each_input (spot, method, check_has_parameter, parameters, error)
      || !each_input (spot, method, note_path_name, names, error))
    return FALSE;
  for (char **parameter = parameters; *parameter != NULL; parameter++)
    if (!g_hash_table_contains (names, *parameter))
      return tw_spot_fail (spot, NULL, error, "no argument or field has api.path=\"%s\", which the route names",
                           *parameter);
  return TRUE;
}

/* Nesting: what lies deeper than a struct argument's fields can only come from the body. */

static gboolean check_nested (const TwSpot *spot, const TwType *type, GHashTable *seen, GError **error);

static gboolean
check_nested_structure (const TwSpot *spot, const TwStruct *structure, GHashTable *seen, GError **error)
{
  if (!g_hash_table_add (seen, (gpointer) (guintptr) structure))
    return TRUE;
  for (guint i = 0; i < structure->n_fields; i++)
    {
      const TwField *field = &structure->fields[i];

      if (field->source != TW_SOURCE_BODY && field->source != TW_SOURCE_CLAIM)
        return tw_spot_fail (spot, source_key (field->source), error,
                             "can't stand on %s.%s, which lies deeper than an argument's fields", structure->name,
                             field->name);
      if (field->cookie != NULL)
        return tw_spot_fail (spot, "tw.cookie", error, "can't stand on %s.%s, which lies deeper than an argument's fields",
                             structure->name, field->name);
      if (!check_nested (spot, field->type, seen, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_nested (const TwSpot *spot, const TwType *type, GHashTable *seen, GError **error)
{
  while (type->element != NULL)
    type = type->element;
  return type->structure == NULL || check_nested_structure (spot, type->structure, seen, error);
}

static gboolean
check_input_nesting (const TwSpot *spot, const TwField *field, gpointer user_data, GError **error)
{
  return check_nested (spot, field->type, user_data, error);
}

static gboolean
check_inputs (const TwSpot *spot, const TwMethod *method, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) nested = g_hash_table_new (NULL, NULL);

  return each_input (spot, method, check_input_differs, seen, error)
         && each_input (spot, method, check_not_internal, NULL, error)
         && each_input (spot, method, check_input_nesting, nested, error)
         && each_input (spot, method, check_not_ended, NULL, error)
         && (strcmp (method->verb, "GET") != 0 || each_input (spot, method, check_no_body, NULL, error))
         && (method->needs_token || each_input (spot, method, check_no_claim, NULL, error));
}

/* Answers */

static gboolean
check_location (const TwSpot *spot, const TwMethod *method, GError **error)
{
  const TwStruct *reply = method->returns != NULL ? method->returns->structure : NULL;

  if (method->location[0] != '/')
    return tw_spot_fail (spot, "tw.location", error, "must begin with /");
  if (reply == NULL)
    return tw_spot_fail (spot, "tw.location", error, "needs a reply that is a struct");
  for (const char *at = method->location; *at != '\0'; at++)
    {
      const char *end = strchr (at, '}');

      if (*at == '}' || (*at == '{' && end == NULL))
        return tw_spot_fail (spot, "tw.location", error, "has a brace without its partner");
      if (*at != '{')
        continue;

      const TwField *field = tw_struct_find_name (reply, at + 1, (gsize) (end - at - 1));

      if (field == NULL || !is_scalar (field->type) || field->secret || field->source == TW_SOURCE_INTERNAL)
        return tw_spot_fail (spot, "tw.location", error,
                             "%s has no such field to show, or it is not a plain value: %.*s", reply->name,
                             (int) (end - at + 1), at);
      at = end;
    }
  return TRUE;
}

static gboolean
check_status (const TwSpot *spot, const TwMethod *method, GError **error)
{
  if (method->returns != NULL && (method->status == 204 || method->status == 205))
    return tw_spot_fail (spot, "tw.status", error, "%u has no body, but the method returns a value", method->status);
  return TRUE;
}

static gboolean
has_claim (const TwStruct *structure, const char *claim)
{
  for (guint i = 0; i < structure->n_fields; i++)
    if (structure->fields[i].source == TW_SOURCE_CLAIM && strcmp (structure->fields[i].source_name, claim) == 0)
      return TRUE;
  return FALSE;
}

/* What the gateway adds to the reply of a method that issues a session. */
static const char *const added_members[] = { "accessToken", "tokenType", "expiresIn", NULL };

static gboolean
check_issues (const TwSpot *spot, const TwMethod *method, GError **error)
{
  const TwStruct *reply = method->returns != NULL ? method->returns->structure : NULL;

  if (reply == NULL || !has_claim (reply, "sub") || !has_claim (reply, "sid"))
    return tw_spot_fail (spot, "tw.issues", error,
                         "needs a reply that is a struct with fields marked tw.claim=\"sub\" and tw.claim=\"sid\"");
  for (guint i = 0; i < reply->n_fields; i++)
    if (g_strv_contains (added_members, reply->fields[i].json_name))
      return tw_spot_fail (spot, "tw.issues", error, "adds a member \"%s\", which %s has already",
                           reply->fields[i].json_name, reply->name);
  return TRUE;
}

static gboolean
check_revokes (const TwSpot *spot, const TwMethod *method, GError **error)
{
  const TwStruct *reply = method->returns != NULL ? method->returns->structure : NULL;
  gboolean told = method->needs_token || (reply != NULL && has_claim (reply, TW_CLAIM_ENDED));

  for (guint i = method->returns != NULL; i < method->result->n_fields; i++)
    told = told || has_claim (method->result->fields[i].type->structure, method->revokes);
  if (!told)
    return tw_spot_fail (spot, "tw.revokes", error,
                         "needs a token, an exception with a field marked tw.claim=\"%s\", or a reply with one marked"
                         " tw.claim=\"" TW_CLAIM_ENDED "\"",
                         method->revokes);
  return TRUE;
}

static gboolean
has_status (const TwStruct *exception)
{
  for (guint i = 0; exception != NULL && i < exception->n_fields; i++)
    if (exception->fields[i].error_role == TW_ERROR_ROLE_STATUS)
      return TRUE;
  return FALSE;
}

/* Statuses come of exceptions alone. */
static gboolean
check_errors (const TwSpot *spot, const TwMethod *method, GError **error)
{
  for (guint i = method->returns != NULL; i < method->result->n_fields; i++)
    if (has_status (method->result->fields[i].type->structure))
      return TRUE;
  return tw_spot_fail (spot, "tw.errors", error, "needs an exception that has a status");
}

static gboolean
check_route (const TwSpot *spot, const TwMethod *method, GError **error)
{
  if (method->oneway)
    return tw_spot_fail (spot, NULL, error, "a oneway method can't have a route: it has no answer");
  return check_path (spot, method, error) && check_inputs (spot, method, error) && check_status (spot, method, error);
}

/* What is only done, or only known, at the edge. */
static gboolean
check_no_route (const TwSpot *spot, const TwMethod *method, GError **error)
{
  static const char *const no_parameters[] = { NULL };
  const char *key = method->location != NULL  ? "tw.location"
                    : method->issues_session  ? "tw.issues"
                    : method->revokes != NULL ? "tw.revokes"
                    : method->drops != NULL   ? "tw.drops"
                    : method->errors != NULL  ? "tw.errors"
                    : method->stream != NULL  ? "tw.stream"
                                              : NULL;

  if (key != NULL)
    return tw_spot_fail (spot, key, error, "needs a route");
  for (guint i = 0; i < method->arguments->n_fields; i++)
    {
      const TwField *argument = &method->arguments->fields[i];
      TwSpot at = { spot->document, spot->owner, argument->name };

      if (!check_has_parameter (&at, argument, (gpointer) (guintptr) no_parameters, error))
        return FALSE;
    }
  return TRUE;
}

/* Roles */

static gboolean
has_field (const TwStruct *structure, gint16 id, TwWireType wire)
{
  const TwField *field = structure != NULL ? tw_struct_find_field (structure, id) : NULL;

  return field != NULL && field->type->wire == wire && !field->type->binary;
}

static gboolean
check_health (const TwSpot *spot, const TwMethod *method, GError **error)
{
  const TwStruct *reply = method->returns != NULL ? method->returns->structure : NULL;

  if (method->arguments->n_fields == 0 && has_field (reply, 1, TW_WIRE_BOOL) && has_field (reply, 2, TW_WIRE_STRING))
    return TRUE;
  return tw_spot_fail (spot, "tw.role", error, "health takes nothing and gives a struct { 1: bool, 2: string }");
}

static gboolean
check_revocations (const TwSpot *spot, const TwMethod *method, GError **error)
{
  const TwStruct *reply = method->returns != NULL ? method->returns->structure : NULL;

  if (method->arguments->n_fields == 1 && has_field (method->arguments, 1, TW_WIRE_I64)
      && has_field (reply, 1, TW_WIRE_I64) && has_field (reply, 2, TW_WIRE_LIST))
    {
      const TwStruct *ended = tw_struct_find_field (reply, 2)->type->element->structure;

      if (has_field (ended, 1, TW_WIRE_STRING) && has_field (ended, 2, TW_WIRE_I64))
        return TRUE;
    }
  return tw_spot_fail (spot, "tw.role", error,
                       "revocations takes (1: i64) and gives a struct { 1: i64, 2: list<struct "
                       "{ 1: string, 2: i64 }> }");
}

static gboolean
check_hints (const TwSpot *spot, const TwMethod *method, GError **error)
{
  const TwStruct *reply = method->returns != NULL ? method->returns->structure : NULL;

  if (method->arguments->n_fields == 2 && has_field (method->arguments, 1, TW_WIRE_I64)
      && has_field (method->arguments, 2, TW_WIRE_I32) && has_field (reply, 1, TW_WIRE_I64)
      && has_field (reply, 2, TW_WIRE_LIST) && has_field (reply, 3, TW_WIRE_BOOL))
    {
      const TwType *user = tw_struct_find_field (reply, 2)->type->element;

      if (user->wire == TW_WIRE_STRING && !user->binary)
        return TRUE;
    }
  return tw_spot_fail (spot, "tw.role", error,
                       "hints takes (1: i64, 2: i32) and gives a struct { 1: i64, 2: list<string>, 3: bool }");
}

gboolean
tw_rules_check_method (const TwSpot *spot, const TwMethod *method, GError **error)
{
  if (!(method->verb != NULL ? check_route (spot, method, error) : check_no_route (spot, method, error)))
    return FALSE;
  return (method->location == NULL || check_location (spot, method, error))
         && (method->errors == NULL || check_errors (spot, method, error))
         && (!method->issues_session || check_issues (spot, method, error))
         && (method->revokes == NULL || check_revokes (spot, method, error))
         && (method->role != TW_ROLE_HEALTH || check_health (spot, method, error))
         && (method->role != TW_ROLE_REVOCATIONS || check_revocations (spot, method, error))
         && (method->role != TW_ROLE_HINTS || check_hints (spot, method, error));
}

gboolean
tw_rules_check_service (const TwSpot *spot, const TwService *service, GError **error)
{
  const TwMethod *holder[TW_N_ROLES] = { NULL };
  const TwMethod *streamed = NULL;

  for (guint i = 0; i < service->n_methods; i++)
    {
      const TwMethod *method = &service->methods[i];

      if (method->role != TW_ROLE_NONE && holder[method->role] != NULL)
        return tw_spot_fail (spot, "tw.role", error, "%s and %s have the same role", holder[method->role]->name,
                             method->name);
      holder[method->role] = method;
      if (method->stream != NULL)
        streamed = method;
    }
  if (streamed != NULL && holder[TW_ROLE_HINTS] == NULL)
    return tw_spot_fail (spot, "tw.stream", error, "%s needs a method of the service with tw.role=\"hints\"",
                         streamed->name);
  return TRUE;
}
