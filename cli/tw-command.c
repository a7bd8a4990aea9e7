/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-command.h"

#include "tw-arguments.h"
#include "tw-bind.h"
#include "tw-error.h"
#include "tw-output.h"
#include "tw-remote.h"
#include "tw-table.h"
#include "tw-terminal-text.h"
#include "tw-watch.h"

#include <stdio.h>
#include <string.h>

enum
{
  EXIT_OK = 0,
  EXIT_FAILED = 1,
  EXIT_USAGE = 2,
};

#define NO_PORT G_MININT

/* What follows a service's stream, unless it has a method of that name. */
#define WATCH "watch"

typedef struct
{
  char *host;
  int port;
  char *service;
  int timeout_s;
  gboolean json;
  gboolean follow;
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

/* Parses as far as the options of the program itself go, or, with @arguments, also those of @method. @summary stands
 * between usage and options in the help. */
static gboolean
parse (Options *options, const char *usage, const char *summary, const TwMethod *method, TwArguments *arguments, int *argc,
       char ***argv, GError **error)
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
  const GOptionEntry of_streams[] = {
    { "follow", 0, 0, G_OPTION_ARG_NONE, &options->follow, "Go on with what is new, a line for each, until it is ended", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (usage);

  /* GOption's own --help shows a group only when it is asked for by its name. */
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_summary (context, summary);
  g_option_context_set_strict_posix (context, arguments == NULL);
  g_option_context_add_main_entries (context, arguments == NULL ? entries : entries + N_BEFORE_METHOD, NULL);
  if (method != NULL && method->stream != NULL)
    g_option_context_add_main_entries (context, of_streams, NULL);
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

/* The method whose stream WATCH follows, or NULL. */
static const TwMethod *
find_stream (const TwService *service)
{
  if (tw_service_find_method (service, WATCH, strlen (WATCH)) != NULL)
    return NULL;
  for (guint i = 0; i < service->n_methods; i++)
    if (service->methods[i].stream != NULL)
      return &service->methods[i];
  return NULL;
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
      const TwMethod *followed;

      g_string_append_printf (text, "\nMethods of --service %s (%sport %d):\n", at->name,
                              at == services ? "the default; " : "", at->port);
      for (guint i = 0; i < service->n_methods; i++)
        {
          g_autofree char *summary = summarize (service->methods[i].doc);

          g_string_append_printf (text, "  %-*s  %s\n", width, service->methods[i].name, summary);
        }
      followed = find_stream (service);
      if (followed != NULL)
        g_string_append_printf (text, "  %-*s  The same as %s --follow: what there is, and what comes.\n", width, WATCH,
                                followed->name);
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

/* Calls once, and prints the answer. */
static int
call_once (const Options *options, TwRemote *remote, const TwMethod *method, const TwArguments *arguments,
           const TwBuffer *bytes)
{
  g_autoptr (GError) error = NULL;
  json_t *reply = NULL;
  gboolean ok;

  if (!tw_remote_call (remote, method, bytes, (guint) options->timeout_s * 1000, &reply, &error))
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

/* Goes on until it can't. */
static int
follow (const Options *options, TwRemote *remote, const TwService *service, const TwMethod *method, json_t *object)
{
  g_autoptr (GError) error = NULL;

  tw_watch_run (&(TwWatch) { .remote = remote,
                             .service = service,
                             .method = method,
                             .arguments = object,
                             .timeout_ms = (guint) options->timeout_s * 1000,
                             .as_json = options->json,
                             .say = fail },
                &error);
  fail (error->message);
  return EXIT_FAILED;
}

/* Calls, with everything read. */
static int
call (const Options *options, const TwService *service, const TwMethod *method, TwArguments *arguments)
{
  g_autoptr (GError) error = NULL;
  TwAddress address = { .host = options->host != NULL ? options->host : (char[]) { "127.0.0.1" },
                        .port = (guint16) options->port };
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  json_t *object = tw_arguments_to_json (arguments, &error);
  int status = EXIT_FAILED;

  if (object == NULL)
    {
      fail (error->message);
      return EXIT_USAGE;
    }
  if (!tw_bind_object (method, object, TW_PROTOCOL_BINARY, &bytes, problems))
    {
      g_autofree char *text = tw_arguments_explain (arguments, problems);

      fail (text);
    }
  else
    {
      g_autoptr (TwRemote) remote = tw_remote_new (&address, service);

      status = options->follow ? follow (options, remote, service, method, object)
                               : call_once (options, remote, method, arguments, &bytes);
    }
  json_decref (object);
  return status;
}

/* The command line from METHOD on, which is called @name. */
static int
run_method (Options *options, const TwService *service, const TwMethod *method, const char *name, int argc, char **argv)
{
  g_autofree char *usage = g_strdup_printf ("%s [--ARGUMENT VALUE…]", name);
  g_autoptr (TwArguments) arguments = tw_arguments_new (method);
  g_autoptr (GError) error = NULL;

  if (!parse (options, usage, method->doc, method, arguments, &argc, &argv, &error))
    fail_to_parse (error->message, name);
  else if (options->help != NULL)
    return tw_output_print_and_end ("tasks", options->help);
  else if (argc > 1)
    {
      g_autofree char *message = g_strdup_printf ("unexpected argument \"%s\"", argv[1]);

      fail_to_parse (message, name);
    }
  else if (options->port < 1 || options->port > G_MAXUINT16)
    fail ("--port must be from 1 to 65535");
  else if (options->timeout_s < 1 || options->timeout_s > 3600)
    fail ("--timeout must be from 1 to 3600");
  else
    return call (options, service, method, arguments);
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
  if (!parse (&options, "METHOD [--ARGUMENT VALUE…]", methods, NULL, NULL, &argc, &argv, &error))
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
      const TwService *service = tw_schema_find_service (schema, at->service);

      method = tw_service_find_method (service, argv[1], strlen (argv[1]));
      if (method == NULL && strcmp (argv[1], WATCH) == 0)
        {
          method = find_stream (service);
          options.follow = TRUE;
        }
      if (options.port == NO_PORT)
        options.port = at->port;
      if (method != NULL)
        return run_method (&options, service, method, argv[1], argc - 1, argv + 1);
      message = g_strdup_printf ("--service %s has no method \"%s\": see --help", at->name, argv[1]);
    }
  fail (message);
  return EXIT_USAGE;
}
