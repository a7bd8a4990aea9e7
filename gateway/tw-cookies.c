/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-cookies.h"

#include "tw-inputs.h"

#include <string.h>

#define SITE_HEADER "sec-fetch-site"

/* Whether the header @name came, and once, with @wanted. */
static gboolean
says (const TwRequest *request, const char *name, const char *wanted)
{
  gsize length = 0;
  const char *sent = tw_request_header (request, name, &length);

  return sent != NULL && length == strlen (wanted) && memcmp (sent, wanted, length) == 0
         && !tw_request_is_header_repeated (request, name);
}

static TwResponse *
new_strange_wish (void)
{
  g_autoptr (TwProblems) problems = tw_problems_new ();

  tw_problems_add (problems, "header." TW_COOKIES_HEADER, "must be \"%s\"", TW_COOKIES_WANTED);
  return tw_response_new_problem_of (NULL, 400, "The request is not valid", problems);
}

/* What a browser may say of where a request comes from (https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header):
 * another origin of the same site is no friend by itself. Where the site is another one, SameSite keeps cookies away, also
 * such as are being set. */
static gboolean
is_from_friend (const TwRequest *request, gboolean may_be_another_origin)
{
  gsize length = 0;

  return tw_request_header (request, SITE_HEADER, &length) == NULL || says (request, SITE_HEADER, "same-origin")
         || (may_be_another_origin && says (request, SITE_HEADER, "same-site"));
}

gboolean
tw_cookies_wanted (const TwRequest *request, const TwMethod *method, gboolean from_friend, TwResponse **refusal)
{
  gsize length = 0;

  if (!method->uses_cookies || tw_request_header (request, TW_COOKIES_HEADER, &length) == NULL)
    return FALSE;
  if (!says (request, TW_COOKIES_HEADER, TW_COOKIES_WANTED))
    *refusal = new_strange_wish ();
  else if (!is_from_friend (request, from_friend))
    *refusal = tw_response_new_problem (403, "Cookies are for the pages of this server");
  return *refusal == NULL;
}

gboolean
tw_cookies_is_value (const char *value)
{
  for (const char *at = value; *at != '\0'; at++)
    if (*at <= 0x20 || *at >= 0x7f || strchr ("\",;\\", *at) != NULL)
      return FALSE;
  return TRUE;
}

/* With the age as it is given, where it is not negative. */
static void
add (TwResponse *response, const TwCookie *cookie, const char *value, gint64 max_age_s, gboolean secure)
{
  g_autofree char *age = max_age_s >= 0 ? g_strdup_printf ("Max-Age=%" G_GINT64_FORMAT "; ", max_age_s) : NULL;
  g_autofree char *text
    = g_strdup_printf ("%s=%s; Path=%s; %sHttpOnly; SameSite=Strict%s", cookie->name, value, cookie->path,
                       age != NULL ? age : "", secure ? "; Secure" : "");

  tw_response_add_header (response, "Set-Cookie", text);
}

void
tw_cookies_set (TwResponse *response, const TwCookie *cookie, const char *value, gboolean secure)
{
  add (response, cookie, value, cookie->max_age_s > 0 ? cookie->max_age_s : -1, secure);
}

void
tw_cookies_drop (TwResponse *response, const TwCookie *cookie, gboolean secure)
{
  add (response, cookie, "", 0, secure);
}

void
tw_cookies_drop_taken (TwResponse *response, const TwMethod *method, gboolean secure)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (field->cookie != NULL)
      tw_cookies_drop (response, field->cookie, secure);
}

gboolean
tw_cookies_are_bad (const TwMethod *method, const TwProblems *problems)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    {
      g_autofree char *location = field->cookie != NULL ? g_strconcat ("cookie.", field->cookie->name, NULL) : NULL;

      if (location != NULL && tw_problems_has (problems, location))
        return TRUE;
    }
  return FALSE;
}
