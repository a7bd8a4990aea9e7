/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-command.h"

#include "tw-arguments.h"
#include "tw-bind.h"
#include "tw-error.h"
#include "tw-output.h"
#include "tw-remote.h"
#include "tw-table.h"
#include "tw-terminal-text.h"

#include <stdio.h>
#include <string.h>

enum
{
  EXIT_OK = 0,
  EXIT_FAILED = 1,
  EXIT_USAGE = 2,
};

#define NO_PORT G_MININT

typedef struct
{
  char *host;
  int port;
  char *service;
  int timeout_s;
  gboolean json;
  gboolean version;
  gboolean wants_help;
  char *help; /* the text, where it is asked for */
} Options;

static void
options_clear (Options *options)
{
  g_free (options->host);
  g_free (options->service);
  g_free (options->help);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* What a service says, or somebody typed, is no more to be trusted here than in a table. */
static void
fail (const char *message)
{
  g_autofree char *valid = g_utf8_make_valid (message, -1);
  g_autoptr (GString) line = g_string_new (g_get_prgname ());

  g_string_append (line, ": ");
  tw_terminal_append_text (line, valid);
  fprintf (stderr, "%s\n", line->str);
}

/* A command line that is not understood; @method is the one whose help tells more, or "". */
static void
fail_to_parse (const char *message, const char *method)
{
  g_autofree char *text = g_strconcat (message, ": see ", method, method[0] != '\0' ? " --help" : "--help", NULL);

  fail (text);
}

/* Parses as far as the options of the program itself go, or, with @arguments, also those of a method. @summary stands
 * between usage and options in the help. */
static gboolean
parse (Options *options, const char *usage, const char *summary, TwArguments *arguments, int *argc, char ***argv,
       GError **error)
{
  /* The first of these choose what METHOD is: they stand before it. */
  enum { N_BEFORE_METHOD = 2 };
  const GOptionEntry entries[] = {
    { "service", 0, 0, G_OPTION_ARG_FILENAME, &options->service, "Which service to call", "NAME" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL },
    { "host", 0, 0, G_OPTION_ARG_FILENAME, &options->host, "Where it runs (127.0.0.1)", "HOST" },
    { "port", 0, 0, G_OPTION_ARG_INT, &options->port, "Its Thrift port", "PORT" },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options->timeout_s, "How long to wait for the answer (10)", "SECONDS" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Print the answer as JSON", NULL },
    { "help", 'h', 0, G_OPTION_ARG_NONE, &options->wants_help, "Print this text", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (usage);

  /* GOption's own --help shows a group only when it is asked for by its name. */
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_summary (context, summary);
  g_option_context_set_strict_posix (context, arguments == NULL);
  g_option_context_add_main_entries (context, arguments == NULL ? entries : entries + N_BEFORE_METHOD, NULL);
  if (arguments != NULL)
    {
      GOptionGroup *group = g_option_group_new ("arguments", "Arguments:", "", NULL, NULL);

      g_option_group_add_entries (group, tw_arguments_entries (arguments));
      g_option_context_add_group (context, group);
    }
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (options->wants_help)
    options->help = g_option_context_get_help (context, FALSE, NULL);
  return TRUE;
}

static const TwCommandService *
find_service (const TwCommandService *services, const char *name)
{
  if (name == NULL)
    return services;
  for (const TwCommandService *at = services; at->name != NULL; at++)
    if (strcmp (at->name, name) == 0)
      return at;
  return NULL;
}

/* The first line of a doc comment, as far as sentences end in it. */
static char *
summarize (const char *doc)
{
  char *line = g_strndup (doc, strcspn (doc, "\n"));
  char *stop = g_str_has_suffix (line, ".") ? NULL : g_strrstr (line, ". ");

  if (stop != NULL)
    stop[1] = '\0';
  return line;
}

static guint
longest_name (const TwSchema *schema, const TwCommandService *services)
{
  gsize longest = 0;

  for (const TwCommandService *at = services; at->name != NULL; at++)
    {
      const TwService *service = tw_schema_find_service (schema, at->service);

      for (guint i = 0; i < service->n_methods; i++)
        longest = MAX (longest, strlen (service->methods[i].name));
    }
  return (guint) longest;
}

/* Each service's methods, a line each. */
static char *
list_methods (const TwSchema *schema, const TwCommandService *services)
{
  GString *text = g_string_new ("Calls a method of a service and prints the answer. METHOD --help tells a method's"
                                " arguments.\n");
  const int width = (int) longest_name (schema, services);

  for (const TwCommandService *at = services; at->name != NULL; at++)
    {
      const TwService *service = tw_schema_find_service (schema, at->service);

      g_string_append_printf (text, "\nMethods of --service %s (%sport %d):\n", at->name,
                              at == services ? "the default; " : "", at->port);
      for (guint i = 0; i < service->n_methods; i++)
        {
          g_autofree char *summary = summarize (service->methods[i].doc);

          g_string_append_printf (text, "  %-*s  %s\n", width, service->methods[i].name, summary);
        }
    }
  g_string_truncate (text, text->len - 1); /* GOption ends it */
  return g_string_free (text, FALSE);
}

/* In UTF-8 whatever the locale. */
static gboolean
print_reply (const json_t *reply, gboolean as_json, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (as_json)
    {
      char *json = json_dumps (reply, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION (17));

      tw_terminal_append_json (text, json);
      g_string_append_c (text, '\n');
      free (json);
    }
  else
    tw_table_append (text, reply, tw_output_is_terminal () ? TW_TABLE_FOR_A_TERMINAL : TW_TABLE_FOR_A_PROGRAM);
  return tw_output_print (text->str, error);
}

/* @key is the call's, or NULL: where nobody knows whether it was done, the same key does it once. */
static void
fail_to_call (const GError *error, const char *key)
{
  g_autofree char *text = NULL;
  const gboolean is_known = !g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE)
                            && !g_error_matches (error, TW_ERROR, TW_ERROR_TIMEOUT);

  if (key == NULL || is_known)
    {
      fail (error->message);
      return;
    }
  text = g_strdup_printf ("%s; the same again with --idempotency-key %s is done once", error->message, key);
  fail (text);
}

/* Calls, with everything read. */
static int
call (const Options *options, const TwMethod *method, TwArguments *arguments)
{
  g_autoptr (GError) error = NULL;
  TwAddress address = { .host = options->host != NULL ? options->host : (char[]) { "127.0.0.1" },
                        .port = (guint16) options->port };
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  json_t *object, *reply = NULL;
  gboolean ok;

  object = tw_arguments_to_json (arguments, &error);
  if (object == NULL)
    {
      fail (error->message);
      return EXIT_USAGE;
    }
  ok = tw_bind_object (method, object, TW_PROTOCOL_BINARY, &bytes, problems);
  json_decref (object);
  if (!ok)
    {
      g_autofree char *text = tw_arguments_explain (arguments, problems);

      fail (text);
      return EXIT_FAILED;
    }
  if (!tw_remote_call (&address, method, &bytes, (guint) options->timeout_s * 1000, &reply, &error))
    {
      fail_to_call (error, tw_arguments_key (arguments));
      return EXIT_FAILED;
    }
  ok = reply == NULL || print_reply (reply, options->json, &error);
  if (!ok)
    fail (error->message);
  json_decref (reply);
  return ok ? EXIT_OK : EXIT_FAILED;
}

/* The command line from METHOD on. */
static int
run_method (Options *options, const TwMethod *method, int argc, char **argv)
{
  g_autofree char *usage = g_strdup_printf ("%s [--ARGUMENT VALUE…]", method->name);
  g_autoptr (TwArguments) arguments = tw_arguments_new (method);
  g_autoptr (GError) error = NULL;

  if (!parse (options, usage, method->doc, arguments, &argc, &argv, &error))
    fail_to_parse (error->message, method->name);
  else if (options->help != NULL)
    return tw_output_print_and_end ("tasks", options->help);
  else if (argc > 1)
    {
      g_autofree char *message = g_strdup_printf ("unexpected argument \"%s\"", argv[1]);

      fail_to_parse (message, method->name);
    }
  else if (options->port < 1 || options->port > G_MAXUINT16)
    fail ("--port must be from 1 to 65535");
  else if (options->timeout_s < 1 || options->timeout_s > 3600)
    fail ("--timeout must be from 1 to 3600");
  else
    return call (options, method, arguments);
  return EXIT_USAGE;
}

int
tw_command_run (const TwSchema *schema, const TwCommandService *services, int argc, char **argv)
{
  g_auto (Options) options = { .port = NO_PORT, .timeout_s = 10 };
  g_autofree char *methods = list_methods (schema, services), *message = NULL;
  g_autoptr (GError) error = NULL;
  const TwCommandService *at;
  const TwMethod *method;

  g_set_prgname ("tasks");
  if (!parse (&options, "METHOD [--ARGUMENT VALUE…]", methods, NULL, &argc, &argv, &error))
    {
      fail_to_parse (error->message, "");
      return EXIT_USAGE;
    }
  if (options.help != NULL)
    return tw_output_print_and_end ("tasks", options.help);
  if (options.version)
    return tw_output_print_and_end ("tasks", "tasks " TW_VERSION "\n");
  at = find_service (services, options.service);
  if (at == NULL)
    message = g_strdup_printf ("there is no service \"%s\": see --help", options.service);
  else if (argc < 2)
    message = g_strdup ("which METHOD? See --help");
  else
    {
      method = tw_service_find_method (tw_schema_find_service (schema, at->service), argv[1], strlen (argv[1]));
      if (options.port == NO_PORT)
        options.port = at->port;
      if (method != NULL)
        return run_method (&options, method, argc - 1, argv + 1);
      message = g_strdup_printf ("--service %s has no method \"%s\": see --help", at->name, argv[1]);
    }
  fail (message);
  return EXIT_USAGE;
}
