/* SPDX-License-Identifier: Apache-2.0 */

/* The test program itself, run again as a process of its own that can be killed: its main looks at argv[1]. */

#pragma once

#include <glib.h>
#include <unistd.h>

/* Starts "PROGRAM @mode @argument". *@out is its standard output, to be closed; the process is to be waited for. */
static inline GPid
tw_child_spawn (const char *mode, const char *argument, int *out)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = NULL;
  GPid pid;

  g_strv_builder_add_many (builder, "/proc/self/exe", mode, argument, NULL);
  argv = g_strv_builder_end (builder);
  g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, out, NULL, &error);
  g_assert_no_error (error);
  return pid;
}
