/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-reading-mongo.h"

#include "tw-commit-log-mongo.h"

TwMongoReading *
tw_mongo_reading_new (const TwMongoTypes *types, const char *partition, gint64 next)
{
  TwMongoReading *reading = g_new0 (TwMongoReading, 1);

  reading->types = types;
  reading->partition = g_strdup (partition);
  reading->next = next;
  reading->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_mongo_entry_free);
  return reading;
}

void
tw_mongo_reading_free (gpointer data)
{
  TwMongoReading *reading = data;

  g_free (reading->partition);
  g_clear_pointer (&reading->head, tw_mongo_head_free);
  g_ptr_array_unref (reading->entries);
  g_free (reading);
}

gboolean
tw_mongo_reading_ask (TwMongo *mongo, gint64 deadline_ms, TwMongoFunc run, TwMongoReading **reading, GError **error)
{
  gpointer job = g_steal_pointer (reading);
  const gboolean ok = tw_mongo_call (mongo, deadline_ms, TW_MONGO_CHANGING, run, &job, tw_mongo_reading_free, error);

  *reading = job;
  return ok;
}

gboolean
tw_mongo_reading_look (TwMongoSession *session, TwMongoReading *reading, GError **error)
{
  return tw_mongo_head_look (session, reading->types, reading->partition, NULL, &reading->head, NULL, error)
         && tw_mongo_log_settle (session, reading->partition, reading->head, error);
}

gint64
tw_mongo_reading_first (const TwMongoReading *reading)
{
  return reading->head->n - reading->head->count + 1;
}
