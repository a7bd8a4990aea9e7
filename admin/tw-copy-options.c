/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-copy-options.h"

#include "tw-config.h"
#include "tw-error.h"
#include "tw-store-file.h"

#include <string.h>

#define SUMMARY                                                                                                       \
  "Copies all data of the services from one store into another, and verifies the copy. Stop the services\n"           \
  "first. A copy that was interrupted goes on where it was when the command is run again.\n\n"                        \
  "A URI is sqlite:FOLDER (with tasks.db and accounts.db in it), sqlite:FILE.db (with --only), or mongodb://…\n"      \
  "(databases tasks-db and accounts-db unless it names one). One with a password belongs into a file."

/* What was said, as it was said. */
typedef struct
{
  char *from, *to;
  char *from_file, *to_file;
  char *only;
} Said;

static void
said_clear (Said *said)
{
  g_free (said->from);
  g_free (said->to);
  g_free (said->from_file);
  g_free (said->to_file);
  g_free (said->only);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Said, said_clear)

void
tw_copy_options_clear (TwCopyOptions *options)
{
  tw_copy_end_clear (&options->from);
  tw_copy_end_clear (&options->to);
}

/* The URI that was given, in one of two ways; free with g_free(). */
static char *
read_uri (const char *uri, const char *file, const char *flag, GError **error)
{
  if ((uri != NULL) == (file != NULL))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
                   uri != NULL ? "%s and %s-file are both given: one is enough" : "%s or %s-file must be given", flag,
                   flag);
      return NULL;
    }
  return uri != NULL ? g_strdup (uri) : tw_store_file_read (file, error);
}

static gboolean
read_only (const Said *said, int *only, GError **error)
{
  TwCopyData data;

  *only = -1;
  if (said->only == NULL)
    return TRUE;
  if (!tw_copy_data_parse (said->only, &data))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "--only must be tasks or accounts");
      return FALSE;
    }
  *only = (int) data;
  return TRUE;
}

gboolean
tw_copy_options_read (TwCopyOptions *options, int argc, char **argv, GError **error)
{
  g_auto (Said) said = { 0 };
  const TwOption table[] = {
    { "from", "TW_COPY_FROM", TW_OPTION_STRING, &said.from, "URI", "Where the data is; it is only read", 0, 0 },
    { "from-file", "TW_COPY_FROM_FILE", TW_OPTION_STRING, &said.from_file, "FILE", "A file that holds that URI", 0, 0 },
    { "to", "TW_COPY_TO", TW_OPTION_STRING, &said.to, "URI", "Where it is to be; no data may be there yet", 0, 0 },
    { "to-file", "TW_COPY_TO_FILE", TW_OPTION_STRING, &said.to_file, "FILE", "A file that holds that URI", 0, 0 },
    { "only", NULL, TW_OPTION_STRING, &said.only, "DATA", "tasks or accounts; without it, both", 0, 0 },
    { "from-scratch", NULL, TW_OPTION_FLAG, &options->from_scratch, NULL,
      "Delete first what an earlier copy that was not finished left in the target", 0, 0 },
    { "quiet", NULL, TW_OPTION_FLAG, &options->quiet, NULL, "Say nothing unless it fails", 0, 0 },
    { 0 },
  };
  g_autofree char *from = NULL, *to = NULL;

  if (!tw_config_read (table, SUMMARY, argc, argv, NULL, error) || !read_only (&said, &options->only, error))
    return FALSE;
  from = read_uri (said.from, said.from_file, "--from", error);
  to = from != NULL ? read_uri (said.to, said.to_file, "--to", error) : NULL;
  if (to == NULL)
    return FALSE;
  if (strcmp (from, to) == 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "--from and --to are the same");
      return FALSE;
    }
  return tw_copy_end_parse (&options->from, from, "--from", options->only, error)
         && tw_copy_end_parse (&options->to, to, "--to", options->only, error);
}
