/* SPDX-License-Identifier: Apache-2.0 */

/* Configuration: flags (GOption) over environment over defaults, from one table a program.
 *
 * Empty environment variables count as absent. A bad value is a TW_ERROR_CONFIGURATION that names the flag or the
 * variable; its value is shown only for kinds that can hold no secret.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TW_OPTION_FLAG,    /* target gboolean; in the environment: 1, true, yes or 0, false, no */
  TW_OPTION_INTEGER, /* target gint64, from minimum to maximum */
  TW_OPTION_STRING,  /* target char *: freed and replaced; must hold NULL or a g_malloc()ed default */
  TW_OPTION_STRINGS, /* target char **: repeatable; comma-separated in the environment; NULL when not given */
} TwOptionKind;

typedef struct
{
  const char *name;        /* long flag without dashes, neither help nor version; NULL ends the table */
  const char *environment; /* variable, or NULL */
  TwOptionKind kind;
  gpointer target;
  const char *argument;    /* placeholder in --help, NULL for a flag */
  const char *description; /* one line for --help; the default in the target and the variable are added */
  gint64 minimum, maximum; /* INTEGER only */
} TwOption;

/* Reads the command line and the environment into the targets. What is left of the command line is an error unless
 * @rest is given (then a NULL-terminated vector, free with g_strfreev()). --help and --version print and end the process:
 * with 0, or with 1 where that can't be printed. Call once, from main. */
gboolean tw_config_read (const TwOption *options, const char *summary, int argc, char **argv, char ***rest,
                         GError **error);

G_END_DECLS
