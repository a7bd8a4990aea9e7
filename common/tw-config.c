/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-config.h"

#include "tw-error.h"
#include "tw-output.h"

#include <stdlib.h>
#include <string.h>

/* Sets the target from @text; @where ("--port" or "TW_PORT") is named when it can't be read. */
static gboolean
set_option (const TwOption *option, const char *where, const char *text, GError **error)
{
  static const char *const yes[] = { "1", "true", "yes", NULL }, *const no[] = { "0", "false", "no", NULL };
  gint64 integer;

  switch (option->kind)
    {
    case TW_OPTION_FLAG:
      if (!g_strv_contains (yes, text) && !g_strv_contains (no, text))
        {
          g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s must be true or false", where);
          return FALSE;
        }
      *(gboolean *) option->target = g_strv_contains (yes, text);
      return TRUE;
    case TW_OPTION_INTEGER:
      if (!g_ascii_string_to_signed (text, 10, option->minimum, option->maximum, &integer, NULL))
        {
          g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
                       "%s must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ", not \"%s\"",
                       where, option->minimum, option->maximum, text);
          return FALSE;
        }
      *(gint64 *) option->target = integer;
      return TRUE;
    case TW_OPTION_STRING:
      if (text[0] == '\0')
        {
          g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s must not be empty", where);
          return FALSE;
        }
      g_free (*(char **) option->target);
      *(char **) option->target = g_strdup (text);
      return TRUE;
    case TW_OPTION_STRINGS:
      g_strfreev (*(char ***) option->target);
      *(char ***) option->target = g_strsplit (text, ",", -1);
      return TRUE;
    default:
      g_return_val_if_reached (FALSE);
    }
}

static gboolean
read_environment (const TwOption *options, GError **error)
{
  for (const TwOption *option = options; option->name != NULL; option++)
    {
      const char *text = option->environment != NULL ? g_getenv (option->environment) : NULL;

      if (text != NULL && text[0] != '\0' && !set_option (option, option->environment, text, error))
        return FALSE;
    }
  return TRUE;
}

/* GOption writes here first, so that what was not given can be told from what was. */
typedef union
{
  gboolean flag;
  char *text;
  char **texts;
} Given;

/* With the default, which the target holds as yet, and the environment variable. */
static char *
describe (const TwOption *option)
{
  GString *text = g_string_new (option->description);

  if (option->kind == TW_OPTION_STRING && *(char **) option->target != NULL && **(char **) option->target != '\0')
    g_string_append_printf (text, " (%s)", *(char **) option->target);
  if (option->kind == TW_OPTION_INTEGER)
    g_string_append_printf (text, " (%" G_GINT64_FORMAT ")", *(gint64 *) option->target);
  if (option->environment != NULL)
    g_string_append_printf (text, " [%s]", option->environment);
  return g_string_free (text, FALSE);
}

static GOptionEntry *
make_entries (const TwOption *options, guint n, Given *given, GStringChunk *texts)
{
  GOptionEntry *entries = g_new0 (GOptionEntry, n + 1);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *description = describe (&options[i]);

      entries[i].long_name = options[i].name;
      entries[i].description = g_string_chunk_insert (texts, description);
      entries[i].arg_description = options[i].argument;
      entries[i].arg_data = &given[i];
      /* FILENAME: the bytes as they came, whatever the locale. */
      entries[i].arg = options[i].kind == TW_OPTION_FLAG      ? G_OPTION_ARG_NONE
                       : options[i].kind == TW_OPTION_STRINGS ? G_OPTION_ARG_FILENAME_ARRAY
                                                              : G_OPTION_ARG_FILENAME;
    }
  return entries;
}

/* Moves what the command line gave into the targets. */
static gboolean
take_given (const TwOption *option, Given *given, GError **error)
{
  g_autofree char *flag = g_strconcat ("--", option->name, NULL);
  gboolean ok = TRUE;

  if (option->kind == TW_OPTION_FLAG)
    {
      if (given->flag)
        *(gboolean *) option->target = TRUE;
    }
  else if (option->kind == TW_OPTION_STRINGS)
    {
      if (given->texts != NULL)
        {
          g_strfreev (*(char ***) option->target);
          *(char ***) option->target = g_steal_pointer (&given->texts);
        }
    }
  else if (given->text != NULL)
    {
      ok = set_option (option, flag, given->text, error);
      g_clear_pointer (&given->text, g_free);
    }
  return ok;
}

/* What every program has. GOption's own --help ends the process without a look at whether it was printed. */
typedef struct
{
  gboolean help;
  gboolean version;
} Common;

static void
add_common_entries (GOptionContext *context, Common *common)
{
  const GOptionEntry entries[] = {
    { "help", 'h', 0, G_OPTION_ARG_NONE, &common->help, "Print this text", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &common->version, "Print the version", NULL },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
}

/* Ends the process where that is all that was asked for. */
static void
print_what_was_asked_for (GOptionContext *context, const Common *common)
{
  g_autofree char *text = NULL;

  if (common->help)
    text = g_option_context_get_help (context, TRUE, NULL);
  else if (common->version)
    text = g_strconcat (g_get_prgname (), " " TW_VERSION "\n", NULL);
  if (text != NULL)
    exit (tw_output_print_and_end (g_get_prgname (), text));
}

gboolean
tw_config_read (const TwOption *options, const char *summary, int argc, char **argv, char ***rest, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (rest != NULL ? "[ARGUMENT…]" : NULL);
  g_autoptr (GStringChunk) texts = g_string_chunk_new (1024);
  g_autofree GOptionEntry *entries = NULL;
  g_autofree Given *given = NULL;
  g_autofree char **arguments = g_new0 (char *, argc + 1);
  g_autoptr (GError) failure = NULL;
  Common common = { FALSE, FALSE };
  gboolean ok;
  guint n = 0;

  while (options[n].name != NULL)
    n++;
  given = g_new0 (Given, n);
  entries = make_entries (options, n, given, texts);
  g_option_context_set_summary (context, summary);
  add_common_entries (context, &common);
  g_option_context_add_main_entries (context, entries, NULL);

  /* GOption moves the pointers about: argv itself stays as it is. */
  memcpy (arguments, argv, sizeof *argv * (gsize) argc);
  ok = g_option_context_parse (context, &argc, &arguments, &failure);
  if (ok)
    {
      print_what_was_asked_for (context, &common);
      ok = read_environment (options, &failure);
    }
  for (guint i = 0; i < n; i++)
    ok = take_given (&options[i], &given[i], ok ? &failure : NULL) && ok;
  if (ok && rest == NULL && argc > 1)
    {
      g_set_error (&failure, TW_ERROR, TW_ERROR_CONFIGURATION, "unexpected argument \"%s\": see --help", arguments[1]);
      ok = FALSE;
    }
  if (ok && rest != NULL)
    *rest = g_strdupv (arguments + 1);
  if (!ok)
    g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s%s", failure->message,
                 failure->domain == G_OPTION_ERROR ? ": see --help" : "");
  return ok;
}
