/* SPDX-License-Identifier: Apache-2.0 */

/* `tasks-admin`: what an operator does with the data while no service runs on it. */

#include "tw-copy-command.h"
#include "tw-log.h"
#include "tw-output.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const char usage[] = "Usage:\n"
                            "  tasks-admin copy --from URI --to URI\n"
                            "\n"
                            "Commands (COMMAND --help tells more):\n"
                            "  copy   Copies all data from one store into another, and verifies the copy\n";

int
main (int argc, char **argv)
{
  const char *command = argc > 1 ? argv[1] : "";

  tw_output_init ();
  setlocale (LC_ALL, "");
  tw_log_init ("tasks-admin", TW_LOG_WARNING);
  if (strcmp (command, "copy") == 0)
    return tw_copy_command (argc - 1, argv + 1);
  if (strcmp (command, "--help") == 0 || strcmp (command, "-h") == 0)
    return tw_output_print_and_end ("tasks-admin", usage);
  if (strcmp (command, "--version") == 0)
    return tw_output_print_and_end ("tasks-admin", "tasks-admin " TW_VERSION "\n");
  fprintf (stderr, "tasks-admin: %s: see --help\n", argc > 1 ? "no such command" : "no command");
  return 1;
}
