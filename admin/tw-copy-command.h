/* SPDX-License-Identifier: Apache-2.0 */

/* `tasks-admin copy`: see docs/copy.md. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Copies, verifies, finishes, and says so. Returns main's exit status: 0, or 1 with one line on standard error, also
 * where SIGINT or SIGTERM stopped it. Call once, from main; argv[0] is the command's name. */
int tw_copy_command (int argc, char **argv);

G_END_DECLS
