/* SPDX-License-Identifier: Apache-2.0 */

/* libmongoc passes over an option that it does not know, or can't read, with a warning in its log: there is one handler
 * for all threads, so it is changed for the time of a parse, and tells by the thread what belongs to it. */

#include "tw-mongo-log.h"

#include "tw-log.h"

#include <pthread.h>

typedef struct
{
  pthread_t thread;
  GString *heard;
} Listener;

static void
log_to_debug (mongoc_log_level_t level, const char *domain, const char *message, void *user_data)
{
  tw_log_debug ("libmongoc, %s: %s", domain, message);
}

static void
listen_to_parser (mongoc_log_level_t level, const char *domain, const char *message, void *user_data)
{
  Listener *listener = user_data;

  if (!pthread_equal (listener->thread, pthread_self ()))
    log_to_debug (level, domain, message, NULL);
  else if (level <= MONGOC_LOG_LEVEL_WARNING)
    g_string_append_printf (listener->heard, "%s%s", listener->heard->len > 0 ? "; " : "", message);
}

static void
initialise (void)
{
  mongoc_init ();
  mongoc_log_set_handler (log_to_debug, NULL);
}

void
tw_mongo_init (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, initialise);
}

mongoc_uri_t *
tw_mongo_parse (const char *uri, char **complaint)
{
  static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
  g_autoptr (GString) heard = g_string_new (NULL);
  Listener listener = { .thread = pthread_self (), .heard = heard };
  mongoc_uri_t *parsed;
  bson_error_t why;

  pthread_mutex_lock (&one_at_a_time);
  mongoc_log_set_handler (listen_to_parser, &listener);
  parsed = mongoc_uri_new_with_error (uri, &why);
  mongoc_log_set_handler (log_to_debug, NULL);
  pthread_mutex_unlock (&one_at_a_time);

  *complaint = NULL;
  if (parsed == NULL)
    *complaint = g_strdup (why.message);
  else if (heard->len > 0)
    *complaint = g_strdup (heard->str);
  return parsed;
}
