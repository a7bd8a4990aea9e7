/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-copy-command.h"

#include "tw-copy-options.h"
#include "tw-copy.h"
#include "tw-error.h"
#include "tw-output.h"
#include "tw-progress.h"
#include "tw-signals.h"

#include <stdio.h>
#include <unistd.h>

/* Records in memory at once, and the most that is done again after an interruption. */
#define BATCH 500

/* How long an end may be away. */
#define PATIENCE_MS 30000
#define TRY_AGAIN_MS 500

/* What is moved of one service. */
typedef struct
{
  TwDump *source, *target;
  TwCopySum *sums;
} Move;

typedef struct
{
  TwCopyOptions options;
  TwProgress *progress; /* or NULL */
  const char *noted;    /* the section that was said to be copied last */
  gint64 away_since_ms; /* monotonic; 0: nothing is away */
  Move moves[TW_COPY_N_DATA]; /* without ends where it is not to be moved */
} Command;

static void
command_clear (Command *command)
{
  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    {
      tw_dump_free (command->moves[i].source);
      tw_dump_free (command->moves[i].target);
      g_free (command->moves[i].sums);
    }
  g_clear_pointer (&command->progress, tw_progress_free);
  tw_copy_options_clear (&command->options);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Command, command_clear)

static gboolean
is_stopped (gpointer data)
{
  return tw_signals_seen ();
}

/* Until the next attempt; not where the last one that went well is too long ago. */
static gboolean
wait_for_end (gpointer data)
{
  Command *command = data;
  gint64 now_ms = tw_clock_monotonic_ms (tw_clock_system ());

  if (command->away_since_ms == 0)
    command->away_since_ms = now_ms;
  g_usleep (TRY_AGAIN_MS * G_TIME_SPAN_MILLISECOND);
  return !tw_signals_seen () && now_ms - command->away_since_ms < PATIENCE_MS;
}

static void
show_progress (const char *section, TwCopyPhase phase, guint64 done, guint64 total, gpointer data)
{
  static const char *const names[]
      = { [TW_COPY_COMPARING] = "comparing", [TW_COPY_COPYING] = "copying", [TW_COPY_VERIFYING] = "verifying" };
  Command *command = data;

  command->away_since_ms = 0;
  if (command->progress == NULL)
    return;
  if (phase == TW_COPY_COPYING && section != command->noted)
    {
      command->noted = section;
      tw_progress_note (command->progress,
                        "%s: %" G_GUINT64_FORMAT " records, %" G_GUINT64_FORMAT " of them there already", section,
                        MAX (done, total), done);
    }
  tw_progress_step (command->progress, section, names[phase], done, total);
}

/* Everything is opened before anything is copied, so that what can't be done is known at once. */
static gboolean
open_ends (Command *command, GError **error)
{
  const TwCopyOptions *options = &command->options;

  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    {
      Move *move = &command->moves[i];

      if (options->only >= 0 && options->only != (int) i)
        continue;
      move->source = tw_copy_end_open (&options->from, i, TW_DUMP_SOURCE, error);
      if (move->source != NULL)
        move->target = tw_copy_end_open (&options->to, i, TW_DUMP_TARGET, error);
      if (move->target == NULL)
        {
          g_prefix_error (error, "%s of %s: ", move->source == NULL ? "source" : "target", tw_copy_data_name (i));
          return FALSE;
        }
      move->sums = g_new0 (TwCopySum, move->source->n_sections);
    }
  return TRUE;
}

static gboolean
clear_targets (Command *command, GError **error)
{
  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    {
      TwDump *target = command->moves[i].target;

      if (target != NULL && !target->klass->clear (target, error))
        return FALSE;
    }
  return TRUE;
}

static TwCopyOutcome
copy_all (Command *command, GError **error)
{
  const TwCopyWatcher watcher = { .progress = show_progress, .stopped = is_stopped, .wait = wait_for_end,
                                  .user_data = command };
  TwCopyOutcome outcome = TW_COPY_VERIFIED;

  for (guint i = 0; outcome == TW_COPY_VERIFIED && i < TW_COPY_N_DATA; i++)
    {
      Move *move = &command->moves[i];

      if (move->source != NULL)
        outcome = tw_copy_run (move->source, move->target, BATCH, &watcher, move->sums, error);
    }
  return outcome;
}

/* Only now, with everything verified: until then no service takes the target for a store. */
static gboolean
finish_all (Command *command, GError **error)
{
  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    {
      TwDump *target = command->moves[i].target;

      if (target != NULL && !target->klass->finish (target, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
print_sums (const Command *command, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    for (guint k = 0; command->moves[i].source != NULL && k < command->moves[i].source->n_sections; k++)
      {
        const TwCopySum *sum = &command->moves[i].sums[k];

        g_string_append_printf (text, "%-11s  %12" G_GUINT64_FORMAT " records  SHA-256 %s\n", sum->name, sum->n,
                                sum->sha256);
      }
  if (tw_output_print (text->str, error))
    return TRUE;
  g_prefix_error (error, "the copy is finished, but ");
  return FALSE;
}

/* What the operator is to do about it, where the error does not say so. */
static void
add_advice (GError **error)
{
  if (g_error_matches (*error, TW_ERROR, TW_ERROR_UNAVAILABLE))
    {
      g_autofree char *message = g_strdup_printf ("%s (run again, the copy goes on from here)", (*error)->message);

      g_clear_error (error);
      g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAVAILABLE, message);
    }
}

static gboolean
run (Command *command, GError **error)
{
  TwCopyOutcome outcome;

  if (!open_ends (command, error)
      || (command->options.from_scratch && !clear_targets (command, error)))
    return FALSE;
  if (!command->options.quiet)
    command->progress = tw_progress_new (stderr, tw_progress_columns (STDERR_FILENO), tw_clock_system ());
  outcome = copy_all (command, error);
  g_clear_pointer (&command->progress, tw_progress_free);
  if (outcome == TW_COPY_STOPPED)
    g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "stopped: run again, the copy goes on from here");
  return outcome == TW_COPY_VERIFIED
         && finish_all (command, error)
         && (command->options.quiet || print_sums (command, error));
}

int
tw_copy_command (int argc, char **argv)
{
  g_auto (Command) command = { 0 };
  g_autoptr (GError) error = NULL;

  g_set_prgname ("tasks-admin copy");
  if (tw_copy_options_read (&command.options, argc, argv, &error))
    {
      tw_signals_init_without_loop ();
      if (run (&command, &error))
        return 0;
      add_advice (&error);
    }
  fprintf (stderr, "tasks-admin: %s\n", error->message);
  return 1;
}
