/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-rfc3339.h"

#include <string.h>

#define MS_PER_MINUTE (60 * G_GINT64_CONSTANT (1000))
#define MS_PER_DAY (24 * 60 * MS_PER_MINUTE)

#define JULIAN_1970 719163 /* the day, as GDate counts them */

#define FIRST_MS G_GINT64_CONSTANT (-62135596800000) /* 0001-01-01T00:00:00.000Z */
#define LAST_MS G_GINT64_CONSTANT (253402300799999)  /* 9999-12-31T23:59:59.999Z */

/* Digits and what parts them, as @form has them: 0 for a digit. */
static gboolean
has_form (const char *text, const char *form)
{
  for (; *form != '\0'; form++, text++)
    if (*form == '0' ? !g_ascii_isdigit (*text) : g_ascii_toupper (*text) != *form)
      return FALSE;
  return TRUE;
}

/* The number of two digits. */
static int
two (const char *digits)
{
  return g_ascii_digit_value (digits[0]) * 10 + g_ascii_digit_value (digits[1]);
}

#define DATE "0000-00-00"
#define TIME "T00:00:00"
#define OFFSET "00:00"

static gboolean
read_date (const char *text, gint64 *wall_ms)
{
  const GDateYear year = (GDateYear) (two (text) * 100 + two (text + 2));
  const int month = two (text + 5);
  const GDateDay day = (GDateDay) two (text + 8);
  GDate date;

  if (!g_date_valid_dmy (day, (GDateMonth) month, year))
    return FALSE;
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, day, (GDateMonth) month, year);
  *wall_ms = ((gint64) g_date_get_julian (&date) - JULIAN_1970) * MS_PER_DAY;
  return TRUE;
}

gboolean
tw_rfc3339_date (const char *text, gint64 *wall_ms)
{
  return has_form (text, DATE) && text[strlen (DATE)] == '\0' && read_date (text, wall_ms);
}

/* A fraction of a second, where there is one, in milliseconds; *@text is then behind it. */
static gboolean
read_fraction (const char **text, int *ms)
{
  int unit = 100;

  *ms = 0;
  if (**text != '.')
    return TRUE;
  ++*text;
  if (!g_ascii_isdigit (**text))
    return FALSE;
  for (; g_ascii_isdigit (**text); ++*text, unit /= 10)
    *ms += g_ascii_digit_value (**text) * unit;
  return TRUE;
}

/* What is at the end of a time: how far it is ahead of UTC. */
static gboolean
read_offset (const char *text, gint64 *minutes)
{
  *minutes = 0;
  if (g_ascii_toupper (*text) == 'Z')
    return text[1] == '\0';
  if ((*text != '+' && *text != '-') || !has_form (text + 1, OFFSET) || text[1 + strlen (OFFSET)] != '\0'
      || two (text + 1) > 23 || two (text + 4) > 59)
    return FALSE;
  *minutes = two (text + 1) * 60 + two (text + 4);
  if (*text == '-')
    *minutes = -*minutes;
  return TRUE;
}

gboolean
tw_rfc3339_time (const char *text, gint64 *wall_ms)
{
  const char *time = text + strlen (DATE), *rest = time + strlen (TIME);
  gint64 day_ms, minutes;
  int ms;

  if (!has_form (text, DATE TIME) || !read_date (text, &day_ms) || !read_fraction (&rest, &ms)
      || !read_offset (rest, &minutes) || two (time + 1) > 23 || two (time + 4) > 59 || two (time + 7) > 60)
    return FALSE;
  *wall_ms = day_ms + (two (time + 1) * 60 + two (time + 4) - minutes) * MS_PER_MINUTE + two (time + 7) * 1000 + ms;
  return *wall_ms >= FIRST_MS && *wall_ms <= LAST_MS;
}
