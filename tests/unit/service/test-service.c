/* SPDX-License-Identifier: Apache-2.0 */

/* A service's life as a process: this program, run again with --serve, is one whose state is a word and which notes
 * on standard output when it is opened and closed. */

#include "tw-service.h"

#include "tw-error.h"
#include "tw-generated-types.h"
#include "tw-idl.h"
#include "tw-temporary-folder.h"

#include "tw_tasks.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char state[] = "state";

static gpointer
open_state (const char *location, const TwClock *clock, TwPlain plain, GError **error)
{
  if (g_str_has_suffix (location, "broken"))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "it is broken");
      return NULL;
    }
  printf ("opened\n");
  fflush (stdout);
  return state;
}

static GObject *
new_processor (gpointer opened, const TwCallContext *const *context)
{
  g_assert_true (opened == state);
  return g_object_new (TW_TYPE_TASKS_PROCESSOR, NULL);
}

static void
tend_state (gpointer opened)
{
  g_assert_true (opened == state);
  printf ("tended\n");
  fflush (stdout);
}

static void
close_state (gpointer opened)
{
  g_assert_true (opened == state);
  printf ("closed\n");
}

/* Whether there is something to tend is said by a variable: most cases look at the other lines alone. */
#define TEND "TW_TEST_TEND"

static int
serve (int argc, char **argv)
{
  static const TwServiceStore stores[] = { { "sqlite:", TRUE, open_state }, { NULL, FALSE, NULL } };
  const TwServiceSpec spec = {
    .program = "test-service", .summary = "Tests.", .service = "Tasks", .default_port = 1,
    .listen_environment = "TW_TEST_LISTEN", .database_file = "test.db", .stores = stores,
    .load_schema = tw_idl_load, .types = tw_generated_types, .n_types = G_N_ELEMENTS (tw_generated_types),
    .threads = 2, .read_threads = 2, .new_processor = new_processor,
    .tend = g_getenv (TEND) != NULL ? tend_state : NULL, .close = close_state,
  };

  return tw_service_run (&spec, argc, argv);
}

typedef struct
{
  GPid pid;
  FILE *out, *errors;
} Process;

/* Starts the service in @folder with one flag and its value more. */
static Process
start (const char *folder, const char *flag, const char *value)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  Process process;
  int out, errors;

  g_strv_builder_add_many (builder, "/proc/self/exe", "--serve", "--data-dir", folder, "--listen", "127.0.0.1:0", flag,
                           value, NULL);
  argv = g_strv_builder_end (builder);
  g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &process.pid, NULL, &out, &errors,
                            &error);
  g_assert_no_error (error);
  process.out = fdopen (out, "r");
  process.errors = fdopen (errors, "r");
  return process;
}

static char *
next_line (FILE *file)
{
  char line[1000];

  return fgets (line, sizeof line, file) != NULL ? g_strdup (g_strchomp (line)) : NULL;
}

static void
assert_line (FILE *file, const char *expected)
{
  g_autofree char *line = next_line (file);

  g_assert_cmpstr (line, ==, expected);
}

static void
assert_exit (Process *process, int code)
{
  int status;

  g_assert_cmpint (waitpid (process->pid, &status, 0), ==, process->pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, code);
  fclose (process->out);
  fclose (process->errors);
}

/* Waits until it says where it listens; returns "HOST:PORT". */
static char *
wait_until_listening (Process *process)
{
  g_autofree char *line = next_line (process->errors);
  const char *said = line != NULL ? strstr (line, "listening on ") : NULL;

  if (said == NULL)
    g_error ("it said: %s", line);
  said += strlen ("listening on ");
  return g_strndup (said, strcspn (said, "\""));
}

/* It ends with 1 and with one line that says @why. */
static void
assert_does_not_start (const char *folder, const char *flag, const char *value, const char *why)
{
  Process process = start (folder, flag, value);
  g_autofree char *line = next_line (process.errors);

  if (line == NULL || strstr (line, why) == NULL)
    g_error ("it said: %s", line);
  assert_line (process.errors, NULL);
  assert_exit (&process, 1);
}

static void
test_signals_stop_it_in_order (void)
{
  const int signals[] = { SIGTERM, SIGINT };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
      Process process = start (folder, "--log-level", "info");
      g_autofree char *address = wait_until_listening (&process);

      g_assert_true (g_str_has_prefix (address, "127.0.0.1:"));
      assert_line (process.out, "opened");
      kill (process.pid, signals[i]);
      assert_line (process.out, "closed");
      assert_line (process.out, NULL);
      assert_exit (&process, 0);
    }
}

static void
test_tends_as_long_as_it_runs (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *line = NULL;
  Process process;

  g_setenv (TEND, "1", TRUE);
  process = start (folder, "--log-level", "info");
  g_unsetenv (TEND);
  assert_line (process.out, "opened");
  for (guint i = 0; i < 2; i++)
    assert_line (process.out, "tended");
  kill (process.pid, SIGTERM);
  /* Once more, perhaps, before it has heard of it. */
  while ((line = next_line (process.out)) != NULL && strcmp (line, "tended") == 0)
    g_clear_pointer (&line, g_free);
  g_assert_cmpstr (line, ==, "closed");
  assert_line (process.out, NULL);
  assert_exit (&process, 0);
}

static void
test_second_on_one_folder_or_port_does_not_start (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  TW_AUTO_FOLDER char *other = tw_temporary_folder_new ();
  Process process = start (folder, "--log-level", "info");
  g_autofree char *address = wait_until_listening (&process);

  assert_does_not_start (folder, "--log-level", "info", "in use by another process");
  assert_does_not_start (other, "--listen", address, "is in use");
  kill (process.pid, SIGTERM);
  assert_exit (&process, 0);
}

static void
test_what_is_wrong_is_one_line (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *broken = g_strdup_printf ("sqlite:%s/broken", folder);

  assert_does_not_start (folder, "--store", broken, "it is broken");
  assert_does_not_start (folder, "--listen", "0.0.0.0:0", "--trusted-network");
  assert_does_not_start (folder, "--listen", "[::]:0", "--trusted-network");
  assert_does_not_start (folder, "--log-level", "loud", "--log-level");
  assert_does_not_start ("/proc/nowhere", "--log-level", "info", "/proc/nowhere");
}

int
main (int argc, char **argv)
{
  if (argc > 1 && strcmp (argv[1], "--serve") == 0)
    {
      argv[1] = argv[0];
      return serve (argc - 1, argv + 1);
    }
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/signals-stop-it-in-order", test_signals_stop_it_in_order);
  g_test_add_func ("/service/tends-as-long-as-it-runs", test_tends_as_long_as_it_runs);
  g_test_add_func ("/service/second-on-one-folder-or-port-does-not-start",
                   test_second_on_one_folder_or_port_does_not_start);
  g_test_add_func ("/service/what-is-wrong-is-one-line", test_what_is_wrong_is_one_line);
  return g_test_run ();
}
