/* SPDX-License-Identifier: Apache-2.0 */

/* The task store in MongoDB, opened and ready. */

#pragma once

#include "tw-task-store-mongo.h"

/* Opening does not wait for the server: this does, for ten seconds at most. */
static inline TwTaskStore *
mongo_task_store_open (const char *uri, GError **error)
{
  g_autoptr (TwTaskStore) store = tw_task_store_mongo_open (uri, error);

  for (guint i = 0; store != NULL && i < 1000; i++)
    {
      g_autoptr (GError) away = NULL;

      if (tw_task_store_check (store, TW_DEADLINE_NONE, &away))
        return g_steal_pointer (&store);
      if (i == 999)
        g_propagate_error (error, g_steal_pointer (&away));
      else
        g_usleep (10000);
    }
  return NULL;
}
