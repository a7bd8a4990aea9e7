/* SPDX-License-Identifier: Apache-2.0 */

/* `tasks`: the command-line client, for operators who can reach the Thrift ports. */

#include "tw-command.h"
#include "tw-idl.h"
#include "tw-log.h"
#include "tw-output.h"

#include <locale.h>

int
main (int argc, char **argv)
{
  static const TwCommandService services[] = {
    { "tasks", "Tasks", 6001 },
    { "accounts", "Accounts", 6002 },
    { NULL, NULL, 0 },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = NULL;

  tw_output_init ();
  setlocale (LC_ALL, "");
  tw_log_init ("tasks", TW_LOG_ERROR);
  schema = tw_idl_load (&error);
  if (schema == NULL)
    {
      g_printerr ("tasks: %s\n", error->message);
      return 1;
    }
  return tw_command_run (schema, services, argc, argv);
}
