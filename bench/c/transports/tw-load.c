/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-load.h"

#define PAUSE_MS 100 /* after a call that was not answered */
#define TICK_MS 20   /* between looks at deadlines and pauses */
#define NS_A_MS 1000000

/* One caller. */
typedef struct
{
  gint32 id; /* of the call under way; 0 for none */
  gint64 sent_ns;
  gint64 next_ns; /* not before then, while there is none */
  char *subject;
} Slot;

struct _TwLoad
{
  const TwCarrierClass *class;
  const TwCarrierSetup *setup;
  TwCarrier *carrier;
  TwQuestions *questions;
  TwTally *tally;
  FILE *fates;
  Slot *slots;
  guint n_slots, under_way;
  gint32 turn; /* ids of one slot are so many slots apart */
  gint64 until_ns;
  gint64 calls_left;
  guint64 unanswered, wrong;
};

static gboolean
is_over (const TwLoad *load)
{
  return load->calls_left == 0 || tw_tally_now_ns () >= load->until_ns;
}

static void
start (TwLoad *load, guint index)
{
  Slot *slot = &load->slots[index];
  const gint32 id = ++load->turn * (gint32) load->n_slots + (gint32) index;
  TwAsk ask;

  g_free (slot->subject);
  slot->subject = tw_questions_next (load->questions, id);
  ask = (TwAsk) { id, load->questions->method, load->questions->user_id, slot->subject };
  slot->id = id;
  load->calls_left--;
  load->under_way++;
  slot->sent_ns = tw_tally_now_ns ();
  load->class->send (load->carrier, &ask);
}

static void
note_fate (TwLoad *load, const Slot *slot, TwFate fate, gint64 now_ns)
{
  static const char *const names[] = { "answered", "failed", "unsent", "silent" };

  if (load->fates != NULL)
    fprintf (load->fates, "%.3f %s %.3f %s\n", (double) slot->sent_ns / NS_A_MS, names[fate],
             (double) (now_ns - slot->sent_ns) / NS_A_MS, slot->subject);
}

static void
end (TwLoad *load, Slot *slot, TwFate fate, gint64 now_ns)
{
  note_fate (load, slot, fate, now_ns);
  slot->id = 0;
  load->under_way--;
  if (fate == TW_FATE_ANSWERED && load->tally != NULL)
    tw_tally_add (load->tally, now_ns - slot->sent_ns);
  load->unanswered += fate != TW_FATE_ANSWERED;
  slot->next_ns = fate == TW_FATE_ANSWERED ? now_ns : now_ns + PAUSE_MS * NS_A_MS;
}

static void
take_fate (gint32 id, TwFate fate, const void *answer, gsize length, gpointer user_data)
{
  TwLoad *load = user_data;
  const guint index = (guint) id % load->n_slots;
  Slot *slot = &load->slots[index];

  if (id <= 0 || slot->id != id)
    return;
  if (fate == TW_FATE_ANSWERED && memmem (answer, length, slot->subject, strlen (slot->subject)) == NULL)
    {
      load->wrong++;
      fate = TW_FATE_FAILED;
    }
  end (load, slot, fate, tw_tally_now_ns ());
  /* A carrier that says at once that a call can't be sent must not be asked for the next one from within. */
  if (fate == TW_FATE_ANSWERED && !is_over (load))
    start (load, index);
}

/* Starts whoever's pause is over, and gives up what has waited too long. */
static gboolean
tick (gpointer user_data)
{
  TwLoad *load = user_data;
  const gint64 now_ns = tw_tally_now_ns ();

  for (guint i = 0; i < load->n_slots; i++)
    {
      Slot *slot = &load->slots[i];

      if (slot->id != 0 && now_ns - slot->sent_ns > (gint64) load->setup->deadline_ms * NS_A_MS)
        end (load, slot, TW_FATE_SILENT, now_ns);
      else if (slot->id == 0 && now_ns >= slot->next_ns && !is_over (load))
        start (load, i);
    }
  load->class->flush (load->carrier);
  return G_SOURCE_CONTINUE;
}

TwLoad *
tw_load_new (const TwCarrierClass *class, TwCarrierSetup *setup, TwQuestions *questions, guint in_flight,
             GError **error)
{
  g_autoptr (GError) failure = NULL;
  TwLoad *load = g_new0 (TwLoad, 1);

  setup->func = take_fate;
  setup->user_data = load;
  setup->in_flight = in_flight;
  load->class = class;
  load->setup = setup;
  load->questions = questions;
  load->n_slots = in_flight;
  load->slots = g_new0 (Slot, in_flight);
  load->carrier = class->open (setup, &failure);
  if (failure == NULL)
    return load;
  g_propagate_error (error, g_steal_pointer (&failure));
  tw_load_free (load);
  return NULL;
}

void
tw_load_free (TwLoad *load)
{
  if (load->carrier != NULL)
    load->class->close (load->carrier);
  for (guint i = 0; i < load->n_slots; i++)
    g_free (load->slots[i].subject);
  g_free (load->slots);
  g_free (load);
}

void
tw_load_set_fates (TwLoad *load, FILE *fates)
{
  load->fates = fates;
}

void
tw_load_run (TwLoad *load, gint64 calls, gint64 seconds, TwTally *tally)
{
  guint ticking;

  load->tally = tally;
  load->calls_left = calls;
  load->until_ns = tw_tally_now_ns () + seconds * 1000 * NS_A_MS;
  ticking = g_timeout_add (TICK_MS, tick, load);
  tick (load);
  while (load->under_way > 0 || !is_over (load))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (ticking);
  load->tally = NULL;
}

guint64
tw_load_unanswered (const TwLoad *load)
{
  return load->unanswered;
}

guint64
tw_load_wrong (const TwLoad *load)
{
  return load->wrong;
}

guint64
tw_load_datagram_bytes (const TwLoad *load)
{
  return load->class->carried != NULL ? load->class->carried (load->carrier) : 0;
}
