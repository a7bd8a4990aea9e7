/* SPDX-License-Identifier: Apache-2.0 */

/* The task store in MongoDB, opened and ready. It has time for all that it is asked for: these tests are not about how
 * fast a database is. */

#pragma once

#include "tw-task-store-mongo.h"

/* Opening does not wait for the server: this does, for a minute at most. */
static inline TwTaskStore *
mongo_task_store_open (const char *uri, GError **error)
{
  g_autoptr (TwTaskStore) store = tw_task_store_mongo_open (uri, TW_MONGO_PATIENT_DEADLINE_MS, error);

  for (guint i = 0; store != NULL && i < 6000; i++)
    {
      g_autoptr (GError) away = NULL;

      if (tw_task_store_check (store, TW_DEADLINE_NONE, &away))
        return g_steal_pointer (&store);
      if (i == 5999)
        g_propagate_error (error, g_steal_pointer (&away));
      else
        g_usleep (10000);
    }
  return NULL;
}
