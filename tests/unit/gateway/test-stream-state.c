/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-stream-state.h"

static const TwStreamState ways[][8] = {
  /* Opened, answered, hinted, answered with nothing, hinted again. */
  { TW_STREAM_OPENING, TW_STREAM_SENDING, TW_STREAM_IDLE, TW_STREAM_DUE, TW_STREAM_ASKING, TW_STREAM_IDLE, TW_STREAM_DUE,
    TW_STREAM_ENDED },
  /* Not answered in time, and then while a comment was on its way; more of it. */
  { TW_STREAM_OPENING, TW_STREAM_DUE, TW_STREAM_ASKING, TW_STREAM_HOLDING, TW_STREAM_SENDING, TW_STREAM_DUE,
    TW_STREAM_ASKING, TW_STREAM_SENDING },
  /* The service is away. */
  { TW_STREAM_OPENING, TW_STREAM_ASKING, TW_STREAM_IDLE, TW_STREAM_DUE, TW_STREAM_ASKING, TW_STREAM_DUE, TW_STREAM_ASKING,
    TW_STREAM_ENDED },
};

static void
test_the_ways_of_a_stream_are_allowed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    for (guint k = 1; k < G_N_ELEMENTS (ways[i]); k++)
      g_assert_true (tw_stream_state_may_become (ways[i][k - 1], ways[i][k]));
}

static void
test_each_may_end_once_and_none_stays (void)
{
  for (TwStreamState state = 0; state < TW_N_STREAM_STATES; state++)
    {
      g_assert_nonnull (tw_stream_state_name (state));
      g_assert_false (tw_stream_state_may_become (state, state));
      g_assert_cmpint (tw_stream_state_may_become (state, TW_STREAM_ENDED), ==, state != TW_STREAM_ENDED);
      g_assert_false (tw_stream_state_may_become (TW_STREAM_ENDED, state));
      g_assert_false (tw_stream_state_may_become (state, TW_STREAM_OPENING));
    }
}

/* Nothing is asked for while an event is not taken: what comes meanwhile is asked for as one. */
static void
test_what_holds_an_event_asks_for_none (void)
{
  g_assert_false (tw_stream_state_may_become (TW_STREAM_SENDING, TW_STREAM_ASKING));
  g_assert_false (tw_stream_state_may_become (TW_STREAM_HOLDING, TW_STREAM_DUE));
  g_assert_false (tw_stream_state_may_become (TW_STREAM_HOLDING, TW_STREAM_ASKING));
  g_assert_false (tw_stream_state_may_become (TW_STREAM_HOLDING, TW_STREAM_IDLE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-state/the-ways-of-a-stream-are-allowed", test_the_ways_of_a_stream_are_allowed);
  g_test_add_func ("/stream-state/each-may-end-once-and-none-stays", test_each_may_end_once_and_none_stays);
  g_test_add_func ("/stream-state/what-holds-an-event-asks-for-none", test_what_holds_an_event_asks_for_none);
  return g_test_run ();
}
