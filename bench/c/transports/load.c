/* SPDX-License-Identifier: Apache-2.0 */

/* Asks the Tasks service, in one of the ways in which it can be asked, and says how that went: bench/transports.py runs
 * it. A run in which a call was not answered, or not with what was asked for, fails, unless --fates is given. */

#include "tw-config.h"
#include "tw-error.h"
#include "tw-line.h"
#include "tw-load.h"
#include "tw-output.h"

#include <signal.h>
#include <stdlib.h>

typedef struct
{
  const char *name;
  const TwCarrierClass *class;
  TwEncoding encoding;
} Way;

static const Way ways[] = {
  { "client", &tw_carrier_client, { TW_PROTOCOL_BINARY, TRUE } },
  { "http", &tw_carrier_http, { TW_PROTOCOL_BINARY, TRUE } },
  { "binary-buffered", &tw_carrier_stream, { TW_PROTOCOL_BINARY, FALSE } },
  { "binary-framed", &tw_carrier_stream, { TW_PROTOCOL_BINARY, TRUE } },
  { "compact", &tw_carrier_stream, { TW_PROTOCOL_COMPACT, TRUE } },
  { "mqtt", &tw_carrier_mqtt, { TW_PROTOCOL_BINARY, FALSE } },
  { "amqp", &tw_carrier_amqp, { TW_PROTOCOL_BINARY, FALSE } },
  { "tcp", &tw_carrier_stream, { TW_PROTOCOL_BINARY, TRUE } },
  { "udp", &tw_carrier_udp, { TW_PROTOCOL_BINARY, FALSE } },
};

typedef struct
{
  char *way, *to, *user_id, *method, *ids, *prefix, *token_file, *fates;
  gint64 in_flight, warm_up, calls, seconds, deadline_ms, qos;
} Said;

static void
said_clear (Said *said)
{
  char **texts[] = { &said->way, &said->to,     &said->user_id,    &said->method,
                     &said->ids, &said->prefix, &said->token_file, &said->fates };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (texts[i], g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Said, said_clear)

static gboolean
read_said (Said *said, int argc, char **argv, GError **error)
{
  const TwOption options[] = {
    { "way", NULL, TW_OPTION_STRING, &said->way, "NAME", "How to ask", 0, 0 },
    { "to", NULL, TW_OPTION_STRING, &said->to, "HOST:PORT", "Whom to ask", 0, 0 },
    { "user", NULL, TW_OPTION_STRING, &said->user_id, "ID", "Whose tasks", 0, 0 },
    { "method", NULL, TW_OPTION_STRING, &said->method, "NAME", "get, page or create", 0, 0 },
    { "ids", NULL, TW_OPTION_STRING, &said->ids, "FILE", "The user's tasks' ids, one a line, newest first", 0, 0 },
    { "prefix", NULL, TW_OPTION_STRING, &said->prefix, "TEXT", "What names that are created begin with", 0, 0 },
    { "token-file", NULL, TW_OPTION_STRING, &said->token_file, "FILE", "The user's access token, for http", 0, 0 },
    { "fates", NULL, TW_OPTION_STRING, &said->fates, "FILE", "Where to write what became of each call", 0, 0 },
    { "in-flight", NULL, TW_OPTION_INTEGER, &said->in_flight, "N", "Callers", 1, 1024 },
    { "warm-up", NULL, TW_OPTION_INTEGER, &said->warm_up, "N", "Calls before the run", 0, 1000000 },
    { "calls", NULL, TW_OPTION_INTEGER, &said->calls, "N", "At most", 1, 10000000 },
    { "seconds", NULL, TW_OPTION_INTEGER, &said->seconds, "N", "At most", 1, 600 },
    { "deadline-ms", NULL, TW_OPTION_INTEGER, &said->deadline_ms, "N", "Of a call", 1, 60000 },
    { "qos", NULL, TW_OPTION_INTEGER, &said->qos, "N", "Of mqtt", 0, 1 },
    { NULL, NULL, TW_OPTION_FLAG, NULL, NULL, NULL, 0, 0 },
  };

  return tw_config_read (options, "Asks for tasks and measures the answers.", argc, argv, NULL, error);
}

static const Way *
find_way (const char *name, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    if (g_strcmp0 (ways[i].name, name) == 0)
      return &ways[i];
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "--way: there is none of the name \"%s\"", name);
  return NULL;
}

