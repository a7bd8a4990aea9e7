/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-signals.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

static const int signals[] = { SIGINT, SIGTERM };

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
  Stop *both = g_rc_box_new0 (Stop);

  signal (SIGPIPE, SIG_IGN);
  both->stop = stop;
  both->user_data = user_data;
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_unix_signal_add_full (G_PRIORITY_HIGH, signals[i], first_signal, g_rc_box_acquire (both), g_rc_box_release);
  g_rc_box_release (both);
}

/* All that a handler may write to. */
static atomic_bool seen;

static void
note_signal (int number)
{
  atomic_store (&seen, true);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    signal (signals[i], SIG_DFL);
}

void
tw_signals_init_without_loop (void)
{
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN); /* a file may not become as large: an error of the write, like a disk that is full */
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    signal (signals[i], note_signal);
}

gboolean
tw_signals_seen (void)
{
  return atomic_load (&seen);
}
