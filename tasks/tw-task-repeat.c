/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-repeat.h"

#include "tw-error.h"

#include <string.h>

#define DONE 0
#define UNKNOWN 409
#define BYTES_EACH 2

/* Of what is done as a whole there is nothing to be told: all of it was done. */
void
tw_task_repeat_note (TwCommit *commit, const TwTaskWrite *write)
{
  guint8 note[TW_COMMIT_NOTE_BYTES];

  if (write->key == NULL || write->atomic || write->n * BYTES_EACH > sizeof note)
    return;
  for (guint i = 0; i < write->n; i++)
    {
      const GError *error = write->results[i].error;
      const int status = error != NULL ? tw_error_status (error) : DONE;

      note[BYTES_EACH * i] = (guint8) (status >> 8);
      note[BYTES_EACH * i + 1] = (guint8) status;
    }
  tw_commit_note (commit, note, write->n * BYTES_EACH);
}

/* Whether some operation of the write says which task it is about, and that it is @id. */
static gboolean
is_named (const TwTaskWrite *write, const char *id)
{
  for (guint i = 0; i < write->n; i++)
    if (write->operations[i].verb != TW_TASK_INSERT && g_ascii_strcasecmp (write->operations[i].said->id, id) == 0)
      return TRUE;
  return FALSE;
}

static const char *
find_id (const TwCommitted *committed, const char *id)
{
  for (guint i = 0; i < committed->n_parts; i++)
    if (g_ascii_strcasecmp (committed->parts[i].id, id) == 0)
      return committed->parts[i].id;
  return NULL;
}

/* The tasks that no operation names: what was made, in turn. */
static GPtrArray *
made_ids (const TwTaskWrite *write, const TwCommitted *committed)
{
  GPtrArray *ids = g_ptr_array_new ();

  for (guint i = 0; i < committed->n_parts; i++)
    if (committed->parts[i].type == &tw_task_type && !is_named (write, committed->parts[i].id))
      g_ptr_array_add (ids, (gpointer) (guintptr) committed->parts[i].id);
  return ids;
}

/* What a note says of operation @i. */
static int
status_of (const TwCommitted *committed, guint i)
{
  return committed->note[BYTES_EACH * i] << 8 | committed->note[BYTES_EACH * i + 1];
}

/* How many operations have made a task: without a note all that should, which may be too many. */
static guint
count_made (const TwTaskWrite *write, const TwCommitted *committed, gboolean has_note)
{
  guint n = 0;

  for (guint i = 0; i < write->n; i++)
    n += write->operations[i].verb == TW_TASK_INSERT && (!has_note || status_of (committed, i) == DONE) ? 1 : 0;
  return n;
}

/* @id: the task that was changed; NULL: none was. */
static TwTaskBefore
before_of (const TwTaskOperation *operation, const char *id)
{
  const gboolean changes_nothing
      = operation->verb == TW_TASK_CHANGE && operation->said->has == 0 && operation->clear == 0;
  TwTaskBefore before = { .status = id != NULL || changes_nothing ? DONE : UNKNOWN };

  if (before.status == DONE
      && g_strlcpy (before.id, id != NULL ? id : operation->said->id, sizeof before.id) >= sizeof before.id)
    before.id[0] = '\0'; /* no task's */
  return before;
}

TwTaskBefore *
tw_task_repeat_read (const TwTaskWrite *write, const TwCommitted *committed)
{
  TwTaskBefore *before = g_new0 (TwTaskBefore, write->n);
  g_autoptr (GPtrArray) made = made_ids (write, committed);
  const gboolean has_note = committed->note_length == write->n * BYTES_EACH;
  const gboolean made_are_known = made->len == count_made (write, committed, has_note);
  guint next = 0;

  for (guint i = 0; i < write->n; i++)
    {
      const TwTaskOperation *operation = &write->operations[i];
      const gboolean makes = operation->verb == TW_TASK_INSERT;

      if (has_note && status_of (committed, i) != DONE)
        before[i].status = status_of (committed, i);
      else if (makes)
        before[i] = before_of (operation, made_are_known ? made->pdata[next++] : NULL);
      else
        before[i] = before_of (operation, has_note ? operation->said->id : find_id (committed, operation->said->id));
    }
  return before;
}