static gboolean
run (TwLoad *load, const Said *said, FILE *fates, GError **error)
{
  g_autoptr (TwTally) tally = tw_tally_new ();
  guint64 datagram_bytes;

  if (said->warm_up > 0)
    tw_load_run (load, said->warm_up, said->seconds, NULL);
  if (!tw_tally_begin (tally, error))
    return FALSE;
  datagram_bytes = tw_load_datagram_bytes (load);
  tw_load_set_fates (load, fates);
  tw_load_run (load, said->calls, said->seconds, tally);
  if (fates != NULL)
    fflush (fates);
  if (!tw_tally_report (tally, tw_load_datagram_bytes (load) - datagram_bytes, error))
    return FALSE;
  if (tw_load_wrong (load) == 0 && (fates != NULL || tw_load_unanswered (load) == 0))
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL,
               "%" G_GUINT64_FORMAT " calls were not answered, %" G_GUINT64_FORMAT " of them wrongly",
               tw_load_unanswered (load), tw_load_wrong (load));
  return FALSE;
}

/* The token in the file @path; free with g_free(). */
static char *
read_token (const char *path, GError **error)
{
  g_autofree char *token = NULL;
  const char *why;
  gsize length;

  if (!g_file_get_contents (path, &token, &length, error))
    return NULL;
  if (tw_line_take (token, length, TW_LINE_ONLY, &why))
    return g_steal_pointer (&token);
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s %s", path, why);
  return NULL;
}

static gboolean
prepare_and_run (const Said *said, GError **error)
{
  const Way *way = find_way (said->way, error);
  g_autoptr (TwAddress) address = NULL;
  g_autofree char *token = NULL;
  g_auto (TwQuestions) questions = { 0 };
  TwCarrierSetup setup;
  g_autoptr (TwLoad) load = NULL; /* the first to go: it uses what is above */
  FILE *fates = NULL;
  gboolean well;

  if (way == NULL || (address = tw_address_parse (said->to, FALSE, error)) == NULL
      || !tw_questions_init (&questions, said->method, said->user_id, said->prefix, said->ids, error)
      || (said->token_file != NULL && (token = read_token (said->token_file, error)) == NULL))
    return FALSE;
  setup = (TwCarrierSetup) {
    .address = address,
    .token = token,
    .deadline_ms = (guint) said->deadline_ms,
    .encoding = way->encoding,
    .qos = (int) said->qos,
  };
  load = tw_load_new (way->class, &setup, &questions, (guint) said->in_flight, error);
  if (load == NULL)
    return FALSE;
  if (said->fates != NULL)
    fates = fopen (said->fates, "we");
  well = run (load, said, fates, error);
  if (fates != NULL)
    fclose (fates);
  return well;
}

int
main (int argc, char **argv)
{
  g_auto (Said) said = {
    .in_flight = 1,
    .warm_up = 1000,
    .calls = 1000000,
    .seconds = 5,
    .deadline_ms = 5000,
    .prefix = g_strdup ("bench"),
    .method = g_strdup ("get"),
  };
  g_autoptr (GError) error = NULL;

  tw_output_init ();
  signal (SIGPIPE, SIG_IGN);
  if (read_said (&said, argc, argv, &error) && prepare_and_run (&said, &error))
    return EXIT_SUCCESS;
  fprintf (stderr, "load: %s\n", error->message);
  return EXIT_FAILURE;
}
