/* SPDX-License-Identifier: Apache-2.0 */

/* The command line as a whole: `tasks [OPTION…] METHOD [--ARGUMENT VALUE…]`. */

#pragma once

#include "tw-schema.h"

G_BEGIN_DECLS

/* A service that --service can name, and where it is unless --host and --port say otherwise. */
typedef struct
{
  const char *name;    /* for --service; NULL ends the table. The first is the default */
  const char *service; /* in the schema */
  guint16 port;
} TwCommandService;

/* Runs the command line. Returns main's exit status: 0; 1 when the call failed; 2 when the command line is wrong. */
int tw_command_run (const TwSchema *schema, const TwCommandService *services, int argc, char **argv);

G_END_DECLS
