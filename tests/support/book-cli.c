/* SPDX-License-Identifier: Apache-2.0 */

/* The command line for the service of tests/idl/address-book.thrift, whose schema is the file that $BOOK_JSON names. */

#include "tw-command.h"
#include "tw-output.h"

#include <locale.h>

int
main (int argc, char **argv)
{
  static const TwCommandService services[] = { { "book", "AddressBook", 1 }, { NULL, NULL, 0 } };
  const char *name = g_getenv ("BOOK_JSON");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) document = NULL;
  g_autoptr (TwSchema) schema = NULL;
  g_autofree char *text = NULL;
  gsize length;

  tw_output_init ();
  setlocale (LC_ALL, "");
  if (g_file_get_contents (name, &text, &length, &error))
    {
      document = g_bytes_new (text, length);
      schema = tw_schema_load (&document, &name, 1, &error);
    }
  if (schema == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return tw_command_run (schema, services, argc, argv);
}
