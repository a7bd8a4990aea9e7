/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-signals.h"

#include <glib-unix.h>
#include <signal.h>

typedef struct
{
  GSourceFunc stop;
  gpointer user_data;
} Stop;

static gboolean
first_signal (gpointer user_data)
{
  Stop *stop = user_data;
  GSourceFunc func = stop->stop;

  /* Whoever asks twice does not want to wait. */
  signal (SIGINT, SIG_DFL);
  signal (SIGTERM, SIG_DFL);
  stop->stop = NULL;
  if (func != NULL)
    func (stop->user_data);
  return G_SOURCE_CONTINUE;
}

void
tw_signals_init (GSourceFunc stop, gpointer user_data)
{
  static const int signals[] = { SIGINT, SIGTERM };
  Stop *both = g_rc_box_new0 (Stop);

  signal (SIGPIPE, SIG_IGN);
  both->stop = stop;
  both->user_data = user_data;
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_unix_signal_add_full (G_PRIORITY_HIGH, signals[i], first_signal, g_rc_box_acquire (both), g_rc_box_release);
  g_rc_box_release (both);
}
