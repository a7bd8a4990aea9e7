/* SPDX-License-Identifier: Apache-2.0 */

/* `tasks-admin backup` and `tasks-admin restore`: see docs/backup.md. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each returns main's exit status: 0, or 1 with one line on standard error, also where SIGINT or SIGTERM stopped it.
 * Call once, from main; argv[0] is the command's name. */
int tw_backup_command (int argc, char **argv);
int tw_restore_command (int argc, char **argv);

G_END_DECLS
