/* SPDX-License-Identifier: Apache-2.0 */

/* `tasks-admin`: what an operator does with the data. */

#include "tw-backup-command.h"
#include "tw-copy-command.h"
#include "tw-log.h"
#include "tw-output.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const char usage[] = "Usage:\n"
                            "  tasks-admin backup --to FILE\n"
                            "  tasks-admin restore --from FILE\n"
                            "  tasks-admin copy --from URI --to URI\n"
                            "\n"
                            "Commands (COMMAND --help tells more):\n"
                            "  backup   Saves the databases of services on SQLite in one file, while they run\n"
                            "  restore  Puts the databases of a backup into a data folder\n"
                            "  copy     Copies all data from one store into another, and verifies the copy\n";

static const struct
{
  const char *name;
  int (*run) (int argc, char **argv);
} commands[] = {
  { "backup", tw_backup_command },
  { "restore", tw_restore_command },
  { "copy", tw_copy_command },
};

int
main (int argc, char **argv)
{
  const char *command = argc > 1 ? argv[1] : "";

  tw_output_init ();
  setlocale (LC_ALL, "");
  tw_log_init ("tasks-admin", TW_LOG_WARNING);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (command, commands[i].name) == 0)
      return commands[i].run (argc - 1, argv + 1);
  if (strcmp (command, "--help") == 0 || strcmp (command, "-h") == 0)
    return tw_output_print_and_end ("tasks-admin", usage);
  if (strcmp (command, "--version") == 0)
    return tw_output_print_and_end ("tasks-admin", "tasks-admin " TW_VERSION "\n");
  fprintf (stderr, "tasks-admin: %s: see --help\n", argc > 1 ? "no such command" : "no command");
  return 1;
}
