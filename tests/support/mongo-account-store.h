/* SPDX-License-Identifier: Apache-2.0 */

/* The account store in MongoDB, opened and ready. It has time for all that it is asked for: these tests are not about
 * how fast a database is. */

#pragma once

#include "tw-account-store-mongo.h"

/* Opening does not wait for the server: this does, for a minute at most. */
static inline TwAccountStore *
mongo_account_store_open (const char *uri)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwAccountStore) store = tw_account_store_mongo_open (uri, TW_MONGO_PATIENT_DEADLINE_MS, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < 6000; i++)
    {
      g_clear_error (&error);
      if (tw_account_store_check (store, TW_DEADLINE_NONE, &error))
        break;
      g_usleep (10000);
    }
  g_assert_no_error (error);
  return g_steal_pointer (&store);
}
