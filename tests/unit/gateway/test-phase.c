/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-phase.h"

#include <string.h>

static const TwPhase ways[][9] = {
  /* Answered by the handler: at once, later, and much later. */
  { TW_PHASE_IDLE, TW_PHASE_HEAD, TW_PHASE_BODY, TW_PHASE_HANDLING, TW_PHASE_ANSWERED, TW_PHASE_SENDING, TW_PHASE_IDLE,
    TW_PHASE_CLOSING, TW_PHASE_CLOSING },
  { TW_PHASE_IDLE, TW_PHASE_LINE, TW_PHASE_HEAD, TW_PHASE_BODY, TW_PHASE_HANDLING, TW_PHASE_WAITING, TW_PHASE_ANSWERED,
    TW_PHASE_SENDING, TW_PHASE_IDLE },
  { TW_PHASE_HEAD, TW_PHASE_BODY, TW_PHASE_HANDLING, TW_PHASE_WAITING, TW_PHASE_SUSPENDED, TW_PHASE_ANSWERED,
    TW_PHASE_SENDING, TW_PHASE_IDLE, TW_PHASE_HEAD },
  /* Bit by bit: with rests, and from one piece to the next. */
  { TW_PHASE_ANSWERED, TW_PHASE_SENDING, TW_PHASE_RESTING, TW_PHASE_STREAMING, TW_PHASE_STREAMING, TW_PHASE_RESTING,
    TW_PHASE_STREAMING, TW_PHASE_IDLE, TW_PHASE_HEAD },
  { TW_PHASE_SENDING, TW_PHASE_STREAMING, TW_PHASE_IDLE, TW_PHASE_HEAD, TW_PHASE_BODY, TW_PHASE_HANDLING,
    TW_PHASE_ANSWERED, TW_PHASE_SENDING, TW_PHASE_CLOSING },
  /* Refused: for the head, without its body and behind it, and for the body. */
  { TW_PHASE_HEAD, TW_PHASE_ANSWERED, TW_PHASE_SENDING, TW_PHASE_CLOSING, TW_PHASE_CLOSING, TW_PHASE_CLOSING,
    TW_PHASE_CLOSING, TW_PHASE_CLOSING, TW_PHASE_CLOSING },
  { TW_PHASE_HEAD, TW_PHASE_ANSWERED, TW_PHASE_UNWANTED, TW_PHASE_SENDING, TW_PHASE_IDLE, TW_PHASE_HEAD,
    TW_PHASE_BODY, TW_PHASE_ANSWERED, TW_PHASE_SENDING },
};

static void
test_the_ways_of_a_request_are_allowed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    for (guint k = 1; k < G_N_ELEMENTS (ways[i]); k++)
      g_assert_true (tw_phase_may_become (ways[i][k - 1], ways[i][k]));
}

static void
test_each_may_break_off_and_none_but_a_stream_stays (void)
{
  for (TwPhase phase = 0; phase < TW_N_PHASES; phase++)
    {
      g_assert_true (tw_phase_may_become (phase, TW_PHASE_CLOSING));
      g_assert_cmpint (tw_phase_may_become (phase, phase), ==,
                       phase == TW_PHASE_CLOSING || phase == TW_PHASE_STREAMING);
      g_assert_cmpint (tw_phase_may_become (TW_PHASE_CLOSING, phase), ==, phase == TW_PHASE_CLOSING);
      g_assert_nonnull (tw_phase_name (phase));
    }
}

static void
test_no_answer_without_a_request_nor_two_owners (void)
{
  for (TwPhase phase = 0; phase < TW_N_PHASES; phase++)
    {
      g_assert_true (tw_phase_has_request (phase) || !tw_phase_has_answer (phase));
      g_assert_true (tw_phase_has_request (phase) || !tw_phase_is_handlers (phase));
      g_assert_false (tw_phase_is_handlers (phase) && tw_phase_has_answer (phase));
    }
}

/* An answer once made is not taken back, and never forgotten but with its connection. */
static void
test_an_answer_goes_out (void)
{
  for (TwPhase from = 0; from < TW_N_PHASES; from++)
    for (TwPhase to = 0; to < TW_N_PHASES; to++)
      if (tw_phase_has_answer (from) && tw_phase_may_become (from, to) && to != TW_PHASE_CLOSING)
        g_assert_true (tw_phase_has_answer (to) || from == TW_PHASE_SENDING || from == TW_PHASE_STREAMING);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/phase/the-ways-of-a-request-are-allowed", test_the_ways_of_a_request_are_allowed);
  g_test_add_func ("/phase/each-may-break-off-and-none-but-a-stream-stays",
                   test_each_may_break_off_and_none_but_a_stream_stays);
  g_test_add_func ("/phase/no-answer-without-a-request-nor-two-owners", test_no_answer_without_a_request_nor_two_owners);
  g_test_add_func ("/phase/an-answer-goes-out", test_an_answer_goes_out);
  return g_test_run ();
}
